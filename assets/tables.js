/* Tables that come as one component (secmon.web.plain_table): their cells are built here, as text, never as markup. */
(function () {
  "use strict";
  const NAMES = new Set(["span", "b", "strong", "small", "div", "p", "br", "code", "button", "a"]);
  const LOCAL = /^[/?](?![/\\])/; // addresses of this server only

  function inside(parent, cell) {
    if (!Array.isArray(cell)) {
      parent.append(cell);
      return;
    }
    const [name, attributes, ...children] = cell;
    let element = parent;
    if (NAMES.has(name)) {
      element = parent.appendChild(document.createElement(name));
      for (const [key, value] of Object.entries(attributes)) {
        if (/^(class|title|lang|data-[\w-]+|aria-[\w-]+)$/.test(key) || (key === "href" && LOCAL.test(value))) element.setAttribute(key, value);
      }
      if (name === "button") element.type = "button";
    }
    children.forEach((child) => inside(element, child));
  }

  function row(section, cells, kind, styles) {
    const line = section.insertRow();
    cells.forEach((cell, place) => {
      const element = line.appendChild(document.createElement(kind));
      if (styles[place]) element.className = styles[place];
      inside(element, cell);
    });
  }

  const reached = (table) => [...table.querySelectorAll("a, button")];

  function fill(table) {
    const { head, rows, styles } = JSON.parse(table.dataset.cells);
    const focused = reached(table).indexOf(document.activeElement);
    table.replaceChildren();
    row(table.createTHead(), head, "th", styles);
    const body = table.createTBody();
    rows.forEach((cells) => row(body, cells, "td", styles));
    if (focused >= 0 && reached(table)[focused]) reached(table)[focused].focus({ preventScroll: true });
  }

  function look(changes) {
    for (const change of changes) {
      if (change.type === "attributes") fill(change.target);
      for (const added of change.addedNodes) {
        if (added.nodeType !== Node.ELEMENT_NODE) continue;
        if (added.matches("table[data-cells]")) fill(added);
        added.querySelectorAll("table[data-cells]").forEach(fill);
      }
    }
  }

  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["data-cells"] });

  /* A link goes to another page of the console without loading everything anew, as those outside of tables do. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("table[data-cells] a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    window.history.pushState({}, "", link.href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  });
})();
