/* An agreed time has come: its line shows by itself, on whatever page one is. The board has those of its tab; for all
   other pages the server is asked, rarely: the browser keeps only when it was asked and when the next time comes, until
   a log-out, which clears all that it keeps. */
(() => {
  const OFTEN = 5000; // ms
  const AGAIN = 5 * 60 * 1000; // ms after which others may have been agreed
  const KEPT = "appointments";
  const { user } = document.body.dataset;
  const box = document.querySelector("[data-now]");
  let asked = 0; // when this page asked

  // What the server said was so many seconds ahead; this clock may stand wrong, but it runs.
  const begin = () => {
    for (const line of document.querySelectorAll("[data-in]")) {
      line.comesAt ??= Date.now() + 1000 * line.dataset.in;
      line.hidden = Date.now() < line.comesAt || isToldAlready(line);
    }
    if (box) box.hidden = !box.querySelector("[data-in]:not([hidden])");
  };
  // By the open sheet, or because it lies open.
  const isToldAlready = ({ parentElement, dataset: { of } }) => parentElement === box && Boolean(
    document.querySelector(`main [data-in][data-of="${of}"], main [data-customer="${of}"]`),
  );

  const kept = () => JSON.parse(localStorage.getItem(KEPT)) ?? {};
  const isToAsk = () => {
    const { of, at, next } = kept();
    const last = of === user ? at : 0;
    return Date.now() > Math.max(last, asked) + AGAIN || (Date.now() >= next && asked < next);
  };
  const ask = async () => {
    asked = Date.now();
    const answer = await fetch(box.dataset.now, { redirect: "manual" });
    if (!answer.ok) return;
    box.innerHTML = await answer.text();
    begin();
    const next = Math.min(...[...box.querySelectorAll("[data-in]")].map((line) => line.comesAt), asked + AGAIN);
    localStorage.setItem(KEPT, JSON.stringify({ of: user, at: asked, next }));
  };
  const look = () => {
    begin();
    if (box && !document.hidden && isToAsk()) ask().catch(() => {}); // without a network: with the next page
  };
  look();
  setInterval(look, OFTEN);
  document.addEventListener("visibilitychange", look);
  document.addEventListener("htmx:afterSwap", begin);
  // What was filed or moved is told of no more.
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!box?.childElementCount || detail.requestConfig.verb === "get") return;
    box.replaceChildren();
    ask().catch(() => {});
  });
})();
