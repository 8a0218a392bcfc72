"""What an account may do: permissions, and which of them each role has."""

from collections.abc import Mapping
from enum import StrEnum

from secmon.errors import UsageError


class Permission(StrEnum):
    """One thing that can be allowed; every page, callback and route names the one it needs."""

    VIEW = "view"
    """See the wall, sites, feeds, alerts and what belongs to them, within one's scope."""
    PRESENT = "present"
    """Run a presentation for visitors, where the sites are simulated."""
    HUNT = "hunt"
    """Search events and findings."""
    EXPORT = "export"
    """Take what was found away as a file."""
    METRICS = "metrics"
    """Read the figures of the centre's own work."""
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
    """Approve what somebody else proposed, push it, undo it, and keep the never-block list."""
    BLOCK_FEED = "block_feed"
    """Poll the block list as a firewall does, and acknowledge it."""
    SHIFT = "shift"
    """Write, edit and sign handovers."""
    DECLARE_LEVEL = "declare_level"
    """Enter the crisis level that an authority declared."""
    MAINTENANCE = "maintenance"
    """Announce work at a site."""
    INGEST = "ingest"
    """Bring log lines in."""
    COLLECT = "collect"
    """Have the centre ask all sites now."""
    SETTINGS = "settings"
    """Change rules, exemptions and settings."""
    AUDIT = "audit"
    """Read the audit log."""
    BACK_UP = "back_up"
    """Have the running centre make a backup."""
    PEOPLE = "people"
    """Make and change accounts, sessions and tokens."""


class Role(StrEnum):
    """What somebody is at the centre or at a municipality."""

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
    _P.HUNT, _P.EXPORT, _P.METRICS, _P.TRIAGE, _P.INCIDENT, _P.REQUEST, _P.BLOCK_PROPOSE, _P.BLOCK_FEED, _P.SHIFT,
    _P.MAINTENANCE, _P.INGEST,
}  # fmt: skip
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
"""The whole of it. Province and municipality see their own sites only; all others see every site."""


def checked_place(role: Role, site: str, province: str) -> None:
    """UsageError unless the role has just the place it needs: a province, a site, or none."""
    needed = {Role.PROVINCE: (False, True), Role.MUNICIPALITY: (True, False)}.get(role, (False, False))
    if (bool(site), bool(province)) != needed:
        wants = {Role.PROVINCE: "a province and no site", Role.MUNICIPALITY: "a site and no province"}
        raise UsageError(f"role {role} takes {wants.get(role, 'neither site nor province: it sees all')}")
