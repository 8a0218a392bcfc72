"""Build the message of a digest, notice or letter: a mail with pictures and attachments."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from secmon.reports.rendering.render import CSV, HTML, PDF, TEXT, cid

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Message to one recipient. `key` is the same at every attempt, so that receivers can recognise a repetition.

    `documents` are by name; `record` is the JSON body of a webhook.
    """

    key: str
    subject: str
    documents: Mapping[str, bytes]
    record: Mapping[str, object]
    stem: str = "secmon"


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of a key; it is the same for each attempt, so that duplicates are recognised."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{sender.partition('@')[2]}>"


def mail(dispatch: Dispatch, sender: str, recipient: str, at: datetime) -> EmailMessage:
    """Build a mail with HTML, inline pictures and plain text; PDF and tables are attached."""
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = sender, recipient
    message["Subject"] = " ".join(dispatch.subject.split())[:_LONGEST]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(dispatch.key, sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(dispatch.documents[TEXT].decode())
    if HTML in dispatch.documents:
        message.add_alternative(dispatch.documents[HTML].decode(), subtype="html")
        page = message.get_payload()[1]  # type: ignore[index]  # the alternative just added
        for name, content in sorted(dispatch.documents.items()):
            if name.endswith(".png"):
                page.add_related(content, "image", "png", cid=f"<{cid(name)}>", filename=name, disposition="inline")  # type: ignore[union-attr]
    if PDF in dispatch.documents:
        message.add_attachment(
            dispatch.documents[PDF], maintype="application", subtype="pdf", filename=f"{dispatch.stem}.pdf"
        )
    if CSV in dispatch.documents:
        message.add_attachment(
            dispatch.documents[CSV],
            maintype="text",
            subtype="csv",
            filename=f"{dispatch.stem}.csv",
            params={"charset": "utf-8"},
        )
    return message
