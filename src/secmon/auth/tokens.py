"""API tokens: shown once, stored as a hash, limited to permissions, a place and a time."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from secmon.auth.accounts import load_account, scope_of
from secmon.auth.models import AccountRow, TokenRow
from secmon.auth.principal import Principal
from secmon.auth.roles import PERMISSIONS, Permission, Role
from secmon.auth.secrets import hash_secret, new_secret
from secmon.db.audit_log import Act, record_act
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import Term, UsageError

LONGEST = timedelta(days=400)
SITE_PERMISSIONS = frozenset({Permission.BLOCK_FEED, Permission.ANSWER, Permission.INGEST})
"""Permissions of a site's own equipment: poll its block list, answer its requests, send its lines."""
_SITE = "site-equipment"
_USED_EVERY = timedelta(minutes=1)
_PREFIX = "secmon_"


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret, which is shown once, when the token is created."""

    id: int
    name: str
    account: str
    permissions: tuple[Permission, ...]
    site: str
    province: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenDraft:
    """Fields of a new token; `name` states its purpose."""

    name: str
    permissions: frozenset[Permission]
    expires_at: datetime
    site: str = ""
    province: str = ""


def create_token(change: Change, owner: str, draft: TokenDraft) -> tuple[int, str]:
    """Create a token and return its number and secret; raise UsageError when it exceeds its owner's rights."""
    if not draft.name.strip() or len(draft.name) > 64:
        raise UsageError("token.purpose_missing")
    if not change.now < draft.expires_at <= change.now + LONGEST:
        raise UsageError("token.lifetime", days=LONGEST.days)
    secret = _PREFIX + new_secret()
    with change.db.begin() as session:
        account = load_account(session, owner)
        beyond = draft.permissions - PERMISSIONS[Role(account.role)]
        if beyond or not draft.permissions:
            refused = Term.of(*sorted(beyond)) if beyond else Term.of("no_permission")
            raise UsageError("token.permissions", owner=owner, permissions=refused)
        wanted, own = scope_of(draft.site, draft.province), scope_of(account.site, account.province)
        if wanted.codes is not None and (not wanted.codes or own.narrowed(wanted) != wanted):
            raise UsageError("token.scope")
        row = _insert(session, secret, account.id, draft, change.now)
        after = {"name": draft.name, "permissions": sorted(draft.permissions), "until": draft.expires_at}
        record_act(session, Act(change.actor, "token.add", f"token:{row.id}", change.now, draft.site, after=after))
        return row.id, secret


def create_site_tokens(change: Change, sites: Iterable[str]) -> dict[str, str]:
    """Create a token for the equipment of each site; return the secrets by site code.

    The sites' earlier tokens end.
    """
    made: dict[str, str] = {}
    with change.db.begin() as session:
        for site in sites:
            old = update(TokenRow).where(TokenRow.site == site, TokenRow.account.is_(None))
            session.execute(old.where(TokenRow.revoked_at.is_(None)).values(revoked_at=change.now))
            secret = made[site] = _PREFIX + new_secret()
            _insert(session, secret, None, TokenDraft(_SITE, SITE_PERMISSIONS, change.now + LONGEST, site), change.now)
        record_act(session, Act(change.actor, "token.sites", "tokens", change.now, after={"sites": len(made)}))
    return made


def tokens_as_csv(secrets: dict[str, str]) -> str:
    """Return `site,token` lines with a header, as the simulator and operators' tools read them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("site", "token"))
    writer.writerows(sorted(secrets.items()))
    return text.getvalue()


def revoke_token(change: Change, number: int, owner: str = "") -> bool:
    """Revoke a token, of this owner if given; return False when no such token is active."""
    with change.db.begin() as session:
        row = session.get(TokenRow, number)
        if row is None or row.revoked_at is not None:
            return False
        if owner and (row.account is None or row.account != load_account(session, owner).id):
            return False
        row.revoked_at = change.now
        record_act(session, Act(change.actor, "token.revoke", f"token:{number}", change.now, row.site))
        return True


def list_tokens(db: Database, owner: str = "") -> Sequence[Token]:
    """Return the tokens by number, of one owner if given; tokens of sites have no owner."""
    query = select(TokenRow, AccountRow.name).outerjoin(AccountRow, AccountRow.id == TokenRow.account)
    if owner:
        query = query.where(AccountRow.name == owner)
    with db.session() as session:
        rows = session.execute(query.order_by(TokenRow.id)).all()
    return [
        Token(
            id=row.id,
            name=row.name,
            account=name or "",
            permissions=_permissions(row),
            site=row.site,
            province=row.province,
            created_at=row.created_at,
            expires_at=row.expires_at,
            used_at=row.used_at,
            revoked_at=row.revoked_at,
        )
        for row, name in rows
    ]


def find_token(db: Database, secret: str, address: str, now: datetime) -> Principal | None:
    """Return the principal of a token; None when it is unknown or expired, or its owner is disabled."""
    with db.session() as session:
        query = select(TokenRow, AccountRow).outerjoin(AccountRow, AccountRow.id == TokenRow.account)
        pair = session.execute(query.where(TokenRow.hash == hash_secret(secret))).one_or_none()
    if pair is None:
        return None
    row, owner = pair
    if row.revoked_at is not None or now >= row.expires_at or (owner is not None and owner.disabled):
        return None
    if row.used_at is None or now - row.used_at >= _USED_EVERY:
        with db.begin() as session:
            session.execute(update(TokenRow).where(TokenRow.id == row.id).values(used_at=now))
    role = Role(owner.role) if owner else Role.MUNICIPALITY
    allowed = PERMISSIONS[role] if owner else SITE_PERMISSIONS
    scope = scope_of(row.site, row.province)
    return Principal(
        name=f"{owner.name}/{row.name}" if owner else f"{_SITE}/{row.site}",
        role=role,
        permissions=allowed & frozenset(_permissions(row)),
        scope=scope.narrowed(scope_of(owner.site, owner.province)) if owner else scope,
        address=address,
    )


def _insert(session: Session, secret: str, account: int | None, draft: TokenDraft, now: datetime) -> TokenRow:
    row = TokenRow(
        hash=hash_secret(secret),
        name=draft.name,
        account=account,
        permissions=" ".join(sorted(draft.permissions)),
        site=draft.site,
        province=draft.province,
        created_at=now,
        expires_at=draft.expires_at,
    )
    session.add(row)
    session.flush()
    return row


def _permissions(row: TokenRow) -> tuple[Permission, ...]:
    return tuple(one for one in Permission if one.value in row.permissions.split())
