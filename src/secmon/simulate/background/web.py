"""Background of the `web` feed: citizens read the municipality's pages, crawlers visit, strangers probe."""

from secmon.simulate.addresses import NOISE_CAPACITY, citizen, domestic_cloud, noise_slot, noise_source
from secmon.simulate.background.mixture import ROOM, Draw, Mixture, Share
from secmon.simulate.clock import BUCKET, Line, Minute
from secmon.simulate.lines import combined
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.webpages import BROWSERS, PROBE_REQUESTS, VISITS

_CRAWLER = "Mozilla/5.0 (compatible; Yeti/1.1; +http://naver.me/spd)"


def _visit(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    _, when, _, who, what, _, page, size, browser, *_ = draw
    at = when * BUCKET >> 32
    request, status = VISITS[page % len(VISITS)]
    referrer = "-" if what & 3 == 0 else f"https://{town.www}/portal/main.do"
    length = "-" if status in {302, 304} else size * (what & 511) + 312
    line = combined.access(
        minute.common(at),
        citizen(town.index, who & 0x3FFF),
        request,
        status,
        length,
        referrer,
        BROWSERS[browser % len(BROWSERS)],
    )
    return ((at, line),)


def _crawler(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    _, when, _, who, what, _, _, size, *_ = draw
    at = when * BUCKET >> 32
    request = f"GET /portal/bbs/view.do?bbsId=notice&nttId={40_000 + what % 9000}"
    line = combined.access(
        minute.common(at), domestic_cloud(200 + who % 20), request, 200, size * 71 + 900, agent=_CRAWLER
    )
    return ((at, line),)


def _probe(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    _, when, _, _, what, _, page, _, _, _, turn = draw
    at = when * ROOM >> 32
    source = noise_source(town.index, noise_slot("web", minute.bucket, turn), what)
    path, agent, status = PROBE_REQUESTS[page & 7]
    return ((at, combined.access(minute.common(at), source, f"GET {path}", status, 196, agent=agent)),)


MIXTURE = Mixture((Share(_visit, 232, 1), Share(_crawler, 14, 1), Share(_probe, 10, 1, most=NOISE_CAPACITY["web"])))
