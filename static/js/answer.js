/* An answer that was begun, filled in or taken back is not lost without a question; the mail is drawn when somebody wants to see it. */
(() => {
  const form = document.querySelector("#answer");
  const text = form?.querySelector("[data-answer]");
  if (!text) return;
  let sending = false;

  form.querySelector(".rb-answer__seen")?.addEventListener("toggle", (event) => {
    if (event.target.open && text.value.trim()) form.requestSubmit(form.querySelector("[data-preview]"));
  });
  form.addEventListener("submit", (event) => { sending = event.submitter?.formTarget !== "preview"; });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && text.value.trim()) event.preventDefault();
  });
  if (text.defaultValue && !form.querySelector("[autofocus]")) text.focus();
})();
