// A menu closes when one leaves it: by Escape, by a click elsewhere, by opening another.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.rb-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.rb-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
