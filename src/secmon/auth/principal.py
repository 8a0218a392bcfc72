"""Principal: the user or token behind one request."""

from dataclasses import dataclass

from secmon.auth.roles import Permission, Role
from secmon.db.audit_log import Actor
from secmon.sites.scope import Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """Account or token behind a request; `session` is the short id of its session, '' for a token.

    `address` is the origin of the request, `must_change` means that the password has to be replaced before
    anything else, `language` is '' when the account has none of its own, and `local` accounts log in with a
    password stored here.
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
        """Return True if the principal has the permission."""
        return permission in self.permissions

    @property
    def actor(self) -> Actor:
        """The principal as the audit log records it."""
        return Actor(self.name, self.address)
