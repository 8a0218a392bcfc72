/* Work without a mouse: keys of the alert queue, the palette (Ctrl-K), help (?), and saved views. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});
  const word = (key) => (secmon.words || {})[key] || key;
  const typing = (target) => target.matches && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable=true]");
  const onAlerts = () => window.location.pathname === "/alerts";

  function element(name, attributes, text) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text; // text, never markup
    return made;
  }

  /* --- the queue --- */
  const grid = () => document.getElementById("alerts-grid") && window.dash_ag_grid?.getApi?.("alerts-grid");

  function step(by) {
    const api = grid();
    if (!api) return;
    const cell = api.getFocusedCell();
    const next = Math.max(0, Math.min(api.getDisplayedRowCount() - 1, (cell ? cell.rowIndex : by > 0 ? -1 : 0) + by));
    const column = cell ? cell.column : api.getAllDisplayedColumns()[1];
    api.ensureIndexVisible(next);
    api.setFocusedCell(next, column);
    const row = api.getDisplayedRowAtIndex(next);
    const panel = document.getElementById("alerts-panel");
    if (row && panel && !panel.hidden) openRow(row);
  }

  function focusedRow() {
    const api = grid();
    const cell = api && api.getFocusedCell();
    return cell ? api.getDisplayedRowAtIndex(cell.rowIndex) : null;
  }

  function openRow(row) {
    window.dash_clientside.set_props("alerts-grid", { cellClicked: { rowId: row.id, rowIndex: row.rowIndex, timestamp: Date.now() } });
  }

  /* An action means the chosen rows, or the one under the cursor. */
  function press(name) {
    const api = grid();
    const row = focusedRow();
    if (api && row && !api.getSelectedRows().length) row.setSelected(true);
    window.setTimeout(() => {
      const button = document.getElementById(JSON.stringify({ to: "", type: `alerts-do-${name}` })); // as Dash writes it
      if (button) button.click();
      window.setTimeout(() => {
        const fields = document.querySelectorAll("#alerts-ask:not([hidden]) :is(input, textarea)");
        const field = [...fields].find((one) => one.offsetParent); // those of other actions are not shown
        if (field) field.focus();
      }, 250);
    }, 60);
  }

  const QUEUE = {
    j: () => step(1),
    k: () => step(-1),
    enter: () => focusedRow() && openRow(focusedRow()),
    x: () => focusedRow() && focusedRow().setSelected(!focusedRow().isSelected()),
    a: () => press("acknowledge"),
    e: () => press("incident"),
    c: () => press("close"),
  };

  /* --- the palette --- */
  let palette = null;

  function entries(text) {
    const wanted = text.trim().toLowerCase();
    const pages = [...document.querySelectorAll("#side a")].map((link) => ({ label: link.textContent, kind: word("palette.page"), go: () => link.click() }));
    const sites = (secmon.siteTable || []).map((site) => ({ label: site.full, kind: `${word("palette.site")} ${site.code}`, go: () => secmon.go(`/site/${site.code}`, {}) }));
    const all = [...pages, ...sites].filter((one) => !wanted || `${one.label} ${one.kind}`.toLowerCase().includes(wanted));
    const found = all.slice(0, 12);
    if (wanted && document.querySelector('#side a[href="/hunt"]')) {
      found.push({ label: `“${text.trim()}”`, kind: word("palette.hunt"), go: () => secmon.go("/hunt", { q: text.trim(), last: "24h" }) });
    }
    return found;
  }

  function closePalette() {
    if (palette) palette.remove();
    palette = null;
  }

  function openPalette() {
    closePalette();
    palette = document.body.appendChild(element("div", { class: "palette", role: "dialog", "aria-label": word("palette.hint") }));
    const input = palette.appendChild(element("input", { type: "text", placeholder: word("palette.hint"), "aria-label": word("palette.hint"), spellcheck: "false" }));
    const list = palette.appendChild(element("ul", { role: "listbox" }));
    let at = 0;
    let shown = [];
    const choose = (one) => {
      closePalette();
      one.go();
    };
    const draw = () => {
      shown = entries(input.value);
      at = Math.max(0, Math.min(at, shown.length - 1));
      list.replaceChildren(...shown.map((one, i) => {
        const item = element("li", { role: "option", "aria-selected": String(i === at) });
        item.append(element("span", {}, one.label), element("small", {}, one.kind));
        item.addEventListener("click", () => choose(one));
        return item;
      }));
    };
    input.addEventListener("input", () => {
      at = 0;
      draw();
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") at += 1;
      else if (event.key === "ArrowUp") at -= 1;
      else if (event.key === "Enter" && shown[at]) {
        event.preventDefault();
        choose(shown[at]);
        return;
      } else return;
      event.preventDefault();
      draw();
    });
    draw();
    input.focus();
  }

  function openHelp() {
    closePalette();
    palette = document.body.appendChild(element("div", { class: "palette", role: "dialog", "aria-label": word("keys.title"), tabindex: "-1" }));
    const list = palette.appendChild(element("ul"));
    const rows = [["J / K", "move"], ["Enter", "open"], ["X", "choose"], ["A", "acknowledge"], ["E", "incident"], ["C", "close"], ["/", "find"], ["Ctrl-K", "palette"], ["?", "help"]];
    for (const [key, name] of rows) {
      const item = list.appendChild(element("li"));
      item.append(element("span", {}, word(`keys.${name}`)), element("kbd", {}, key));
    }
    palette.focus();
  }

  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      openPalette();
      return;
    }
    if (event.key === "Escape") {
      closePalette();
      const cancel = document.querySelector(".veil:not([hidden]) .button:not(.main)");
      if (cancel) cancel.click();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector(".veil:not([hidden])")) return;
    if (event.key === "?") openHelp();
    else if (event.key === "/") {
      const field = document.querySelector(".form .query");
      if (field) {
        event.preventDefault();
        field.focus();
      }
    } else if (onAlerts() && QUEUE[event.key.toLowerCase()]) {
      event.preventDefault();
      QUEUE[event.key.toLowerCase()]();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (palette && !palette.contains(event.target)) closePalette();
  });
  document.addEventListener("click", (event) => {
    const shut = event.target.closest && event.target.closest(".side-panel .close");
    if (shut) shut.closest(".side-panel").hidden = true;
  });

  /* --- saved views: names for addresses, kept by this browser --- */
  const KEY = "secmon-views";

  function saved() {
    try {
      return JSON.parse(window.localStorage.getItem(KEY) || "{}");
    } catch (damaged) {
      return {};
    }
  }

  function drawViews(host) {
    const path = host.dataset.views;
    const views = saved()[path] || {};
    const list = element("select", { class: "button", "aria-label": word("views.none") });
    list.append(element("option", { value: "" }, word("views.none")));
    for (const [name, search] of Object.entries(views)) list.append(element("option", { value: search }, name));
    list.addEventListener("change", () => list.value && secmon.go(path, new URLSearchParams(list.value)));
    const name = element("input", { class: "text", placeholder: word("views.name"), maxlength: "40", "aria-label": word("views.name"), hidden: "" });
    const save = element("button", { class: "button", type: "button" }, word("views.save"));
    const keep = () => {
      if (name.hidden) {
        name.hidden = false;
        name.focus();
        return;
      }
      if (!name.value.trim()) return;
      const all = saved();
      const asked = new URLSearchParams(window.location.search);
      asked.delete("lang");
      all[path] = { ...(all[path] || {}), [name.value.trim()]: asked.toString() };
      try {
        window.localStorage.setItem(KEY, JSON.stringify(all));
      } catch (denied) {
        /* this visit only */
      }
      drawViews(host);
    };
    save.addEventListener("click", keep);
    name.addEventListener("keydown", (event) => event.key === "Enter" && keep());
    host.replaceChildren(list, name, save);
    host.dataset.drawn = document.documentElement.lang;
  }

  window.setInterval(() => {
    for (const host of document.querySelectorAll("[data-views]")) if (!host.dataset.drawn && secmon.words) drawViews(host);
  }, 300);
})();
/* Paper needs no script of its own: the page has a style for print. */
document.addEventListener("click", (event) => {
  if (event.target.closest && event.target.closest("#print")) window.print();
});
