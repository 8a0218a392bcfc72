"""Permissions, and the permissions of each role."""

from collections.abc import Mapping
from enum import StrEnum

from secmon.errors import Term, UsageError


class Permission(StrEnum):
    """A single permission; every page, callback and route names the permission it requires."""

    VIEW = "view"
    """See the wall, sites, feeds, alerts and related data, within one's scope."""
    PRESENT = "present"
    """Run a presentation for visitors, where the sites are simulated."""
    HUNT = "hunt"
    """Search events and findings."""
    EXPORT = "export"
    """Export search results as a file."""
    METRICS = "metrics"
    """Read the metrics of the centre's own work."""
    TRIAGE = "triage"
    """Acknowledge, assign, close, merge and suppress alerts."""
    INCIDENT = "incident"
    """Open incidents and work on them."""
    REQUEST = "request"
    """Ask a municipality to act, and verify what it did."""
    ANSWER = "answer"
    """Answer requests and declared levels for one's own municipality."""
    BLOCK_PROPOSE = "block_propose"
    """Propose an address or name for the block list."""
    BLOCK_APPROVE = "block_approve"
    """Approve what another user proposed, push it, undo it, and maintain the allowlist."""
    BLOCK_FEED = "block_feed"
    """Poll the block list as a firewall does, and acknowledge it."""
    SHIFT = "shift"
    """Write, edit and sign handovers."""
    DECLARE_LEVEL = "declare_level"
    """Enter the crisis level that an authority declared."""
    MAINTENANCE = "maintenance"
    """Announce work at a site."""
    INGEST = "ingest"
    """Import log lines."""
    COLLECT = "collect"
    """Start a collection round over all sites."""
    SETTINGS = "settings"
    """Change rules, rule exceptions and settings."""
    AUDIT = "audit"
    """Read the audit log."""
    BACK_UP = "back_up"
    """Make a backup of the running centre."""
    PEOPLE = "people"
    """Add and change accounts, sessions and tokens."""


class Role(StrEnum):
    """Role of a user at the centre or at a municipality."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    PROVINCE = "province"
    MUNICIPALITY = "municipality"
    VIEWER = "viewer"
    DEMO = "demo"


_P = Permission
_SEES = frozenset({_P.VIEW})
_WORKS = _SEES | {
    _P.HUNT,
    _P.EXPORT,
    _P.METRICS,
    _P.TRIAGE,
    _P.INCIDENT,
    _P.REQUEST,
    _P.BLOCK_PROPOSE,
    _P.BLOCK_FEED,
    _P.SHIFT,
    _P.MAINTENANCE,
    _P.INGEST,
}
_LEADS = _WORKS | {_P.BLOCK_APPROVE, _P.DECLARE_LEVEL, _P.SETTINGS, _P.AUDIT, _P.PRESENT, _P.COLLECT}

PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: _LEADS | {_P.PEOPLE, _P.BACK_UP},
    Role.SUPERVISOR: _LEADS,
    Role.OPERATOR: _WORKS,
    Role.PROVINCE: _SEES | {_P.HUNT, _P.EXPORT, _P.METRICS, _P.ANSWER, _P.BLOCK_FEED},
    Role.MUNICIPALITY: _SEES | {_P.HUNT, _P.EXPORT, _P.METRICS, _P.ANSWER, _P.BLOCK_FEED},
    Role.VIEWER: _SEES,
    Role.DEMO: _SEES | {_P.HUNT, _P.METRICS, _P.PRESENT},
}
"""Permissions of every role. Province and municipality see their own sites only; all other roles see every site."""


def checked_place(role: Role, site: str, province: str) -> None:
    """Raise UsageError unless the role has exactly the place it needs: a province, a site, or neither."""
    needed = {Role.PROVINCE: (False, True), Role.MUNICIPALITY: (True, False)}.get(role, (False, False))
    if (bool(site), bool(province)) != needed:
        raise UsageError(
            "role.place_not_valid",
            role=Term.of(role),
            place=Term.of({Role.PROVINCE: "a_province", Role.MUNICIPALITY: "a_site"}.get(role, "no_place")),
        )
