/* The guided tour: a bar with the narration that steers the replay, a spotlight, speaker's notes, masking, and the way out. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});
  const word = (key) => (secmon.words || {})[key] || "";
  const onStage = () => !!document.querySelector("[data-stage='tour']");
  let state = null;
  let bar = null;
  let notes = false;
  let shownChapter = -1;
  let drawnIn = "";

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

  const steer = (what) => ask("/steer", what).then(draw, failed);
  const failed = (error) => bar && bar.setAttribute("data-error", String(error));

  function go(number) {
    if (!state) return;
    const chapter = Math.max(0, Math.min(state.chapters.length - 1, number));
    steer({ chapter });
    visit(chapter);
  }

  function visit(chapter) {
    const path = state.chapters[chapter].path;
    if (window.location.pathname !== path) secmon.go(path, {});
    shownChapter = chapter;
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

  function draw() {
    if (!state || !secmon.words) return;
    if (!bar) {
      bar = document.body.appendChild(element("aside", { class: "tour-bar", "aria-label": word("nav.tour") }));
    }
    const chapter = state.chapters[state.chapter];
    const version = JSON.stringify([state.chapter, state.speed, state.paused, notes, document.documentElement.lang, state.now && state.now.slice(0, 19)]);
    if (version === drawnIn) return;
    drawnIn = version;
    const time = state.now ? new Date(Date.parse(state.now) + 9 * 3600 * 1000).toISOString().slice(11, 19) : "";
    const told = element("div", { class: "told" });
    told.append(
      element("small", {}, `${state.chapter + 1} / ${state.chapters.length} · ${word("tour.replay")} ${time} KST · ${state.paused ? word("tour.paused") : `${state.speed}×`}`),
      element("h2", {}, word(`tour.${chapter.key}.title`)),
      element("p", {}, word(`tour.${chapter.key}.text`)),
    );
    if (notes) told.append(element("p", { class: "notes" }, word(`tour.${chapter.key}.notes`)));
    const tools = element("div", { class: "tools" });
    const speed = element("select", { class: "button", "aria-label": word("tour.speed"), title: word("tour.speed") });
    for (const one of [1, 2, 5, 10, 30, 60]) {
      const option = speed.appendChild(element("option", { value: String(one) }, `${one}×`));
      option.selected = one === state.speed;
    }
    speed.addEventListener("change", () => steer({ speed: Number(speed.value) }));
    tools.append(
      button("◀", "tour.back", () => go(state.chapter - 1)),
      button(state.paused ? "▶" : "❚❚", state.paused ? "tour.go" : "tour.pause", () => steer({ paused: !state.paused })),
      button("▶", "tour.next", () => go(state.chapter + 1)),
      speed,
      button("✎", "tour.notes.toggle", () => { notes = !notes; draw(); }),
      button("◍", "tour.mask", toggleMask),
      button("↺", "tour.reset", () => ask("/reset", {}).then(() => window.location.assign("/tour"), failed)),
      button("✕", "tour.exit", leave),
    );
    bar.replaceChildren(told, tools);
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
    document.documentElement.dataset.masked = masking ? "on" : "off";
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
    else if (event.key.toLowerCase() === "n") { notes = !notes; draw(); }
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
    if (onStage() && state) {
      if (!state.running && state.ready < 1) return;
      if (shownChapter !== -1 && shownChapter !== state.chapter) visit(state.chapter); // another screen has gone on
      if (shownChapter === -1) {
        shownChapter = state.chapter;
        window.setTimeout(spot, 1500);
      }
      draw();
      if (window.sessionStorage.getItem("secmon-mask") === "on" && !masking) startMask();
    }
  }
  window.setInterval(beat, 1000);
})();
