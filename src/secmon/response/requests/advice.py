"""Request text for a municipality, in Korean and English, composed of a rule's description and its next steps."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from secmon.detection.sigma.rule import Signature
from secmon.errors import IllegalMove
from secmon.i18n.catalogue import package_texts
from secmon.incidents.evidence import EvidenceLine

_LINES = 20
_LETTERS = 2_000


@dataclass(frozen=True, slots=True)
class RequestText:
    """Title and text in both languages; plain text, to be escaped wherever it is shown."""

    title_ko: str
    title_en: str
    text_ko: str
    text_en: str


def compose_text(signature: Signature, actor: str, events: int) -> RequestText:
    """Compose the rule's finding, actor and number of events, and its next steps; times are shown outside the text."""
    who = printable(actor) or "-"
    title_ko, text_ko = _written("ko", signature.title_ko, signature.description_ko, who, events, _steps_ko(signature))
    title_en, text_en = _written(
        "en", signature.title_en, signature.description_en, who, events, signature.next_steps_en
    )
    return RequestText(title_ko, title_en, text_ko, text_en)


def free_text(title: str, text: str) -> RequestText:
    """Use free text for both languages; raises IllegalMove when it is empty."""
    if not title.strip() or not text.strip():
        raise IllegalMove("request.text_missing")
    return RequestText(title.strip(), title.strip(), text.strip(), text.strip())


def evidence_lines(lines: Iterable[EvidenceLine], site: str) -> str:
    """Return the site's first 20 lines as JSON, oldest first.

    Each line is cut after 2,000 letters; hashes are of the whole lines.
    """
    own = sorted((line for line in lines if line.site == site), key=lambda line: (line.time, line.seq))
    return json.dumps(
        [
            {
                "time": line.time.isoformat(),
                "feed": line.feed,
                "batch_id": line.batch_id,
                "seq": line.seq,
                "sha256": line.sha256,
                "line": line.line[:_LETTERS],
            }
            for line in own[:_LINES]
        ],
        ensure_ascii=False,
    )


def printable(text: str) -> str:
    """Return text from a log on one line, without control characters, at most 200 letters."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()[:200]


def _steps_ko(signature: Signature) -> Sequence[str]:
    return signature.next_steps_ko or signature.next_steps_en


def _written(
    language: str, title: str, description: str, actor: str, events: int, steps: Sequence[str]
) -> tuple[str, str]:
    """Return title and text in a language."""
    texts = package_texts("secmon.response.requests", language)
    lines = [
        texts.format("found", {"title": title}),
        description,
        texts.format("actor", {"actor": actor, "events": events}),
        "",
        texts.get("steps", ""),
        *_numbered(steps or [texts.get("steps.default", "")]),
        "",
        texts.get("closing", ""),
    ]
    return texts.format("title", {"title": title}), "\n".join(lines)


def _numbered(steps: Sequence[str]) -> list[str]:
    return [f"{number}. {step}" for number, step in enumerate(steps, start=1)]
