"""Materialised views that turn landing rows into events, and the Null tables between them; none of them holds data.

A chain is a group of views that depend on each other's columns: one view for most formats; for formats that share
stages, their views and those of the stages, with a Null table in front of each stage. The engine plans short
views between Null tables several times faster than one long SELECT.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from secmon.store import sql
from secmon.store.client import Store
from secmon.store.formats import FORMATS, UNKNOWN, Format, landing_table
from secmon.store.sql import identifier

_STAGE = "stage_"


@dataclass(frozen=True, slots=True)
class View:
    """A materialised view and its target; a target named `stage_…` is created from the SELECT."""

    name: str
    target: str
    select: str


def make_views(store: Store, zone: str, schema: int) -> None:
    """Create the views, or replace the chains whose text or schema has changed; loading must be paused."""
    for entry in (*(entry.name for entry in FORMATS), UNKNOWN):
        store.command(sql.landing().replace("{landing}", identifier(landing_table(entry))))
    found = dict(
        store.rows(
            "SELECT name, comment FROM system.tables WHERE database = {database:String} AND ("
            "engine = 'MaterializedView' AND (startsWith(name, 'format_') OR name = 'normalised_to_events')"
            " OR engine = 'Null' AND startsWith(name, 'stage_'))",
            {"database": store.database},
        )
    )
    wanted = set()
    for chain in _chains(zone):
        wanted |= {name for view in chain for name in (view.name, view.target)}
        # a view keeps the columns its target had when the view was created, so a new schema requires new views
        digest = hashlib.sha256(f"{schema} {chain}".encode()).hexdigest()[:16]
        if any(found.get(view.name) != digest for view in chain):
            _replace(store, chain, digest)
    for name in found.keys() - wanted:
        store.command(f"DROP TABLE IF EXISTS {identifier(name)} SYNC")


def _chains(zone: str) -> Iterator[Sequence[View]]:
    yield [View("normalised_to_events", "events", sql.events_view())]
    yield [_format_view(UNKNOWN, "normalised", sql.unknown_formats(), zone)]
    for stages, group in groupby(sorted(FORMATS, key=_stages), _stages):
        if stages:
            yield [*_begin(group, f"{_STAGE}{stages}_1", zone), *_stage_views(stages)]
        else:
            yield from ([view] for view in _begin(group, "normalised", zone))


def _stages(entry: Format) -> str:
    return entry.stages


def _begin(entries: Iterator[Format], target: str, zone: str) -> Iterator[View]:
    return (_format_view(entry.name, target, sql.format_view(entry.name), zone) for entry in entries)


def _format_view(name: str, target: str, select: str, zone: str) -> View:
    source = identifier(landing_table(name))
    return View(f"format_{name}", target, select.replace("{landing}", source).replace("{zone}", zone))


def _stage_views(stages: str) -> Iterator[View]:
    selects = sql.stages(stages)
    for number, select in enumerate(selects, 1):
        target = f"{_STAGE}{stages}_{number + 1}" if number < len(selects) else "normalised"
        yield View(f"format_{stages}_{number}", target, select.replace("{before}", f"{_STAGE}{stages}_{number}"))


def _replace(store: Store, chain: Sequence[View], digest: str) -> None:
    made = [view for view in chain if view.target.startswith(_STAGE)]
    for name in (*(view.name for view in chain), *(view.target for view in made)):
        store.command(f"DROP TABLE IF EXISTS {identifier(name)} SYNC")
    for view in chain:
        target = identifier(view.target)
        if view in made:
            store.command(f"CREATE TABLE IF NOT EXISTS {target} ENGINE = Null EMPTY AS {view.select}")
        store.command(
            f"CREATE MATERIALIZED VIEW {identifier(view.name)} TO {target} AS {view.select} COMMENT '{digest}'"
        )
