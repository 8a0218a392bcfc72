"""Delivery channels: SMTP, signed webhooks, and chat services through Apprise."""

import hashlib
import hmac
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import aiosmtplib
import apprise
import httpx
import orjson

from secmon.errors import SecmonError
from secmon.reports.delivery.message import Dispatch, mail
from secmon.reports.rendering.render import TEXT
from secmon.settings import MailServer

_PERMANENT = 500
_CHAT = 1_800
"""Most characters of a chat message; the full text is in the archive."""


class NotDelivered(SecmonError):  # noqa: N818  # named for what it means to whoever reads the outbox
    """A message was not delivered; `final` if the receiver refuses it permanently."""

    def __init__(self, what: str, *, final: bool = False) -> None:
        """Keep whether the refusal is permanent."""
        self.final = final
        super().__init__(what)


@dataclass(frozen=True, slots=True)
class Channels:
    """Configured delivery channels; `secret` signs webhooks."""

    mail: MailServer | None = None
    secret: str = ""
    timeout: float = 30.0

    async def send(self, channel: str, address: str, dispatch: Dispatch, now: datetime) -> str:
        """Send a message and return the receiver's answer; raise NotDelivered with the reason."""
        if channel == "mail":
            return await self._mail(address, dispatch, now)
        if channel == "webhook":
            return await self._webhook(address, dispatch, now)
        if channel == "chat":
            return await self._chat(address, dispatch)
        raise NotDelivered(f"there is no channel {channel}: use mail, webhook or chat", final=True)

    async def _mail(self, address: str, dispatch: Dispatch, now: datetime) -> str:
        if self.mail is None:
            raise NotDelivered("no mail server is configured: docs/digests.md shows how")
        return await smtp(self.mail, mail(dispatch, self.mail.sender, address, now), address)

    async def _webhook(self, address: str, dispatch: Dispatch, now: datetime) -> str:
        body = orjson.dumps(dict(dispatch.record), default=str)
        headers = {
            "content-type": "application/json",
            "user-agent": "secmon",
            "idempotency-key": dispatch.key,
            **signed(self.secret, body, now),
        }
        try:
            async with httpx.AsyncClient(timeout=self.timeout, trust_env=False, follow_redirects=False) as client:
                answer = await client.post(address, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotDelivered(f"webhook: {type(error).__name__}: {error}") from error
        if answer.status_code in {400, 401, 403, 404, 405, 410, 413, 415, 422}:
            raise NotDelivered(f"webhook answered {answer.status_code}", final=answer.status_code == 410)  # gone
        if not answer.is_success:
            raise NotDelivered(f"webhook answered {answer.status_code}")
        return f"webhook answered {answer.status_code}"

    async def _chat(self, address: str, dispatch: Dispatch) -> str:
        service = apprise.Apprise()
        if not service.add(address):
            raise NotDelivered("chat: the address is none that Apprise knows", final=True)
        text = dispatch.documents[TEXT].decode()[:_CHAT]
        if not await service.async_notify(title=dispatch.subject, body=text, body_format=apprise.NotifyFormat.TEXT):
            raise NotDelivered("chat: the service did not take it")
        return "chat: taken"


def signed(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return headers that prove sender and time of a body: HMAC-SHA256 over the time, a dot and the body."""
    stamp = str(int(now.timestamp()))
    if not secret:
        return {"x-secmon-timestamp": stamp}
    mark = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"x-secmon-timestamp": stamp, "x-secmon-signature": f"sha256={mark}"}


async def smtp(server: MailServer, message: EmailMessage, recipient: str) -> str:
    """Send a mail through the server and return its answer; raise NotDelivered."""
    context = ssl.create_default_context()
    if server.ca_file is not None:
        context.load_verify_locations(server.ca_file)
    try:
        _, answer = await aiosmtplib.send(
            message,
            sender=server.sender,
            recipients=[recipient],
            hostname=server.host,
            port=server.port,
            username=server.username or None,
            password=server.password() or None,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=context,
            timeout=server.timeout,
        )
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [one.code for one in error.recipients]
        texts = "; ".join(f"{one.code} {one.message}" for one in error.recipients)
        raise NotDelivered(f"refused: {texts}", final=all(code >= _PERMANENT for code in codes)) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise NotDelivered(f"mail server: login refused: {error.code} {error.message}") from error
    except aiosmtplib.SMTPResponseException as error:
        raise NotDelivered(
            f"mail server: {error.code} {error.message}", final=error.code in {550, 552, 553, 554}
        ) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(f"mail server {server.host}:{server.port}: {type(error).__name__}: {error}") from error
    return f"mail server: {answer}"
