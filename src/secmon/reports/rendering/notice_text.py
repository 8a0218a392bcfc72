"""Write an immediate notice: one sentence with the count, and a table of the worst items."""

from secmon.reports.content.facts import Facts, Json
from secmon.reports.rendering.document import Document, Lines, Section, Table
from secmon.reports.rendering.i18n import Translator
from secmon.reports.rendering.outline import marks

_COLUMNS = {
    "critical": ("site", "rule", "severity", "first"),
    "silent": ("site", "feed", "health", "since"),
    "overdue": ("site", "title", "state", "due"),
}


def write_notice(facts: Facts, words: Translator) -> Document:
    """Write the notice in one version."""
    found = facts.notice
    topic, number, sites = found["topic"], found["number"], found["sites"]
    said = words.t(f"summary.notice.{topic}", number=number, sites=sites)
    rows = [_row(topic, one, words) for one in found["list"]]
    head = [words.t(f"col.{name}") for name in _COLUMNS[topic]]
    title, place = words.t("kind.notice"), words.place(facts.scope)
    next_step = words.t("summary.notice.next", shown=len(rows))
    return Document(
        language=words.language,
        title=title,
        subject=f"{title}: {said}",
        place=place,
        period=words.at(facts.composed_at),
        tlp=f"TLP:{facts.tlp.upper()}",
        marks=marks(facts, words),
        page=words.t("mark.page"),
        summary=[said, next_step],
        sections=[Section(words.t("section.notice"), [Table(head, rows) if rows else Lines([said])])],
    )


def _row(topic: str, one: Json, words: Translator) -> list[str]:
    place = words.place(one["site"])
    if topic == "critical":
        severity = words.t(f"severity.{one['severity']}")
        return [place, words.either(one["title"]), severity, words.at(one["first"], "%m-%d %H:%M")]
    if topic == "silent":
        return [place, one["feed"], words.t(f"health.{one['health']}"), words.at(one["since"], "%m-%d %H:%M")]
    return [place, words.either(one["title"]), words.t(f"state.{one['state']}"), words.at(one["due"], "%m-%d %H:%M")]
