/* Ticked rows of a list: counted, and all of a page at once. */
(() => {
  const form = document.querySelector("[data-ticks-form]");
  if (!form) return;
  const boxes = [...form.querySelectorAll("input[name=f]")];
  const head = form.querySelector("[data-tick-all]");
  const whole = form.elements.all;
  const said = form.querySelector("[data-ticked]");

  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    said.firstElementChild.textContent = ticked;
    said.hidden = whole?.checked || !ticked;
    head.checked = ticked > 0 && ticked === boxes.length;
    head.indeterminate = ticked > 0 && ticked < boxes.length;
  };

  head.hidden = !boxes.length;
  head.addEventListener("change", () => {
    for (const box of boxes) box.checked = head.checked;
  });
  form.addEventListener("change", count);
  count();
})();
