"""The register of hosts, suppliers and contacts: taken over from files, or refused with the line that is wrong."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from secmon.db import audit_log
from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.inventory import asset_register
from secmon.simulate.municipality_model import build_municipalities
from secmon.simulate.register import write_register
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"

NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
SITES = [site.code for site in load_sites()]
JONGNO, JUNG = "11110", "11140"
ASSETS = ",".join(asset_register.ASSET_COLUMNS)
CONTACTS = ",".join(asset_register.CONTACT_COLUMNS)


def written(folder: Path, head: str, *lines: str) -> Path:
    """A CSV file."""
    file = folder / "given.csv"
    file.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return file


def taken(db: Database, folder: Path, *lines: str) -> int:
    """Take assets over from lines."""
    return asset_register.replace_register(
        Change(db, EVERYTHING, CENTRE, NOW), asset_register.read_assets(written(folder, ASSETS, *lines), SITES)
    )


def test_a_file_replaces_what_was_known_of_its_sites_only(db: Database, tmp_path: Path) -> None:
    """Jongno's hosts are those of the second file, Jung's still those of the first; the audit log tells of both."""
    first = (f"{JONGNO},db01,database,10.1.3.10,한강,1,", f"{JONGNO},pc1,,,,,", f"{JUNG},web01,web,,한강,0.9,portal")
    assert taken(db, tmp_path, *first) == 2
    assert taken(db, tmp_path, f"{JONGNO},web01,web,,한강,0.5,") == 1
    hosts = [(asset.site, asset.host, asset.importance) for asset in asset_register.assets_of(db, EVERYTHING)]
    assert hosts == [(JUNG, "web01", 0.9), (JONGNO, "web01", 0.5)]
    assert [asset.host for asset in asset_register.assets_of(db, Scope.of_sites([JUNG]))] == ["web01"]
    acts = audit_log.audit_entries(db, EVERYTHING, limit=9, action="register.replace")
    assert [entry.subject for entry in acts] == ["register:assets"] * 2


def test_a_supplier_reaches_the_sites_of_the_scope(db: Database, tmp_path: Path) -> None:
    """The widest first; whoever sees one site learns of no other."""
    lines = (f"{JONGNO},web01,web,,한강,0.9,", f"{JUNG},web01,web,,한강,0.9,", f"{JUNG},db01,database,,낙동,1,")
    taken(db, tmp_path, *lines)
    found = [(one.supplier, one.sites, one.kinds) for one in asset_register.suppliers(db, EVERYTHING)]
    assert found == [("한강", [JONGNO, JUNG], ["web"]), ("낙동", [JUNG], ["database"])]
    assert [one.sites for one in asset_register.suppliers(db, Scope.of_sites([JONGNO]))] == [[JONGNO]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("99999,a,web,,,1,", "no site has the code '99999'"),
        (f"{JONGNO},a,toaster,,,1,", "'toaster' is not a valid AssetKind"),
        (f"{JONGNO},a,web,,,2,", "importance 2: give a number from 0 to 1"),
        (f"{JONGNO},a,web,,,high,", "could not convert string to float"),
        (f"{JONGNO},a,web", "shorter"),
        (f"{JONGNO},{'a' * 256},web,,,1,", "host has 256 characters, 255 are kept"),
        (f"{JONGNO},known,web,,,1,", "11110 known is listed a second time"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_taken(db: Database, tmp_path: Path, line: str, said: str) -> None:
    """File, line and reason; the right line before it is not taken either."""
    with pytest.raises(UsageError) as refused:
        taken(db, tmp_path, f"{JONGNO},known,web,,,1,", line)
    assert "given.csv:3: " in str(refused.value)
    assert said in str(refused.value)
    assert asset_register.assets_of(db, EVERYTHING) == []


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    """Its first line says which columns are wanted."""
    with pytest.raises(UsageError, match="the first line must be site,role,name,phone,mail"):
        asset_register.read_contacts(written(tmp_path, ASSETS), SITES)
    with pytest.raises(UsageError, match="cannot be read"):
        asset_register.read_contacts(tmp_path / "absent.csv", SITES)


def test_the_simulated_municipalities_hand_theirs_over(db: Database, tmp_path: Path) -> None:
    """Nine hosts and four contacts of each of the 226; fifteen companies supply all of them."""
    write_register(tmp_path, build_municipalities(load_sites()))
    hosts = asset_register.read_assets(tmp_path / "assets.csv", SITES)
    people = asset_register.read_contacts(tmp_path / "contacts.csv", SITES)
    assert (
        asset_register.replace_register(Change(db, EVERYTHING, CENTRE, NOW), hosts),
        asset_register.replace_register(Change(db, EVERYTHING, CENTRE, NOW), people),
    ) == (
        226,
        226,
    )
    assert (len(hosts), len(people)) == (226 * 9, 226 * 4)
    found = asset_register.suppliers(db, EVERYTHING)
    assert len(found) == 15
    assert sum(len(one.sites) for one in found) == 226 * 2
    assert {contact.role for contact in asset_register.contacts_of(db, EVERYTHING, JONGNO)} == {
        "security",
        "duty",
        "supplier",
    }
