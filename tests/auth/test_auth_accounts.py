"""Local accounts: what they need, how they change, what is kept of them."""

from datetime import timedelta

import pytest
from auth_cases import CHIEF, GOOD, NOW, account_of, acts, trying
from sqlalchemy import text

from secmon.auth import demo_accounts
from secmon.auth.accounts import (
    AccountChange,
    AccountConflict,
    AccountDraft,
    account,
    accounts,
    add_account,
    change_account,
    set_password,
)
from secmon.auth.login import LoginRefused, log_in
from secmon.auth.roles import PERMISSIONS, Permission, Role
from secmon.auth.secrets import check_password, one_time_password
from secmon.auth.sessions import SessionLimits, find_session
from secmon.db.audit_log import Actor
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
LIMITS = SessionLimits()


@pytest.mark.real_hashes
def test_the_password_is_kept_as_an_argon2id_hash(db: Database) -> None:
    """The database has a salted argon2id hash with RFC 9106's parameters for little memory, and never the password."""
    account_of(db)
    account_of(db, "lee")
    with db.session() as session:
        kept = [str(row[0]) for row in session.execute(text("SELECT password FROM accounts"))]
    assert len(set(kept)) == 2
    assert all(one.startswith("$argon2id$v=19$m=65536,t=3,p=4$") and GOOD not in one for one in kept)


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "12 to 256"),
        ("x" * 257, "12 to 256"),
        ("Password1234", "common password"),
        ("aaaaaaaaaaaaaaaa", "common password"),
        ("kim-minsu-123", "account name"),
        ("", "12 to 256"),
    ],
)
def test_a_bad_password_is_refused(password: str, said: str) -> None:
    """Too short, too long, too common, of too few characters, or little more than the name."""
    with pytest.raises(UsageError, match=said):
        check_password(password, "kim-minsu")


def test_a_good_password_passes() -> None:
    """Length is enough: no rule on kinds of characters; Korean counts too."""
    for password in (GOOD, "동해물과백두산이마르고닳도록", one_time_password()):
        check_password(password, "kim")


@pytest.mark.parametrize("name", ["", "K", "Kim", "kim lee", "../x", "김민수", "-kim", "x" * 65, "cli", "secmon"])
def test_a_bad_name_is_refused(db: Database, name: str) -> None:
    """Names are small letters, digits and a few signs; those of the centre itself are taken."""
    with pytest.raises(UsageError, match="account name"):
        add_account(Change(db, EVERYTHING, CHIEF, NOW), AccountDraft(name, Role.VIEWER), GOOD)
    assert accounts(db) == []


@pytest.mark.parametrize(
    ("role", "site", "province"),
    [
        (Role.OPERATOR, "11110", ""),
        (Role.OPERATOR, "", "11"),
        (Role.PROVINCE, "", ""),
        (Role.PROVINCE, "11110", "11"),
        (Role.PROVINCE, "", "99"),
        (Role.MUNICIPALITY, "", ""),
        (Role.MUNICIPALITY, "", "11"),
        (Role.MUNICIPALITY, "99999", ""),
    ],
)
def test_a_role_takes_its_place_and_no_other(db: Database, role: Role, site: str, province: str) -> None:
    """A province needs a province, a municipality a site, the others see all; unknown codes are refused."""
    with pytest.raises(UsageError):
        add_account(Change(db, EVERYTHING, CHIEF, NOW), AccountDraft("kim", role, site, province), GOOD)
    assert account(db, "kim") is None


def test_the_scope_follows_from_the_place(db: Database) -> None:
    """A province sees its sites, a municipality itself, an operator everything."""
    seoul = Scope.of_province("11", load_sites())
    assert account_of(db, "seoul", Role.PROVINCE, province="11").scope == seoul
    assert account_of(db, "jongno", Role.MUNICIPALITY, site="11110").scope == Scope.of_sites(["11110"])
    assert account_of(db, "kim").scope.everything


