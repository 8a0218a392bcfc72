"""The API of digests: composed, listed and read within one's scope, sent again, and who gets what."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from web_centre import centre_over, new_desk, principal

pytestmark = pytest.mark.store
JONGNO = AccountDraft("jongno", Role.MUNICIPALITY, "11110")
OPERATOR = AccountDraft("operator", Role.OPERATOR)


@pytest.fixture
async def centre(store: Store, tmp_path: Path) -> AsyncIterator[Centre]:
    """A centre with an archive."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(store, db, tmp_path, instance)
    db.close()


async def composed(client: httpx.AsyncClient, kind: str, site: str = "") -> int:
    """A digest of the day before NOW."""
    asked = {"kind": kind, "date": "2026-03-01", "site": site, "versions": "ko,en"}
    answer = await client.post("/api/v1/digests", params=asked, headers={"origin": "http://127.0.0.1:8050"})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def test_digests_are_read_within_ones_scope(centre: Centre) -> None:
    """A municipality reads its own and is told nothing of the centre's; a page shows pictures and runs no script."""
    async with principal(centre) as admin:
        of_all, own = await composed(admin, "daily"), await composed(admin, "site-day", "11110")
        assert (await composed(admin, "daily")) == of_all, "a period has one digest"
        listed = (await admin.get("/api/v1/digests")).json()["digests"]
        assert [one["id"] for one in listed] == [own, of_all]
    async with principal(centre, draft=JONGNO) as client:
        listed = (await client.get("/api/v1/digests")).json()["digests"]
        assert [(one["id"], one["scope"], one["versions"]) for one in listed] == [(own, "11110", ["en", "ko"])]
        names = (await client.get(f"/api/v1/digests/{own}")).json()["documents"]["ko"]
        assert {"mail.html", "mail.txt", "report.pdf", "report.json", "tables.csv", "trend.png"} <= {*names}
        page = await client.get(f"/api/v1/digests/{own}/documents/ko/mail.html")
        assert page.headers["content-type"].startswith("text/html")
        assert 'src="trend.png"' in page.text
        assert "unsafe-inline" not in page.headers["content-security-policy"].split("script-src")[1].split(";")[0]
        pdf = await client.get(f"/api/v1/digests/{own}/documents/ko/report.pdf")
        assert pdf.content.startswith(b"%PDF")
        assert (await client.get(f"/api/v1/digests/{of_all}")).status_code == 404
        assert (await client.get(f"/api/v1/digests/{of_all}/documents/ko/report.pdf")).status_code == 404


async def test_recipients_and_sending_are_for_those_who_keep_the_settings(centre: Centre) -> None:
    """An administrator adds a recipient, sends a digest again and sees its state; an operator may not."""
    origin = {"origin": "http://127.0.0.1:8050"}
    body = {"name": "director", "address": "director@soc.example", "kinds": ["daily"], "quiet": "22:00-07:00"}
    async with principal(centre) as admin:
        added = await admin.post("/api/v1/recipients", json=body, headers=origin)
        assert added.status_code == 201, added.text
        number = await composed(admin, "daily")
        again = await admin.post(f"/api/v1/digests/{number}/resend", json={}, headers=origin)
        assert again.json() == {"recipients": [added.json()["id"]]}
        (state,) = (await admin.get(f"/api/v1/digests/{number}/deliveries")).json()
        assert (state["name"], state["state"], state["attempts"]) == ("director", "waiting", 0)
        bad = await admin.post("/api/v1/recipients", json={**body, "name": "x", "kinds": ["hourly"]}, headers=origin)
        assert bad.status_code == 400, bad.text
        assert "hourly" in bad.text
    async with principal(centre, draft=OPERATOR) as client:
        assert (await client.get("/api/v1/recipients")).status_code == 403
        assert (await client.get(f"/api/v1/digests/{number}/deliveries")).status_code == 403
