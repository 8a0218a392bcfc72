"""What the sample logs of each format become."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from secmon.ingest.transports.page import split_lines
from secmon.store.client import Store
from secmon.store.dry_run import dry_run
from secmon.store.formats import FORMATS

SAMPLES = Path(__file__).parents[2] / "sample_logs"
RECEIVED = datetime(2026, 11, 23, 1, tzinfo=UTC)
NAMES = [entry.name for entry in FORMATS]
SIMULATED = [name for name in NAMES if (SAMPLES / name / "background.log").exists()]


def sample(name: str, kind: str) -> tuple[list[bytes], list[dict[str, Any]]]:
    """The lines of a sample log and the results expected of it."""
    lines = split_lines((SAMPLES / name / f"{kind}.log").read_bytes())
    expected = (SAMPLES / name / f"{kind}.expected.ndjson").read_text(encoding="utf-8")
    return lines, [json.loads(line) for line in expected.splitlines()]


def read(store: Store, lines: Sequence[bytes], name: str) -> list[dict[str, Any] | str]:
    """For each line its event, or the reason why there is none."""
    return [one.event or one.reason for one in dry_run(store, lines, name, RECEIVED)]


@pytest.mark.store
@pytest.mark.parametrize("name", NAMES)
def test_good_lines_become_the_expected_events(store: Store, name: str) -> None:
    """Every line of the basic sample is the event written beside it, column by column."""
    lines, expected = sample(name, "basic")
    assert read(store, lines, name) == expected


@pytest.mark.store
@pytest.mark.parametrize("name", NAMES)
def test_malformed_lines_are_rejected_with_their_reason(store: Store, name: str) -> None:
    """Every line of the malformed sample goes to quarantine for the reason written beside it."""
    lines, expected = sample(name, "malformed")
    reasons = read(store, lines, name)
    assert [{"line": number, "reason": reason} for number, reason in enumerate(reasons, 1)] == expected


@pytest.mark.store
@pytest.mark.parametrize("name", SIMULATED)
def test_the_background_sample_is_readable(store: Store, name: str) -> None:
    """Every ordinary line of a site becomes an event with a class, or of a program nobody models."""
    lines = split_lines((SAMPLES / name / "background.log").read_bytes())
    events = read(store, lines, name)
    assert len(events) == 200
    assert [event for event in events if isinstance(event, str)] == []


@pytest.mark.store
def test_a_format_without_a_view_is_quarantined(store: Store) -> None:
    """No line vanishes because its format is unknown; the reason names the format."""
    assert read(store, [b"anything", b"\xff\x00"], "netware") == ["unknown format netware"] * 2


@pytest.mark.store
def test_every_line_is_read_as_the_format_it_was_sent_as(store: Store) -> None:
    """A line of another format is not guessed at: it is rejected."""
    assert read(store, [b'{"event_type":"http"}'], "rfc5424") == ["no syslog priority"]
    assert read(store, [b"<34>1 2026-11-23T00:26:21Z h a 1 - - x"], "suricata_eve") == ["not JSON"]


@pytest.mark.store
def test_a_user_name_cannot_forge_the_source_address(store: Store) -> None:
    """The address of a failed login is the one sshd wrote, whatever the client called itself."""
    forged = "x from 10.0.0.1 port 22"
    texts = (
        f"Failed password for invalid user {forged} from 203.0.113.9 port 42000 ssh2",
        f"Failed password for {forged} ssh2 from 203.0.113.9 port 42000 ssh2",
        f"Invalid user {forged} from 203.0.113.9 port 42000",
        f"Invalid user {forged}:11: y from 203.0.113.9 port 42000",
        f"Connection closed by authenticating user {forged} 203.0.113.9 port 42000 [preauth]",
        f"Disconnected from invalid user {forged} [preauth] 203.0.113.9 port 42000",
    )
    lines = [f"<86>1 2026-11-23T00:26:21Z h sshd 1 - - {text}".encode() for text in texts]
    events = read(store, lines, "rfc5424")
    assert [isinstance(event, dict) and event["src_endpoint_ip"] for event in events] == ["203.0.113.9"] * len(texts)


@pytest.mark.store
def test_a_dry_run_reads_more_lines_than_one_insert_takes(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places count from 0 over all lines, across inserts."""
    monkeypatch.setattr("secmon.store.dry_run._AT_ONCE", 7)
    lines = [b"<34>1 2026-11-23T00:26:21Z h app 1 - - %d" % number for number in range(20)]
    found = list(dry_run(store, lines, "rfc5424", RECEIVED))
    assert [one.place for one in found] == list(range(20))
    assert [one.event and one.event["message"] for one in found] == [str(number) for number in range(20)]
