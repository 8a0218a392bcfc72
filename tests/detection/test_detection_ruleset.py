"""Reading rules: what is taken, what is rejected, and what is said about it."""

import re
from pathlib import Path

import pytest
from sigma.rule import SigmaLogSource
from writing_rules import rule_id, ruleset, write_correlation, write_rule

from secmon.detection.rule_check import Status, check
from secmon.detection.sigma.field_mapping import log_source, log_sources
from secmon.detection.sigma.ruleset import load_rules, shipped_rules
from secmon.taxonomy import Severity

ROOT = {"selection": {"User": "root"}, "condition": "selection"}
COUNT = {"type": "event_count", "rules": ["base"], "timespan": "1m", "condition": {"gte": 2}}
HEAD = "title: t\nid: 11111111-1111-4111-8111-111111111111\n"
SOURCE = "logsource: {product: linux, service: sshd}\n"
HANGUL = re.compile(r"[가-힣]")
DETECTION = "detection: {selection: {User: root}, condition: selection}\n"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("title: [", None, "expected node content"),
        ("title: a\ntitle: b\n", None, "Duplicate key"),
        ("- a\n- b\n", 1, "a rule must be a map"),
        ("---\n---\n- a\n", 3, "a rule must be a map"),  # after an empty document
        (HEAD + DETECTION, 1, "must have a log source"),
        (HEAD + SOURCE + "detection: {selection: {User: root}, condition: other}\n", 4, "not defined"),
        (HEAD + SOURCE + "detection: {selection: {User|nope: x}, condition: selection}\n", 4, "Unknown modifier"),
        (HEAD + SOURCE + "detection: {selection: {User|re: '('}, condition: selection}\n", 4, "is invalid"),
        (HEAD + SOURCE + DETECTION + "level: terrible\n", 5, "not a valid Sigma rule level"),
        ("title: t\nid: nope\n" + SOURCE + DETECTION, 2, "must be an UUID"),
        ("title: t\n" + SOURCE + DETECTION, 1, "needs an `id`"),
        (HEAD + SOURCE + DETECTION + "secmon: {attack_type: magic}\n", 5, "is not one of"),
        (HEAD + SOURCE + DETECTION + "secmon: {actor: nothing}\n", 5, "not a text or number column"),
        (HEAD + SOURCE + DETECTION + "secmon: {next_steps_ko: later}\n", 5, "must be a list"),
        (HEAD + "filter: {rules: [x]}\n", 1, "not supported yet"),
        (HEAD + SOURCE + "detection: 5\n", None, ""),
        (HEAD + SOURCE + f"detection: {{a: {'[' * 3000}{']' * 3000}, condition: a}}\n", None, ""),
    ],
)
def test_a_bad_rule_is_rejected_and_stops_no_other(tmp_path: Path, text: str, line: int | None, reason: str) -> None:
    """The file, where possible the line, and the reason are reported; the good rule beside it is used."""
    (tmp_path / "bad.yml").write_text(text, encoding="utf-8")
    write_rule(tmp_path, "good", ROOT)
    checked = {one.path.name: one for one in check([tmp_path])}
    assert checked["good.yml"].status is Status.COMPILED
    assert checked["bad.yml"].status is Status.REJECTED
    assert reason in checked["bad.yml"].reason
    if line is not None:
        assert checked["bad.yml"].line == line
    assert [rule.name for rule in ruleset(tmp_path).rules if rule.name == "good"] == ["good"]


def test_the_same_id_twice_is_rejected(tmp_path: Path) -> None:
    """Findings are kept by rule id, so the second rule with an id is not used."""
    write_rule(tmp_path, "a", ROOT)
    write_rule(tmp_path, "b", ROOT, id=rule_id("a"))
    rules = ruleset(tmp_path)
    assert [rule.name for rule in rules.rules] == ["a"]
    assert "has the same id" in rules.rejected[0].reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "temporal", "condition": {"gte": 3}}, "3 of 1 rules can never match"),
        ({"type": "value_sum", "condition": {"gte": 1, "field": "x"}}, "`value_sum` is not supported yet"),
        ({"condition": {"lt": 2}}, "only `gte` and `gt`"),
        ({"condition": {"gte": 0}}, "at least one"),
        ({"rules": ["unknown"]}, "no usable rule has the name unknown"),
        ({"timespan": "soon"}, "invalid"),
    ],
)
def test_a_correlation_that_cannot_be_computed_is_rejected(
    tmp_path: Path, change: dict[str, object], reason: str
) -> None:
    """The line of its `correlation:` key is named."""
    path = write_correlation(tmp_path, "many", COUNT | change, ROOT)
    [rejected] = ruleset(path).rejected
    assert reason in rejected.reason
    assert rejected.line is not None
    assert path.read_text().splitlines()[rejected.line - 1].startswith("correlation:")


