"""What holds for every format that writes one JSON object a line."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from secmon.ingest.transports.page import split_lines
from secmon.store.client import Store
from secmon.store.dry_run import dry_run
from secmon.store.formats import recognise
from secmon.store.scratch import scratch_store
from secmon.taxonomy import AttackType

SAMPLES = Path(__file__).parents[2] / "sample_logs"
RECEIVED = datetime(2026, 11, 23, 1, tzinfo=UTC)
JSON_FORMATS = ("suricata_eve", "zeek_json", "modsecurity", "winlogbeat", "evtx_json", "rspamd", "db_access")
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    1e300,
    2**70,
    "",
    "-",
    "x",
    "99999",
    [],
    [[]],
    ["a", 1],
    {},
    {"": {"a": [None]}},
    "\x00\ud7ff'\\",
)
"""Values that a member does not expect."""


def sample(name: str) -> list[bytes]:
    """The lines of a format's basic sample."""
    return split_lines((SAMPLES / name / "basic.log").read_bytes())


def spoiled(value: Any) -> Iterator[Any]:
    """The value with each of its members in turn, at any depth, left out or replaced by something odd."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield {other: kept for other, kept in value.items() if other != key}
            yield from ({**value, key: odd} for odd in ODD)
            yield from ({**value, key: changed} for changed in spoiled(inner))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], changed, *value[place + 1 :]] for changed in spoiled(inner))


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", JSON_FORMATS)
def test_lines_are_recognised_as_their_format(name: str) -> None:
    """Each line of a sample begins as its own format and as no other."""
    assert {recognise(line) for line in sample(name)} - {"unknown"} == {name}
    assert sum(recognise(line) == "unknown" for line in sample(name)) <= 1


@pytest.mark.store
@pytest.mark.parametrize("name", JSON_FORMATS)
def test_any_member_may_be_missing_or_odd(store: Store, name: str) -> None:
    """Wrong types and absent members cost a column or the line, never the batch, and put nothing into enumerations."""
    lines = [
        json.dumps(changed, ensure_ascii=False).encode()
        for line in sample(name)[::6]
        for changed in spoiled(json.loads(line))
    ]
    found = list(dry_run(store, lines, name, RECEIVED))
    assert len(found) == len(lines) > 300
    events = [one.event for one in found if one.event]
    assert len(events) > len(lines) / 2
    assert all(one.reason for one in found if one.event is None)
    for event in events:
        assert event.get("attack_type", "") in {"", *AttackType}
        assert event.get("severity_id", 0) <= 5
        for end in ("src_endpoint_ip", "dst_endpoint_ip"):
            assert end not in event or is_address(event[end])


@pytest.mark.store
@pytest.mark.parametrize("name", JSON_FORMATS)
def test_an_array_is_no_object(store: Store, name: str) -> None:
    """Values in the order of the members' names are not read as if they had them."""
    values = [list(json.loads(line).values()) for line in sample(name)]
    lines = [json.dumps(value).encode() for value in [*values, *([value] for value in values)]]
    assert [one.event for one in dry_run(store, lines, name, RECEIVED)] == [None] * len(lines)


@pytest.mark.store
@pytest.mark.parametrize("name", JSON_FORMATS)
def test_space_between_members_changes_nothing(store: Store, name: str) -> None:
    """A line that was written with spaces, or with every character beyond ASCII escaped, is the same event."""
    plain = [json.loads(line) for line in sample(name)]
    spaced = [json.dumps(line, ensure_ascii=False).encode() for line in plain]
    escaped = [json.dumps(line, separators=(",", ":")).encode() for line in plain]
    found = list(dry_run(store, [*sample(name), *spaced, *escaped], name, RECEIVED))
    events = [without_raw(one.event) for one in found]
    size = len(plain)
    assert events[size : 2 * size] == events[:size]
    assert events[2 * size :] == events[:size]


def without_raw(event: dict[str, Any] | None) -> dict[str, Any]:
    """The event without the line itself, and without what holds JSON as it was written."""
    assert event is not None
    unmapped = {name: value for name, value in event.get("unmapped", {}).items() if value[:1] not in "[{"}
    return {name: value for name, value in event.items() if name != "raw_data"} | {"unmapped": unmapped}


@pytest.mark.store
def test_windows_events_are_the_same_by_both_ways(engine: Store) -> None:
    """Winlogbeat and evtx_dump tell of the same record: class, activity, ends, users, processes and files agree."""
    only = {"format", "message", "unmapped", "raw_data", "actor_user_name"}
    ways = []
    for name in ("winlogbeat", "evtx_json"):
        with scratch_store(beside=engine) as store:
            found = list(dry_run(store, sample(name)[:57], name, RECEIVED))
        ways.append([{k: v for k, v in (one.event or {}).items() if k not in only} for one in found])
    assert ways[0] == ways[1]
    assert len({event["metadata_event_code"] for event in ways[0]}) > 40
