"""Request text for a municipality, in Korean and English, composed of a rule's description and its next steps."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from secmon.detection.sigma.rule import Signature
from secmon.errors import IllegalMove
from secmon.incidents.evidence import EvidenceLine

_STEPS_KO = ("해당 시스템의 기록을 확인하고 결과를 회신해 주십시오.",)
_STEPS_EN = ("Check the records of the system concerned and answer with what you find.",)
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
    steps_ko = signature.next_steps_ko or signature.next_steps_en or _STEPS_KO
    steps_en = signature.next_steps_en or _STEPS_EN
    text_ko = [
        f"귀 기관에서 다음 사항이 탐지되었습니다: {signature.title_ko}",
        signature.description_ko,
        f"행위자: {who} (이벤트 {events:,}건)",
        "",
        "요청 사항",
        *_numbered(steps_ko),
        "",
        "접수를 확인하고 조치 결과를 회신해 주십시오. 조치할 수 없는 경우 사유를 알려 주십시오.",
    ]
    text_en = [
        f"At your municipality this was detected: {signature.title_en}",
        signature.description_en,
        f"By: {who} ({events:,} events)",
        "",
        "Please",
        *_numbered(steps_en),
        "",
        "Acknowledge this request and answer when it is done. If it cannot be done, tell us why.",
    ]
    return RequestText(
        f"[조치 요청] {signature.title_ko}", f"[Action request] {signature.title_en}", _text(text_ko), _text(text_en)
    )


def free_text(title: str, text: str) -> RequestText:
    """Use free text for both languages; raises IllegalMove when it is empty."""
    if not title.strip() or not text.strip():
        raise IllegalMove("a request needs a title and a text: say what is to be done")
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


def _numbered(steps: Sequence[str]) -> list[str]:
    return [f"{number}. {step}" for number, step in enumerate(steps, start=1)]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines)
