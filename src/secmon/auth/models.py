"""Account tables of the operational database; passwords, session ids and tokens are stored as hashes only."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from secmon.db.models import Base


class AccountRow(Base):
    """An account; `password` is '' for users of an identity provider.

    `subject` is issuer and subject of the identity provider; `version` counts changes, to detect concurrent edits.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    site: Mapped[str] = mapped_column(String(5), default="")
    province: Mapped[str] = mapped_column(String(2), default="")
    language: Mapped[str] = mapped_column(String(2), default="")
    password: Mapped[str] = mapped_column(Text, default="")
    subject: Mapped[str | None] = mapped_column(Text, unique=True)
    must_change: Mapped[bool] = mapped_column(default=False)
    disabled: Mapped[bool] = mapped_column(default=False)
    one_click: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    login_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(Integer, default=1)


class LoginFailure(Base):
    """Failed logins in a row under a name, which need not be an account, and the time until which it is locked."""

    __tablename__ = "login_failures"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class SessionRow(Base):
    """A browser session, by the hash of its cookie; it ends when idle, at `expires_at`, or when revoked."""

    __tablename__ = "sessions"
    __table_args__ = (Index("sessions_by_account", "account"),)

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    address: Mapped[str] = mapped_column(String(64))
    browser: Mapped[str] = mapped_column(String(200))
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class TokenRow(Base):
    """An API token, by its hash; it may do what both its own permissions and those of its owner allow.

    `account` is its owner, None for tokens of the sites' equipment; `permissions` are separated by spaces.
    """

    __tablename__ = "tokens"
    __table_args__ = (Index("tokens_by_site", "site"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    account: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    permissions: Mapped[str] = mapped_column(Text)
    site: Mapped[str] = mapped_column(String(5), default="")
    province: Mapped[str] = mapped_column(String(2), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class ProviderLogin(Base):
    """A pending login at the identity provider, by the hash of its state, bound to the browser's cookie."""

    __tablename__ = "provider_logins"

    state: Mapped[str] = mapped_column(String(64), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    destination: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime]