def test_a_change_ends_the_sessions_and_is_audited(db: Database) -> None:
    """Another role, or being disabled, throws somebody out at once; the audit log has before and after."""
    account_of(db)
    for wanted in (AccountChange(role=Role.VIEWER), AccountChange(disabled=True)):
        secret = log_in(db, trying(), NOW, LIMITS)
        assert find_session(db, secret, NOW, LIMITS) is not None
        change_account(Change(db, EVERYTHING, CHIEF, NOW), "kim", wanted)
        assert find_session(db, secret, NOW, LIMITS) is None
    assert [act for act in acts(db) if act[1] == "account.change"] == [("chief", "account.change", "account:kim")] * 2
    with pytest.raises(LoginRefused):
        log_in(db, trying(), NOW + timedelta(hours=2), LIMITS)


def test_a_change_of_an_older_version_is_told(db: Database) -> None:
    """Two administrators at once: the second is told, nothing of it is kept."""
    seen = account_of(db).version
    change_account(Change(db, EVERYTHING, CHIEF, NOW), "kim", AccountChange(role=Role.VIEWER), version=seen)
    with pytest.raises(AccountConflict, match="in the meantime"):
        change_account(Change(db, EVERYTHING, CHIEF, NOW), "kim", AccountChange(role=Role.SUPERVISOR), version=seen)
    found = account(db, "kim")
    assert found is not None
    assert found.role is Role.VIEWER


def test_the_last_administrator_stays(db: Database) -> None:
    """Nobody can lock everybody out of the administration."""
    account_of(db, "boss", Role.ADMINISTRATOR)
    for wanted in (AccountChange(disabled=True), AccountChange(role=Role.OPERATOR)):
        with pytest.raises(UsageError, match="last administrator"):
            change_account(Change(db, EVERYTHING, CHIEF, NOW), "boss", wanted)
    account_of(db, "deputy", Role.ADMINISTRATOR)
    assert change_account(Change(db, EVERYTHING, CHIEF, NOW), "boss", AccountChange(disabled=True)).disabled


def test_a_new_password_ends_the_sessions_and_differs(db: Database) -> None:
    """After a new password every session is over, the old password too, and the same again is refused."""
    account_of(db)
    secret = log_in(db, trying(), NOW, LIMITS)
    set_password(Change(db, EVERYTHING, Actor("kim"), NOW), "kim", "another good password", must_change=False)
    assert find_session(db, secret, NOW, LIMITS) is None
    with pytest.raises(LoginRefused):
        log_in(db, trying(), NOW, LIMITS)
    with pytest.raises(UsageError, match="current password"):
        set_password(Change(db, EVERYTHING, Actor("kim"), NOW), "kim", "another good password", must_change=False)
    log_in(db, trying(password="another good password"), NOW, LIMITS)


def test_the_demonstrations_accounts_are_made_once(db: Database) -> None:
    """A second start finds them; none has a password, and none administers."""
    first, second = demo_accounts.ensure_demo_accounts(db, NOW), demo_accounts.ensure_demo_accounts(db, NOW)
    assert [one.id for one in first] == [one.id for one in second]
    assert len(accounts(db)) == len(demo_accounts.ACCOUNTS)
    assert all(one.one_click and not one.local for one in first)
    assert Role.ADMINISTRATOR not in {one.role for one in first}
    for one in first:
        with pytest.raises(LoginRefused):
            log_in(db, trying(one.name, ""), NOW, LIMITS)


def test_the_table_of_roles_is_whole() -> None:
    """Every role has its row; looking is all that viewers may; only administrators touch accounts."""
    assert set(PERMISSIONS) == set(Role)
    assert PERMISSIONS[Role.VIEWER] == {Permission.VIEW}
    assert {role for role in Role if Permission.PEOPLE in PERMISSIONS[role]} == {Role.ADMINISTRATOR}
    assert {role for role in Role if Permission.BLOCK_APPROVE in PERMISSIONS[role]} == {
        Role.ADMINISTRATOR,
        Role.SUPERVISOR,
    }
    assert PERMISSIONS[Role.OPERATOR] < PERMISSIONS[Role.SUPERVISOR] < PERMISSIONS[Role.ADMINISTRATOR]
    assert PERMISSIONS[Role.ADMINISTRATOR] | {Permission.ANSWER} == set(Permission)
