"""Accounts of the demonstration, which log in from its login page with one click each."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from secmon.auth.accounts import Account, AccountDraft, account_view, insert_account
from secmon.auth.models import AccountRow
from secmon.auth.roles import Role
from secmon.db.audit_log import CENTRE
from secmon.db.database import Database

ACCOUNTS = (
    AccountDraft("demo-supervisor", Role.SUPERVISOR, one_click=True),
    AccountDraft("demo-operator", Role.OPERATOR, one_click=True),
    AccountDraft("demo-seoul", Role.PROVINCE, province="11", one_click=True),
    AccountDraft("demo-jongno", Role.MUNICIPALITY, site="11110", one_click=True),
    AccountDraft("demo-viewer", Role.VIEWER, one_click=True),
    AccountDraft("demo-delegation", Role.DEMO, one_click=True),
)
"""They have no password: only the login page of the demonstration, on this machine, accepts them."""


def ensure_demo_accounts(db: Database, now: datetime) -> Sequence[Account]:
    """Add the missing demonstration accounts; return all of them in the order of the login page."""
    with db.begin() as session:
        for draft in ACCOUNTS:
            if session.scalar(select(AccountRow.id).where(AccountRow.name == draft.name)) is None:
                insert_account(session, draft, CENTRE, now)
        rows = {row.name: row for row in session.scalars(select(AccountRow).where(AccountRow.one_click))}
        return [account_view(rows[draft.name]) for draft in ACCOUNTS if draft.name in rows]
