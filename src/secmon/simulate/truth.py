"""Ground truth: every injected line and every silence with the scenario it belongs to, as NDJSON."""

import json
from collections.abc import Iterable, Iterator

from secmon.simulate.clock import moment_of
from secmon.simulate.plan import Played
from secmon.simulate.scenarios.definition import by_name
from secmon.simulate.scenarios.script import Phase, Run

_Entry = tuple[int, str, str, str, str, dict[str, str]]


def truth(played: Iterable[Played]) -> bytes:
    """Return one object per injected line or silence, by time; identical bytes for the same seed and plan.

    A silence has `until`, an empty `line`, and '' as its feed when the whole site does not answer.
    """
    entries = sorted((entry for one in played for entry in _entries(one)), key=lambda entry: entry[:5])
    return "".join(
        json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n" for *_, entry in entries
    ).encode()


def _entries(played: Played) -> Iterator[_Entry]:
    run = played.run
    for one in played.lines:
        told = {"source": one.source, "line": one.line.rstrip("\n")}
        entry = _about(run, one.phase) | {"site": one.site, "feed": one.feed, "time": _time(one.at)} | told
        yield one.at, one.site, one.feed, one.line, run.name, entry
    for silence in played.silences:
        told = {"source": "", "line": "", "until": _time(silence.ends)}
        entry = _about(run, silence.phase) | {"site": silence.site, "feed": silence.feed, "time": _time(silence.begins)}
        yield silence.begins, silence.site, silence.feed, "", run.name, entry | told


def _about(run: Run, phase: Phase) -> dict[str, str]:
    return {
        "scenario": run.scenario,
        "run": run.name,
        "kind": by_name()[run.scenario].kind,
        "phase": phase.name,
        "attack_type": phase.attack_type,
        "technique": phase.technique,
    }


def _time(microseconds: int) -> str:
    return moment_of(microseconds).isoformat(timespec="microseconds")
