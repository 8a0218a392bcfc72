"""What a municipality has handed over of itself, on its own page and on that of the suppliers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from page_buttons import words

from secmon.alerts.triage import triage
from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.inventory import asset_register
from secmon.inventory.asset_register import Asset, Contact
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from web_centre import NOW, call, centre_over, group, new_desk, principal

JONGNO, JUNG, HAEUNDAE = "11110", "11140", "26350"
CHIEF = AccountDraft("chief", Role.SUPERVISOR)
TOWN = AccountDraft("town", Role.MUNICIPALITY, site=JUNG)
ENGLISH = {"language.data": "en"}
SUPPLIERS = {"url.pathname": "/suppliers", **ENGLISH}

pytestmark = pytest.mark.store


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """Three municipalities with the same maker of the web site; one has an alert, one a second supplier."""
    db = new_desk(tmp_path)
    hosts = [
        Asset(site=site, host="web01", kind="web", importance=0.9, supplier="Hangang", note="<b>portal</b>")
        for site in (JONGNO, JUNG, HAEUNDAE)
    ]
    hosts.append(
        Asset(site=JUNG, host="db01", kind="database", address="10.2.3.10", importance=1.0, supplier="Nakdong")
    )
    asset_register.replace_register(Change(db, EVERYTHING, CENTRE, NOW), hosts)
    asset_register.replace_register(
        Change(db, EVERYTHING, CENTRE, NOW), [Contact(site=JUNG, role="duty", name="", phone="02-0000-1001", mail="")]
    )
    at = NOW - timedelta(minutes=20)
    with Instance(tmp_path) as instance:
        centre = centre_over(store, db, tmp_path, instance)
        triage(db, [group(HAEUNDAE, 4, at)], [], quiet=timedelta(hours=6), now=at)
        yield centre
    db.close()


async def test_a_site_shows_its_hosts_and_whom_to_call(centre: Centre) -> None:
    """Kind, address, importance and supplier; a site that handed nothing over says so."""
    async with principal(centre, draft=CHIEF) as client:
        shown = words(await call(client, "sitedesk-assets.children", {"site-code.data": JUNG, **ENGLISH}))
        none = words(await call(client, "sitedesk-contacts.children", {"site-code.data": JONGNO, **ENGLISH}))
        people = words(await call(client, "sitedesk-contacts.children", {"site-code.data": JUNG, **ENGLISH}))
    assert all(said in shown for said in ("db01", "database", "10.2.3.10", "100%", "Nakdong", "web01"))
    assert "No contacts have been imported" in none
    assert "Duty desk (24 h)" in people
    assert "02-0000-1001" in people


async def test_a_supplier_shows_whom_it_reaches(centre: Centre) -> None:
    """The widest is open; the municipality with an alert stands first, with the hosts that were supplied."""
    async with principal(centre, draft=CHIEF) as client:
        widest = words(await call(client, "suppliers-one.children", SUPPLIERS))
        asked = {**SUPPLIERS, "url.search": "?supplier=Nakdong"}
        other = words(await call(client, "suppliers-one.children", asked))
    assert "3 of 226 municipalities (1%) · 1 of them with open alerts" in widest
    assert widest.index("Haeundae") < widest.index("Jongno") < widest.index("/site/11140")
    assert "1 of 226 municipalities" in other
    assert "db01" in other


async def test_a_municipality_learns_of_no_other(centre: Centre) -> None:
    """It sees its own suppliers, and nothing of who else has them."""
    async with principal(centre, draft=TOWN) as client:
        shown = words(await call(client, "suppliers-list.children", SUPPLIERS))
        others = await call(client, "sitedesk-assets.children", {"site-code.data": JONGNO, **ENGLISH})
    assert "1 of 1 municipality" in shown
    assert "Jongno" not in shown
    assert "Haeundae" not in shown
    assert others.status_code == 204
