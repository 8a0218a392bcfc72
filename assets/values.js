/* A value's menu, the drawer's close button, and zooming a histogram: all of them only change the address. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});

  secmon.go = function (path, parameters) {
    const search = new URLSearchParams(parameters).toString();
    window.history.pushState({}, "", search ? `${path}?${search}` : path);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  };

  const quoted = (text) => (/^[\w.]+$/.test(text) ? text : `"${text.replace(/[\\"]/g, "\\$&")}"`);
  const part = (field, value) => (field ? `${field}:${quoted(value)}` : quoted(value));

  function current() {
    const asked = new URLSearchParams(window.location.search);
    asked.delete("lang");
    return asked;
  }

  function hunt(query) {
    const asked = window.location.pathname === "/hunt" ? current() : new URLSearchParams({ last: "24h" });
    asked.set("q", query.trim());
    secmon.go("/hunt", asked);
  }

  const ACTIONS = {
    include: (field, value) => hunt(`${current().get("q") || ""} ${part(field, value)}`),
    exclude: (field, value) => hunt(`${current().get("q") || ""} -${part(field, value)}`),
    only: (field, value) => hunt(part(field, value)),
    block: (field, value) => secmon.go("/blocklist", { propose: value }),
    copy: (field, value) => navigator.clipboard && navigator.clipboard.writeText(value),
  };
  const BLOCKABLE = /^(src_endpoint_ip|dst_endpoint_ip|query_hostname|file_hashes_sha256)$/;

  let menu = null;
  let opener = null;

  function close() {
    if (menu) menu.remove();
    menu = null;
    if (opener) opener.setAttribute("aria-expanded", "false");
    opener = null;
  }

  function open(button) {
    close();
    const { field, value } = button.dataset;
    const words = secmon.words || {};
    const onHunt = window.location.pathname === "/hunt";
    const names = [...(onHunt ? ["include", "exclude"] : []), "only", "copy", ...(BLOCKABLE.test(field) && document.querySelector('#side a[href="/blocklist"]') ? ["block"] : [])];
    menu = document.body.appendChild(document.createElement("div"));
    menu.className = "value-menu";
    menu.setAttribute("role", "menu");
    const title = menu.appendChild(document.createElement("p"));
    title.textContent = value.length > 80 ? `${value.slice(0, 80)}…` : value; // text, never markup
    for (const name of names) {
      const item = menu.appendChild(document.createElement("button"));
      item.type = "button";
      item.setAttribute("role", "menuitem");
      item.textContent = words[`value.${name}`] || name;
      item.addEventListener("click", () => {
        close();
        ACTIONS[name](field, value);
      });
    }
    const box = button.getBoundingClientRect();
    menu.style.left = `${Math.min(box.left, window.innerWidth - menu.offsetWidth - 8)}px`;
    menu.style.top = `${Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8)}px`;
    opener = button;
    button.setAttribute("aria-expanded", "true");
    menu.querySelector("button").focus();
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest) return;
    const button = event.target.closest("button.value");
    if (button && button !== opener) open(button);
    else if (!event.target.closest(".value-menu")) close();
    const shut = event.target.closest(".drawer .close");
    if (shut) shut.closest(".drawer").hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
      document.querySelectorAll(".drawer:not([hidden])").forEach((drawer) => (drawer.hidden = true));
    }
    if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const items = [...menu.querySelectorAll("button")];
      const at = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      items[(at + items.length) % items.length].focus();
    }
  });

  window.dash_clientside = window.dash_clientside || {};
  const functions = (window.dash_clientside.secmon = window.dash_clientside.secmon || {});

  /* A selected stretch of the histogram becomes the time that is searched. */
  functions.zoomed = function (selected, search) {
    const range = selected && selected.range && selected.range.x;
    if (!range) return window.dash_clientside.no_update;
    const asked = new URLSearchParams(search || "");
    asked.delete("last");
    asked.set("from", range[0].slice(0, 16));
    asked.set("to", new Date(Date.parse(range[1].replace(" ", "T") + "Z") + 59000).toISOString().slice(0, 16).replace("T", " "));
    return `?${asked.toString()}`;
  };
})();
