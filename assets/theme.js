/* Light or dark, remembered by the browser; and the menu behind its button. */
(function () {
  "use strict";
  const KEY = "secmon-theme";
  const root = document.documentElement;

  function stored() {
    try {
      return window.localStorage.getItem(KEY);
    } catch (denied) {
      return null;
    }
  }

  root.dataset.theme = stored() === "light" ? "light" : "dark";

  function flip() {
    root.dataset.theme = root.dataset.theme === "light" ? "dark" : "light";
    try {
      window.localStorage.setItem(KEY, root.dataset.theme);
    } catch (denied) {
      /* this visit only */
    }
    window.dispatchEvent(new Event("resize"));
  }

  document.addEventListener("click", (event) => {
    const pressed = event.target.closest && event.target.closest("button.tool, #side a");
    if (!pressed) return;
    if (pressed.id === "theme") flip();
    else if (pressed.id === "menu") root.classList.toggle("menu-open");
    else root.classList.remove("menu-open");
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") root.classList.remove("menu-open");
  });
})();
