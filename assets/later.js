/* Libraries that this page does not begin with (secmon.web.scripts): read when a component of theirs is drawn. */
(function () {
  "use strict";
  const place = document.getElementById("later");
  if (!place) return;
  const libraries = JSON.parse(place.textContent);

  function read(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = () => failed(new Error(`${address} cannot be read`));
      document.head.append(script);
    });
  }

  for (const { namespace, component, address } of libraries) {
    const Whole = window.React.lazy(async () => {
      await read(address);
      const made = window[namespace][component];
      window[namespace] = Object.assign({}, window[namespace], { [component]: stub }); // what is drawn stays what it is
      return { default: made };
    });
    const stub = (properties) => window.React.createElement(window.React.Suspense, { fallback: null }, window.React.createElement(Whole, properties));
    stub.dashRenderType = true;
    window[namespace] = { [component]: stub };
  }

  /* Fetched, but not run, once this page has all of its own. */
  window.addEventListener("load", () => libraries.forEach(({ address }) => {
    document.head.append(Object.assign(document.createElement("link"), { rel: "prefetch", as: "script", href: address }));
  }));
})();
