"""Rules that do not run: disabled by a user, or isolated because they repeatedly fail or flood."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Integer, String, Text, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.database import Database
from secmon.db.models import Base
from secmon.detection.engine.run_report import RuleOutcome
from secmon.detection.sigma.rule import Signature

STRIKES = 3
"""Consecutive bad runs (an error, or a flood) after which a rule is isolated."""

PROBATION = timedelta(hours=1)
"""Time after which an isolated rule is tried again: a flood passes and must not disable a rule for good."""


class RuleState(StrEnum):
    """Watched: the last runs were bad, but the rule still runs; isolated and disabled rules do not."""

    WATCHED = "watched"
    ISOLATED = "isolated"
    DISABLED = "disabled"


class RuleStateRow(Base):
    """The state of a rule that does not simply run.

    `digest` is that of its file when it was isolated, so that a corrected rule is recognised.
    """

    __tablename__ = "rule_states"

    rule_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    strikes: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text, default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
    since: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Standing:
    """The reason and start of a rule's state; `author` is '' when it was set automatically."""

    rule_id: str
    state: RuleState
    strikes: int
    reason: str
    author: str
    since: datetime


def rule_standings(db: Database) -> tuple[Standing, ...]:
    """Return every rule with a state: watched, isolated or disabled."""
    with db.session() as session:
        rows = session.scalars(select(RuleStateRow).order_by(RuleStateRow.since.desc())).all()
    return tuple(
        Standing(row.rule_id, RuleState(row.state), row.strikes, row.reason, row.author, row.since) for row in rows
    )


def inactive_rules(db: Database, now: datetime) -> frozenset[str]:
    """Return ids of the rules that a run at `now` leaves out."""
    disabled = RuleStateRow.state == RuleState.DISABLED
    isolated = and_(RuleStateRow.state == RuleState.ISOLATED, RuleStateRow.since > now - PROBATION)
    with db.session() as session:
        return frozenset(session.scalars(select(RuleStateRow.rule_id).where(or_(disabled, isolated))))


def disable_rule(db: Database, rule_id: str, *, reason: str, author: str, now: datetime) -> None:
    """Disable a rule until a user enables it."""
    with db.begin() as session:
        session.merge(
            RuleStateRow(
                rule_id=rule_id, state=RuleState.DISABLED, strikes=0, reason=reason, author=author, digest="", since=now
            )
        )


def enable_rule(db: Database, rule_id: str) -> bool:
    """Enable the rule again; False when it was not disabled."""
    with db.begin() as session:
        row = session.get(RuleStateRow, rule_id)
        if row is not None:
            session.delete(row)
        return row is not None


def enable_repaired_rules(db: Database, rules: Mapping[str, Signature]) -> tuple[str, ...]:
    """Enable isolated rules whose file has changed or is gone; returns their ids."""
    with db.begin() as session:
        rows = session.scalars(select(RuleStateRow).where(RuleStateRow.state == RuleState.ISOLATED)).all()
        mended = [row for row in rows if row.rule_id not in rules or rule_file_digest(rules[row.rule_id]) != row.digest]
        for row in mended:
            session.delete(row)
        return tuple(row.rule_id for row in mended)


def isolate_bad_rules(
    session: Session, outcomes: Sequence[RuleOutcome], rules: Mapping[str, Signature], now: datetime
) -> tuple[str, ...]:
    """Count the bad runs and reset rules with a good run.

    Returns the ids of newly isolated rules.
    """
    rows = {row.rule_id: row for row in session.scalars(select(RuleStateRow))}
    isolated: list[str] = []
    for outcome in outcomes:
        row, problem = rows.get(outcome.rule_id), _problem(outcome)
        if problem:
            row = row or _watched(session, outcome.rule_id, now)
            isolated += [outcome.rule_id] if _strike(row, problem, rules.get(outcome.rule_id), now) else []
        elif row is not None and outcome.pass_rules and row.state != RuleState.DISABLED:
            session.delete(row)
    return tuple(isolated)


def rule_file_digest(rule: Signature) -> str:
    """Return the digest of the rule's file; '' when it cannot be read."""
    try:
        return hashlib.sha256(rule.path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _problem(outcome: RuleOutcome) -> str:
    if not outcome.pass_rules:
        return ""  # it did not run: the reason is not a fault of this run
    if outcome.error:
        return outcome.error
    return f"{outcome.matches + outcome.held_back} matches in one run" if outcome.held_back else ""


def _watched(session: Session, rule_id: str, now: datetime) -> RuleStateRow:
    row = RuleStateRow(rule_id=rule_id, state=RuleState.WATCHED, strikes=0, reason="", author="", digest="", since=now)
    session.add(row)
    return row


def _strike(row: RuleStateRow, problem: str, rule: Signature | None, now: datetime) -> bool:
    """Count a bad run; True when it was the last one tolerated."""
    row.strikes, row.reason = row.strikes + 1, problem
    if row.state == RuleState.DISABLED or row.strikes < STRIKES or rule is None:
        return False
    row.state, row.since, row.digest = RuleState.ISOLATED, now, rule_file_digest(rule)
    return True
