"""Rules that cannot match are left out, and no other."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from random import Random

import pytest
from sigma.rule import SigmaRule
from writing_rules import DETECTED, FROM, TO, failed_login, rule_id, ruleset, write_rule

from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.engine.prefilter import Candidates, candidate_rules
from secmon.detection.rule_tests import sample_lines
from secmon.detection.sigma.cidr import Network, in_networks
from secmon.detection.sigma.compile import plan
from secmon.detection.sigma.field_mapping import log_sources
from secmon.detection.sigma.required_literals import required_literals, required_literals_of_regex
from secmon.detection.sigma.ruleset import load_rules
from secmon.store.client import Store
from secmon.store.load import Lines, insert_batches, insert_lines

PROCESS = next(source for source in log_sources() if source.name == "windows_process_creation")


def needed(detection: dict[str, object]) -> list[list[str]]:
    """The texts of each clause of a rule about Windows processes."""
    document = {
        "title": "t",
        "logsource": {"category": "process_creation", "product": "windows"},
        "detection": {"condition": "selection"} | detection,
    }
    return [sorted(text for _, text in clause) for clause in required_literals(SigmaRule.from_dict(document), PROCESS)]


@pytest.mark.parametrize(
    ("detection", "texts"),
    [
        ({"selection": {"Image|endswith": "\\Cmd.exe"}}, [["\\cmd.exe"]]),
        ({"selection": {"Image|endswith": ["\\a1.exe", "\\b1.exe"]}}, [["\\a1.exe", "\\b1.exe"]]),
        ({"selection": {"Image": "ab", "CommandLine|contains": "delete"}}, [["ab"], ["delete"]]),
        ({"selection": {"CommandLine": "vss*shadows"}}, [["shadows"]]),
        ({"selection": {"CommandLine|contains": "x"}}, []),
        ({"selection": {"CommandLine": None}}, []),
        ({"selection": {"CommandLine|contains": "abc"}, "no": {"Image": "def"}, "condition": "not no"}, []),
        (
            {"one": {"Image": "abc"}, "two": {"CommandLine": "defg"}, "condition": "one or two"},
            [["abc", "defg"]],
        ),
        ({"one": {"Image": "abc"}, "two": {"Image|cidr": "10.0.0.0/8"}, "condition": "one or two"}, []),
        (
            {"selection": {"CommandLine|re": "(?i)^net1?\\s+(user|group)\\s.*/add"}},
            [["net"], ["group", "user"], ["/add"]],
        ),
        ({"selection": {"EventID": 4688}}, [["4688"]]),
        ({"selection": ["KeyWord"]}, [["keyword"]]),
    ],
)
def test_what_an_event_must_hold(detection: dict[str, object], texts: list[list[str]]) -> None:
    """AND needs all, OR one of all its parts, NOT nothing; what cannot be told from texts needs nothing."""
    assert needed(detection) == texts


@pytest.mark.parametrize(
    ("expression", "texts"),
    [
        ("abc", [{"abc"}]),
        ("(?i)A(B|C)+", []),
        ("ab(cd)?ef", [{"ab"}, {"ef"}]),
        ("(ab|cd)ef", [{"ab", "cd"}, {"ef"}]),
        ("(ab|.)ef", [{"ef"}]),
        ("(?:xy){2,}", [{"xy"}]),
        ("a{0}bc", [{"bc"}]),
        ("(?P<unfinished", []),
    ],
)
def test_texts_of_an_expression(expression: str, texts: list[set[str]]) -> None:
    """Only what every match holds; an expression that cannot be read needs nothing."""
    assert [set(one) for one in required_literals_of_regex(expression, 2)] == texts


@pytest.mark.store
def test_a_rule_without_its_texts_is_left_out(store: Store, tmp_path: Path) -> None:
    """One whose text is nowhere, one whose texts are in different events; a row of its run says that it was asked."""
    write_rule(tmp_path, "there", {"selection": {"message|contains": "FAILED"}, "condition": "selection"})
    write_rule(tmp_path, "nowhere", {"selection": {"message|contains": "absent"}, "condition": "selection"})
    apart = {"selection": {"message|contains|all": ["kim", "root"]}, "condition": "selection"}
    write_rule(tmp_path, "apart", apart)
    rules = ruleset(tmp_path)
    insert_lines(store, "b1", [Lines("11110", "a", "rfc5424", FROM, [failed_login(0), failed_login(1, user="kim")])])
    can = candidate_rules(store, plan(rules).every, Batches.of(["b1"], FROM, TO))
    assert [one.rule.id for one in can.rules] == [rule_id("there")]
    report = match_events(store, rules, Batches.of(["b1"], FROM, TO), DETECTED)
    assert {one.name: (one.matches, one.pass_rules > 0) for one in report.outcomes} == {
        "there": (2, True),
        "nowhere": (0, True),
        "apart": (0, True),
    }


@pytest.mark.store
@pytest.mark.slow
def test_no_hit_is_lost_on_the_samples_of_all_rules(store: Store) -> None:
    """Every third shipped rule on the lines made for it: with and without the prefilter the same findings."""
    rules = load_rules()
    batches = {f"{kind}-{rule.id}": sample_lines(rule, kind) for rule in rules.rules[::3] for kind in ("hit", "miss")}
    insert_batches(store, batches)
    received = {part.received_at for parts in batches.values() for part in parts}
    span = Batches.of(list(batches), min(received), max(received))
    filtered = {one.name: one.matches for one in match_events(store, rules, span, DETECTED).outcomes}
    store.command("TRUNCATE TABLE findings")
    everything = Candidates(plan(rules).every, frozenset(source.name for source in log_sources()))
    assert {
        one.name: one.matches for one in match_events(store, rules, span, DETECTED, can=everything).outcomes
    } == filtered
    assert sum(filtered.values()) > len(rules.rules) // 3


@pytest.mark.store
def test_addresses_are_in_the_networks_they_are_in(store: Store) -> None:
    """Against Python's own arithmetic, for random networks of both families, their edges, and what is no address."""
    random = Random(226)
    for _ in range(15):
        networks = [_network(random) for _ in range(random.randrange(1, 5))]
        texts = ["", "x", "10.0.0", "fdgg::1", "1.2.3.4 x", "999.1.1.1"]
        for network in networks:
            inside = int(network.network_address) + random.randrange(network.num_addresses)
            beside = inside ^ (1 << random.randrange(network.max_prefixlen))
            kind = type(network.network_address)
            texts += [str(kind(inside)), str(kind(beside)), kind(inside).exploded.upper()]
        sql = f"SELECT text, {in_networks('text', networks)} FROM (SELECT arrayJoin({{texts:Array(String)}}) AS text)"
        found = {text for text, inside in store.rows(sql, {"texts": texts}) if inside}
        assert found == {text for text in texts if _in(text, networks)}


def _network(random: Random) -> Network:
    if random.random() < 0.6:
        return IPv4Network((random.getrandbits(32), random.randrange(33)), strict=False)
    return IPv6Network((random.getrandbits(128), random.choice([3, 7, 10, 16, 20, 48, 128])), strict=False)


def _in(text: str, networks: list[Network]) -> bool:
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)
