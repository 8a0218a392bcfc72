"""Authenticator: find the principal of a request by cookie or token, and cache the answer for a second."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from threading import Lock

from secmon.auth import sessions, tokens
from secmon.auth.accounts import scope_of
from secmon.auth.principal import Principal
from secmon.auth.roles import PERMISSIONS, Role
from secmon.auth.secrets import hash_secret
from secmon.db.database import Database
from secmon.sites.scope import EVERYTHING

_REMEMBERED = timedelta(seconds=1)
_MOST = 4096


@dataclass(slots=True)
class Authenticator:
    """Look up principals in the operational database; `instance_token` is the running server's own, used by the CLI.

    Changes made through this process take effect with the next request (`forget`), changes by another process
    within a second.
    """

    db: Database
    instance_token: str
    limits: sessions.SessionLimits
    clock: Callable[[], datetime]
    _known: dict[str, tuple[datetime, Principal | None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def by_cookie(self, secret: str, address: str) -> Principal | None:
        """Return the principal of a session cookie, None if the session is not valid."""
        return self._remember(f"c{hash_secret(secret)}", address, lambda now: self._session(secret, now))

    def by_token(self, secret: str, address: str) -> Principal | None:
        """Return the principal of a bearer token, None if the token is not valid."""
        if compare_digest(secret.encode("utf-8", "replace"), self.instance_token.encode()):
            everything = PERMISSIONS[Role.ADMINISTRATOR]
            return Principal("cli", Role.ADMINISTRATOR, everything, EVERYTHING, address=address)
        return self._remember(
            f"t{hash_secret(secret)}", address, lambda now: tokens.find_token(self.db, secret, address, now)
        )

    def forget(self) -> None:
        """Clear the cache after a change to accounts, sessions or tokens."""
        with self._lock:
            self._known = {}  # a look-up in progress stores its answer in the old dict, which nothing reads any more

    def _session(self, secret: str, now: datetime) -> Principal | None:
        found = sessions.find_session(self.db, secret, now, self.limits)
        if found is None:
            return None
        row, short = found
        role = Role(row.role)
        return Principal(
            name=row.name,
            role=role,
            permissions=PERMISSIONS[role],
            scope=scope_of(row.site, row.province),
            language=row.language,
            session=short,
            must_change=row.must_change,
            local=bool(row.password),
        )

    def _remember(self, key: str, address: str, look: Callable[[datetime], Principal | None]) -> Principal | None:
        now = self.clock()
        with self._lock:
            known = self._known.get(key)
            generation = self._known
        if known is None or not timedelta(0) <= now - known[0] < _REMEMBERED:
            known = (now, look(now))
            with self._lock:
                if len(generation) >= _MOST:
                    generation.clear()
                generation[key] = known
        return None if known[1] is None else replace(known[1], address=address)
