"""Tasks of an incident: from the shipped playbook of its attack type, and added by hand."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources

from sqlalchemy import Index, Integer, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from secmon.db.database import Database
from secmon.db.models import Base, Versioned
from secmon.db.transaction import Change, require_row, require_text, serialised_transaction, touch
from secmon.errors import IllegalMove, Item, Term
from secmon.incidents.incident import get_incident, load_open_for_update
from secmon.incidents.timeline import EntryKind, add_entry
from secmon.sites.scope import Scope

COMMON = "common"
"""Playbook for every incident; the only one for an incident without a type."""


class TaskState(StrEnum):
    """State of a task: open, done, or left out with a reason."""

    OPEN = "open"
    DONE = "done"
    LEFT_OUT = "left_out"


class Task(Versioned, Base):
    """A task of an incident; `phase` is the state it leads to, `key` its position in the playbook."""

    __tablename__ = "tasks"
    __table_args__ = (Index("tasks_by_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    incident_id: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(48), default="")
    phase: Mapped[str] = mapped_column(String(16))
    text_ko: Mapped[str] = mapped_column(Text)
    text_en: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(128), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    done_by: Mapped[str] = mapped_column(String(128), default="")
    done_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class PlaybookTask:
    """A task as defined by a playbook."""

    key: str
    phase: str
    ko: str
    en: str


@cache
def playbooks() -> dict[str, tuple[PlaybookTask, ...]]:
    """Return the shipped playbooks: by attack type, and COMMON."""
    text = resources.files("secmon.incidents").joinpath("shipped/playbooks.json").read_text("utf-8")
    return {kind: tuple(PlaybookTask(**step) for step in steps) for kind, steps in json.loads(text).items()}


def tasks_for(attack_type: str) -> tuple[PlaybookTask, ...]:
    """Return the tasks with which an incident of this type begins, in the order of its phases."""
    order = ("analysed", "contained", "eradicated", "recovered", "closed")
    steps = (*playbooks().get(attack_type, ()), *playbooks()[COMMON])
    return tuple(sorted(steps, key=lambda step: order.index(step.phase)))


def start_playbook(session: Session, incident_id: int, attack_type: str) -> None:
    """Give a new incident its tasks, within the caller's transaction."""
    for step in tasks_for(attack_type):
        session.add(_task(incident_id, step.phase, step.ko, step.en, step.key))


def add_task(change: Change, incident_id: int, text: str, *, phase: str = "contained") -> Task:
    """Add a task with free text, which is used for both languages."""
    with serialised_transaction(change.db) as session:
        load_open_for_update(session, change.scope, incident_id)
        words = require_text(text, "task")
        task = _task(incident_id, phase, words, words, "")
        session.add(task)
        touch(task, change.actor, change.now)
        add_entry(
            session, incident_id, EntryKind.TASK, change.actor, change.now, text=words, after={"state": task.state}
        )
        return task


def complete_task(change: Change, number: int, *, note: str = "") -> Task:
    """Mark a task as done."""
    return _moved(change, number, TaskState.DONE, note)


def skip_task(change: Change, number: int, *, reason: str) -> Task:
    """Mark a task as not applicable, with the reason."""
    return _moved(change, number, TaskState.LEFT_OUT, require_text(reason, "reason_for_skipping"))


def reopen_task(change: Change, number: int) -> Task:
    """Reopen a task."""
    return _moved(change, number, TaskState.OPEN, "")


def assign_task(change: Change, number: int, owner: str) -> Task:
    """Assign a task to a user; '' to nobody."""
    with serialised_transaction(change.db) as session:
        task = require_row(session.get(Task, number), Item("task", number))
        load_open_for_update(session, change.scope, task.incident_id)
        before = {"task": task.id, "owner": task.owner}
        task.owner = owner[:128]
        touch(task, change.actor, change.now)
        add_entry(
            session,
            task.incident_id,
            EntryKind.TASK,
            change.actor,
            change.now,
            before=before,
            after={"owner": task.owner},
        )
        return task


def tasks_of_incident(db: Database, scope: Scope, incident_id: int) -> Sequence[Task]:
    """Return the tasks of an incident, in their order.

    Empty for users who do not see all of the incident, since tasks name other sites.
    """
    get_incident(db, scope, incident_id)
    if not scope.everything:
        return ()
    with db.session() as session:
        return session.scalars(select(Task).where(Task.incident_id == incident_id).order_by(Task.id)).all()


def _task(incident_id: int, phase: str, ko: str, en: str, key: str) -> Task:
    return Task(
        incident_id=incident_id,
        key=key,
        phase=phase,
        text_ko=ko,
        text_en=en,
        state=TaskState.OPEN,
        owner="",
        note="",
        done_by="",
        version=1,
        changed_by="",
    )


def _moved(change: Change, number: int, state: TaskState, note: str) -> Task:
    with serialised_transaction(change.db) as session:
        task = require_row(session.get(Task, number), Item("task", number))
        load_open_for_update(session, change.scope, task.incident_id)
        if task.state == state:
            raise IllegalMove("task.already", id=number, state=Term.of(state))
        before = {"task": task.id, "key": task.key, "state": task.state}
        task.state, task.note = state, note.strip()
        over = state != TaskState.OPEN
        task.done_by, task.done_at = (change.actor.name[:128], change.now) if over else ("", None)
        touch(task, change.actor, change.now)
        add_entry(
            session,
            task.incident_id,
            EntryKind.TASK,
            change.actor,
            change.now,
            text=task.note,
            before=before,
            after={"state": state},
        )
        return task
