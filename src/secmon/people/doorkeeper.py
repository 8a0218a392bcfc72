"""Knows who comes by the cookie or token of a request; remembers an answer for a moment only."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hmac import compare_digest
from threading import Lock

from secmon.alerts.desk import Desk
from secmon.people import sessions, tokens
from secmon.people.accounts import scope_of
from secmon.people.roles import PERMISSIONS, Role
from secmon.people.secret import kept
from secmon.people.visitor import Visitor
from secmon.sites.scope import EVERYTHING

_REMEMBERED = timedelta(seconds=1)
_MOST = 4096


@dataclass(slots=True)
class Doorkeeper:
    """Looks visitors up in the desk; `instance_token` is the running server's own, which the command line carries.

    What is changed through this process counts from the next request on (`forget`), what another process changed
    within a second.
    """

    desk: Desk
    instance_token: str
    limits: sessions.Limits
    clock: Callable[[], datetime]
    _known: dict[str, tuple[datetime, Visitor | None]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def by_cookie(self, secret: str, address: str) -> Visitor | None:
        """Who a session's cookie belongs to."""
        return self._remember(f"c{kept(secret)}", address, lambda now: self._session(secret, now))

    def by_token(self, secret: str, address: str) -> Visitor | None:
        """Who a bearer token belongs to."""
        if compare_digest(secret.encode("utf-8", "replace"), self.instance_token.encode()):
            everything = PERMISSIONS[Role.ADMINISTRATOR]
            return Visitor("cli", Role.ADMINISTRATOR, everything, EVERYTHING, address=address)
        return self._remember(f"t{kept(secret)}", address, lambda now: tokens.look_up(self.desk, secret, address, now))

    def forget(self) -> None:
        """Look everybody up anew: something about people has changed."""
        with self._lock:
            self._known = {}  # a look-up under way keeps its answer in the old one

    def _session(self, secret: str, now: datetime) -> Visitor | None:
        found = sessions.look_up(self.desk, secret, now, self.limits)
        if found is None:
            return None
        row, short = found
        role = Role(row.role)
        return Visitor(
            name=row.name, role=role, permissions=PERMISSIONS[role], scope=scope_of(row.site, row.province),
            language=row.language, session=short, must_change=row.must_change, local=bool(row.password),
        )  # fmt: skip

    def _remember(self, key: str, address: str, look: Callable[[datetime], Visitor | None]) -> Visitor | None:
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
