"""Background of the `waf` feed: crude probes that are refused, and unusual but harmless requests by citizens."""

from secmon.simulate.addresses import NOISE_CAPACITY, citizen, noise_slot, noise_source
from secmon.simulate.background.mixture import EPHEMERAL, ROOM, Draw, Mixture, Share
from secmon.simulate.clock import BUCKET, Line, Minute
from secmon.simulate.lines import modsecurity
from secmon.simulate.lines.modsecurity import HITS
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.webpages import BROWSERS, PROBE_REQUESTS

_TOLERATED = HITS["extension"].told("Matched within .hwp", "Matched Data: .hwp found within TX:EXTENSION: .hwp")
_SCANNER = HITS["scanner"].told("Matched phrase zgrab", "Matched Data: zgrab found within REQUEST_HEADERS:User-Agent")
_NUMERIC = HITS["numeric-host"].told("Matched pattern of an address", "Matched Data: numeric found within Host")
_FILE = HITS["file-access"].told(
    "Matched phrase of a restricted file", "Matched Data: restricted file within REQUEST_FILENAME"
)


def _tolerated(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a citizen's download of a form in a format unknown to the rules; the request is let through."""
    big, when, port, who, what, _, _, _, browser, *_ = draw
    at = when * BUCKET >> 32
    uri = f"/file/form{what % 800}.hwp"
    request = ("GET", uri, BROWSERS[browser % len(BROWSERS)])
    client = (citizen(town.index, who & 0x3FFF), EPHEMERAL + (port >> 1))
    line = modsecurity.transaction(
        minute.ctime(at),
        client,
        (town.web, town.www),
        request,
        200,
        _TOLERATED,
        _unique(minute, at, big),
    )
    return ((at, line),)


def _probe(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a refused probe from outside."""
    big, when, port, _, what, _, page, _, _, _, turn = draw
    at = when * ROOM >> 32
    source = noise_source(town.index, noise_slot("waf", minute.bucket, turn), what)
    path, agent, _ = PROBE_REQUESTS[page & 7]
    message = _SCANNER if "zgrab" in agent else _FILE if path.startswith("/.") else _NUMERIC
    host = town.www if message is not _NUMERIC else town.web
    line = modsecurity.transaction(
        minute.ctime(at),
        (source, EPHEMERAL + (port >> 1)),
        (town.web, host),
        ("GET", path, agent),
        403,
        message,
        _unique(minute, at, big),
    )
    return ((at, line),)


def _unique(minute: Minute, at: int, big: int) -> str:
    return f"{minute.seconds + at // 1_000_000}{big % 10**8:08d}"


MIXTURE = Mixture((Share(_tolerated, 120, 1), Share(_probe, 136, 1, most=NOISE_CAPACITY["waf"])))
