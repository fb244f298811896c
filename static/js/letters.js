/* The letter beside its words, drawn anew whenever somebody stops typing. Without this file the button does it. */
(() => {
  const form = document.querySelector("[data-letter]");
  const button = form.querySelector("[data-preview]");
  const frames = document.querySelector(".rb-frames");
  let timer, turn = 0;

  // A new frame each time: what is shown in a used one would be steps of the browser's Back.
  const show = () => {
    const used = [...frames.children];
    const fresh = used.at(-1).cloneNode();
    fresh.name = button.formTarget = `preview-${++turn}`;
    frames.append(fresh);
    fresh.addEventListener("load", () => used.forEach((frame) => frame.remove()));
    form.requestSubmit(button);
  };

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(show, 500);
  });
  show();
})();
