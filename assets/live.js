/* The live connection: Server-Sent Events into the `live` store, a clock, and a STALE state nobody can miss. */
(function () {
  "use strict";
  const STALE_AFTER = 20000; // ms since the snapshot was made: four collection rounds
  let last = 0; // when the newest snapshot was made, ms
  let connected = false;
  let staged = 0; // the time of a replay, ms
  let centre = null; // the centre's time when the newest snapshot was sent, and this page's age then, ms
  let shown = "";
  let shownIn = null; // the header is another element after each change of page

  const dash = () => window.dash_clientside;
  const ready = () => dash() && dash().set_props && document.getElementById("conn");
  const two = (n) => String(n).padStart(2, "0");

  function korea(ms) {
    const d = new Date(ms + 9 * 3600 * 1000);
    return {
      date: `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`,
      time: `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())}`,
      weekday: d.getUTCDay(),
    };
  }

  /* The time at the centre: this computer's clock may be wrong, and would call the numbers stale or keep quiet about it. */
  const now = () => (centre ? centre.at + performance.now() - centre.age : Date.now());

  function tick() {
    const words = (window.secmon && window.secmon.words) || {};
    const clock = korea(staged || now());
    const days = document.documentElement.lang === "en" ? ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] : ["일", "월", "화", "수", "목", "금", "토"];
    dash().set_props("clock", { children: `${clock.date} (${days[clock.weekday]}) ${clock.time}` });
    const fresh = connected && now() - last < STALE_AFTER;
    const state = fresh ? "on" : last ? "stale" : "wait";
    const text = (words[`live.${state}`] || "").replace("{time}", last ? korea(last).time : "");
    const place = document.getElementById("conn");
    if (text + state !== shown || place !== shownIn) {
      [shown, shownIn] = [text + state, place];
      dash().set_props("conn", { children: text, className: `conn ${state}` });
      document.documentElement.dataset.live = state;
    }
  }

  function receive(text, id) {
    const snapshot = JSON.parse(text);
    centre = { at: Number(id.split("-")[1]), age: performance.now() };
    last = snapshot.staged ? now() : Date.parse(snapshot.at); // a replay has a time of its own
    staged = snapshot.staged ? Date.parse(snapshot.at) : 0;
    connected = true;
    dash().set_props("live", { data: snapshot });
    tick();
  }

  /* A refused stream is not opened again by the browser: after the end of the session there is the login. */
  async function again() {
    const answer = await fetch("/snapshot").catch(() => null);
    if (answer && answer.status === 401) {
      const here = window.location.pathname + window.location.search;
      window.location.assign(here === "/" ? "/login" : `/login?next=${encodeURIComponent(here)}`);
      return;
    }
    window.setTimeout(connect, 3000);
  }

  function connect() {
    const stream = new EventSource("/live");
    stream.onmessage = (event) => receive(event.data, event.lastEventId);
    stream.onerror = () => {
      connected = false;
      tick();
      if (stream.readyState === EventSource.CLOSED) again();
    };
  }

  (window.secmon = window.secmon || {}).now = now;

  function start() {
    if (!ready()) {
      window.setTimeout(start, 50);
      return;
    }
    tick();
    window.setInterval(tick, 1000);
    connect();
  }
  start();
})();
