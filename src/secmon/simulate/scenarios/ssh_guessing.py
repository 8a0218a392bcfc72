"""ssh-guessing: one foreign source guesses logins at a bastion, gets in, becomes root and stays.

ATT&CK T1110.001 -> T1078 -> T1548.003 -> T1136.001 -> T1003.008
"""

from collections.abc import Sequence
from random import Random

from secmon.simulate import eve, syslog
from secmon.simulate.clock import stamp
from secmon.simulate.scenarios.script import Injected, Phase, Run, Scenario, Stage
from secmon.simulate.signatures import SSH_GUESSING
from secmon.simulate.town import Account, Town

GUESSING = Phase("guessing", 0, 180, "unauthorised_access")
ENTRY = Phase("entry", 184, 185, "unauthorised_access")
ROOT_SHELL = Phase("root-shell", 203, 204, "privilege_acquisition")
NEW_ACCOUNT = Phase("new-account", 231, 233, "privilege_acquisition")
PASSWORD_FILE = Phase("password-file", 258, 259, "information_leak")

ALERT_AFTER = 40.0
FAILURES = (80, 150)
TRIES_A_CONNECTION = 4
NAMES = (
    *(
        "root",
        "admin",
        "administrator",
        "test",
        "oracle",
        "postgres",
        "mysql",
        "ubuntu",
        "debian",
        "centos",
        "git",
    ),
    *(
        "jenkins",
        "deploy",
        "www-data",
        "nagios",
        "zabbix",
        "tomcat",
        "ftpuser",
        "backup",
        "support",
        "guest",
        "user",
    ),
    *(
        "manager",
        "operator",
        "webmaster",
        "info",
        "sysadmin",
        "dev",
        "ansible",
        "docker",
        "elastic",
        "hadoop",
    ),
)
NEW_USER = "svc-update"


def play(run: Run, towns: Sequence[Town], rng: Random) -> list[Injected]:
    """Lines of one run against `run.site`, or against a site chosen by the generator."""
    town = next(t for t in towns if t.code == run.site) if run.site else rng.choice(towns)
    source = f"198.51.100.{1 + rng.randrange(254)}"
    victim = town.staff[rng.randrange(4)]
    stage = Stage(run, source)
    _guess(stage, town, source, victim, rng)
    _enter(stage, town, source, victim, rng)
    _take_over(stage, town, victim, rng)
    return stage.lines


def _guess(stage: Stage, town: Town, source: str, victim: Account, rng: Random) -> None:
    """Connections of four tries each; the IDS sees a flow for each and alerts once."""
    failures = rng.randint(*FAILURES)
    connections = -(-failures // TRIES_A_CONNECTION)
    gap = (GUESSING.ends - 6) / connections
    alerted = False
    for number in range(connections):
        begins, port = number * gap + rng.random() * gap / 2, rng.randrange(32768, 61000)
        pid, tries = 12_000 + number * 3, min(TRIES_A_CONNECTION, failures - number * TRIES_A_CONNECTION)
        last = begins
        for attempt in range(tries):
            last = begins + 0.3 + attempt * (0.6 + rng.random() * 0.4)
            _failure(stage, town, rng.choice((*NAMES, victim.name)), (source, port), pid, stage.at(last))
        ends = eve.ends(town.suricata, source, port, town.bastion, 22)
        link = eve.link(rng.getrandbits(51), town.iface)
        noticed = not alerted and begins >= ALERT_AFTER
        if noticed:
            alerted = True
            _alert(stage, town, link, ends, begins)
        _flow(stage, town, link, ends, (begins, last + 0.2), alerted=noticed)


def _failure(stage: Stage, town: Town, user: str, source: tuple[str, int], pid: int, at: int) -> None:
    address, port = source
    known = user == "root" or any(user == account.name for account in town.staff)
    text = f"Failed password for {'' if known else 'invalid user '}{user} from {address} port {port} ssh2"
    line = syslog.line(syslog.AUTH_INFO, stamp(at), town.bastion_host, "sshd", pid, text)
    stage.add(GUESSING, at, town, "auth", line)


def _alert(stage: Stage, town: Town, link: str, ends: str, begins: float) -> None:
    at = stage.at(begins + 0.1)
    text = SSH_GUESSING.alert(blocked=False)
    line = eve.alert(stamp(at), link, ends, text, eve.counters(6, 1200, 1600), stamp(stage.at(begins)))
    stage.add(GUESSING, at, town, "ids", line)


def _flow(stage: Stage, town: Town, link: str, ends: str, times: tuple[float, float], *, alerted: bool) -> None:
    begins, over = times
    at = stage.at(over)
    life = eve.life(stamp(stage.at(begins)), stamp(at), int(over - begins))
    line = eve.flow(stamp(at), link, ends, "ssh", eve.counters(19, 2300, 2900), life, alerted=alerted)
    stage.add(GUESSING, at, town, "ids", line)


def _enter(stage: Stage, town: Town, source: str, victim: Account, rng: Random) -> None:
    port, at = rng.randrange(32768, 61000), stage.at(ENTRY.begins + rng.random())
    accepted = f"Accepted password for {victim.name} from {source} port {port} ssh2"
    opened = syslog.session_opened("sshd", victim.name, victim.uid)
    for later, pri, text in ((0, syslog.AUTH_INFO, accepted), (2_200, syslog.AUTHPRIV_INFO, opened)):
        line = syslog.line(pri, stamp(at + later), town.bastion_host, "sshd", 13_007, text)
        stage.add(ENTRY, at + later, town, "auth", line)


def _take_over(stage: Stage, town: Town, victim: Account, rng: Random) -> None:
    steps = (
        (ROOT_SHELL, "/bin/bash"),
        (NEW_ACCOUNT, f"/usr/sbin/useradd -m -s /bin/bash -G sudo {NEW_USER}"),
        (PASSWORD_FILE, "/usr/bin/cat /etc/shadow"),
    )
    for number, (phase, command) in enumerate(steps):
        at = stage.at(phase.begins + rng.random())
        pid = 13_050 + number * 11
        told = [(0, syslog.AUTHPRIV_NOTICE, "sudo", syslog.sudo(victim.name, command))]
        opened = syslog.session_opened("sudo", "root", 0, victim.name, victim.uid)
        told.append((900, syslog.AUTHPRIV_INFO, "sudo", opened))
        if phase is NEW_ACCOUNT:
            told.append((41_000, syslog.AUTHPRIV_INFO, "useradd", _useradd()))
        for later, pri, app, text in told:
            line = syslog.line(pri, stamp(at + later), town.bastion_host, app, pid + (app == "useradd"), text)
            stage.add(phase, at + later, town, "auth", line)


def _useradd() -> str:
    home = f"/home/{NEW_USER}"
    return f"new user: name={NEW_USER}, UID=1101, GID=1101, home={home}, shell=/bin/bash, from=/dev/pts/0"


SCENARIO = Scenario(
    "ssh-guessing",
    "password guessing at one bastion, a login, root and a new account",
    takes_site=True,
    play=play,
)
