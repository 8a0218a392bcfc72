/* The guided tour: a bar with the narration that steers the replay, a spotlight, speaker's notes, masking, and the way out. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});
  const word = (key) => (secmon.words || {})[key] || "";
  const onStage = () => !!document.querySelector("[data-stage='tour']");
  const SPEEDS = [1, 2, 5, 10, 30, 60];
  let state = null;
  let bar = null;
  let notes = false;
  let shownChapter = -1;

  function element(name, attributes, text) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text; // text, never markup
    return made;
  }

  async function ask(path, body) {
    const answer = await fetch(`/api/v1/tour${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    state = await answer.json();
    return state;
  }

  const steer = (what) => ask("/steer", what).then(follow, failed);
  const failed = (error) => bar && bar.setAttribute("data-error", String(error));

  function go(number) {
    if (!state) return;
    steer({ chapter: Math.max(0, Math.min(state.chapters.length - 1, number)) });
  }

  /* The page of a chapter is opened once the replay has come to it: before, what is told would not be there. */
  function follow() {
    if (state.arrived && shownChapter !== state.chapter) visit();
    draw();
  }

  function visit() {
    const first = shownChapter === -1; // a page that was loaded just now stays: it may be in the other language
    shownChapter = state.chapter;
    const { path, asked } = state.chapters[state.chapter];
    const elsewhere = window.location.pathname !== path || (asked && window.location.search !== `?${asked}`);
    if (!first && elsewhere) secmon.go(path, asked);
    window.setTimeout(spot, 700);
    window.setTimeout(spot, 2500);
  }

  /* A frame around what the chapter is about. */
  function spot() {
    document.querySelectorAll(".spot").forEach((one) => one.classList.remove("spot"));
    const target = state && document.querySelector(`.content ${state.chapters[state.chapter].look}`);
    if (target) target.classList.add("spot");
  }

  async function leave() {
    await ask("/exit", {}).catch(() => null);
    window.location.assign("/");
  }

  function button(sign, key, act) {
    const made = element("button", { type: "button", class: "tool", title: word(key), "aria-label": word(key) }, sign);
    made.addEventListener("click", act);
    return made;
  }

  /* The bar is made once for a language, so that a list that is open and a button that is pressed stay what they are. */
  function make() {
    const speed = element("select", { class: "button", "aria-label": word("tour.speed"), title: word("tour.speed") });
    for (const one of SPEEDS) speed.append(element("option", { value: String(one) }, `${one}×`));
    speed.addEventListener("change", () => steer({ speed: Number(speed.value) }));
    const told = element("div", { class: "told" });
    told.append(element("small"), element("h2"), element("p", { class: "text" }), element("p", { class: "notes" }));
    const tools = element("div", { class: "tools" });
    tools.append(
      button("◀", "tour.back", () => go(state.chapter - 1)),
      button("❚❚", "tour.pause", () => steer({ paused: !state.paused })),
      button("▶", "tour.next", () => go(state.chapter + 1)),
      speed,
      button("✎", "tour.notes.toggle", toggleNotes),
      button("◍", "tour.mask", toggleMask),
      button("↺", "tour.reset", () => ask("/reset", {}).then(() => window.location.assign("/tour"), failed)),
      button("✕", "tour.exit", leave),
    );
    const made = element("aside", { class: "tour-bar", "aria-label": word("nav.tour"), lang: document.documentElement.lang });
    made.append(told, tools);
    if (bar) bar.remove();
    bar = document.body.appendChild(made);
  }

  function toggleNotes() {
    notes = !notes;
    draw();
  }

  const write = (selector, text) => {
    const part = bar.querySelector(selector);
    if (part.dataset.written === text) return; // masking may have covered what is read back
    part.dataset.written = text;
    part.textContent = text;
  };

  function draw() {
    if (!state || !secmon.words) return;
    if (!bar || bar.lang !== document.documentElement.lang) make();
    const chapter = state.chapters[state.chapter];
    const time = state.now ? new Date(Date.parse(state.now) + 9 * 3600 * 1000).toISOString().slice(11, 19) : "";
    const pace = !state.arrived ? word("tour.winding") : state.paused ? word("tour.paused") : `${state.speed}×`;
    bar.dataset.chapter = chapter.key;
    bar.dataset.arrived = String(state.arrived && shownChapter === state.chapter);
    write("small", `${state.chapter + 1} / ${state.chapters.length} · ${word("tour.replay")} ${time} KST · ${pace}`);
    write("h2", word(`tour.${chapter.key}.title`));
    write(".text", word(`tour.${chapter.key}.text`));
    write(".notes", word(`tour.${chapter.key}.notes`));
    bar.querySelector(".notes").hidden = !notes;
    const pause = bar.querySelector(".tools button:nth-child(2)");
    pause.textContent = state.paused ? "▶" : "❚❚";
    pause.title = word(state.paused ? "tour.go" : "tour.pause");
    pause.setAttribute("aria-label", pause.title);
    const speed = bar.querySelector("select");
    if (document.activeElement !== speed) speed.value = String(state.speed);
  }

  /* --- masking: addresses and accounts are covered wherever they are written --- */
  const SECRET = /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[a-z]{2,8}\.[a-z]{2}\b|\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b/g;
  let masking = false;
  let watcher = null;

  function maskIn(root) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeValue.match(SECRET)) node.nodeValue = node.nodeValue.replace(SECRET, (found) => "●".repeat(Math.min(8, found.length)));
    }
  }

  function toggleMask() {
    masking = !masking;
    if (watcher) watcher.disconnect();
    watcher = null;
    if (!masking) {
      window.sessionStorage.removeItem("secmon-mask");
      window.location.reload();
      return;
    }
    window.sessionStorage.setItem("secmon-mask", "on");
    startMask();
  }

  function startMask() {
    masking = true;
    document.documentElement.dataset.masked = "on";
    const content = document.body;
    maskIn(content);
    watcher = new MutationObserver((changes) => {
      watcher.disconnect();
      for (const change of changes) maskIn(change.target);
      watcher.observe(content, { childList: true, subtree: true, characterData: true });
    });
    watcher.observe(content, { childList: true, subtree: true, characterData: true });
  }

  /* --- keys --- */
  document.addEventListener("keydown", (event) => {
    if (!onStage() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches && event.target.matches("input, textarea, select")) return;
    if (event.key === "ArrowRight" || event.key === "PageDown") go(state ? state.chapter + 1 : 0);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") go(state ? state.chapter - 1 : 0);
    else if (event.key === " ") steer({ paused: !(state && state.paused) });
    else if (event.key.toLowerCase() === "n") toggleNotes();
    else if (event.key.toLowerCase() === "m") toggleMask();
    else if (event.key === "Escape" && !document.querySelector(".palette, .value-menu, .veil:not([hidden])")) leave();
    else return;
    event.preventDefault();
  });

  /* --- the page /tour prepares it --- */
  function drawStart(host) {
    const share = state ? Math.round(100 * state.ready) : 0;
    const lines = [];
    if (state && state.error) lines.push(element("p", { class: "failed" }, state.error));
    if (!state || !state.running) {
      const begin = element("button", { type: "button", class: "button main", id: "tour-prepare" }, word("tour.prepare"));
      begin.addEventListener("click", () => ask("/start", {}).then(() => drawStart(host), failed));
      lines.push(begin);
    } else if (state.ready < 1) {
      const progress = element("progress", { max: "100", value: String(share) });
      lines.push(progress, element("span", {}, ` ${word("tour.preparing")} ${share} %`));
    } else {
      const enter = element("button", { type: "button", class: "button main", id: "tour-enter" }, word("tour.enter"));
      enter.addEventListener("click", async () => {
        await ask("/enter", {});
        await ask("/steer", { chapter: 0 });
        window.location.assign("/");
      });
      lines.push(enter, element("span", { class: "done" }, ` ${word("tour.prepared")}`));
    }
    const version = JSON.stringify([state && state.running, share, document.documentElement.lang, state && state.error]);
    if (host.dataset.version === version) return;
    host.dataset.version = version;
    host.replaceChildren(...lines);
  }

  async function beat() {
    const host = document.querySelector("[data-tour='start']");
    try {
      if (onStage() || host) await ask("");
    } catch (refused) {
      if (host && secmon.words && !host.dataset.version) {
        host.dataset.version = "none";
        host.replaceChildren(element("p", { class: "empty" }, word("tour.none")));
      }
      return;
    }
    if (host && secmon.words) drawStart(host);
    if (onStage() && state && (state.running || state.ready === 1)) {
      follow();
      if (window.sessionStorage.getItem("secmon-mask") === "on" && !masking) startMask();
    }
  }

  async function heart() {
    await beat();
    window.setTimeout(heart, state && onStage() && !state.arrived ? 500 : 1000);
  }
  heart();
})();
