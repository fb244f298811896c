// Bring today's (or the open) tab into view: the rail scrolls on low and on small screens.
(() => {
  const show = () => {
    for (const list of document.querySelectorAll(".rb-rail ol")) {
      const tab = list.querySelector(".rb-tab[aria-current]") || list.querySelector(".rb-tab--today");
      if (!tab) continue;
      const rail = list.parentElement;
      const tabBox = tab.getBoundingClientRect();
      if (getComputedStyle(list).flexDirection === "row") {
        list.scrollLeft += tabBox.left - list.getBoundingClientRect().left - 34;
      } else if (rail.scrollHeight > rail.clientHeight) {
        const railBox = rail.getBoundingClientRect();
        rail.scrollTop += tabBox.top - railBox.top - (railBox.height - tabBox.height) / 2;
      }
    }
  };
  show();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.closest(".rb-rail") || event.target.querySelector(".rb-rail")) show();
  });
})();
