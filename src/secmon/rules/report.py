"""What a run of the rules came to: matches and errors a rule, milliseconds a log source."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleOutcome:
    """Findings written for one rule; `error` says why it could not be asked."""

    rule_id: str
    name: str
    matches: int = 0
    error: str = ""


@dataclass(frozen=True)
class MatchReport:
    """One run over some batches; `milliseconds` is by log source, or by correlation."""

    outcomes: tuple[RuleOutcome, ...]
    milliseconds: tuple[tuple[str, int], ...]

    @property
    def findings(self) -> int:
        """Findings written."""
        return sum(outcome.matches for outcome in self.outcomes)

    @property
    def errors(self) -> tuple[RuleOutcome, ...]:
        """The rules that could not be asked."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)
