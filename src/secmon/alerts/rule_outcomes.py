"""What became of each rule's alerts: how many were opened, and how they were closed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from secmon.alerts.desk import Desk
from secmon.alerts.measure import Period
from secmon.alerts.models import Alert
from secmon.alerts.workflow import Closure


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A rule's alerts opened in a period, and of those how many were closed as what."""

    alerts: int = 0
    closed: Mapping[Closure, int] = field(default_factory=dict)

    @property
    def false_share(self) -> float | None:
        """Share of false positives among the alerts that were judged; None while none was."""
        judged = sum(number for closure, number in self.closed.items() if closure != Closure.DUPLICATE)
        return self.closed.get(Closure.FALSE_POSITIVE, 0) / judged if judged else None


def outcomes(desk: Desk, period: Period) -> Mapping[str, RuleOutcome]:
    """By rule id, for the rules that opened an alert in the period; merged alerts are not counted."""
    query = (
        select(Alert.rule_id, Alert.closure, func.count())
        .where(Alert.merged_into.is_(None), Alert.opened_at >= period.begins, Alert.opened_at < period.ends)
        .group_by(Alert.rule_id, Alert.closure)
    )
    counted: dict[str, dict[str, int]] = {}
    with desk.session() as session:
        for rule, closure, number in session.execute(query):
            counted.setdefault(str(rule), {})[str(closure or "")] = int(number)
    return {
        rule: RuleOutcome(sum(several.values()), {Closure(name): n for name, n in several.items() if name})
        for rule, several in counted.items()
    }
