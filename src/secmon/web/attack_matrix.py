"""The ATT&CK matrix: of each technique whether it is collected, detected and seen, a column a tactic."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dash import html

from secmon.rules.attack import ATTACK_VERSION, TechniqueState, matrix
from secmon.web.console import Console
from secmon.web.i18n import kst, t
from secmon.web.rules_view import signatures

SPAN = timedelta(hours=24)
TACTICS = (
    "reconnaissance", "resource-development", "initial-access", "execution", "persistence", "privilege-escalation",
    "defense-evasion", "credential-access", "discovery", "lateral-movement", "collection", "command-and-control",
    "exfiltration", "impact",
)  # fmt: skip
_MARKS = {"seen": "●", "detected": "◐", "blind": "○", "none": "·"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A technique with its sub-techniques taken together."""

    uid: str
    name: str
    tactics: tuple[str, ...]
    rules: int
    fed: int
    findings: int
    sites: int
    last: str

    @property
    def state(self) -> str:
        """'seen', 'detected' (looked for in logs that come), 'blind' (its logs do not come), or 'none'."""
        if self.findings:
            return "seen"
        if not self.rules:
            return "none"
        return "detected" if self.fed else "blind"


def read_cells(console: Console) -> list[Cell]:
    """Every technique over the last 24 hours; StoreError when the store does not answer."""
    now = console.clock()
    states = matrix(console.store, signatures(console), now - SPAN, now + timedelta(seconds=1))
    parents: dict[str, list[TechniqueState]] = {}
    for one in states:
        parents.setdefault(one.technique.uid.split(".")[0].upper(), []).append(one)
    return [_cell(uid, several) for uid, several in sorted(parents.items())]


def _cell(uid: str, several: Sequence[TechniqueState]) -> Cell:
    """A rule that names a technique and one of its sub-techniques counts once."""
    whole = next((one for one in several if "." not in one.technique.uid), several[0])
    rules = {rule.id for one in several for rule in one.rules}
    last = max((one.last_time for one in several if one.last_time), default=None)
    return Cell(
        uid, whole.technique.name, whole.technique.tactics, len(rules), max(one.fed for one in several),
        max(one.findings for one in several), max(one.sites for one in several), kst(last),
    )  # fmt: skip


def drawn(cells: Sequence[Cell], language: str) -> list[Any]:
    """Legend with counts, and the columns."""
    counts = {state: sum(one.state == state for one in cells) for state in _MARKS}
    legend = [
        html.Span([html.I(_MARKS[state], className=f"attack-{state}"), t(f"rules.attack.{state}", language), f" {n}"])
        for state, n in counts.items()
    ]
    note = t("rules.attack.note", language, version=ATTACK_VERSION)
    columns = [_column(tactic, [one for one in cells if tactic in one.tactics], language) for tactic in TACTICS]
    return [html.Div([*legend, html.Small(note)], className="types"), html.Div(columns, className="attack")]


def _column(tactic: str, cells: Sequence[Cell], language: str) -> html.Section:
    looked = sum(one.state in {"seen", "detected"} for one in cells)
    ordered = sorted(cells, key=lambda one: (list(_MARKS).index(one.state), one.uid))
    head = html.H3([t(f"tactic.{tactic}", language), html.Small(f"{looked}/{len(cells)}")])
    return html.Section([head, *(_drawn(one, language) for one in ordered)])


def _drawn(one: Cell, language: str) -> html.Div:
    said = t("rules.attack.cell", language, rules=one.rules, findings=one.findings, sites=one.sites, last=one.last)
    return html.Div(
        [html.B(f"{_MARKS[one.state]} {one.uid}"), html.Span(one.name)],
        className=f"attack-{one.state}", title=f"{one.uid} {one.name}: {said}",
    )  # fmt: skip
