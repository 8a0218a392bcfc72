"""Background of the `auth` feed: internal logins, administrators at work, cron, occasional stray guesses.

A bucket is a number of stories, each of a few lines of one process. No story here logs in from outside, opens a
root shell, adds a user or touches /etc/shadow.
"""

import struct
from collections.abc import Callable
from random import Random

from secmon.simulate.addresses import NOISE_CAPACITY, noise_domestic, noise_foreign, noise_slot
from secmon.simulate.clock import Line, Minute
from secmon.simulate.lines.syslog import (
    AUTH_INFO,
    AUTHPRIV_INFO,
    AUTHPRIV_NOTICE,
    CRON_INFO,
    line,
    session_closed,
    session_opened,
    sudo,
)
from secmon.simulate.municipality_model import ADMINISTRATORS, Account, Municipality

Draw = tuple[int, ...]
"""Randomness of a story: time, (32 bit), process, port, what (16), four bytes."""
Story = Callable[[Municipality, Minute, Draw], tuple[Line, ...]]

COMMANDS = (
    "/usr/bin/systemctl status nginx",
    "/usr/bin/systemctl reload nginx",
    "/usr/bin/systemctl restart php8.2-fpm",
    "/usr/bin/apt update",
    "/usr/bin/apt list --upgradable",
    "/usr/bin/apt upgrade -y",
    "/usr/local/sbin/backup --daily",
    "/usr/local/sbin/backup --verify",
    "/usr/bin/journalctl -u nginx -n 100",
    "/usr/sbin/nginx -t",
)
CRON = (
    "/usr/local/sbin/backup --incremental",
    "command -v debian-sa1 > /dev/null && debian-sa1 1 1",
    "/usr/lib/php/sessionclean",
    "cd / && run-parts --report /etc/cron.hourly",
)
STRAY_NAMES = ("admin", "test", "oracle", "ubuntu", "user", "guest", "ftpuser", "pi")
SERVERS = ("bastion01", "web01", "web02", "db01")

_DRAW = struct.Struct("<IHHHBBBB")
_KIND = 4
_ROOM = 45_000_000
"""Stories begin in the first 45 s, so that all their lines fall into the bucket (the longest takes 14 s)."""


def stories(town: Municipality, minute: Minute, count: int, rng: Random) -> list[Line]:
    """Return the lines of `count` stories of one minute, unordered."""
    lines: list[Line] = []
    strays = forgotten = 0
    for draw in _DRAW.iter_unpack(rng.randbytes(_DRAW.size * count)):
        story = _MIX[draw[_KIND]]
        if story is _stray:
            strays += 1
            story = story if strays <= NOISE_CAPACITY["auth"] else _cron
        elif story is _forgotten:
            forgotten += 1
            story = story if forgotten == 1 else _key_login
        lines += story(town, minute, draw)
    return lines


def _ssh_host(town: Municipality, choice: int) -> str:
    return town.bastion_host if choice & 3 else f"web01.{town.slug}"


def _session(
    minute: Minute, at: int, host: str, pid: int, account: Account, source: tuple[str, int], length: int
) -> tuple[Line, ...]:
    """Return the lines of an SSH session after the login was accepted."""
    address, port = source
    end = at + 1_500_000 + length
    opened = session_opened("sshd", account.name, account.uid)
    goodbye = f"Received disconnect from {address} port {port}:11: disconnected by user"
    return (
        (at + 2_100, line(AUTHPRIV_INFO, minute.stamp(at + 2_100), host, "sshd", pid, opened)),
        (end, line(AUTH_INFO, minute.stamp(end), host, "sshd", pid, goodbye)),
        (
            end + 900,
            line(
                AUTHPRIV_INFO,
                minute.stamp(end + 900),
                host,
                "sshd",
                pid,
                session_closed("sshd", account.name),
            ),
        ),
    )


def _login(town: Municipality, minute: Minute, draw: Draw, method: str, proof: str) -> tuple[Line, ...]:
    when, process, port, what, _, host, who, length = draw
    at, pid = when * _ROOM >> 32, 900 + process
    account = town.staff[who % len(town.staff)]
    port = 32768 + (port >> 1)
    name = _ssh_host(town, host)
    accepted = f"Accepted {method} for {account.name} from {account.pc} port {port} ssh2{proof}"
    return (
        (at, line(AUTH_INFO, minute.stamp(at), name, "sshd", pid, accepted)),
        *_session(minute, at, name, pid, account, (account.pc, port), length * 48_000 + what),
    )


