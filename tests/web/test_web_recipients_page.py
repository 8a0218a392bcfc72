"""The page of recipients: one is added, changed and taken out by those who keep the settings, and by nobody else."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from page_buttons import words

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.reports.delivery import recipients
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.settings import DigestRecipient
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from web_centre import HOST, NOW, call, centre_over, new_desk, principal

FILLED = {
    "name": "Jongno",
    "channel": "mail",
    "address": "soc@jongno.example",
    "language": "en",
    "scope": "11110",
    "kinds": ["municipality", "request"],
    "quiet": "22:00-07:00",
    "marks": ["active", "masked"],
}


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre with an archive."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(store, db, tmp_path, instance)
    db.close()


async def push(client: httpx.AsyncClient, pressed: str, number: int, **filled: Any) -> dict[str, Any]:
    """What the page says when Save or Remove is pressed in the form of recipient `number` (0 for a new one)."""
    entries = (await client.get("/_dash-dependencies")).json()
    entry = next(one for one in entries if "recipients-said.children" in one["output"])
    values = {f"recipients-{name}.value": value for name, value in (FILLED | filled).items()}
    values |= {f"recipients-{pressed}.n_clicks": 1, "recipients-number.data": number, "language.data": "en"}
    names = entry["output"].strip(".").split("...")
    body = {
        "output": entry["output"],
        "outputs": [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names],
        "inputs": [{**one, "value": values.get(f"{one['id']}.{one['property']}")} for one in entry["inputs"]],
        "state": [{**one, "value": values.get(f"{one['id']}.{one['property']}")} for one in entry["state"]],
        "changedPropIds": [f"recipients-{pressed}.n_clicks"],
    }
    answer = await client.post("/_dash-update-component", json=body, headers={"origin": HOST})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()["response"]
    return said


@pytest.mark.store
async def test_a_recipient_is_added_changed_and_taken_out(centre: Centre) -> None:
    """Each press is one change of the desk, said in words; the list and the form show what is kept."""
    db = centre.pipeline.context.db
    async with principal(centre) as client:
        page = {"url.pathname": "/recipients", "url.search": "?recipient=1", "language.data": "en"}
        assert "There are no recipients yet" in words(await call(client, "recipients-list.children", page))
        told = await push(client, "save", 0)
        assert "Jongno is saved." in str(told["recipients-said"])
        (kept,) = recipients.recipients(db)
        assert (kept.scope, kept.kinds, kept.quiet, kept.masked) == (
            "11110",
            ("municipality", "request"),
            "22:00-07:00",
            True,
        )
        shown = words(await call(client, "recipients-list.children", page))
        assert all(text in shown for text in ("Jongno-gu, Seoul", "Municipality, monthly, Requests", "Names masked"))
        form = words(await call(client, "recipients-one.children", page))
        assert "soc@jongno.example" in form
        await push(client, "save", kept.id, language="ko", marks=[])
        (kept,) = recipients.recipients(db, active=False)
        assert (kept.language, kept.active, kept.masked) == ("ko", False, False)
        told = await push(client, "remove", kept.id)
    assert "Jongno is removed." in str(told["recipients-said"])
    assert recipients.recipients(db, active=False) == []


@pytest.mark.store
@pytest.mark.parametrize(
    ("filled", "said"),
    [
        ({"name": ""}, "name"),
        ({"address": "nobody"}, "not a valid address for mail"),
        ({"channel": "webhook", "address": "ftp://x"}, "not a valid address for webhook"),
        ({"quiet": "22-7"}, "quiet"),
        ({"kinds": ["hourly"]}, "the kind hourly does not exist"),
    ],
)
async def test_what_cannot_be_is_said_in_the_form(centre: Centre, filled: dict[str, Any], said: str) -> None:
    """Nothing is kept, and the form says what is wrong."""
    async with principal(centre) as client:
        told = await push(client, "save", 0, **filled)
    assert said in str(told["recipients-refused"])
    assert recipients.recipients(centre.pipeline.context.db, active=False) == []


@pytest.mark.store
async def test_one_from_the_settings_is_changed_there(centre: Centre) -> None:
    """The page shows it without buttons, and refuses a change that is forged."""
    db = centre.pipeline.context.db
    configured = DigestRecipient.checked({"name": "director", "address": "director@soc.example", "kinds": ["daily"]})
    async with principal(centre) as client:
        await client.get("/healthz")  # a server that starts follows its own settings first
        recipients.follow_settings(Change(db, EVERYTHING, Actor("system", "settings"), NOW), [configured])
        (kept,) = recipients.recipients(db)
        told = await push(client, "remove", kept.id)
        assert "comes from the settings" in str(told["recipients-refused"])
    assert [one.name for one in recipients.recipients(db)] == ["director"]


@pytest.mark.store
async def test_others_neither_see_nor_change_it(centre: Centre) -> None:
    """An operator is refused by the page's callbacks."""
    async with principal(centre, draft=AccountDraft("oper", Role.OPERATOR)) as client:
        page = {"url.pathname": "/recipients", "url.search": "", "language.data": "en"}
        shown = await call(client, "recipients-list.children", page)
    assert shown.status_code == 403
    assert recipients.recipients(centre.pipeline.context.db, active=False) == []