def test_rules_of_a_correlation_raise_nothing_alone(tmp_path: Path) -> None:
    """As Sigma says: only with `generate: true` do they also count as rules of their own."""
    quiet = ruleset(write_correlation(tmp_path, "quiet", COUNT, ROOT))
    loud = ruleset(write_correlation(tmp_path, "loud", COUNT | {"generate": True}, ROOT))
    assert [rule.name for rule in quiet.rules] == []
    assert [rule.name for rule in loud.rules] == ["base"]
    assert [correlation.name for correlation in quiet.correlations] == ["quiet"]


def test_check_tells_what_would_become_of_foreign_rules(tmp_path: Path) -> None:
    """Compiled, with unmapped fields, without a log source, or rejected."""
    write_rule(tmp_path, "a-plain", ROOT)
    write_rule(tmp_path, "b-vendor", {"selection": {"Vendor": "x"}, "condition": "selection"})
    write_rule(tmp_path, "c-mac", ROOT, logsource={"product": "macos"})
    write_rule(tmp_path, "d-placeholder", {"selection": {"User|expand": "%x%"}, "condition": "selection"})
    write_correlation(tmp_path, "e-unmapped", COUNT | {"group-by": ["Vendor"]}, ROOT)
    checked = {one.name: (one.status, one.unmapped) for one in check([tmp_path])}
    assert checked == {
        "a-plain": (Status.COMPILED, ()),
        "b-vendor": (Status.UNMAPPED, ("Vendor",)),
        "c-mac": (Status.NOT_COLLECTED, ()),
        "d-placeholder": (Status.REJECTED, ()),
        "base": (Status.COMPILED, ()),
        "e-unmapped": (Status.UNMAPPED, ("Vendor",)),
    }


def test_check_rejects_a_correlation_over_a_rule_that_cannot_be_compiled(tmp_path: Path) -> None:
    """Its other rules and its fields do not help: it would never find anything."""
    placeholder = {"selection": {"User|expand": "%x%"}, "condition": "selection"}
    write_correlation(tmp_path, "many", COUNT, placeholder)
    assert {one.name: one.status for one in check([tmp_path])} == {"base": Status.REJECTED, "many": Status.REJECTED}


def test_a_foreign_rule_without_our_words_keeps_its_own(tmp_path: Path) -> None:
    """Where Korean is missing the English stands in; techniques come from the tags."""
    tags = ["attack.t1110.001", "attack.initial-access"]
    write_rule(tmp_path, "foreign", ROOT, tags=tags, level="critical", falsepositives=["Tests"])
    [rule] = ruleset(tmp_path).rules
    assert rule.falsepositives_ko == rule.falsepositives == ("Tests",)
    assert (rule.title_ko, rule.title_en, rule.severity) == ("foreign", "foreign", Severity.CRITICAL)
    assert rule.attack_uids == ("T1110.001",)
    assert rule.actor == "src_endpoint_ip"


def test_a_log_source_is_met_exactly() -> None:
    """A rule for a product that is not collected is not run on another product's events."""
    assert log_source(SigmaLogSource(category="webserver")) is not None
    assert log_source(SigmaLogSource(category="webserver", product="apache")) is None
    assert len({source.name for source in log_sources()}) == len(log_sources())


def test_shipped_rules_are_complete() -> None:
    """Each compiles without unmapped fields and has its words, techniques, doubts and next steps in both languages."""
    rules = load_rules()
    assert not rules.rejected
    assert {one.status for one in check([shipped_rules()])} == {Status.COMPILED}
    assert len(rules.rules) >= 14
    assert len(rules.correlations) >= 3
    for rule in rules.signatures:
        assert rule.title_ko != rule.title_en, rule.name
        assert rule.description_ko, rule.name
        assert rule.description_en, rule.name
        assert len(rule.next_steps_ko) == len(rule.next_steps_en) > 0, rule.name
        assert len(rule.falsepositives_ko) == len(rule.falsepositives) > 0, rule.name
        assert all(HANGUL.search(note) for note in rule.falsepositives_ko), rule.name
        assert rule.attack_uids, rule.name
        assert rule.severity > Severity.UNKNOWN, rule.name
