"""What a digest tells, as figures without words: gathered once, kept as JSON, written in either language."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from secmon.taxonomy import Severity

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much was seen: sites that sent events in the period, feeds that are well at its composition, lines unread.

    `expected` is how many sites have feeds at all.
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
        """Feeds that are well, of all; None where there are none."""
        return self.healthy / self.feeds if self.feeds else None


@dataclass(frozen=True, slots=True)
class TypeRow:
    """Attempts of a type, in the period before, and the band they are expected in (None: still being learnt)."""

    type: str
    attempts: int
    before: int
    low: int | None
    high: int | None

    @property
    def above(self) -> bool:
        """More than expected."""
        return self.high is not None and self.attempts > self.high


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything of one digest; times are ISO 8601 in UTC, `level` None when nobody entered one.

    `trend` is (slot, attempts of each of the seven types), `map` the attempts of each site, `peers` what a municipality
    or a province is compared with, `shift` the handover's draft, `notice` what an immediate notice tells of.
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
        """Of all types."""
        return sum(row.attempts for row in self.types)

    @property
    def attempts_before(self) -> int:
        """Of all types in the period before."""
        return sum(row.before for row in self.types)

    @property
    def opened(self) -> int:
        """Alerts opened."""
        return sum(self.turnover.get("opened", {}).values())

    @property
    def quiet(self) -> bool:
        """Nothing to know: no critical or high alert new or open, no open incident, nothing overdue."""
        opened = self.turnover.get("opened", {})
        alarming = any(number for severity, number in opened.items() if int(severity) >= Severity.HIGH)
        return not alarming and not self.open_grave and not self.incidents and not self.requests.get("overdue")

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def facts_of(kept: Mapping[str, Any]) -> Facts:
    """Facts from what `as_json` made of them."""
    given = dict(kept)
    given["types"] = [TypeRow(**row) for row in kept["types"]]
    given["coverage"] = Coverage(**kept["coverage"]) if kept["coverage"] else None
    return Facts(**given)