def _key_login(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    account = town.staff[draw[6] % len(town.staff)]
    return _login(town, minute, draw, "publickey", f": ED25519 SHA256:{_key_print(town, account)}")


def _key_print(town: Municipality, account: Account) -> str:
    """Return a fingerprint-like text that is constant for an account."""
    return f"{account.name.replace('.', '')}{town.code}{account.uid}Zq7Xw2LrT9bVn4KcYh8PdUs3GfEj6Am1RoQi"[:43]


def _password_login(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    return _login(town, minute, draw, "password", "")


def _forgotten(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate one to three wrong passwords, then the right one; the same PC at most every 64 minutes."""
    when, process, port, what, _, host, tries, length = draw
    at, pid, port = when * _ROOM >> 32, 900 + process, 32768 + (port >> 1)
    account = town.staff[minute.bucket % len(town.staff)]
    pc, name = town.pcs[minute.bucket % len(town.pcs)], _ssh_host(town, host)
    lines: list[Line] = []
    for _ in range(1 + tries % 3):
        failed = f"Failed password for {account.name} from {pc} port {port} ssh2"
        lines.append((at, line(AUTH_INFO, minute.stamp(at), name, "sshd", pid, failed)))
        at += 2_000_000 + what * 16
    accepted = f"Accepted password for {account.name} from {pc} port {port} ssh2"
    lines.append((at, line(AUTH_INFO, minute.stamp(at), name, "sshd", pid, accepted)))
    return (*lines, *_session(minute, at, name, pid, account, (pc, port), length * 10_000))


def _stray(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a single guess of one name from outside."""
    when, process, port, what, _, _, who, _ = draw
    at, pid, port = when * _ROOM >> 32, 900 + process, 32768 + (port >> 1)
    slot = noise_slot("auth", minute.bucket, 0)
    source = noise_domestic(town.index, slot) if what % 12 == 0 else noise_foreign(town.index, slot)
    user, host = STRAY_NAMES[who & 7], town.bastion_host
    told = (
        (at, f"Invalid user {user} from {source} port {port}"),
        (at + 2_300_000, f"Failed password for invalid user {user} from {source} port {port} ssh2"),
        (at + 2_900_000, f"Connection closed by invalid user {user} {source} port {port} [preauth]"),
    )
    return tuple((t, line(AUTH_INFO, minute.stamp(t), host, "sshd", pid, text)) for t, text in told)


def _sudo(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    when, process, _, what, _, host, who, length = draw
    at, pid = when * _ROOM >> 32, 900 + process
    account = town.staff[who % ADMINISTRATORS]
    name = f"{SERVERS[host & 3]}.{town.slug}"
    end = at + 60_000 + length * 30_000
    opened = session_opened("sudo", "root", 0, account.name, account.uid)
    command = sudo(account.name, COMMANDS[what % len(COMMANDS)])
    return (
        (at, line(AUTHPRIV_NOTICE, minute.stamp(at), name, "sudo", pid, command)),
        (at + 800, line(AUTHPRIV_INFO, minute.stamp(at + 800), name, "sudo", pid, opened)),
        (end, line(AUTHPRIV_INFO, minute.stamp(end), name, "sudo", pid, session_closed("sudo", "root"))),
    )


def _cron(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    when, process, _, what, _, host, _, length = draw
    at, pid = when * _ROOM >> 32, 900 + process
    name = f"{SERVERS[host & 3]}.{town.slug}"
    end = at + 40_000 + length * 20_000
    return (
        (at, line(AUTHPRIV_INFO, minute.stamp(at), name, "CRON", pid, session_opened("cron", "root", 0))),
        (
            at + 600,
            line(CRON_INFO, minute.stamp(at + 600), name, "CRON", pid + 1, f"(root) CMD ({CRON[what & 3]})"),
        ),
        (end, line(AUTHPRIV_INFO, minute.stamp(end), name, "CRON", pid, session_closed("cron", "root"))),
    )


def _su(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate the start of the nightly database job: root switches to the database's account."""
    when, process, _, _, _, _, _, length = draw
    at, pid = when * _ROOM >> 32, 900 + process
    name = f"db01.{town.slug}"
    end = at + 90_000 + length * 20_000
    opened = session_opened("su", "postgres", 114)
    return (
        (at, line(AUTH_INFO, minute.stamp(at), name, "su", pid, "(to postgres) root on none")),
        (at + 500, line(AUTHPRIV_INFO, minute.stamp(at + 500), name, "su", pid, opened)),
        (end, line(AUTHPRIV_INFO, minute.stamp(end), name, "su", pid, session_closed("su", "postgres"))),
    )


_SHARES: tuple[tuple[Story, int, float], ...] = (
    (_key_login, 70, 4),
    (_password_login, 40, 4),
    (_forgotten, 10, 6),
    (_stray, 26, 3),
    (_sudo, 44, 3),
    (_cron, 58, 3),
    (_su, 8, 3),
)
"""Story, its share of 256, and its number of lines."""

_MIX = tuple(story for story, share, _ in _SHARES for _ in range(share))
LINES_PER_STORY = sum(share * lines for _, share, lines in _SHARES) / 256
