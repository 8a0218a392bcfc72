"""Logins over SSH and VPN, and sudo commands of administrators."""

from collections.abc import Iterable
from random import Random

from secmon.simulate.background.vpn import PID as VPN_PID
from secmon.simulate.background.vpn import host_name
from secmon.simulate.clock import stamp
from secmon.simulate.lines import eve, openvpn, syslog
from secmon.simulate.scenarios.event_views.occurrence import Occurrence, Sighting

GUESSES = {"source", "tries", "victim"}
SSH_LOGIN = {"source", "user", "method"}
SSH_FAILURE = {"source", "user"}
SUDO = {"user", "command", "adds"}
VPN = {"source", "user"}

NAMES = (
    *("root", "admin", "administrator", "test", "oracle", "postgres", "mysql", "ubuntu", "debian", "centos", "git"),
    *("jenkins", "deploy", "www-data", "nagios", "zabbix", "tomcat", "ftpuser", "backup", "support", "guest", "user"),
    *("manager", "operator", "webmaster", "info", "sysadmin", "dev", "ansible", "docker", "elastic", "hadoop"),
)
"""Names that password guessers commonly try."""


def _tries(one: Occurrence) -> tuple[int, ...]:
    """Return the microseconds between the connection's start and each of its attempts."""
    rng, later, found = Random(one.big), 300_000, list[int]()  # noqa: S311 - repeatable play, not secrets
    for _ in range(one.number("tries", 4)):
        found.append(later)
        later += 600_000 + rng.randrange(400_000)
    return tuple(found)


def _guesses(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate one connection with a few attempts."""
    town, rng = one.town, Random(one.big)  # noqa: S311 - repeatable play, not secrets
    known = {account.name for account in town.staff} | {"root"}
    for later in _tries(one):
        user, at = rng.choice((*NAMES, one.text("victim", "admin"))), one.at + later
        who = user if user in known else f"invalid user {user}"
        text = f"Failed password for {who} from {one.text('source')} port {one.port} ssh2"
        yield at, syslog.line(syslog.AUTH_INFO, stamp(at), town.bastion_host, "sshd", _pid(one), text)


def _guesses_flow(one: Occurrence) -> Iterable[tuple[int, str]]:
    town, over = one.town, one.at + _tries(one)[-1] + 200_000
    ends = eve.ends(town.suricata, one.text("source"), one.port, town.bastion, 22)
    life = eve.life(stamp(one.at), stamp(over), (over - one.at) // 1_000_000)
    link = eve.link(one.big >> 13, town.iface)
    yield over, eve.flow(stamp(over), link, ends, "ssh", eve.counters(19, 2300, 2900), life)


def _failure(one: Occurrence) -> Iterable[tuple[int, str]]:
    text = f"Failed password for {one.text('user')} from {one.text('source')} port {one.port} ssh2"
    yield one.at, syslog.line(syslog.AUTH_INFO, stamp(one.at), one.town.bastion_host, "sshd", _pid(one), text)


def _login(one: Occurrence) -> Iterable[tuple[int, str]]:
    user, host = one.text("user"), one.town.bastion_host
    method = one.text("method", "password")
    key = ": ED25519 SHA256:mz2r8Qx1VtY0bLwUe7KcJ5sPaNf4HdGi6RoXk3TvZqA" if method == "publickey" else ""
    accepted = f"Accepted {method} for {user} from {one.text('source')} port {one.port} ssh2{key}"
    uid = next((account.uid for account in one.town.staff if account.name == user), 1050)
    opened = syslog.session_opened("sshd", user, uid)
    for later, pri, text in ((0, syslog.AUTH_INFO, accepted), (2_200, syslog.AUTHPRIV_INFO, opened)):
        yield one.at + later, syslog.line(pri, stamp(one.at + later), host, "sshd", _pid(one), text)


def _sudo(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate a command run as root; `adds` is a user that the command adds."""
    user, host, pid = one.text("user"), one.town.bastion_host, _pid(one)
    uid = next((account.uid for account in one.town.staff if account.name == user), 1050)
    told = [
        (0, syslog.AUTHPRIV_NOTICE, "sudo", syslog.sudo(user, one.text("command"))),
        (900, syslog.AUTHPRIV_INFO, "sudo", syslog.session_opened("sudo", "root", 0, user, uid)),
    ]
    if added := one.text("adds"):
        about = f"name={added}, UID=1101, GID=1101, home=/home/{added}, shell=/bin/bash, from=/dev/pts/0"
        told.append((41_000, syslog.AUTHPRIV_INFO, "useradd", f"new user: {about}"))
    for later, pri, app, text in told:
        at = one.at + later
        yield at, syslog.line(pri, stamp(at), host, app, pid + (app == "useradd"), text)


def _pid(one: Occurrence) -> int:
    return 12_000 + one.port % 20_000


def _vpn_refused(one: Occurrence) -> Iterable[tuple[int, str]]:
    peer = f"{one.text('source')}:{one.port}"
    plugin, error = openvpn.refused(peer, one.text("user"))
    yield from _vpn(one, ((0, openvpn.initial(peer, one.big)), (300_000, plugin), (310_000, error)))


def _vpn_login(one: Occurrence) -> Iterable[tuple[int, str]]:
    peer, user, number = f"{one.text('source')}:{one.port}", one.text("user"), 60 + one.port % 100
    steps = (
        (0, openvpn.initial(peer, one.big)),
        (180_000, openvpn.certificate(peer, user)),
        (420_000, openvpn.accepted(peer, user)),
        (450_000, openvpn.initiated(peer, user)),
        (460_000, openvpn.pool(peer, user, number)),
        (1_500_000, openvpn.pushed(peer, user, number)),
    )
    yield from _vpn(one, steps)


def _vpn_logout(one: Occurrence) -> Iterable[tuple[int, str]]:
    yield from _vpn(one, ((0, openvpn.left(f"{one.text('source')}:{one.port}", one.text("user"))),))


def _vpn(one: Occurrence, steps: Iterable[tuple[int, str]]) -> Iterable[tuple[int, str]]:
    for later, text in steps:
        minute, offset = one.minute(later)
        yield one.at + later, openvpn.line(minute.syslog(offset), host_name(one.town), VPN_PID, text)


SSH_GUESSING: dict[str, Sighting] = {"auth": _guesses, "ids": _guesses_flow}
SSH_FAILED: dict[str, Sighting] = {"auth": _failure}
SSH_ACCEPTED: dict[str, Sighting] = {"auth": _login}
SUDO_COMMAND: dict[str, Sighting] = {"auth": _sudo}
VPN_REFUSED: dict[str, Sighting] = {"vpn": _vpn_refused}
VPN_ACCEPTED: dict[str, Sighting] = {"vpn": _vpn_login}
VPN_LEFT: dict[str, Sighting] = {"vpn": _vpn_logout}
