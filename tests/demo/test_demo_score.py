"""The arithmetic of an evaluated day, on a day small enough to count by hand."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from secmon.demo.evaluate.score import Day, Raised, score
from secmon.demo.evaluate.truth import Act, read_acts, under_way
from secmon.taxonomy import Severity

START = datetime.fromisoformat("2026-11-24T09:00:00+09:00")
ATTACK = Act(
    "a@1", "attack", False, START, START + timedelta(minutes=5), frozenset({("1", "x"), ("2", "y")}), frozenset()
)
MISSED = Act("m@1", "missed", False, START, START, frozenset({("3", "z")}), frozenset({"4"}))
DECOY = Act("d@1", "decoy", True, START, START, frozenset({("5", "w")}), frozenset())


def raised(site: str, severity: Severity, seconds: int, *runs: str) -> Raised:
    """An alert so many seconds after START."""
    return Raised("rule", site, "actor", severity, START + timedelta(seconds=seconds), frozenset(runs))


def day(*alerts: Raised) -> Day:
    """A day of 24 hours over ten sites, on which the attack's first line came after 10 s."""
    collected = {"a@1": (START + timedelta(seconds=10), frozenset({"1", "2"}))}
    return Day(24.0, 10, 100, 0, alerts, collected)


def test_an_attack_is_detected_by_its_first_alert_above_low() -> None:
    """Low alerts do not count; seconds run from the first line collected; sites are those with an alert."""
    result = score(
        day(
            raised("1", Severity.LOW, 11, "a@1"),
            raised("1", Severity.HIGH, 40, "a@1"),
            raised("1", Severity.MEDIUM, 30, "a@1"),
        ),
        [ATTACK, MISSED],
    )
    attack, missed = result["scenarios"]
    assert (attack["detected"], attack["seconds_to_detect"], attack["severity"]) == (True, 20.0, "high")
    assert (attack["sites_hit"], attack["sites_found"], attack["sites_missed"]) == (2, 1, ["2"])
    assert (missed["detected"], missed["seconds_to_detect"], missed["sites_hit"]) == (False, None, 2)
    assert (result["detected"], result["median_seconds_to_detect"]) == (1, 20.0)


def test_an_alert_that_was_open_before_has_found_nothing() -> None:
    """The attack carried it on; it counts neither as detection nor as a site found."""
    [attack] = score(day(raised("1", Severity.HIGH, 9, "a@1")), [ATTACK])["scenarios"]
    assert (attack["detected"], attack["seconds_to_detect"], attack["sites_found"]) == (False, None, 0)


def test_what_belongs_to_no_attack_is_false() -> None:
    """Decoys and quiet background alike, from medium; precision is the share of the rest."""
    result = score(
        day(
            raised("1", Severity.HIGH, 40, "a@1"),
            raised("5", Severity.MEDIUM, 50, "d@1"),
            raised("6", Severity.HIGH, 60),
            raised("7", Severity.LOW, 60),
        ),
        [ATTACK, DECOY],
    )
    assert (result["precision"], result["false_alerts"]) == (0.3333, 2)
    assert result["false_alerts_per_site_and_day"] == 0.2
    assert (result["decoys"][0]["above_low"], result["decoys"][0]["severity"]) == (True, "medium")
    assert result["background_alerts"] == 2
    assert result["background_alerts_by_rule"] == {"rule (high)": 1, "rule (low)": 1}
    assert result["alerts_per_operator_and_hour"] == round(4 / 4 / 24, 3)


def test_no_alert_is_no_precision() -> None:
    """Nothing was raised: nothing can be divided."""
    result = score(day(), [ATTACK])
    assert (result["precision"], result["median_seconds_to_detect"], result["detected"]) == (None, None, 0)


def test_the_truth_file_tells_lines_and_silences(tmp_path: Path) -> None:
    """Entries of one run become one act, from its first line to the end of its last silence."""
    about = {"scenario": "s", "run": "s@1", "kind": "attack"}
    entries = [
        about | {"time": "2026-11-24T00:00:10+00:00", "site": "1", "line": "x"},
        about | {"time": "2026-11-24T00:00:05+00:00", "site": "2", "line": "y"},
        about | {"time": "2026-11-24T00:01:00+00:00", "site": "3", "line": "", "until": "2026-11-24T00:09:00+00:00"},
    ]
    path = tmp_path / "truth.ndjson"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    [act] = read_acts(path)
    assert (act.begins.second, act.ends.minute, act.decoy) == (5, 9, False)
    assert (act.sites, act.silenced) == (frozenset({"1", "2", "3"}), frozenset({"3"}))
    at = datetime.fromisoformat
    assert under_way([act], at("2026-11-24T00:10:00+00:00"), timedelta(minutes=2)) == act.sites
    assert under_way([act], at("2026-11-24T00:12:00+00:00"), timedelta(minutes=2)) == frozenset()
