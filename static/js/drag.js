/* Rows are dragged onto tabs: by mouse at once, by finger after a long press, so that a swipe still scrolls.
   It is an extra: m with a number, a tick with a date and Ctrl+K do the same. */
(() => {
  const LONG_PRESS = 400; // ms
  const SLACK = 8; // px that a mouse moves before it drags, and that a finger may tremble
  const EDGE = 48; // px from the end of the tabs, where they roll on by themselves
  let pressed; // { row, x, y, timer }: what a pointer holds, or may come to hold
  let ghost; // what hangs on the pointer while it drags
  let target; // the tab below it

  const boxesOf = (row) => {
    const own = row.querySelector("input[name=f]");
    return own.checked ? [...document.querySelectorAll("[data-row] input[name=f]:checked")] : [own];
  };

  const lift = () => {
    const others = boxesOf(pressed.row).length - 1;
    const name = pressed.row.querySelector(".rb-row__hit").textContent;
    ghost = document.createElement("div");
    ghost.className = "rb-ghost";
    ghost.ariaHidden = "true";
    ghost.append(document.createElement("b"), document.createElement("span"));
    ghost.firstChild.textContent = others ? `${name} +${others}` : name;
    document.body.append(ghost);
    document.body.classList.add("is-dragging");
    pressed.row.classList.add("is-lifted");
    getSelection().removeAllRanges();
    follow();
  };

  const tabBelow = () => {
    const below = document.elementFromPoint(pressed.x, pressed.y);
    if (below?.closest(".rb-rail__more")) document.querySelector("#months")?.classList.add("is-open");
    const tab = below?.closest("a.rb-tab, .rb-months a");
    const liesThere = tab?.hasAttribute("aria-current") && !pressed.row.closest(".rb-behind");
    return liesThere ? null : tab;
  };

  const aim = (tab) => {
    target?.classList.remove("is-target");
    target = tab;
    tab?.classList.add("is-target");
    ghost.lastChild.textContent = tab ? [tab.title, tab.dataset.load].filter(Boolean).join(" · ") : "";
  };

  const push = (at, start, end) => (at < start || at > end ? 0 : at < start + EDGE ? -6 : at > end - EDGE ? 6 : 0);
  const roll = (tabs) => {
    const box = tabs.getBoundingClientRect();
    const isBeside = pressed.x >= box.left && pressed.x <= box.right && pressed.y >= box.top && pressed.y <= box.bottom;
    if (isBeside) tabs.scrollBy(push(pressed.x, box.left, box.right), push(pressed.y, box.top, box.bottom));
  };

  // It hangs beside the day tabs, or above the finger: never over the tab that is meant.
  const hang = ({ x, y }) => {
    const { offsetWidth: width, offsetHeight: height } = ghost;
    const isBesideRail = x > innerWidth - width && matchMedia("(min-width: 1200px)").matches;
    const left = isBesideRail ? x - width - 60 : Math.min(x, innerWidth - width - 16);
    const top = isBesideRail ? y - height / 2 : y - height - 16;
    ghost.style.translate = `${left}px ${Math.max(top, 0)}px`;
  };

  const follow = () => {
    if (!ghost) return;
    hang(pressed);
    document.querySelectorAll(".rb-rail, .rb-rail ol").forEach(roll);
    aim(tabBelow());
    requestAnimationFrame(follow);
  };

  const letGo = () => {
    if (!pressed) return;
    clearTimeout(pressed.timer);
    pressed.row.classList.remove("is-lifted");
    document.body.classList.remove("is-dragging");
    document.querySelector("#months")?.classList.remove("is-open");
    if (ghost) aim(null);
    ghost?.remove();
    pressed = ghost = undefined;
  };

  const drop = () => {
    if (ghost) {
      const refuse = (event) => { event.preventDefault(); event.stopPropagation(); };
      document.addEventListener("click", refuse, { capture: true, once: true });
      setTimeout(() => document.removeEventListener("click", refuse, { capture: true }));
    }
    const tab = ghost && tabBelow();
    const places = tab && boxesOf(pressed.row).map((box) => box.value);
    letGo();
    const when = tab?.pathname.split("/").at(-2);
    if (tab) document.dispatchEvent(new CustomEvent("binder:move", { detail: { places, when } }));
  };

  document.addEventListener("pointerdown", (event) => {
    const row = event.target.closest?.("[data-row]");
    if (!row || pressed || event.button || event.target.closest(".rb-row__tick, .rb-tel")) return;
    pressed = { row, x: event.clientX, y: event.clientY };
    if (event.pointerType !== "mouse") pressed.timer = setTimeout(lift, LONG_PRESS);
  });
  document.addEventListener("pointermove", (event) => {
    if (!pressed) return;
    const { clientX: x, clientY: y } = event;
    if (ghost) Object.assign(pressed, { x, y });
    else if (Math.hypot(x - pressed.x, y - pressed.y) > SLACK) (event.pointerType === "mouse" ? lift : letGo)();
  });
  document.addEventListener("pointerup", drop);
  document.addEventListener("pointercancel", letGo);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") letGo(); });
  // What the browser itself would do with a link that is held: drag its address, open a menu, scroll the page.
  document.addEventListener("dragstart", (event) => { if (pressed) event.preventDefault(); });
  document.addEventListener("contextmenu", (event) => { if (pressed?.timer) event.preventDefault(); });
  document.addEventListener("touchmove", (event) => { if (ghost) event.preventDefault(); }, { passive: false });
})();
