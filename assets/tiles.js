/* The 226 as hexagons (one equal tile each) and as a true map; both are SVG and share one colouring. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const ROW = Math.sqrt(3) / 2;
  const RADIUS = 1 / Math.sqrt(3);
  const secmon = (window.secmon = window.secmon || {});

  function node(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    if (parent) parent.appendChild(element);
    return element;
  }

  function centre(tile) {
    return [tile.col + (tile.row % 2 === 0 ? 0.5 : 0), tile.row * ROW];
  }

  function corners(x, y, radius) {
    return [...Array(6).keys()].map((k) => {
      const angle = (Math.PI / 180) * (60 * k - 90);
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    });
  }

  const points = (list) => list.map(([x, y]) => `${x.toFixed(3)},${y.toFixed(3)}`).join(" ");

  /* Edges between two provinces, or between a province and the sea: [x1, y1, x2, y2]. */
  function borders(tiles, provinceOf) {
    const at = new Map(tiles.map((tile) => [centre(tile).map((v) => v.toFixed(2)).join(), tile]));
    const lines = [];
    for (const tile of tiles) {
      const [x, y] = centre(tile);
      const corner = corners(x, y, RADIUS);
      for (let k = 0; k < 6; k += 1) {
        const angle = (Math.PI / 180) * (60 * k - 60);
        const key = [x + Math.cos(angle), y + Math.sin(angle)].map((v) => (Math.abs(v) < 0.005 ? 0 : v).toFixed(2)).join();
        const other = at.get(key);
        if (!other || (provinceOf(other.code) !== provinceOf(tile.code) && tile.code < other.code)) {
          lines.push([...corner[k], ...corner[(k + 1) % 6]]);
        }
      }
    }
    return lines;
  }

  function silentPattern(svg, id, size) {
    const defs = node("defs", {}, svg);
    const pattern = node("pattern", { id, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, defs);
    node("rect", { width: size, height: size, class: "hatch-ground" }, pattern);
    node("rect", { width: size * 0.42, height: size, class: "hatch-line" }, pattern);
  }

  function link(parent, site, tabindex) {
    const anchor = node("a", { href: `/site/${site.code}`, class: "tile", "data-code": site.code, tabindex }, parent);
    anchor.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
      event.preventDefault();
      window.history.pushState({}, "", anchor.getAttribute("href"));
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
      window.scrollTo(0, 0);
    });
    return anchor;
  }

  /* Romanised Korean breaks between syllables; a Hangul label never needs to. */
  const SYLLABLE = /[^aeiouwy]*[aeiouwy]+(?:ng(?![aeiou])|[nmlkpt](?![aeiouwy]))?/gi;

  function nameLines(label) {
    if (label.length <= 6) return [label];
    if (label.includes(" ")) return label.split(" ");
    const syllables = label.match(SYLLABLE) || [label];
    if (syllables.join("") !== label || syllables.length < 2) return [label];
    const cuts = syllables.slice(1).map((_, i) => syllables.slice(0, i + 1).join("").length);
    const cut = cuts.reduce((best, at) => (Math.abs(at - label.length / 2) < Math.abs(best - label.length / 2) ? at : best));
    return [`${label.slice(0, cut)}-`, label.slice(cut)];
  }

  function nameTile(anchor, label, x, y) {
    const lines = nameLines(label);
    const hangul = /[\u3131-\ud79d]/.test(label);
    const longest = Math.max(...lines.map((line) => line.length));
    const size = Math.min(lines.length > 1 ? 0.23 : 0.28, 0.9 / (longest * (hangul ? 0.92 : 0.58)));
    const above = y - (lines.length > 1 ? 0.09 : 0.02); // leaves room for the mark below
    const name = node("text", { x: x.toFixed(3), y: above.toFixed(3), class: "name" }, anchor);
    name.style.fontSize = `${size.toFixed(3)}px`;
    lines.forEach((line, i) => {
      const dy = i ? size * 0.95 : lines.length > 1 ? -size * 0.5 : 0;
      node("tspan", { x: x.toFixed(3), dy: dy.toFixed(3) }, name).textContent = line;
    });
  }

  function drawHex(host, layout, sites) {
    const byCode = new Map(sites.map((site) => [site.code, site]));
    const places = layout.tiles.map(centre);
    const xs = places.map((p) => p[0]);
    const ys = places.map((p) => p[1]);
    const [left, top] = [Math.min(...xs) - 0.75, Math.min(...ys) - 0.75];
    const box = [left, top, Math.max(...xs) - left + 0.75, Math.max(...ys) - top + 0.75];
    const svg = node("svg", { viewBox: box.map((v) => v.toFixed(2)).join(" "), class: "hexmap", role: "group" });
    silentPattern(svg, "hatch-hex", 0.16);
    for (const tile of layout.tiles) {
      const site = byCode.get(tile.code);
      const [x, y] = centre(tile);
      const anchor = link(svg, site, 0);
      node("polygon", { points: points(corners(x, y, RADIUS * 0.965)) }, anchor);
      node("polygon", { points: points(corners(x, y, RADIUS * 0.965)), class: "hatch", fill: "url(#hatch-hex)" }, anchor);
      nameTile(anchor, site.short, x, y);
      node("text", { x: x.toFixed(3), y: (y + 0.36).toFixed(3), class: "mark" }, anchor);
    }
    const path = borders(layout.tiles, (code) => byCode.get(code).province)
      .map((l) => `M${l[0].toFixed(3)} ${l[1].toFixed(3)}L${l[2].toFixed(3)} ${l[3].toFixed(3)}`)
      .join("");
    node("path", { d: path, class: "border" }, svg);
    host.replaceChildren(svg);
    fitNames(svg);
    document.fonts.ready.then(() => fitNames(svg));
  }

  /* Letters differ in width: a name that comes out wider than its tile is made smaller. */
  function fitNames(svg) {
    for (const name of svg.querySelectorAll(".name")) {
      const width = name.getBBox().width;
      if (width > 0.93) name.style.fontSize = `${((parseFloat(name.style.fontSize) * 0.93) / width).toFixed(3)}px`;
    }
  }

  /* Web Mercator in degrees, so that the shape is the one people know. */
  const north = (lat) => (Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) * 180) / Math.PI;

  function outline(geometry) {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons
      .flatMap((rings) => rings.map((ring) => "M" + ring.map(([x, y]) => `${x.toFixed(3)} ${(-north(y)).toFixed(3)}`).join("L") + "Z"))
      .join("");
  }

  function drawMap(host, municipalities, provinces, sites) {
    const byCode = new Map(sites.map((site) => [site.code, site]));
    const [west, east, south, head] = [125.75, 129.7, 33.95, 38.75];
    const box = [west, -north(head), east - west, north(head) - north(south)];
    const svg = node("svg", { viewBox: box.map((v) => v.toFixed(3)).join(" "), class: "truemap", role: "group" });
    silentPattern(svg, "hatch-map", 0.05);
    for (const feature of provinces.features) node("path", { d: outline(feature.geometry), class: "ground" }, svg);
    for (const feature of municipalities.features) {
      const site = byCode.get(String(feature.id));
      if (!site) continue;
      const anchor = link(svg, site, -1);
      const d = outline(feature.geometry);
      node("path", { d }, anchor);
      node("path", { d, class: "hatch", fill: "url(#hatch-map)" }, anchor);
    }
    for (const feature of provinces.features) node("path", { d: outline(feature.geometry), class: "border" }, svg);
    host.replaceChildren(svg);
  }

  const loaded = {};
  function asset(name) {
    loaded[name] = loaded[name] || fetch(`/assets/geo/${name}`).then((answer) => {
      if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
      return answer.json();
    });
    loaded[name].catch(() => delete loaded[name]); // a file that did not come is asked for again with the next snapshot
    return loaded[name];
  }

  /* Draws both pictures once a page; later calls only colour them. */
  secmon.drawTiles = (sites, colour) => draw(sites, colour).catch((error) => console.warn(`tiles: ${error.message}`));

  async function draw(sites, colour) {
    const hex = document.getElementById("hex");
    const map = document.getElementById("map");
    if (hex && !hex.firstChild) {
      hex.dataset.state = "drawing";
      drawHex(hex, await asset("hexmap.json"), sites);
    }
    colour(); // the hexagons tell at once what the map will repeat
    if (map && !map.firstChild) {
      const [municipalities, provinces] = await Promise.all([asset("municipalities.geojson"), asset("provinces.geojson")]);
      drawMap(map, municipalities, provinces, sites);
      colour();
    }
  }

  /* describe(i) gives {severity, health, count, label} of site i. */
  secmon.colourTiles = function (sites, describe) {
    const index = new Map(sites.map((site, i) => [site.code, i]));
    for (const anchor of document.querySelectorAll("a.tile")) {
      const i = index.get(anchor.dataset.code);
      const state = describe(i);
      const before = Number(anchor.dataset.severity || 0);
      anchor.dataset.severity = state.severity;
      anchor.dataset.health = state.health;
      anchor.setAttribute("aria-label", state.label);
      anchor.dataset.tip = state.label;
      anchor.classList.toggle("rising", anchor.dataset.drawn === "1" && state.severity > before);
      anchor.dataset.drawn = "1";
      const mark = anchor.querySelector(".mark");
      if (mark) mark.textContent = state.mark;
    }
  };

  /* One tooltip for both pictures; text only, never markup. */
  let tip = null;
  const hideTip = () => {
    if (tip) tip.hidden = true;
  };
  document.addEventListener("click", hideTip);
  window.addEventListener("popstate", hideTip);
  document.addEventListener("pointermove", (event) => {
    const anchor = event.target.closest && event.target.closest("a.tile");
    if (!anchor) {
      hideTip();
      return;
    }
    if (!tip) {
      tip = document.body.appendChild(document.createElement("div"));
      tip.className = "tip";
      tip.setAttribute("aria-hidden", "true");
    }
    tip.hidden = false;
    tip.textContent = anchor.dataset.tip || "";
    tip.style.left = `${Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8)}px`;
    tip.style.top = `${Math.min(event.clientY + 14, window.innerHeight - tip.offsetHeight - 8)}px`;
  });
})();
