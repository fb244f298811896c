/* The result slip: choosing a date names it in the button, Enter leads from the note to the date to filing. */
(() => {
  const drafts = new Map(); // notes begun on other dossiers of this page, by the address they will be sent to
  let waiting = false; // Enter was pressed before the date had been named

  const slip = (element) => element?.closest?.("[data-result]");
  const dated = (form) => form.elements.named.value !== "";
  const fileButton = (form) => form.querySelector("[data-file]");

  const choose = (form, field) => {
    if (field.name !== "when") form.elements.when.value = "";
    if (field.name !== "pick" && form.elements.pick) form.elements.pick.value = "";
    if (field.name !== "next") for (const radio of form.querySelectorAll("[name=next]")) radio.checked = false;
    form.elements.named.value = field.dataset.key ?? "";
    if (field.dataset.kind) form.elements.kind.value = field.dataset.kind;
    if (field.dataset.button) fileButton(form).firstChild.textContent = `${field.dataset.button} `;
    if (field.name !== "when") htmx.trigger(form.elements.when, "resolve");
  };

  const rather = (form, day) => {
    form.elements.named.value = "";
    form.elements.when.value = day;
    htmx.trigger(form.elements.when, "resolve");
    form.elements.when.focus();
  };

  document.addEventListener("change", (event) => {
    const form = slip(event.target);
    if (form && ["next", "pick"].includes(event.target.name)) choose(form, event.target);
    // Whether somebody was reached decides from when the rhythm counts.
    if (form && event.target.name === "outcome" && form.querySelector("[data-rhythm]:checked")) {
      htmx.trigger(form.elements.when, "resolve");
    }
  });
  document.addEventListener("input", (event) => {
    const form = slip(event.target);
    if (!form) return;
    if (event.target.name === "when") choose(form, event.target);
    if (event.target.name === "note") drafts.set(form.action, event.target.value);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-instead]");
    if (!button || !slip(button)) return;
    event.preventDefault();
    rather(slip(button), button.dataset.instead);
  });
  document.addEventListener("keydown", (event) => {
    const form = slip(event.target);
    if (!form || event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(fileButton(form));
    } else if (event.target.name === "note" && !dated(form)) {
      event.preventDefault();
      form.elements.when.focus();
    } else if (event.target.name === "next" && !event.target.checked) {
      event.preventDefault();
      event.target.click(); // the button names it; the next Enter files
    }
  });

  // Nobody files under a date he has not seen: an early Enter waits for it, and the next one files.
  document.addEventListener("submit", (event) => {
    const form = slip(event.target);
    if (!form || event.submitter?.name === "instead") return;
    if (dated(form) || !form.elements.when.value.trim()) {
      drafts.delete(form.action);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = true;
    htmx.trigger(form.elements.when, "resolve");
  }, true);
  // An answer to what stood in the field before, or to another dossier's field, comes too late.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "file") return;
    const field = document.querySelector("[data-result] [name=when]");
    const { path, parameters } = event.detail.requestConfig;
    if (path !== field?.getAttribute("hx-get") || parameters.when !== field.value) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const form = document.querySelector("[data-result]");
    if (!form) return;
    if (event.detail.target.id === "file") {
      if (waiting) (dated(form) ? fileButton(form) : form.elements.when).focus();
      waiting = false;
    } else if (form.elements.note && !form.elements.note.value) {
      form.elements.note.value = drafts.get(form.action) ?? "";
    }
  });
  // A note that was begun and not filed: the browser asks before it is lost.
  window.addEventListener("beforeunload", (event) => {
    if ([...drafts.values()].some((note) => note.trim())) event.preventDefault();
  });
})();
