/* When an answer does not come or says no: one sentence on the page, and what was written stays. */
(() => {
  let loggedOut = false;

  const say = (key) => {
    const strip = document.querySelector("[data-trouble]");
    if (!strip) return;
    strip.querySelector("[data-said]").textContent = strip.dataset[key];
    strip.querySelector("a").hidden = key !== "out";
    strip.hidden = false;
  };

  // After logging in elsewhere the page's forms need the new session's token.
  const renewToken = async () => {
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!token) return;
    for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
    document.querySelector("[data-trouble]").hidden = true;
    loggedOut = false;
  };

  document.addEventListener("htmx:responseError", (event) => {
    const { status } = event.detail.xhr;
    loggedOut = status === 401 || status === 403;
    say(loggedOut ? "out" : "failed");
  });
  let leaving = false;
  window.addEventListener("pagehide", () => { leaving = true; });
  document.addEventListener("htmx:sendError", () => { if (!leaving) say("offline"); });
  window.addEventListener("focus", () => { if (loggedOut) renewToken(); });
})();
