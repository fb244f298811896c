// Keeps today's tab on this device for when there is no network, if its owner asked for that, and forgets it for all
// others. static/js/worker.js shows it.
(() => {
  if (!navigator.serviceWorker || !window.caches) return;
  const KEPT = "pocket", PAGE = "/binder/pocket/", FRESH = 5 * 60 * 1000;
  const { user } = document.body.dataset;
  const box = document.querySelector("[data-pocket]");

  async function forget() {
    await caches.delete(KEPT);
    for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
  }
  async function keep() {
    const answer = await fetch(PAGE, { cache: "no-store", redirect: "manual" });
    if (!answer.ok || answer.headers.get("X-Kept-For") !== user) return forget();
    const page = new DOMParser().parseFromString(await answer.clone().text(), "text/html");
    const parts = [...page.querySelectorAll("link[rel=stylesheet], script[src], use")];
    const addresses = parts.map((part) => part.getAttribute("href") || part.getAttribute("src"));
    const cache = await caches.open(KEPT);
    await cache.addAll(new Set(addresses.map((address) => address.split("#")[0])));
    await cache.put(PAGE, answer);
  }
  async function look() {
    const kept = await caches.match(PAGE, { cacheName: KEPT, ignoreVary: true });
    if (!user || (kept && kept.headers.get("X-Kept-For") !== user)) await forget();
    else if (kept && navigator.onLine && Date.now() - kept.headers.get("X-Kept-At") > FRESH) await keep();
    if (box) await show();
  }
  async function show() {
    const is = (await caches.has(KEPT)) ? "kept" : "not-kept";
    for (const part of box.querySelectorAll("[data-when]")) part.hidden = part.dataset.when !== is;
  }
  async function press(event) {
    if (event.target.closest("[data-keep]")) {
      await navigator.serviceWorker.register("/worker.js", { scope: "/", updateViaCache: "none" });
      await navigator.serviceWorker.ready;
      await keep();
    } else if (event.target.closest("[data-forget]")) await forget();
    else return;
    await show();
  }

  // Nobody to wait for: what fails for want of a network is tried again with the next page.
  const quietly = () => look().catch(() => {});
  quietly();
  setInterval(quietly, FRESH);
  document.addEventListener("visibilitychange", quietly);
  box?.addEventListener("click", press);
})();
