"""Mail log of Rspamd, one JSON object per message."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class Message:
    """Content of a message: the JSON members that are the same in every copy."""

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
        """Build a message from its subject, Rspamd's symbols, an attachment's name and content, and links."""
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
    """Return the line of a message; `ends` is address and host name of the sending server, sender and recipient."""
    address, host, sender, recipient = ends
    return (
        f'{{"unix_time":{at[:-3]},"message-id":"{number:016x}@{host}","ip":"{address}","user":"{user}",'
        f'"sender_smtp":"{sender}","sender_mime":"{sender}","rcpt_smtp":["{recipient}"],"rcpt_mime":["{recipient}"],'
        f'{message.members},"size":{size},"time_real":0.{size % 900 + 100}}}\n'
    )
