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

from secmon.errors import SecmonError, Value
from secmon.reports.delivery.message import Dispatch, mail
from secmon.reports.rendering.render import TEXT
from secmon.settings import MailServer

_PERMANENT = 500
_CHAT = 1_800
"""Most characters of a chat message; the full text is in the archive."""


class NotDelivered(SecmonError):  # noqa: N818  # named for what it means to whoever reads the outbox
    """A message was not delivered; `final` if the receiver refuses it permanently."""

    def __init__(self, code: str, /, *, final: bool = False, **values: Value) -> None:
        """Store whether the refusal is permanent."""
        self.final = final
        super().__init__(code, **values)


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
        raise NotDelivered("letter.channel_unknown", final=True, channel=channel)

    async def _mail(self, address: str, dispatch: Dispatch, now: datetime) -> str:
        if self.mail is None:
            raise NotDelivered("letter.no_mail_server")
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
            raise NotDelivered("letter.webhook_failed", reason=f"{type(error).__name__}: {error}") from error
        if answer.status_code in {400, 401, 403, 404, 405, 410, 413, 415, 422}:
            raise NotDelivered(
                "letter.webhook_status", final=answer.status_code == 410, status=answer.status_code
            )  # gone
        if not answer.is_success:
            raise NotDelivered("letter.webhook_status", status=answer.status_code)
        return f"webhook answered {answer.status_code}"

    async def _chat(self, address: str, dispatch: Dispatch) -> str:
        service = apprise.Apprise()
        if not service.add(address):
            raise NotDelivered("letter.chat_address", final=True)
        text = dispatch.documents[TEXT].decode()[:_CHAT]
        if not await service.async_notify(title=dispatch.subject, body=text, body_format=apprise.NotifyFormat.TEXT):
            raise NotDelivered("letter.chat_refused")
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
        raise NotDelivered(
            "letter.mail_refused", final=all(code >= _PERMANENT for code in codes), answers=texts
        ) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise NotDelivered("letter.mail_login", status=error.code, answer=error.message) from error
    except aiosmtplib.SMTPResponseException as error:
        raise NotDelivered(
            "letter.mail_answer", final=error.code in {550, 552, 553, 554}, status=error.code, answer=error.message
        ) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise NotDelivered(
            "letter.mail_failed", server=f"{server.host}:{server.port}", reason=f"{type(error).__name__}: {error}"
        ) from error
    return f"mail server: {answer}"
