"""ATT&CK: the tags of the shipped rules, and what is made of them."""

from datetime import timedelta

import pytest
from writing_rules import DETECTED, FROM, START, TO, accepted_login

from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.mitre_attack import coverage, matrix, navigator_layer, techniques
from secmon.detection.sigma.ruleset import load_rules
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines
from secmon.taxonomy import AttackType


def test_every_tag_of_a_shipped_rule_is_a_technique() -> None:
    """No rule names a technique that does not exist, and every rule that raises something names one."""
    signatures = load_rules().signatures
    assert {uid for rule in signatures for uid in rule.attack_uids} <= set(techniques())
    assert [rule.name for rule in signatures if not rule.attack_uids] == []


def test_every_rule_says_what_to_do_in_both_languages() -> None:
    """Title, description, next steps and false positives; and together the rules know all seven types."""
    signatures = load_rules().signatures
    for rule in signatures:
        assert rule.title_ko != rule.title_en, rule.name
        assert rule.description_ko != rule.description_en, rule.name
        assert rule.next_steps_ko, rule.name
        assert len(rule.next_steps_ko) == len(rule.next_steps_en), rule.name
        assert rule.falsepositives, rule.name
    assert {rule.attack_type for rule in signatures} >= set(AttackType)


def test_a_layer_has_a_cell_for_each_technique() -> None:
    """The score is the number of rules, and the comment names them."""
    signatures = load_rules().signatures
    layer = navigator_layer(signatures)
    covered = coverage(signatures)
    assert layer["domain"] == "enterprise-attack"
    assert {cell["techniqueID"]: cell["score"] for cell in layer["techniques"]} == {
        uid: len(rules) for uid, rules in covered.items()
    }
    assert layer["gradient"]["maxValue"] == max(len(rules) for rules in covered.values())


@pytest.mark.store
def test_the_matrix_tells_collected_detected_and_seen_apart(store: Store) -> None:
    """With SSH lines only: what SSH rules look for is collected, what one found is seen, the rest only detected."""
    rules = load_rules()
    insert_lines(store, "b1", [Lines("11110", "auth", "rfc5424", START, [accepted_login(0)])])
    assert match_events(store, rules, Batches.of(["b1"], FROM, TO), DETECTED).findings
    states = {one.technique.uid: one for one in matrix(store, rules.signatures, FROM, TO + timedelta(days=1))}
    assert len(states) == len(techniques())
    ssh, macro, none = states["T1021.004"], states["T1486"], states["T1601"]
    assert (ssh.collected, ssh.detected, ssh.seen, ssh.sites) == (True, True, True, 1)
    assert (macro.collected, macro.detected, macro.seen) == (False, True, False)
    assert (none.collected, none.detected, none.seen) == (False, False, False)
