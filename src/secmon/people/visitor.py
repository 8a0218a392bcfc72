"""Who asks, for the length of one request."""

from dataclasses import dataclass

from secmon.alerts.audit import Actor
from secmon.people.roles import Permission, Role
from secmon.sites.scope import Scope


@dataclass(frozen=True, slots=True)
class Visitor:
    """An account or a token behind a request; `session` is the short name of its session, '' for a token.

    `address` is where the request came from, `must_change` says that its password has to be replaced before
    anything else, `language` is '' when the account has none of its own, `local` accounts log in with a password
    that is kept here.
    """

    name: str
    role: Role
    permissions: frozenset[Permission]
    scope: Scope
    language: str = ""
    session: str = ""
    address: str = ""
    must_change: bool = False
    local: bool = False

    def may(self, permission: Permission) -> bool:
        """True when the permission is among its own."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """As the audit log knows it."""
        return Actor(self.name, self.address)
