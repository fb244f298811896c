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
