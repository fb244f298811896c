/* What the field in the top bar found, by keys: arrows walk through it, Enter opens, Escape closes. */
(() => {
  const form = document.querySelector(".rb-find");
  if (!form) return;
  const field = form.querySelector("input");
  const hits = form.querySelector(".rb-hits");

  const step = (by) => {
    const stops = [field, ...hits.querySelectorAll("a")];
    stops[stops.indexOf(document.activeElement) + by]?.focus();
  };

  const close = () => {
    hits.replaceChildren();
    field.focus();
  };

  const KEYS = { ArrowDown: () => step(1), ArrowUp: () => step(-1), Escape: close };

  form.addEventListener("keydown", (event) => {
    const act = KEYS[event.key];
    if (!act || !hits.childElementCount || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
})();
