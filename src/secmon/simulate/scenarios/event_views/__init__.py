"""Event types of the scenarios and how each feed logs them: the vocabulary of the definitions."""

from collections.abc import Mapping
from dataclasses import dataclass

from secmon.simulate.scenarios.event_views import endpoint, logins, network, office, web
from secmon.simulate.scenarios.event_views.occurrence import Sighting


@dataclass(frozen=True, slots=True)
class What:
    """An event type: the feeds that can see it, its parameters, and those that are required."""

    sightings: Mapping[str, Sighting]
    parameters: frozenset[str]
    needed: frozenset[str]


def _what(sightings: Mapping[str, Sighting], parameters: set[str], *needed: str) -> What:
    return What(sightings, frozenset(parameters), frozenset(needed))


def _endpoint(name: str, parameters: set[str], *needed: str) -> What:
    return _what({"endpoint": endpoint.SEEN[name]}, parameters, "host", *needed)


WHATS: Mapping[str, What] = {
    "request": _what(web.REQUEST, web.PARAMETERS, *web.NEEDED),
    "session": _what(network.CONNECTION, network.SESSION, "source"),
    "ids-alert": _what(network.IDS_ALERT, network.ALERT, "signature", "source"),
    "ips-alert": _what(network.IPS_ALERT, network.PREVENTED, "source", "attack"),
    "dns-query": _what(network.DNS_QUERY, network.QUERY, "client", "name"),
    "zeek-notice": _what(network.ZEEK_NOTICE, network.NOTICE, "note", "says", "source"),
    "firewall-reboot": _what(network.FIREWALL_REBOOT, network.REBOOT, "user", "reason"),
    "ssh-guessing": _what(logins.SSH_GUESSING, logins.GUESSES, "source"),
    "ssh-refused": _what(logins.SSH_FAILED, logins.SSH_FAILURE, "source", "user"),
    "ssh-login": _what(logins.SSH_ACCEPTED, logins.SSH_LOGIN, "source", "user"),
    "sudo": _what(logins.SUDO_COMMAND, logins.SUDO, "user", "command"),
    "vpn-refused": _what(logins.VPN_REFUSED, logins.VPN, "source", "user"),
    "vpn-login": _what(logins.VPN_ACCEPTED, logins.VPN, "source", "user"),
    "vpn-logout": _what(logins.VPN_LEFT, logins.VPN, "source", "user"),
    "logon": _endpoint("logon", endpoint.LOGON, "user"),
    "logon-refused": _endpoint("logon-refused", endpoint.LOGON, "user"),
    "privileges": _endpoint("privileges", endpoint.CHANGE, "user"),
    "user-created": _endpoint("user-created", endpoint.CHANGE, "user", "name"),
    "group-joined": _endpoint("group-joined", endpoint.CHANGE, "user", "name"),
    "task-created": _endpoint("task-created", endpoint.TASK, "user", "name", "command"),
    "log-cleared": _endpoint("log-cleared", endpoint.CHANGE, "user"),
    "service-installed": _endpoint("service-installed", endpoint.SERVICE, "name", "path"),
    "process": _endpoint("process", endpoint.PROCESS, "user", "command"),
    "audited-process": _endpoint("audited-process", endpoint.PROCESS, "user", "command"),
    "file-created": _endpoint("file-created", endpoint.FILE, "user", "path"),
    "file-deleted": _endpoint("file-deleted", endpoint.FILE, "user", "path"),
    "registry-set": _endpoint("registry-set", endpoint.REGISTRY, "user", "path", "value"),
    "program-connects": _endpoint("program-connects", endpoint.CONNECTION, "user", "source", "target"),
    "sensor-stopped": _endpoint("sensor-stopped", {"host"}),
    "mail": _what(office.ARRIVES, office.MAIL, "source", "sender", "recipient", "subject"),
    "db-login": _what(office.DB_LOGIN, office.QUERY, "db_user", "client"),
    "db-query": _what(office.DB_QUERY, office.QUERY, "db_user", "client", "statement"),
}
