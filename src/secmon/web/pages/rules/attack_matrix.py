"""ATT&CK matrix, a column per tactic: whether each technique is collected, covered by rules and seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dash import html

from secmon.detection.mitre_attack import ATTACK_VERSION, TechniqueState, matrix
from secmon.live.context import CentreContext
from secmon.web.i18n.texts import kst, t
from secmon.web.pages.rules.view import signatures

SPAN = timedelta(hours=24)
TACTICS = (
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
)
_MARKS = {"seen": "●", "detected": "◐", "blind": "○", "none": "·"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A technique together with its sub-techniques."""

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
        """Return seen, detected (rule and logs exist), blind (logs do not arrive) or none (no rule)."""
        if self.findings:
            return "seen"
        if not self.rules:
            return "none"
        return "detected" if self.fed else "blind"


def read_cells(context: CentreContext) -> list[Cell]:
    """Return every technique over the last 24 hours; raise StoreError if the store does not answer."""
    now = context.clock()
    states = matrix(context.store, signatures(context), now - SPAN, now + timedelta(seconds=1))
    parents: dict[str, list[TechniqueState]] = {}
    for one in states:
        parents.setdefault(one.technique.uid.split(".")[0].upper(), []).append(one)
    return [_cell(uid, several) for uid, several in sorted(parents.items())]


def _cell(uid: str, several: Sequence[TechniqueState]) -> Cell:
    """Combine a technique and its sub-techniques; a rule that names both counts once."""
    whole = next((one for one in several if "." not in one.technique.uid), several[0])
    rules = {rule.id for one in several for rule in one.rules}
    last = max((one.last_time for one in several if one.last_time), default=None)
    return Cell(
        uid,
        whole.technique.name,
        whole.technique.tactics,
        len(rules),
        max(one.fed for one in several),
        max(one.findings for one in several),
        max(one.sites for one in several),
        kst(last),
    )


def drawn(cells: Sequence[Cell], language: str) -> list[Any]:
    """Return the legend with counts, and the columns."""
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
        className=f"attack-{one.state}",
        title=f"{one.uid} {one.name}: {said}",
    )
