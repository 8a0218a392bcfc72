"""Letters other than digests: requests, reminders, escalations and declared levels, sent to each recipient."""

import orjson

from secmon.notifications.outbox import Letter
from secmon.reports.delivery.message import Dispatch
from secmon.reports.delivery.recipients import Recipient
from secmon.reports.rendering.document import Document, Figures, Lines, Section, Table
from secmon.reports.rendering.html_mail import html, text
from secmon.reports.rendering.i18n import Translator
from secmon.reports.rendering.render import HTML, TEXT

_EVIDENCE = 20


def kind_of(letter: Letter) -> str:
    """Return the subscription that a letter belongs to."""
    return {"request": "request", "reminder": "reminder", "escalation": "escalation", "level": "level"}.get(
        letter.kind, "request"
    )


def addressed(letter: Letter, everybody: list[Recipient]) -> list[Recipient]:
    """Return the recipients of a letter: 'site:11110' addresses those of the site, 'role:supervisor' the centre's."""
    place, _, code = letter.recipient.partition(":")
    scope = code if place == "site" else ""
    return [
        one
        for one in everybody
        if one.scope == scope and one.channel == letter.channel and kind_of(letter) in one.kinds
    ]


def dispatch(letter: Letter, to: Recipient, tlp: str, *, simulated: bool = False) -> Dispatch:
    """Render a letter in its recipient's language, as mail and as JSON."""
    words, content = Translator(to.language, to.masked), dict(letter.content)
    document = _document(letter, words, content, tlp, simulated=simulated)
    return Dispatch(
        key=letter.key,
        subject=document.subject,
        documents={HTML: html(document, {}).encode(), TEXT: text(document).encode()},
        record={
            "type": kind_of(letter),
            "key": letter.key,
            "site": letter.site,
            **orjson.loads(orjson.dumps(content, default=str)),
        },
    )


def _document(letter: Letter, words: Translator, content: dict[str, object], tlp: str, *, simulated: bool) -> Document:
    kind = kind_of(letter)
    title = words.t(f"letter.{kind}", number=content.get("request", ""))
    about = words.safe(str(content.get(f"title_{words.language}") or content.get("title") or ""))
    if kind == "level":
        about = words.t(f"level.{content['level']}")
    body = str(content.get(f"text_{words.language}") or content.get("reason") or "")
    told = [words.safe(line) for line in body.splitlines() if line.strip()]
    sections = [Section(about or title, [Lines(told or [about])])]
    if "act_due" in content:
        dues = [
            (words.t(f"letter.{name}"), words.at(str(content[key])))
            for name, key in (("respond", "acknowledge_due"), ("act", "act_due"))
        ]
        sections.append(Section(words.t("col.due"), [Figures(dues), Lines([words.t("letter.how")])]))
    evidence = content.get("evidence")
    if isinstance(evidence, list) and evidence and isinstance(evidence[0], dict):
        head = list(map(str, evidence[0]))[:6]
        rows = [[words.safe(str(one.get(name, ""))) for name in head] for one in evidence[:_EVIDENCE]]
        sections.append(Section(words.t("letter.evidence"), [Table(head, rows)]))
    place = words.place(letter.site)
    marks = [words.t("mark.simulated")] if simulated else []
    return Document(
        language=words.language,
        title=title,
        subject=f"{title}: {about}" if about else title,
        place=place,
        period="",
        tlp=f"TLP:{tlp.upper()}",
        marks=marks,
        page=words.t("mark.page"),
        summary=[about] if about else [],
        sections=sections,
    )
