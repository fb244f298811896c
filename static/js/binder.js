/* The open binder: which row is open, which are ticked, where the focus lands. */
(() => {
  const markOpenRow = () => {
    const open = document.querySelector("#dossier-title")?.dataset.customer;
    for (const row of document.querySelectorAll("[data-row]")) {
      row.toggleAttribute("aria-current", row.id === `row-${open}`);
      if (row.hasAttribute("aria-current")) {
        row.setAttribute("aria-current", "true");
        row.closest("details")?.setAttribute("open", "");
        row.scrollIntoView({ block: "nearest" });
      }
    }
  };

  const countTicks = () => {
    const count = document.querySelector("[data-ticks-count]");
    if (count) count.textContent = document.querySelectorAll("[data-row] input[name=f]:checked").length;
  };

  document.addEventListener("htmx:afterSwap", (event) => {
    const swapped = event.detail.target;
    if (!["sheet", "main"].includes(swapped.id)) return;
    const onSheet = swapped.id === "sheet";
    if (onSheet) document.body.classList.add("rb-has-dossier");
    markOpenRow();
    countTicks();
    const heading = onSheet ? "#dossier-title" : "#tab-title";
    (document.querySelector("[data-land]") ?? document.querySelector(heading))?.focus({ preventScroll: true });
  });
  // What opens after a move: the open dossier, unless it goes along; then the one that its slip names.
  const opensNext = (places) => {
    const title = document.querySelector("#dossier-title");
    const then = document.querySelector("[data-result] [name=then]");
    return (places.includes(title?.dataset.place) ? then?.value : title?.dataset.customer) ?? "";
  };
  document.addEventListener("htmx:configRequest", (event) => {
    const { path, parameters } = event.detail;
    const form = document.querySelector("[data-ticks]");
    if (form && new URL(path, location).href === form.action) parameters.then = opensNext(parameters.getAll("f"));
  });
  // By key or by drag, the same POST as from ticked rows and a date written below them.
  document.addEventListener("binder:move", (event) => {
    const form = document.querySelector("[data-ticks]");
    const { places, when } = event.detail;
    if (!form || !places.length) return;
    const values = { f: places, when, tab: form.elements.tab.value };
    htmx.ajax("POST", form.action, { target: "#main", swap: "outerHTML", values });
  });
  // On small screens the other page is another page, with its own way back.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.detail.elt;
    if (!link.matches(".rb-row__hit") || matchMedia("(min-width: 1200px)").matches) return;
    event.preventDefault();
    location.assign(link.href);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-row] input[name=f]")) return;
    event.target.closest("[data-row]").classList.toggle("is-ticked", event.target.checked);
    countTicks();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
