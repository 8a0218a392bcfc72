/* The wall on a wall (`/wall?kiosk=1`): nothing to click, views that take turns, no burnt-in lines, alive after a restart. */
(function () {
  "use strict";
  if (window.location.pathname !== "/wall" || new URLSearchParams(window.location.search).get("kiosk") !== "1") return;
  const root = document.documentElement;
  const VIEWS = [["all", 45], ["hex", 20], ["desk", 20], ["map", 15]]; // what is large, and for how many seconds
  const SHIFT = 3; // pixels that the picture wanders, each minute
  let view = 0;
  let dead = 0;

  root.classList.add("kiosk");

  function show() {
    root.dataset.view = VIEWS[view][0];
    window.dispatchEvent(new Event("resize")); // charts fill their new place
    window.setTimeout(() => {
      view = (view + 1) % VIEWS.length;
      show();
    }, VIEWS[view][1] * 1000);
  }

  function wander() {
    const minute = Math.floor(Date.now() / 60000);
    const place = [[0, 0], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]][minute % 9];
    document.body.style.transform = `translate(${place[0] * SHIFT}px, ${place[1] * SHIFT}px)`;
  }

  /* The stream comes back by itself; a page whose scripts are older than the server is loaded anew. */
  async function alive() {
    dead = root.dataset.live === "stale" ? dead + 1 : 0;
    if (dead < 6) return;
    const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
    if (answer) window.location.reload();
  }

  show();
  wander();
  window.setInterval(wander, 60000);
  window.setInterval(alive, 10000);
})();
