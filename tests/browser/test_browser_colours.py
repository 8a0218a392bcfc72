"""Contrast as WCAG 2.2 AA asks for it (1.4.3 and 1.4.11), computed in the page, in the dark and in the light."""

from typing import Any

import pytest
from playwright.sync_api import Page
from running_server import Server
from watched_pages import Visits

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser

PAGES = {
    "/": "#newest li",
    "/alerts": "#alerts-grid .ag-row",
    "/incidents": "#incidents-open :is(td, .empty)",
    "/requests": "#requests-list :is(td, .empty)",
    "/blocklist": "#blocklist-never td",
    "/feeds": "#feeds-kinds td",
    "/site/11110": "#site-events .ag-row",
    "/hunt?q=feed:firewall&last=1h": "#hunt-events .ag-row",
    "/trends": "#trends-types .barlayer .point",
    "/rules?tab=attack": "#rules-attack section",
    "/performance": "#performance-figures td",
    "/level": "#level-cascade",
    "/digests": "#digests-list td",
    "/recipients?recipient=new": "#recipients-save",
    "/audit": "#audit-entries td",
    "/api": "#api-operations .operation",
    "/glossary": ".glossary td",
    "/tour": ".chapters li",
}
"""Address of a page, and what is there once it is drawn."""

WEAK = """({text, marks}) => {
    const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgba = colour => {
        paint.clearRect(0, 0, 1, 1);
        paint.fillStyle = colour;
        paint.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = ([r, g, b, a], under) => [r, g, b].map((step, place) => step * a + under[place] * (1 - a));
    const ground = element => {
        const layers = [];
        for (let one = element; one; one = one.parentElement) {
            const layer = rgba(getComputedStyle(one).backgroundColor);
            layers.push(layer);
            if (layer[3] === 1) break;
        }
        return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
    };
    const light = colour => colour.map(step => step / 255)
        .map(step => step <= 0.04045 ? step / 12.92 : ((step + 0.055) / 1.055) ** 2.4)
        .reduce((sum, step, place) => sum + step * [0.2126, 0.7152, 0.0722][place], 0);
    const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const seen = element => element.checkVisibility({opacityProperty: true, visibilityProperty: true})
        && element.getClientRects().length && !element.closest("[aria-hidden=true], .veil[hidden], :disabled");
    const name = element => `${element.tagName.toLowerCase()}.${[...element.classList].join(".")}`
        + ` in #${(element.closest("[id]") || document.body).id}`;
    const weak = [];
    const check = (element, colour, under, least, said) => {
        const found = ratio(over(rgba(colour), under), under);
        if (found < least - 0.005) weak.push(`${found.toFixed(2)} < ${least}: ${said}, ${name(element)}`);
    };
    for (const element of document.querySelectorAll(text)) {
        const own = [...element.childNodes].filter(one => one.nodeType === 3).map(one => one.data.trim()).join("");
        if (!own || !seen(element) || element.closest("svg, .js-plotly-plot")) continue;
        const style = getComputedStyle(element);
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        check(element, style.color, ground(element), large ? 3 : 4.5, `“${own.slice(0, 30)}”`);
    }
    for (const tile of document.querySelectorAll("#hex a.tile[data-severity]")) {
        const style = getComputedStyle(tile.firstElementChild);
        const [r, g, b, a] = rgba(style.fill);
        const under = over([r, g, b, a * Number(style.fillOpacity)], ground(tile.closest(".panel")));
        check(tile, getComputedStyle(tile.querySelector(".name")).fill, under, 4.5, tile.dataset.severity);
    }
    for (const element of document.querySelectorAll(marks)) {
        if (!seen(element)) continue;
        const mark = getComputedStyle(element, element.matches(".state, .conn") ? "::before" : null);
        const colour = element.matches("input, textarea, button.dash-dropdown") ? mark.borderTopColor
            : element.matches(".conn") ? mark.color : mark.backgroundColor;
        check(element, colour, ground(element.parentElement), 3, "mark");
    }
    return [...new Set(weak)];
}"""
MARKS = {
    "text": "body *",
    "marks": ".state, .conn.on, input.text, textarea.text, .form input",
}


@pytest.fixture(params=["dark", "light"])
def page(request: pytest.FixtureRequest, still: Server, visits: Visits) -> Page:
    """A page in one theme, in which colours change at once."""
    opened = visits.open(f"{still.url}/glossary?lang=ko")
    opened.emulate_media(reduced_motion="reduce")
    opened.evaluate("theme => window.localStorage.setItem('secmon-theme', theme)", request.param)
    return opened


def weak(page: Page) -> Any:
    """Texts and marks with too little contrast, each with its ratio."""
    return page.evaluate(WEAK, MARKS)


def test_texts_and_marks_stand_out(still: Server, page: Page) -> None:
    """On every page text has 4.5:1 (large text 3:1), marks and the edges of fields 3:1, against what lies behind."""
    found = {}
    for path, drawn in PAGES.items():
        page.goto(still.url + path)
        page.wait_for_selector(drawn, state="attached")
        found[path] = weak(page)
    assert {path: those for path, those in found.items() if those} == {}


def test_tiles_can_be_read_at_every_severity(still: Server, page: Page) -> None:
    """The name on a tile stands out from each of the five colours, and where nothing is known of a municipality."""
    page.goto(still.url)
    page.wait_for_selector("#hex a.tile[data-health]")
    page.evaluate("""() => [...document.querySelectorAll("#hex a.tile")].slice(0, 5).forEach((tile, place) => {
        Object.assign(tile.dataset, {severity: String([0, 2, 3, 4, 5][place]), health: "healthy"});
        tile.firstElementChild.style.transition = "none";
    })""")
    assert weak(page) == []
    page.evaluate("""() => [...document.querySelectorAll("#hex a.tile")].slice(0, 5).forEach((tile, place) => {
        Object.assign(tile.dataset, {severity: "0", health: ["late", "silent", "failing", "never_seen"][place % 4]});
    })""")
    assert weak(page) == []


def test_a_clock_can_be_read_in_every_state(still: Server, page: Page) -> None:
    """What is due, late, missed or kept stands out from a panel, from the ground and from a chosen row."""
    page.goto(f"{still.url}/incidents")
    page.wait_for_selector("#incidents-open :is(td, .empty)")
    shown = page.evaluate("""() => {
        const states = ["due-soon", "due-late", "due-missed", "due-kept", "met-no", "met-yes"];
        const box = document.createElement("div");
        box.id = "clocks";
        for (const ground of ["panel", "ground", "chosen", "deep"]) for (const state of states) {
            const one = document.createElement("p");
            one.style.background = `var(--${ground})`;
            const text = {className: state, textContent: `${state} ${ground}`};
            one.append(Object.assign(document.createElement("b"), text));
            box.append(one);
        }
        document.querySelector("#incidents-open").append(box);
        return box.querySelectorAll("b").length;
    }""")
    assert shown == 24
    assert [found for found in weak(page) if "in #clocks" in found] == []


def test_the_check_sees_what_is_weak(page: Page) -> None:
    """Grey letters on grey are found."""
    page.wait_for_selector(".site-head .facts")
    page.add_style_tag(content=".site-head .facts { color: var(--ground); }")
    assert any("facts" in one for one in weak(page))
