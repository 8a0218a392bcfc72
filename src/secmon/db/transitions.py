"""Workflow tables: the states of a kind of row, and the states that may follow each of them."""

from collections.abc import Mapping
from dataclasses import dataclass

from secmon.errors import IllegalMove, Item, Term


@dataclass(frozen=True, slots=True)
class Transitions:
    """The workflow of one kind of row; `subject` is the kind of item in messages, such as 'block_entry'.

    Every state of the workflow is a key of `moves`; a state without following states ends the workflow.
    """

    subject: str
    moves: Mapping[str, frozenset[str]]

    def allowed(self, state: str) -> frozenset[str]:
        """Return the states that may follow a state."""
        return self.moves[state]

    def check(self, row_id: int, current: str, wanted: str) -> None:
        """Raise IllegalMove unless the wanted state may follow the current state."""
        allowed = self.allowed(current)
        if wanted not in allowed:
            item, state, then = Item(self.subject, row_id), Term.of(current), Term.of(wanted)
            if not allowed:
                raise IllegalMove("transition.final", item=item, state=state, wanted=then)
            raise IllegalMove(
                "transition.not_allowed", item=item, state=state, wanted=then, allowed=Term.of(*sorted(allowed))
            )
