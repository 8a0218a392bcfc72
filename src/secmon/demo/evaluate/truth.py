"""Ground truth: the scenario runs as the simulator recorded them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path


@dataclass(frozen=True)
class Act:
    """One run of a scenario or decoy: its injected lines by site, and the sites whose feeds it silences."""

    run: str
    scenario: str
    decoy: bool
    begins: datetime
    ends: datetime
    lines: frozenset[tuple[str, str]]
    silenced: frozenset[str]

    @property
    def sites(self) -> frozenset[str]:
        """Sites affected by the run."""
        return self.silenced | {site for site, _ in self.lines}


def read_acts(path: Path) -> tuple[Act, ...]:
    """Read the runs of a truth file, ordered by their start."""
    runs: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8") as file:
        for text in file:
            entry = json.loads(text)
            runs.setdefault(entry["run"], []).append(entry)
    return tuple(sorted((_act(run, entries) for run, entries in runs.items()), key=lambda act: act.begins))


def _act(run: str, entries: list[dict[str, str]]) -> Act:
    return Act(
        run=run,
        scenario=entries[0]["scenario"],
        decoy=entries[0]["kind"] == "decoy",
        begins=min(datetime.fromisoformat(entry["time"]) for entry in entries),
        ends=max(datetime.fromisoformat(entry.get("until") or entry["time"]) for entry in entries),
        lines=frozenset((entry["site"], entry["line"]) for entry in entries if entry["line"]),
        silenced=frozenset(entry["site"] for entry in entries if not entry["line"]),
    )


def under_way(acts: Iterable[Act], now: datetime, after: timedelta) -> frozenset[str]:
    """Return the sites affected by a run now or within `after` of its end."""
    return frozenset(site for act in acts if act.begins <= now <= act.ends + after for site in act.sites)
