/* The live connection: Server-Sent Events into the `live` store, a clock, and a STALE state nobody can miss. */
(function () {
  "use strict";
  const STALE_AFTER = 20000; // ms since the snapshot was made: four collection rounds
  let last = 0; // when the newest snapshot was made, ms
  let connected = false;
  let staged = 0; // the time of a replay, ms
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

  function tick() {
    const words = (window.secmon && window.secmon.words) || {};
    const now = korea(staged || Date.now());
    const days = document.documentElement.lang === "en" ? ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] : ["일", "월", "화", "수", "목", "금", "토"];
    dash().set_props("clock", { children: `${now.date} (${days[now.weekday]}) ${now.time}` });
    const fresh = connected && Date.now() - last < STALE_AFTER;
    const state = fresh ? "on" : last ? "stale" : "wait";
    const text = (words[`live.${state}`] || "").replace("{time}", last ? korea(last).time : "");
    const place = document.getElementById("conn");
    if (text + state !== shown || place !== shownIn) {
      [shown, shownIn] = [text + state, place];
      dash().set_props("conn", { children: text, className: `conn ${state}` });
      document.documentElement.dataset.live = state;
    }
  }

  function receive(text) {
    const snapshot = JSON.parse(text);
    last = snapshot.staged ? Date.now() : Date.parse(snapshot.at); // a replay has a time of its own
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
    stream.onmessage = (event) => receive(event.data);
    stream.onerror = () => {
      connected = false;
      tick();
      if (stream.readyState === EventSource.CLOSED) again();
    };
  }

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
