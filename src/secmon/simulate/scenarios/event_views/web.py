"""A web request, as firewall, IDS, WAF and web server see it."""

from collections.abc import Iterable

from secmon.simulate.clock import stamp
from secmon.simulate.lines import combined, eve, fortigate, modsecurity
from secmon.simulate.lines.fortigate import Ends
from secmon.simulate.lines.modsecurity import HITS
from secmon.simulate.scenarios.event_views.occurrence import Occurrence, Sighting
from secmon.simulate.webpages import BROWSERS, dropped, request

PARAMETERS = {"source", "path", "method", "status", "size", "agent", "referrer", "rule", "content_type"}
NEEDED = {"source", "path"}


def _agent(one: Occurrence) -> str:
    return one.text("agent") or BROWSERS[one.port % len(BROWSERS)]


def _access(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    asked = f"{one.text('method', 'GET')} {one.text('path')}"
    status, size = one.number("status", 200), one.number("size", 4_096)
    referrer = one.text("referrer", "-")
    yield (
        one.at,
        combined.access(minute.common(offset), one.text("source"), asked, status, size, referrer, _agent(one)),
    )


def _audited(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate the WAF's log of a matched rule, named by `rule`."""
    minute, offset = one.minute()
    hit = HITS[one.text("rule", "scanner")]
    path = one.quoted("path")
    message = hit.told("Matched pattern of the rule", f"Matched Data: found within REQUEST_URI: {one.text('path')}")
    line = modsecurity.transaction(
        minute.ctime(offset),
        (one.text("source"), one.port),
        (one.town.web, one.town.www),
        (one.text("method", "GET"), path, _agent(one)),
        one.number("status", 403),
        message,
        f"{one.at // 1_000_000}{one.big % 10**8:08d}",
    )
    yield one.at, line


def _inspected(one: Occurrence) -> Iterable[tuple[int, str]]:
    town = one.town
    ends = eve.ends(town.suricata, one.text("source"), one.port, town.web, 80)
    about = request(
        one.quoted("path"),
        _agent(one),
        one.text("content_type", "text/html"),
        one.text("method", "GET"),
        one.number("status", 200),
    )
    text = f'"hostname":"{town.www}",{about}{one.number("size", 512)}'
    yield one.at, eve.http(stamp(one.at), eve.link(one.big >> 13, town.iface), ends, text)


def _passed(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate the firewall's log of the session, written at its end."""
    at = one.at + 900_000
    minute, offset = one.minute(900_000)
    ends = Ends(one.text("source"), one.port, one.town.web, 443)
    head = fortigate.traffic(
        minute.fortigate(offset),
        one.town.firewall,
        ends.text(fortigate.place(ends.source), "Reserved"),
        one.session,
        "close",
        proto=6,
        policy=12,
        port=443,
    )
    yield at, head + fortigate.counted(1, 1_200, one.number("size", 4_096) + 3_000, 9)


def dropped_request(one: Occurrence) -> str:
    """Return the members of `http` for a request with an IDS alert."""
    return dropped(one.quoted("path", "/"), _agent(one))


REQUEST: dict[str, Sighting] = {"web": _access, "waf": _audited, "ids": _inspected, "firewall": _passed}
