/* Clientside callbacks of the wall: one snapshot in, every widget out, so that the numbers always agree. */
(function () {
  "use strict";
  const secmon = (window.secmon = window.secmon || {});
  const MARKS = ["", "·", "·", "▲", "◆", "■"]; // shape beside colour: info, low, medium, high, critical

  const element = (type, props) => ({ namespace: "dash_html_components", type, props });
  // {name} is a value, {name:site|sites} the words that go with a number
  const fill = (text, values) => (text || "").replace(/\{(\w+)(?::([^{}|]*)\|([^{}|]*))?\}/g, (whole, name, one, other) => {
    if (!(name in values)) return whole;
    if (other === undefined) return values[name];
    return String(values[name]) === "1" ? one : other;
  });
  secmon.fill = fill;
  const count = (n) => Number(n).toLocaleString("en-US");
  const two = (n) => String(n).padStart(2, "0");

  function korea(iso) {
    const d = new Date(Date.parse(iso) + 9 * 3600 * 1000);
    return { day: `${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`, time: `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`, seconds: two(d.getUTCSeconds()) };
  }

  /* To the second today, with the date before that. */
  function shortTime(iso, now) {
    const at = korea(iso);
    return at.day === korea(now).day ? `${at.time}:${at.seconds}` : `${at.day} ${at.time}`;
  }

  /* Plotly reads a time without a zone as it stands: give it Korea's. */
  const slotOf = (iso) => new Date(Date.parse(iso) + 9 * 3600 * 1000).toISOString().slice(0, 16).replace("T", " ");

  /* Of each figure of the headline: value, text below, tone. */
  function headline(live, words) {
    const h = live.headline;
    const missing = h.sites - h.sites_reporting;
    const s = h.alerts_by_severity;
    return {
      sites: [count(h.sites_reporting), fill(missing ? words["kpi.sites.some"] : words["kpi.sites.all"], { missing, healthy: count(h.feeds_healthy), feeds: count(h.feeds) }), missing ? "warn" : "ok"],
      events: [count(h.events), fill(words["kpi.events.sub"], { eps: h.events_per_second === null ? "–" : h.events_per_second.toFixed(1) }), ""],
      attempts: [count(h.attempts), words["kpi.attempts.sub"], ""],
      findings: [count(h.findings), words["kpi.findings.sub"], ""],
      alerts: [count(h.alerts), fill(words["kpi.alerts.sub"], { critical: s[5], high: s[4], medium: s[3], low: s[0] + s[1] + s[2] }), s[5] ? "crit" : s[4] ? "warn" : "ok"],
      incidents: [count(live.desk.incidents.open), live.desk.incidents.late ? fill(words["kpi.incidents.late"], { number: live.desk.incidents.late }) : words["kpi.incidents.fine"], live.desk.incidents.late ? "crit" : live.desk.incidents.open ? "warn" : "ok"],
      requests: [count(live.desk.requests.awaited), live.desk.requests.overdue ? fill(words["kpi.requests.late"], { number: live.desk.requests.overdue }) : words["kpi.requests.fine"], live.desk.requests.overdue ? "crit" : "ok"],
      quarantine: [count(h.quarantined), h.quarantined ? words["kpi.quarantine.some"] : words["kpi.quarantine.none"], h.quarantined ? "warn" : "ok"],
    };
  }

  /* Hours and minutes until a time, or since it. */
  function left(iso, words, now) {
    const seconds = Math.round((Date.parse(iso) - now) / 1000);
    const minutes = Math.floor(Math.abs(seconds) / 60);
    const text = minutes >= 60 ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}` : `0:${two(minutes)}`;
    return [fill(words[seconds < 0 ? "wall.over" : "wall.left"], { time: text }), seconds < 0 ? "late" : seconds < 900 ? "soon" : ""];
  }

  const coverage = (live, words) => fill(words["alerts.none.coverage"], { reporting: live.headline.sites_reporting, total: live.headline.sites });

  function incidentList(live, words) {
    const found = live.desk.incidents.list;
    if (!found.length) {
      return [element("Li", { className: "none", children: [element("B", { children: words["incidents.none"] }), element("Span", { children: coverage(live, words) })] })];
    }
    return found.map((one) => {
      const [text, tone] = one.paused ? [words["wall.paused"], ""] : one.due ? left(one.due, words, live.staged ? Date.parse(live.at) : secmon.now()) : [words["wall.kept"], ""];
      return element("Li", { key: String(one.id), className: `s${one.severity}`, children: [
        element("I", { children: `#${one.id}` }),
        element("A", { href: `/incident/${one.id}`, children: [
          element("B", { children: one.title }),
          element("Span", { children: [words[`incident.${one.state}`], fill(words["alerts.across"], { sites: one.sites }), one.owner].join(" · ") }),
        ] }),
        element("Div", { className: `left ${tone}`, children: [element("B", { children: text }), element("Small", { children: one.clock ? words[`incident.clock.${one.clock}`] : "" })] }),
      ] });
    });
  }

  function bar(share) {
    return element("Span", { className: "share", children: element("I", { style: { width: `${Math.round(100 * share)}%` } }) });
  }

  /* Campaigns, blocks with the share of sites that have them, feeds that need somebody. */
  function response(live, words, sites, language) {
    const byCode = new Map(sites.map((site) => [site.code, site]));
    const group = (title, rows, nothing) => element("Div", { className: "group", children: [element("H3", { children: title }), ...(rows.length ? rows : [element("P", { className: "below", children: nothing })])] });
    const campaigns = (live.campaigns || []).map((one) => element("A", { key: one.uid, href: `/campaigns?indicator=${encodeURIComponent(one.actor)}`, className: "entry", children: [
      element("B", { className: "what", children: one.actor }), element("Span", { className: "what", children: one.title[language] }), element("B", { children: fill(words["alerts.across"], { sites: one.sites }) }),
    ] }));
    const blocks = live.desk.blocks.list.map((one) => element("A", { key: String(one.id), href: "/blocklist", className: "entry", children: [
      element("B", { className: "what", children: one.value }), bar(one.of ? one.applied / one.of : 0), element("B", { children: `${one.applied}/${one.of}` }),
    ] }));
    const unwell = live.desk.unwell.slice(0, 4).map((one) => element("A", { key: one.site, href: `/site/${one.site}`, className: "entry", children: [
      element("B", { className: `state ${one.health}`, children: words[`feed.${one.health}`] }),
      element("Span", { className: "what", children: (byCode.get(one.site) || { full: one.site }).full }),
      element("Span", { children: one.feeds > 1 ? fill(words["wall.feeds"], { number: one.feeds }) : one.feed }),
    ] }));
    return [
      group(words["wall.campaigns"], campaigns.slice(0, 3), words["wall.campaigns.none"]),
      group(words["wall.blocks"], blocks.slice(0, 3), words["wall.blocks.none"]),
      group(words["wall.unwell"], unwell, words["wall.unwell.none"]),
    ];
  }

  function alertList(live, words, sites, language) {
    const byCode = new Map(sites.map((site) => [site.code, site]));
    if (!live.newest.length) {
      return [element("Li", { className: "none", children: [
        element("B", { children: words["alerts.none"] }),
        element("Span", { children: fill(words["alerts.none.coverage"], { reporting: live.headline.sites_reporting, total: live.headline.sites }) }),
      ] })];
    }
    return live.newest.map((alert) => {
      const site = byCode.get(alert.site) || { full: alert.site };
      const across = alert.sites > 1 ? ` · ${fill(words["alerts.across"], { sites: alert.sites })}` : "";
      return element("Li", { key: String(alert.id), className: `s${alert.severity}`, children: [
        element("I", { children: words[`severity.${alert.severity}`] }),
        element("A", { href: `/site/${alert.site}`, children: [
          element("B", { children: site.full }),
          element("Span", { children: `${alert.title[language]} · ${alert.actor}${across}` }),
        ] }),
        element("Time", { dateTime: alert.time, children: shortTime(alert.time, live.at) }),
      ] });
    });
  }

  function legend(live, words) {
    const worst = [0, 0, 0, 0, 0, 0];
    live.sites.worst.forEach((severity) => { worst[severity] += 1; });
    const health = live.feed_states.map((_, i) => live.sites.health.filter((state) => state === i).length);
    const row = (kind, key, label, number, mark) => element("Div", { className: `entry ${number ? "" : "zero"}`, children: [
      element("I", { className: `${kind} ${kind}-${key}`, children: mark }),
      element("Span", { children: label }),
      element("B", { children: String(number) }),
    ] });
    return [
      element("Div", { className: "group", children: [
        element("H3", { children: words["legend.open"] }),
        ...[5, 4, 3, 2, 0].map((s) => row("sev", s, words[`severity.${s}`], s === 2 ? worst[1] + worst[2] : worst[s], MARKS[s])),
      ] }),
      element("Div", { className: "group", children: [
        element("H3", { children: words["legend.feeds"] }),
        ...live.feed_states.map((name, i) => row("feed", name, words[`feed.${name}`], health[i], i ? "" : "")),
      ] }),
    ];
  }

  let drawn = "";
  let drawnIn = null; // the chart is another element after each change of page
  const band = (live) => live.trend.usual.some(Boolean);
  function bandLines(live, words, x, colour) {
    const line = { width: 1.5, dash: "dot", color: colour };
    return !band(live) ? [] : [0, 1].map((end) => ({
      type: "scatter", mode: "lines", x, y: live.trend.usual.map((one) => (one ? one[end] : null)), line,
      name: words[end ? "trend.usual.most" : "trend.usual.least"], hovertemplate: "%{y:,.0f}<extra>%{fullData.name}</extra>",
    }));
  }
  function trend(live, words, colours) {
    const last = live.trend.slots.length - 1;
    const version = JSON.stringify([live.trend, words["trend.title"], window.innerWidth]);
    const place = document.querySelector("#trend .js-plotly-plot");
    if (version === drawn && place && place === drawnIn) return window.dash_clientside.no_update;
    [drawn, drawnIn] = [version, place];
    const size = Math.max(11, Math.round(window.innerWidth / 148));
    const x = live.trend.slots.map(slotOf);
    const most = Math.max(...x.map((_, i) => Object.keys(colours).reduce((sum, type) => sum + live.trend.types[type][i], 0)));
    const few = most < 4 ? { range: [0, 4], dtick: 1 } : {}; // events are whole: no ticks at halves
    const style = getComputedStyle(document.documentElement);
    const [text, dim, line] = ["--text", "--dim", "--line"].map((name) => style.getPropertyValue(name).trim());
    return {
      data: [...Object.entries(colours).map(([type, colour]) => ({
        type: "scatter", mode: "lines", stackgroup: "all", name: words[`type.${type}`], x, y: live.trend.types[type],
        line: { width: 1, color: colour }, fillcolor: colour + "b8", hovertemplate: "%{y:,}<extra>%{fullData.name}</extra>",
      })), ...bandLines(live, words, x, text)],
      layout: {
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: "Pretendard, sans-serif", color: text, size },
        margin: { l: size * 3.6, r: size * 1.2, t: size * 0.6, b: size * 1.9 }, hovermode: "x unified", hoverlabel: { bgcolor: "#101a2e", bordercolor: line, font: { color: text } },
        showlegend: false,
        xaxis: { type: "date", range: [x[0], x[last]], tickformat: "%H:%M", hoverformat: "%m-%d %H:%M", nticks: 9, showgrid: false, color: dim, fixedrange: true },
        yaxis: { gridcolor: line, color: dim, nticks: 4, rangemode: "tozero", fixedrange: true, tickformat: "~s", ...few },
        uirevision: "trend",
      },
    };
  }

  function describe(live, words, sites) {
    return (i) => {
      const severity = live.sites.worst[i];
      const state = live.feed_states[live.sites.health[i]];
      const alerts = live.sites.alerts[i];
      return {
        severity,
        health: state,
        mark: state === "outside" ? "" : state !== "healthy" ? "✕" : alerts ? `${MARKS[severity]}${alerts}` : "",
        label: `${sites[i].full} · ${words["severity." + severity]}${alerts ? ` ${alerts}` : ""} · ${words["feed." + state]}`,
      };
    };
  }

  window.dash_clientside = window.dash_clientside || {};
  Object.assign((window.dash_clientside.secmon = window.dash_clientside.secmon || {}), {
    wall: function (live, words, sites, language, colours) {
      const { callback_context: context, no_update } = window.dash_clientside;
      if (!live || !live.headline) return context.outputs_list.map(() => no_update);
      secmon.drawTiles(sites, () => secmon.colourTiles(sites, describe(live, words, sites)));
      const widgets = {
        incidents: { children: incidentList(live, words) },
        "incidents-note": { children: fill(words["incidents.note.open"], { number: live.desk.incidents.open, late: live.desk.incidents.late }) },
        response: { children: response(live, words, sites, language) },
        "response-note": { children: fill(words["response.note.requests"], { awaited: live.desk.requests.awaited, overdue: live.desk.requests.overdue }) },
        newest: { children: alertList(live, words, sites, language) },
        "newest-note": { children: fill(words["alerts.note"], { number: count(live.headline.alerts), sites: live.headline.sites_with_alerts }) },
        legend: { children: legend(live, words) },
        trend: { figure: trend(live, words, colours) },
        "trend-note": { children: words[band(live) ? "trend.note.usual" : "trend.note.learning"] },
      };
      for (const [name, [value, sub, tone]] of Object.entries(headline(live, words))) {
        widgets[`kpi-${name}`] = { className: `kpi ${tone}` };
        widgets[`kpi-${name}-value`] = { children: value };
        widgets[`kpi-${name}-sub`] = { children: sub };
      }
      return context.outputs_list.map(({ id, property }) => widgets[id][property]); // by id, in the order that Dash asks for
    },
    level: function (live, words) {
      const level = live && live.level;
      const name = level ? level.level : "none";
      return [words[`level.${name}`], `level level-${name}`, level ? fill(words["level.by"], { issuer: level.issuer }) : ""];
    },
    page: function (title, live, words, language, sites) {
      secmon.words = words;
      secmon.siteTable = sites;
      document.documentElement.lang = language;
      const critical = live && live.headline ? live.headline.alerts_by_severity[5] : 0;
      document.title = (critical ? `(${critical}) ` : "") + (title || words["app.title"]);
      return "";
    },
  });
})();
