"""Attack attempts of a period by type and site, and top lists, for the trends page and the digests."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from secmon.sites.scope import Scope
from secmon.store import sql
from secmon.store.client import Store
from secmon.taxonomy import AttackType


def attempts_by_type(
    store: Store, scope: Scope, since: datetime, until: datetime, step: int
) -> tuple[pd.DataFrame, int]:
    """Return attempts by slot of `step` seconds and type, and the number of all events.

    The index is in UTC and without gaps, with a column for each type. The totals are stored by quarter of an
    hour: both times must be whole quarters.
    """
    rows = store.frame(sql.query("trends_types"), {**_asked(scope, since, until), "step": step})
    index = pd.date_range(pd.Timestamp(since).floor(f"{step}s"), pd.Timestamp(until), freq=f"{step}s", inclusive="left")
    if rows.empty:
        return pd.DataFrame(0, index=index, columns=list(AttackType)), 0
    rows = rows.assign(at=pd.to_datetime(rows["at"], utc=True), events=rows["events"].astype("int64"))
    wide = rows.pivot_table(index="at", columns="attack_type", values="events", aggfunc="sum", fill_value=0)
    table = wide.reindex(index=index, columns=list(AttackType), fill_value=0).fillna(0).astype("int64")
    return table, int(rows["events"].sum())


def attempts_by_site(store: Store, scope: Scope, since: datetime, until: datetime) -> Mapping[str, tuple[int, int]]:
    """Return events and attempts of each site that sent any."""
    rows = store.rows(sql.query("trends_sites"), _asked(scope, since, until))
    return {str(site): (int(events), int(attempts)) for site, events, attempts in rows}


def top_of_attempts(
    store: Store, name: str, scope: Scope, since: datetime, until: datetime, limit: int
) -> Sequence[Mapping[str, Any]]:
    """Return the sources, countries, targets or rules with the most attempts."""
    return store.records(sql.query(f"trends_{name}"), {**_asked(scope, since, until), "limit": limit})


def _asked(scope: Scope, since: datetime, until: datetime) -> dict[str, Any]:
    return {"since": since, "until": until, "sites": scope.listed}
