"""Tokens of programs: how far they reach, and when they end."""

import csv
import io
from datetime import timedelta

import pytest
from auth_cases import CHIEF, NOW, account_of, acts
from sqlalchemy import text

from secmon.auth import tokens
from secmon.auth.accounts import Change, change
from secmon.auth.authenticator import Doorkeeper
from secmon.auth.roles import Permission, Role
from secmon.auth.sessions import Limits
from secmon.auth.tokens import SITE_PERMISSIONS, TokenDraft
from secmon.db.database import Desk
from secmon.errors import UsageError
from secmon.sites.scope import Scope

pytest_plugins = "database_fixtures"
DAY = timedelta(days=1)
LOOK = frozenset({Permission.VIEW})


def made(desk: Desk, owner: str = "kim", **values: object) -> tuple[int, str]:
    """A token that looks, for a day."""
    draft = {"name": "script", "permissions": LOOK, "expires_at": NOW + DAY, **values}
    return tokens.make(desk, owner, TokenDraft(**draft), CHIEF, NOW)  # type: ignore[arg-type]  # each test gives what fits


def test_a_token_may_what_it_lists(desk: Desk) -> None:
    """It stands for its owner with its own permissions only, and the database has its hash only."""
    account_of(desk)
    _, secret = made(desk)
    visitor = tokens.look_up(desk, secret, "192.0.2.7", NOW)
    assert visitor is not None
    assert (visitor.name, visitor.permissions, visitor.session) == ("kim/script", LOOK, "")
    with desk.session() as session:
        assert secret not in str(session.execute(text("SELECT * FROM tokens")).all())


def test_a_token_never_reaches_further_than_its_owner(desk: Desk) -> None:
    """Neither when it is made nor after the owner has become less."""
    account_of(desk, "boss", Role.ADMINISTRATOR)
    account_of(desk)
    with pytest.raises(UsageError, match="people"):
        made(desk, permissions=frozenset({Permission.PEOPLE}))
    with pytest.raises(UsageError, match="without any"):
        made(desk, permissions=frozenset())
    account_of(desk, "seoul", Role.PROVINCE, province="11")
    for place in ({"site": "26380"}, {"province": "26"}):
        with pytest.raises(UsageError, match="outside"):
            made(desk, "seoul", **place)
    _, narrow = made(desk, "seoul")
    _, own = made(desk, "seoul", site="11110")
    visitor, one_site = tokens.look_up(desk, narrow, "", NOW), tokens.look_up(desk, own, "", NOW)
    assert visitor is not None
    assert one_site is not None
    assert visitor.scope.covers("11110")
    assert not visitor.scope.covers("26380")
    assert one_site.scope == Scope.of_sites(["11110"])
    _, wide = made(desk, permissions=frozenset({Permission.VIEW, Permission.TRIAGE}))
    change(desk, "kim", Change(role=Role.VIEWER), CHIEF, NOW)
    lesser = tokens.look_up(desk, wide, "", NOW)
    assert lesser is not None
    assert lesser.permissions == LOOK


def test_a_token_ends(desk: Desk) -> None:
    """At its end, when revoked, and with its owner; not by somebody who is not its owner."""
    account_of(desk)
    account_of(desk, "lee")
    number, secret = made(desk)
    assert tokens.look_up(desk, secret, "", NOW + DAY) is None
    assert tokens.look_up(desk, "secmon_wrong", "", NOW) is None
    assert not tokens.revoke(desk, number, CHIEF, NOW, "lee")
    assert tokens.revoke(desk, number, CHIEF, NOW, "kim")
    assert not tokens.revoke(desk, number, CHIEF, NOW)
    assert tokens.look_up(desk, secret, "", NOW) is None
    _, other = made(desk)
    change(desk, "kim", Change(disabled=True), CHIEF, NOW)
    assert tokens.look_up(desk, other, "", NOW) is None
    assert ("chief", "token.revoke", f"token:{number}") in acts(desk)


@pytest.mark.parametrize("days", [0, -1, 401])
def test_an_end_is_needed(desk: Desk, days: int) -> None:
    """A token ends in the future, and within 400 days."""
    account_of(desk)
    with pytest.raises(UsageError, match="400 days"):
        made(desk, expires_at=NOW + timedelta(days=days))


def test_the_last_use_is_kept(desk: Desk) -> None:
    """To the minute, so that unused tokens are found."""
    account_of(desk)
    _, secret = made(desk)
    assert tokens.listed(desk)[0].used_at is None
    for seconds in (0, 30, 90):
        tokens.look_up(desk, secret, "", NOW + timedelta(seconds=seconds))
    assert tokens.listed(desk, "kim")[0].used_at == NOW + timedelta(seconds=90)


def test_a_sites_equipment_sees_itself_only(desk: Desk) -> None:
    """Each site has a token for its block list, requests and lines; making them anew ends the old ones."""
    first = tokens.for_sites(desk, ["11110", "26380"], CHIEF, NOW)
    visitor = tokens.look_up(desk, first["11110"], "", NOW)
    assert visitor is not None
    assert (visitor.scope, visitor.permissions) == (Scope.of_sites(["11110"]), SITE_PERMISSIONS)
    assert visitor.name == "site-equipment/11110"
    again = tokens.for_sites(desk, ["11110"], CHIEF, NOW)
    assert tokens.look_up(desk, first["11110"], "", NOW) is None
    assert tokens.look_up(desk, again["11110"], "", NOW) is not None
    assert tokens.look_up(desk, first["26380"], "", NOW) is not None
    rows = list(csv.DictReader(io.StringIO(tokens.as_csv(first))))
    assert {row["site"]: row["token"] for row in rows} == first


def test_the_servers_own_token_is_the_command_line(desk: Desk) -> None:
    """It acts as the administrator 'cli'; nothing like it does."""
    keeper = Doorkeeper(desk, "secret-of-the-server", Limits(), lambda: NOW)
    visitor = keeper.by_token("secret-of-the-server", "127.0.0.1")
    assert visitor is not None
    assert (visitor.name, visitor.role) == ("cli", Role.ADMINISTRATOR)
    for wrong in ("", "secret-of-the-serve", "secret-of-the-server ", "é"):
        assert keeper.by_token(wrong, "127.0.0.1") is None
