/* "Back to our proposal": empties a field, or all of a group of fields; only there while something is written. */
(() => {
  const fields = (button) => {
    const target = document.getElementById(button.dataset.empties);
    return target.matches("input") ? [target] : [...target.querySelectorAll("input")];
  };
  const show = () => {
    for (const button of document.querySelectorAll("[data-empties]")) {
      button.hidden = fields(button).every((field) => !field.value);
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-empties]");
    if (!button) return;
    const emptied = fields(button);
    for (const field of emptied) field.value = "";
    emptied[0].dispatchEvent(new Event("input", { bubbles: true }));
    emptied[0].focus();
  });
  document.addEventListener("input", show);
  show();
})();
