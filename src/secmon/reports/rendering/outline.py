"""Write the facts of a digest as a document: sections of each kind, and their order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from secmon.reports.content.facts import Facts, Json
from secmon.reports.content.kinds import SectionName, digest_kind
from secmon.reports.rendering.document import Document, Lines, Picture, Section
from secmon.reports.rendering.i18n import Translator
from secmon.reports.rendering.sections import (
    anomalies,
    blocks,
    campaigns,
    coverage,
    figures,
    gaps,
    incidents,
    lessons,
    metrics,
    peers,
    places,
    requests,
    rules,
    shift,
    sources,
    types,
)
from secmon.taxonomy import Severity
from secmon.times import KST

Part = Callable[[Facts, Translator], Section | None]

SECTIONS: Mapping[SectionName, Part] = {
    "anomalies": anomalies,
    "blocks": blocks,
    "campaigns": campaigns,
    "coverage": coverage,
    "figures": figures,
    "gaps": gaps,
    "incidents": incidents,
    "lessons": lessons,
    "metrics": metrics,
    "peers": peers,
    "places": places,
    "requests": requests,
    "rules": rules,
    "shift": shift,
    "sources": sources,
    "types": types,
}
"""The writer of each section; it returns None when there is nothing to write."""


def write(facts: Facts, words: Translator) -> Document:
    """Write the digest in one version."""
    kind = digest_kind(facts.kind)
    title, place, period = words.t(f"kind.{kind.name}"), _place(facts, words), period_text(facts, words)
    sections = [Section(words.t("section.level"), [Lines([level_line(facts.level, words)])])]
    sections += [section for name in kind.sections if (section := SECTIONS[name](facts, words)) is not None]
    advice = [_advice(one, words) for one in facts.recommendations]
    sections.append(Section(words.t("section.advice"), [Lines(advice, numbered=True)]))
    counting = words.t("counting", compared=facts.compared)
    sections.append(Section(words.t("section.counting"), [Lines([counting])]))
    return Document(
        language=words.language,
        title=title,
        subject=f"{title}: {place}, {period}",
        place=place,
        period=period,
        tlp=f"TLP:{facts.tlp.upper()}",
        marks=marks(facts, words),
        page=words.t("mark.page"),
        summary=summary(facts, words),
        sections=_pictured(sections, facts, words),
    )


def marks(facts: Facts, words: Translator) -> list[str]:
    """Return the notes a reader must not miss: simulated, late, masked, and the time of composition."""
    found = [words.t("mark.simulated")] if facts.simulated else []
    if facts.late:
        found.append(words.t("mark.late", at=words.at(facts.composed_at)))
    if words.masked:
        found.append(words.t("mark.masked"))
    return [*found, words.t("mark.composed", at=words.at(facts.composed_at))]


def period_text(facts: Facts, words: Translator) -> str:
    """Format the period for readers; it names the last day, not the midnight after it."""
    begins, ends = (datetime.fromisoformat(at).astimezone(KST) for at in (facts.begins, facts.ends))
    if begins.hour or ends.hour or ends - begins < timedelta(days=1):
        last = "24:00" if ends.hour == 0 else f"{ends:%H:%M}"
        return words.t("period.shift", begins=f"{begins:%Y-%m-%d %H:%M}", ends=last)
    last_day = ends - timedelta(days=1)
    if last_day.date() == begins.date():
        return words.t("period.day", begins=f"{begins:%Y-%m-%d}")
    return words.t("period.days", begins=f"{begins:%Y-%m-%d}", ends=f"{last_day:%Y-%m-%d}")


def summary(facts: Facts, words: Translator) -> list[str]:
    """Write two sentences from the figures: what was observed, and the current state."""
    cover = facts.coverage
    assert cover is not None, "a digest of a period has its coverage"
    now, before = facts.attempts, facts.attempts_before
    percent = round(100 * abs(now - before) / before) if before else 0
    trend = "none" if not before else "same" if now == before else "up" if now > before else "down"
    seen = words.t(
        "summary.seen.one" if cover.sites == 1 else "summary.seen",
        period=period_text(facts, words),
        of=cover.sites,
        reporting=cover.reporting,
        events=cover.events,
        attempts=now,
        change=words.t(f"summary.change.{trend}", percent=words.number(percent)),
    )
    return [seen, _standing(facts, words)]


def _standing(facts: Facts, words: Translator) -> str:
    cover = facts.coverage
    assert cover is not None, "a digest of a period has its coverage"
    if facts.quiet and not cover.healthy:
        return words.t("summary.blind")
    if facts.quiet:
        return words.t(
            "summary.quiet",
            feeds=cover.feeds,
            healthy=words.number(cover.healthy),
            share=words.percent(cover.share),
        )
    opened = facts.turnover["opened"]
    return words.t(
        "summary.busy",
        opened=facts.opened,
        critical=opened.get(str(int(Severity.CRITICAL)), 0),
        high=opened.get(str(int(Severity.HIGH)), 0),
        grave=facts.open_grave,
        incidents=len(facts.incidents),
        overdue=facts.requests["overdue"],
        feeds=cover.feeds,
        healthy=words.number(cover.healthy),
    )


def level_line(declared: Json | None, words: Translator) -> str:
    """Write the declared level, its issuer and its time."""
    if declared is None:
        return words.t("level.none")
    return words.t(
        "level.line",
        level=words.t(f"level.{declared['level']}"),
        issuer=words.safe(declared["issuer"]),
        at=words.at(declared["since"]),
    )


def _place(facts: Facts, words: Translator) -> str:
    return words.place(facts.scope)


def _advice(one: Json, words: Translator) -> str:
    given = {name: value for name, value in one.items() if name != "key"}
    if "rule" in given:
        given["rule"] = words.either(given["rule"])
    if "metric" in given:
        given["metric"] = words.t(f"metric.{given['metric']}")
    return words.t(one["key"], **given)


def _pictured(sections: Sequence[Section], facts: Facts, words: Translator) -> list[Section]:
    """Return the sections with their pictures added."""
    return [Section(one.title, [*one.blocks, *_pictures(one.title, facts, words)]) for one in sections]


def _pictures(title: str, facts: Facts, words: Translator) -> Iterator[Picture]:
    if title == words.t("section.types"):
        yield Picture("trend.png", words.t("caption.trend"))
    if title == words.t("section.places") and not facts.scope:
        yield Picture("map.png", words.t("caption.map"), 0.62)
