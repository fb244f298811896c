/* One key, one movement. Silent while somebody types, and for people who switched the keys off. */
(() => {
  const PAUSE = 350; // ms that end a number
  const PATIENCE = 3000; // ms that "m" waits for its number
  let digits = "";
  let moving = false;
  let timer;

  const $ = (selector) => document.querySelector(selector);
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent);
  const current = () => rows().findIndex((row) => row.hasAttribute("aria-current"));
  const press = (selector) => $(selector)?.click();

  // In a list that opens nothing beside itself the keys only choose; Enter follows the link.
  const choose = (links, by) => {
    const next = links.indexOf(document.activeElement) + by;
    links[Math.min(Math.max(next, 0), links.length - 1)].focus();
  };

  const step = (by) => {
    if ($("[data-step]")) return press(by > 0 ? "[data-step=next]" : "[data-step=previous]");
    const links = [...document.querySelectorAll("[data-pick]")];
    if (links.length) return choose(links, by);
    const all = rows();
    const next = all[Math.min(Math.max(current() + by, 0), all.length - 1)];
    next?.querySelector("a").click();
  };

  const tabOf = (number) => $(`[data-tab="${number}"]`);

  const openTab = (number) => {
    const tab = tabOf(number);
    if (tab?.dataset.href) location.assign(tab.dataset.href);
    else tab?.click();
  };

  const expectNumber = (expected) => {
    moving = expected;
    document.body.classList.toggle("is-moving", expected);
    clearTimeout(timer);
    if (expected) timer = setTimeout(() => expectNumber(false), PATIENCE);
  };

  const moveTo = (number) => {
    if (tabOf(number)?.dataset.href) return tabOf(number).click();
    const ticked = [...document.querySelectorAll("[data-row] input[name=f]:checked")].map((box) => box.value);
    const open = $("#dossier-title")?.dataset.place;
    const places = ticked.length || !open ? ticked : [open];
    document.dispatchEvent(new CustomEvent("binder:move", { detail: { places, when: number } }));
  };

  const endNumber = () => {
    const number = digits;
    const move = moving;
    digits = "";
    expectNumber(false);
    if (number) (move ? moveTo : openTab)(number);
  };

  const digit = (key) => {
    digits += key;
    clearTimeout(timer);
    timer = setTimeout(endNumber, PAUSE);
  };

  const tick = () => {
    const box = rows()[current()]?.querySelector("input[name=f]") ?? $("input[data-pick]:focus");
    box?.click();
  };

  const behind = () => {
    const strip = $(".rb-behind");
    if (!strip) return;
    strip.open = !strip.open;
    strip.querySelector(strip.open ? "a" : "summary").focus();
  };

  // The date is asked for: the hand lies on the first proposal, and nothing is pressed, not even a rhythm's date.
  const notReached = () => {
    const form = $("[data-result]");
    const { outcome, when } = form?.elements ?? {};
    if (!outcome) return;
    outcome.value = "missed";
    for (const date of form.querySelectorAll("[name=next]:checked")) date.checked = false;
    htmx.trigger(when, "resolve");
    (form.querySelector(".rb-date--try input") ?? when).focus();
  };

  const help = async () => {
    const dialog = $("[data-help]");
    if (!dialog) return;
    if (!dialog.childElementCount) await htmx.ajax("GET", dialog.dataset.help, { target: dialog, swap: "innerHTML" });
    if (!dialog.open) dialog.showModal();
  };

  const KEYS = {
    j: () => step(1),
    k: () => step(-1),
    Enter: () => press("a[data-open]"),
    n: () => ($("#note") ?? $("[name=note]") ?? $("[data-answer]"))?.focus(),
    r: notReached,
    s: () => press("[data-skip]"),
    m: () => expectNumber(true),
    x: tick,
    t: () => ($("a.rb-tab--today") ?? $(".rb-brand")).click(),
    l: behind,
    u: () => press("[data-undo]"),
    "/": () => $("[data-key='/']")?.focus(),
    "?": help,
    Escape: () => { digits = ""; press("[data-cancel]"); },
  };

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog[open]");
    if (event.key === "Escape" && typing && !event.target.closest("dialog")) return event.target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || "keysOff" in document.body.dataset) return;
    if (event.key === "Enter" && event.target.closest("a, button, summary, input")) return;
    if (/^\d$/.test(event.key)) return digit(event.key);
    if (event.key !== "m") expectNumber(false);
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
