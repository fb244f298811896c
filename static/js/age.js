// Says how old a page is that may have been kept, and whether there is a network.
(() => {
  const made = document.querySelector("[data-made]"), off = document.querySelector("[data-off]");
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  function say() {
    const minutes = Math.floor((Date.now() - Date.parse(made.dataset.made)) / 60000);
    const [number, unit] = minutes < 60 ? [minutes, "minute"] : [Math.floor(minutes / 60), "hour"];
    made.textContent = words.format(-number, unit);
    off.hidden = navigator.onLine;
  }
  say();
  setInterval(say, 30000);
  addEventListener("online", say);
  addEventListener("offline", say);
})();
