"""Real SMTP servers in this process, with what they took."""

import asyncio
import ssl
from asyncio.base_events import Server
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from secmon.settings import MailServer

SENDER = "centre@soc.example"


@dataclass
class Post:
    """What a server took; `refused` answers by recipient, `down` answers to every mail while it is not empty."""

    port: int = 0
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: Mapping[str, str] = field(default_factory=dict)
    down: str = ""
    encrypted: list[bool] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  # the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient or refuse it."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # the same
        """Take a mail or refuse it."""
        await asyncio.sleep(0)
        if self.down:
            return self.down
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails += [(address, message) for address in envelope.rcpt_tos]
        assert server.transport is not None
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 taken"


class _AnyPort(Controller):
    """Listens at whatever port is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd says no types here


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, starttls: bool = False, password: str = "") -> Iterator[Post]:
    """A server on a free port: plain, with STARTTLS required, or TLS from the first byte; with login if asked."""
    post = Post()

    def known(_server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: object) -> AuthResult:
        right = isinstance(given, LoginPassword) and given.password == password.encode()
        return AuthResult(success=right, handled=False)

    login = {"authenticator": known, "auth_required": starttls, "auth_require_tls": starttls} if password else {}
    more = {"tls_context": tls, "require_starttls": True} if starttls else {}
    wrap = {"ssl_context": tls} if tls is not None and not starttls else {}
    controller = _AnyPort(post, hostname="127.0.0.1", port=0, **more, **wrap, **login)  # type: ignore[arg-type]
    controller.start()
    post.port = controller.port
    try:
        yield post
    finally:
        controller.stop()


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS for 127.0.0.1, and the CA that vouches for it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    path = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, path


def settings_of(post: Post, **more: object) -> MailServer:
    """The settings of a server."""
    given: dict[str, object] = {"host": "127.0.0.1", "port": post.port, "security": "none", "sender": SENDER}
    return MailServer(**{**given, **more})  # type: ignore[arg-type]  # pydantic checks them
