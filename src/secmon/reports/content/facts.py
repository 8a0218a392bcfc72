"""Figures of a digest without any wording: gathered once, stored as JSON, written in either language."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from secmon.taxonomy import Severity

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Coverage: sites that sent events, feeds that are healthy at composition, lines that were not parsed.

    `expected` is the number of sites that have feeds.
    """

    sites: int
    expected: int
    reporting: int
    feeds: int
    healthy: int
    events: int
    quarantined: int

    @property
    def share(self) -> float | None:
        """Share of healthy feeds; None without feeds."""
        return self.healthy / self.feeds if self.feeds else None


@dataclass(frozen=True, slots=True)
class TypeRow:
    """Attempts of a type, in this and the previous period, with the expected band (None: not enough history yet)."""

    type: str
    attempts: int
    before: int
    low: int | None
    high: int | None

    @property
    def above(self) -> bool:
        """True if there were more attempts than expected."""
        return self.high is not None and self.attempts > self.high


@dataclass(frozen=True, slots=True)
class Facts:
    """All figures of a digest; times are ISO 8601 in UTC, `level` is None when no level was declared.

    `trend` is (slot, attempts of each of the seven types), `map` the attempts of each site, `peers` the
    comparison of a municipality or province with others, `shift` the draft of the handover, `notice` the content
    of an immediate notice, `anomalies` the findings of detectors with the values that state their reason.
    """

    kind: str
    scope: str
    begins: str
    ends: str
    composed_at: str
    late: bool
    simulated: bool
    tlp: str
    level: Json | None = None
    coverage: Coverage | None = None
    types: Sequence[TypeRow] = ()
    compared: int = 0
    trend: Sequence[tuple[str, Sequence[int]]] = ()
    turnover: Json = field(default_factory=dict)
    open_alerts: int = 0
    open_grave: int = 0
    incidents: Sequence[Json] = ()
    campaigns: Sequence[Json] = ()
    requests: Json = field(default_factory=dict)
    blocks: Json = field(default_factory=dict)
    metrics: Sequence[Json] = ()
    gaps: Sequence[Json] = ()
    gaps_total: int = 0
    suppressed: int = 0
    anomalies: Sequence[Json] = ()
    rules: Sequence[Json] = ()
    sources: Sequence[Json] = ()
    places: Sequence[Json] = ()
    map: Mapping[str, int] = field(default_factory=dict)
    peers: Json = field(default_factory=dict)
    shift: Json = field(default_factory=dict)
    notice: Json = field(default_factory=dict)
    recommendations: Sequence[Json] = ()

    @property
    def attempts(self) -> int:
        """Attempts of all types."""
        return sum(row.attempts for row in self.types)

    @property
    def attempts_before(self) -> int:
        """Attempts of all types in the previous period."""
        return sum(row.before for row in self.types)

    @property
    def opened(self) -> int:
        """Number of alerts opened."""
        return sum(self.turnover.get("opened", {}).values())

    @property
    def quiet(self) -> bool:
        """True without anything to report: no critical or high alert new or open, no open incident, nothing overdue."""
        opened = self.turnover.get("opened", {})
        alarming = any(number for severity, number in opened.items() if int(severity) >= Severity.HIGH)
        return not alarming and not self.open_grave and not self.incidents and not self.requests.get("overdue")

    def as_json(self) -> dict[str, Any]:
        """Return plain values that can be stored as JSON."""
        return asdict(self)


def facts_of(kept: Mapping[str, Any]) -> Facts:
    """Restore facts from the result of `as_json`."""
    given = dict(kept)
    given["types"] = [TypeRow(**row) for row in kept["types"]]
    given["coverage"] = Coverage(**kept["coverage"]) if kept["coverage"] else None
    return Facts(**given)
