"""What a run of the rules came to: matches, errors and time by rule."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RuleOutcome:
    """Findings written for one rule; `error` says why it could not be asked.

    `held_back` are matches beyond what one run may write; `milliseconds` the pass took that the rule was asked in
    together with `pass_rules` rules, none where its log source had no new events.
    """

    rule_id: str
    name: str
    matches: int = 0
    error: str = ""
    held_back: int = 0
    milliseconds: int = 0
    pass_rules: int = 0


@dataclass(frozen=True)
class MatchReport:
    """One run over some batches; `kind` is event or correlation."""

    kind: str
    outcomes: tuple[RuleOutcome, ...]

    @property
    def findings(self) -> int:
        """Findings written."""
        return sum(outcome.matches for outcome in self.outcomes)

    @property
    def errors(self) -> tuple[RuleOutcome, ...]:
        """The rules that could not be asked."""
        return tuple(outcome for outcome in self.outcomes if outcome.error)
