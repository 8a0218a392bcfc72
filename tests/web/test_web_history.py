"""The page of all alerts: blocks of rows as one scrolls, what the address asks for, and no more than one may see."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from secmon.alerts.flood_control import FloodLimits
from secmon.alerts.triage import triage
from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.web.i18n.texts import t
from web_centre import NOW, NOWHERE, call, centre_over, group, new_desk, principal

JONGNO, JUNG = "11110", "11140"
CHIEF = AccountDraft("chief", Role.SUPERVISOR)
TOWN = AccountDraft("town", Role.MUNICIPALITY, site=JUNG)
NUMBER = 230


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """230 alerts of Jongno, each from an address of its own and a minute older than the one before; one of Jung."""
    db = new_desk(tmp_path)
    found = [group(JONGNO, 2, NOW - timedelta(minutes=n), actor=f"10.0.{n // 250}.{n % 250}") for n in range(NUMBER)]
    found.append(group(JUNG, 4, NOW - timedelta(days=40), actor="203.0.113.200"))
    triage(db, found, [], quiet=timedelta(hours=6), now=NOW, limits=FloodLimits(1000, 1000))
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)
    db.close()


async def block(centre: Centre, draft: AccountDraft, start: int, search: str = "") -> tuple[list[dict[str, Any]], int]:
    """Rows from a place on, and the number of all."""
    asked = {"startRow": start, "endRow": start + 200}
    values = {
        "history-grid.getRowsRequest": asked,
        "url.search": search,
        "url.pathname": "/history",
        "language.data": "en",
    }
    async with principal(centre, draft=draft) as client:
        answer = (await call(client, "history-grid.getRowsResponse", values)).json()["response"]
    response = answer["history-grid"]["getRowsResponse"]
    assert answer["history-number"]["children"] == t("history.number", "en", number=response["rowCount"])
    return response["rowData"], response["rowCount"]


async def test_older_alerts_come_as_one_scrolls(centre: Centre) -> None:
    """Two blocks that hold each alert once, the newest first; the last is older than any queue shows."""
    first, number = await block(centre, CHIEF, 0)
    second, _ = await block(centre, CHIEF, 200)
    assert number == NUMBER + 1
    assert (len(first), len(second)) == (200, 31)
    times = [row["time"] for row in (*first, *second)]
    assert times == sorted(times, reverse=True)
    assert len({row["uid"] for row in (*first, *second)}) == NUMBER + 1
    assert second[-1]["site"].startswith("Jung-gu")


async def test_the_address_says_which(centre: Centre) -> None:
    """By severity and by text, as on the page of the queue."""
    [row], number = await block(centre, CHIEF, 0, "?least=4")
    assert (number, row["actor"]) == (1, "203.0.113.200")
    [row], _ = await block(centre, CHIEF, 0, "?q=10.0.0.77&status=open&least=2")
    assert row["actor"] == "10.0.0.77"
    assert await block(centre, CHIEF, 0, "?status=closed") == ([], 0)


async def test_a_municipality_sees_its_own(centre: Centre) -> None:
    """One alert of 231."""
    [row], number = await block(centre, TOWN, 0)
    assert (number, row["actor"]) == (1, "203.0.113.200")
