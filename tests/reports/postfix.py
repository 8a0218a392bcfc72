"""Debian's Postfix on a free port of 127.0.0.1, delivering into Maildirs of its own folder; root starts it."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

from secmon.settings import MailServer

DOMAIN = "soc.example"
_PROGRAM = "/usr/sbin/postfix"
_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
maillog_file = {folder}/log/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {folder}/boxes
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_tls_security_level = none
smtpd_recipient_restrictions = permit_mynetworks, reject
message_size_limit = 20000000
"""
_MASTER = """
127.0.0.1:{port} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 discard
error unix - - n - - error
virtual unix - n n - - virtual
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def missing() -> str:
    """Why it cannot run here; '' when it can."""
    if not Path(_PROGRAM).exists():
        return "Debian's postfix is not installed"
    return "" if os.geteuid() == 0 else "postfix is started by root"


@dataclass(frozen=True)
class Postfix:
    """A running one."""

    folder: Path
    port: int

    @property
    def settings(self) -> MailServer:
        """How to send through it."""
        given = {"host": "127.0.0.1", "port": self.port, "security": "none", "sender": f"centre@{DOMAIN}"}
        return MailServer.model_validate(given)

    def wait(self, box: str, number: int, seconds: float = 60.0) -> Sequence[EmailMessage]:
        """What is in a box when there are `number` mails in it, or when the time is over."""
        end = time.monotonic() + seconds
        while len(found := self.mails(box)) < number and time.monotonic() < end:
            time.sleep(0.1)
        return found

    def mails(self, box: str) -> Sequence[EmailMessage]:
        """What was delivered."""
        read = []
        for path in sorted((self.folder / "boxes" / box / "new").glob("*")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            assert isinstance(message, EmailMessage)
            read.append(message)
        return read


@contextmanager
def postfix(*boxes: str) -> Iterator[Postfix]:
    """Run it with these boxes; everybody else is refused as unknown."""
    with TemporaryDirectory(prefix="secmon-postfix-") as made:
        folder, port = Path(made), _free_port()
        folder.chmod(0o755)  # its parts run as other users
        for name, owner in (
            ("conf", "root"),
            ("queue", "root"),
            ("data", "postfix"),
            ("log", "root"),
            ("boxes", "nobody"),
        ):
            (folder / name).mkdir()
            shutil.chown(folder / name, owner)
        known = ", ".join(f"{{ {box}@{DOMAIN} = {box}/ }}" for box in boxes)
        (folder / "conf" / "main.cf").write_text(_MAIN.format(folder=folder, domain=DOMAIN, boxes=known).lstrip())
        (folder / "conf" / "master.cf").write_text(_MASTER.format(port=port).lstrip())
        command = [_PROGRAM, "-c", str(folder / "conf")]
        subprocess.run([*command, "start"], check=True, capture_output=True, timeout=60)
        try:
            _listening(port)
            yield Postfix(folder, port)
        finally:
            subprocess.run([*command, "stop"], check=True, capture_output=True, timeout=60)


def _listening(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("postfix does not listen")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
