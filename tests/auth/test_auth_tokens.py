"""Tokens of programs: how far they reach, and when they end."""

import csv
import io
from datetime import timedelta

import pytest
from auth_cases import CHIEF, NOW, account_of, acts
from sqlalchemy import text

from secmon.auth import tokens
from secmon.auth.accounts import AccountChange, change_account
from secmon.auth.authenticator import Authenticator
from secmon.auth.roles import Permission, Role
from secmon.auth.sessions import SessionLimits
from secmon.auth.tokens import SITE_PERMISSIONS, TokenDraft
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
DAY = timedelta(days=1)
LOOK = frozenset({Permission.VIEW})


def made(db: Database, owner: str = "kim", **values: object) -> tuple[int, str]:
    """A token that looks, for a day."""
    draft = {"name": "script", "permissions": LOOK, "expires_at": NOW + DAY, **values}
    return tokens.create_token(Change(db, EVERYTHING, CHIEF, NOW), owner, TokenDraft(**draft))  # type: ignore[arg-type]  # each test gives what fits


def test_a_token_may_what_it_lists(db: Database) -> None:
    """It stands for its owner with its own permissions only, and the database has its hash only."""
    account_of(db)
    _, secret = made(db)
    principal = tokens.find_token(db, secret, "192.0.2.7", NOW)
    assert principal is not None
    assert (principal.name, principal.permissions, principal.session) == ("kim/script", LOOK, "")
    with db.session() as session:
        assert secret not in str(session.execute(text("SELECT * FROM tokens")).all())


def test_a_token_never_reaches_further_than_its_owner(db: Database) -> None:
    """Neither when it is made nor after the owner has become less."""
    account_of(db, "boss", Role.ADMINISTRATOR)
    account_of(db)
    with pytest.raises(UsageError, match="people"):
        made(db, permissions=frozenset({Permission.PEOPLE}))
    with pytest.raises(UsageError, match="without any"):
        made(db, permissions=frozenset())
    account_of(db, "seoul", Role.PROVINCE, province="11")
    for place in ({"site": "26380"}, {"province": "26"}):
        with pytest.raises(UsageError, match="outside"):
            made(db, "seoul", **place)
    _, narrow = made(db, "seoul")
    _, own = made(db, "seoul", site="11110")
    principal, one_site = tokens.find_token(db, narrow, "", NOW), tokens.find_token(db, own, "", NOW)
    assert principal is not None
    assert one_site is not None
    assert principal.scope.covers("11110")
    assert not principal.scope.covers("26380")
    assert one_site.scope == Scope.of_sites(["11110"])
    _, wide = made(db, permissions=frozenset({Permission.VIEW, Permission.TRIAGE}))
    change_account(Change(db, EVERYTHING, CHIEF, NOW), "kim", AccountChange(role=Role.VIEWER))
    lesser = tokens.find_token(db, wide, "", NOW)
    assert lesser is not None
    assert lesser.permissions == LOOK


def test_a_token_ends(db: Database) -> None:
    """At its end, when revoked, and with its owner; not by somebody who is not its owner."""
    account_of(db)
    account_of(db, "lee")
    number, secret = made(db)
    assert tokens.find_token(db, secret, "", NOW + DAY) is None
    assert tokens.find_token(db, "secmon_wrong", "", NOW) is None
    assert not tokens.revoke_token(Change(db, EVERYTHING, CHIEF, NOW), number, "lee")
    assert tokens.revoke_token(Change(db, EVERYTHING, CHIEF, NOW), number, "kim")
    assert not tokens.revoke_token(Change(db, EVERYTHING, CHIEF, NOW), number)
    assert tokens.find_token(db, secret, "", NOW) is None
    _, other = made(db)
    change_account(Change(db, EVERYTHING, CHIEF, NOW), "kim", AccountChange(disabled=True))
    assert tokens.find_token(db, other, "", NOW) is None
    assert ("chief", "token.revoke", f"token:{number}") in acts(db)


@pytest.mark.parametrize("days", [0, -1, 401])
def test_an_end_is_needed(db: Database, days: int) -> None:
    """A token ends in the future, and within 400 days."""
    account_of(db)
    with pytest.raises(UsageError, match="400 days"):
        made(db, expires_at=NOW + timedelta(days=days))


def test_the_last_use_is_kept(db: Database) -> None:
    """To the minute, so that unused tokens are found."""
    account_of(db)
    _, secret = made(db)
    assert tokens.list_tokens(db)[0].used_at is None
    for seconds in (0, 30, 90):
        tokens.find_token(db, secret, "", NOW + timedelta(seconds=seconds))
    assert tokens.list_tokens(db, "kim")[0].used_at == NOW + timedelta(seconds=90)


def test_a_sites_equipment_sees_itself_only(db: Database) -> None:
    """Each site has a token for its block list, requests and lines; making them anew ends the old ones."""
    first = tokens.create_site_tokens(Change(db, EVERYTHING, CHIEF, NOW), ["11110", "26380"])
    principal = tokens.find_token(db, first["11110"], "", NOW)
    assert principal is not None
    assert (principal.scope, principal.permissions) == (Scope.of_sites(["11110"]), SITE_PERMISSIONS)
    assert principal.name == "site-equipment/11110"
    again = tokens.create_site_tokens(Change(db, EVERYTHING, CHIEF, NOW), ["11110"])
    assert tokens.find_token(db, first["11110"], "", NOW) is None
    assert tokens.find_token(db, again["11110"], "", NOW) is not None
    assert tokens.find_token(db, first["26380"], "", NOW) is not None
    rows = list(csv.DictReader(io.StringIO(tokens.tokens_as_csv(first))))
    assert {row["site"]: row["token"] for row in rows} == first


def test_the_servers_own_token_is_the_command_line(db: Database) -> None:
    """It acts as the administrator 'cli'; nothing like it does."""
    authenticator = Authenticator(db, "secret-of-the-server", SessionLimits(), lambda: NOW)
    principal = authenticator.by_token("secret-of-the-server", "127.0.0.1")
    assert principal is not None
    assert (principal.name, principal.role) == ("cli", Role.ADMINISTRATOR)
    for wrong in ("", "secret-of-the-serve", "secret-of-the-server ", "é"):
        assert authenticator.by_token(wrong, "127.0.0.1") is None
