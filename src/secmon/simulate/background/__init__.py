"""Background traffic of each feed on a day without attacks, one module per feed, and the table of feeds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from secmon.simulate.background import auth, db, dns, endpoint, firewall, ids, mail, vpn, waf, web
from secmon.simulate.background.mixture import Mixture
from secmon.simulate.clock import Line, Minute
from secmon.simulate.municipality_model import Municipality


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: the format of its lines, and the generator of its background stories."""

    format: str
    lines_per_story: float
    stories: Callable[[Municipality, Minute, int, Random], list[Line]]


def _mixed(format_name: str, mixture: Mixture) -> Feed:
    return Feed(format_name, mixture.lines_per_story, mixture.stories)


FEEDS: Mapping[str, Feed] = {
    "ids": Feed("suricata_eve", ids.LINES_PER_STORY, ids.stories),
    "auth": Feed("rfc5424", auth.LINES_PER_STORY, auth.stories),
    "firewall": _mixed("fortigate", firewall.MIXTURE),
    "web": _mixed("combined", web.MIXTURE),
    "waf": _mixed("modsecurity", waf.MIXTURE),
    "endpoint": _mixed("winlogbeat", endpoint.MIXTURE),
    "vpn": _mixed("rfc3164", vpn.MIXTURE),
    "mail": _mixed("rspamd", mail.MIXTURE),
    "db": _mixed("db_access", db.MIXTURE),
    "dns": _mixed("zeek_json", dns.MIXTURE),
}
