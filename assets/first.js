/* Read before every other script: asks at once for what Dash asks for when all scripts have run, and hands it over then.
   The layout is asked for with this page's address, so that it comes with the page (secmon.web.shell.page_router). */
(function () {
  "use strict";
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const ask = window.fetch.bind(window);
  const here = `?page=${encodeURIComponent(window.location.pathname + window.location.search)}`;
  const begun = new Map(["/_dash-layout", "/_dash-dependencies"].map((path) => [path, ask(path + here, { credentials: "same-origin", headers })]));
  begun.forEach((answer) => answer.catch(() => {})); // who takes it asks again
  window.fetch = function (what, options) {
    const answer = begun.get(what);
    if (!answer) return ask(what, options);
    begun.delete(what);
    if (!begun.size) window.fetch = ask;
    return answer.then((got) => (got.ok ? got : ask(what, options)), () => ask(what, options));
  };
})();
