"""Mail as Rspamd tells about it, one JSON object a message."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Message:
    """What one message is: everything that does not change from copy to copy, as JSON members."""

    members: str

    @classmethod
    def of(
        cls,
        subject: str,
        symbols: Sequence[tuple[str, float]],
        *,
        attachment: tuple[str, str] | None = None,
        urls: Sequence[str] = (),
        score: float | None = None,
    ) -> "Message":
        """A message by its subject, what Rspamd found, an attachment's name and content, and links."""
        total = round(sum(value for _, value in symbols), 2) if score is None else score
        files = (
            [{"filename": attachment[0], "sha256": sha256(attachment[1].encode()).hexdigest()}] if attachment else []
        )
        members = {
            "subject": subject,
            "score": total,
            "required_score": 15,
            "action": _action(total),
            "symbols": {name: {"score": value} for name, value in symbols},
            "attachments": files,
            "urls": list(urls),
        }
        return cls(json.dumps(members, ensure_ascii=False, separators=(",", ":"))[1:-1])


def _action(score: float) -> str:
    for limit, action in ((15, "reject"), (6, "add header"), (4, "greylist")):
        if score >= limit:
            return action
    return "no action"


def mail(at: str, number: int, ends: tuple[str, str, str, str], message: Message, size: int, user: str = "") -> str:
    """A message; `ends` is address of the sending server, its host name, sender and recipient."""
    address, host, sender, recipient = ends
    return (
        f'{{"unix_time":{at[:-3]},"message-id":"{number:016x}@{host}","ip":"{address}","user":"{user}",'
        f'"sender_smtp":"{sender}","sender_mime":"{sender}","rcpt_smtp":["{recipient}"],"rcpt_mime":["{recipient}"],'
        f'{message.members},"size":{size},"time_real":0.{size % 900 + 100}}}\n'
    )
