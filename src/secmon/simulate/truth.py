"""Ground truth: every injected line with the attack it belongs to, as NDJSON."""

import json
from collections.abc import Iterable

from secmon.simulate.clock import moment_of
from secmon.simulate.plan import Played
from secmon.simulate.scenarios.script import Injected, Run


def truth(played: Iterable[Played]) -> bytes:
    """One object per injected line, by time; the same bytes for the same seed and plan."""
    entries = [(one.at, one.site, one.feed, one.line, run.run, one) for run in played for one in run.lines]
    entries.sort(key=lambda entry: (*entry[:4], entry[4].name))
    return "".join(_entry(run, one) for *_, run, one in entries).encode()


def _entry(run: Run, one: Injected) -> str:
    entry = {
        "scenario": run.scenario,
        "run": run.name,
        "phase": one.phase.name,
        "attack_type": one.phase.attack_type,
        "site": one.site,
        "feed": one.feed,
        "time": moment_of(one.at).isoformat(timespec="microseconds"),
        "source": one.source,
        "line": one.line.rstrip("\n"),
    }
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
