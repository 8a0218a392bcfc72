"""The page of digests: what was composed, opened within one's scope, and sent again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_buttons import press, words

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from web_centre import HOST, call, centre_over, new_desk, principal

JONGNO = AccountDraft("jongno", Role.MUNICIPALITY, "11110")


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre with an archive."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(store, db, tmp_path, instance)
    db.close()


@pytest.mark.store
async def test_a_digest_is_opened_and_sent_again(centre: Centre) -> None:
    """The supervisor's list has it with links to its documents and a button; a municipality does not see it."""
    page = {"url.pathname": "/digests", "url.search": "?digest=1", "language.data": "en"}
    wanted = {"kind": "daily", "date": "2026-03-01", "versions": "en"}
    async with principal(centre) as client:
        made = await client.post("/api/v1/digests", params=wanted, headers={"origin": HOST})
        assert made.json()["id"] == 1
        shown = words(await call(client, "digests-list.children", page))
        told = await press(client, "digests", "send", "1")
    assert all(said in shown for said in ("Daily", "all municipalities", "documents/en/report.pdf", "Send again"))
    assert "The digest is sent again to 0 recipients." in str(told["digests-said"])
    async with principal(centre, draft=JONGNO) as client:
        theirs = words(await call(client, "digests-list.children", page))
    assert "No digest has been composed yet." in theirs
    assert "report.pdf" not in theirs
