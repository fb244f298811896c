/* Ctrl+K: a dossier, a tab or a movement by its name. The page that the form leads to does the same without this file. */
(() => {
  const form = document.querySelector("[data-go-box]");
  if (!form) return;
  const field = form.elements.q;
  const hits = document.querySelector("#go-hits");
  const dialog = form.closest("dialog");
  const offers = () => [...hits.querySelectorAll("[data-offer]")];

  const choose = (offer) => {
    for (const each of offers()) each.setAttribute("aria-selected", each === offer);
    field.setAttribute("aria-activedescendant", offer?.id ?? "");
    field.setAttribute("aria-expanded", offers().length > 0);
    offer?.scrollIntoView({ block: "nearest" });
  };
  const chosen = () => offers().find((each) => each.ariaSelected === "true");
  const step = (by) => {
    const all = offers();
    choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
  };
  const isFresh = () => hits.querySelector("[data-for]")?.dataset.for === field.value;

  // To a screen reader the field and what it found are one thing: a combobox with its list.
  const join = () => {
    const list = hits.querySelector("ul");
    list?.setAttribute("role", "listbox");
    for (const box of hits.querySelectorAll("li, form")) box.setAttribute("role", "none");
    offers().forEach((offer, n) => Object.assign(offer, { role: "option", id: `go-${n}`, tabIndex: -1 }));
    choose(offers()[0]);
  };
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": "go-list" })) {
    field.setAttribute(name, value);
  }

  const open = () => {
    if (!dialog) return field.select();
    if (dialog.open) return dialog.close();
    form.elements.open.value = document.querySelector("main [data-customer]")?.dataset.customer ?? "";
    field.value = "";
    hits.replaceChildren();
    join();
    dialog.showModal();
  };

  document.addEventListener("keydown", (event) => {
    const isCalled = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isCalled || "keysOff" in document.body.dataset) return;
    event.preventDefault();
    open();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !offers().length) return;
    if (["ArrowDown", "ArrowUp"].includes(event.key)) step(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter" && isFresh() && chosen()) chosen().click();
    else return;
    event.preventDefault();
  });
  hits.addEventListener("htmx:afterSwap", join);
  dialog?.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  join();
})();
