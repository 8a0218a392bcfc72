"""Sections of a digest, each written from its facts; None if a digest has no such section."""

from collections.abc import Sequence

from secmon.detection.anomaly.explanation import explanation
from secmon.operations.metric_samples import SHARES, Metric
from secmon.reports.content.facts import Facts, Json, TypeRow
from secmon.reports.rendering.document import Block, Figures, Lines, Section, Table
from secmon.reports.rendering.i18n import Translator

_LESSONS = 3
"""Number of incidents in the review of a month."""


def coverage(facts: Facts, words: Translator) -> Section | None:
    """Write the coverage; no count is shown without it."""
    cover = facts.coverage
    if cover is None:
        return None
    rows = [
        (words.t("fig.events"), words.number(cover.events)),
        (words.t("fig.quarantined"), words.number(cover.quarantined)),
        (words.t("fig.reporting"), f"{cover.reporting} / {cover.sites}"),
        (words.t("fig.healthy"), f"{cover.healthy:,} / {cover.feeds:,} ({words.percent(cover.share)})"),
    ]
    return Section(words.t("section.coverage"), [Figures(rows)])


def types(facts: Facts, words: Translator) -> Section | None:
    """Write the table of the seven types with change and expected band."""
    rows = [_type(row, words) for row in facts.types]
    now, before = facts.attempts, facts.attempts_before
    rows.append([words.t("type.all"), words.number(now), words.number(before), words.change(now, before), ""])
    head = [words.t(f"col.{name}") for name in ("type", "attempts", "before", "change", "band")]
    return Section(words.t("section.types"), [Table(head, rows, frozenset({1, 2, 3, 4}))])


def _type(row: TypeRow, words: Translator) -> list[str]:
    band = words.t("band.learning") if row.high is None else f"{words.number(row.low)}–{words.number(row.high)}"
    return [
        words.t(f"type.{row.type}"),
        words.number(row.attempts),
        words.number(row.before),
        words.change(row.attempts, row.before),
        f"▲ {band}" if row.above else band,
    ]


def figures(facts: Facts, words: Translator) -> Section | None:
    """Write the key figures of alerts and incidents: opened, handled, closed."""
    turned = facts.turnover
    rows = [
        ("attempts", facts.attempts),
        ("opened", facts.opened),
        ("taken_up", turned["taken_up"]),
        ("closed", turned["closed"]),
        ("false", turned["false_positives"]),
        ("open", facts.open_alerts),
        ("inc_opened", turned["incidents_opened"]),
        ("inc_closed", turned["incidents_closed"]),
        ("suppressed", facts.suppressed),
        ("held_back", turned["held_back"]),
    ]
    return Section(
        words.t("section.figures"), [Figures([(words.t(f"fig.{name}"), words.number(n)) for name, n in rows])]
    )


def incidents(facts: Facts, words: Translator) -> Section | None:
    """Write the incidents under way in the period, with owner and deadline."""
    rows = [
        [
            f"#{one['id']}",
            words.safe(one["title"]),
            words.t(f"severity.{one['severity']}"),
            words.t(f"state.{one['state']}"),
            words.person(one["owner"]),
            str(len(one["sites"])),
            ("▲ " if one["overdue"] else "") + words.at(one["due"], "%m-%d %H:%M"),
        ]
        for one in facts.incidents
    ]
    head = ["#", *(words.t(f"col.{name}") for name in ("title", "severity", "state", "owner", "sites", "due"))]
    return Section(words.t("section.incidents"), _table(head, rows, {5}, words.t("none.incidents")))


def lessons(facts: Facts, words: Translator) -> Section | None:
    """Write the most severe incidents with their ATT&CK techniques and the lessons from their closing summaries."""
    gravest = sorted(facts.incidents, key=lambda one: (-one["severity"], -len(one["sites"]), one["id"]))[:_LESSONS]
    rows = [
        [
            f"#{one['id']}",
            words.safe(one["title"]),
            words.t(f"severity.{one['severity']}"),
            words.t(f"state.{one['state']}"),
            ", ".join(one["attack"].split()),
            words.safe(one["summary"]),
        ]
        for one in gravest
    ]
    head = ["#", *(words.t(f"col.{name}") for name in ("title", "severity", "state", "attack", "lesson"))]
    return Section(words.t("section.lessons"), _table(head, rows, set(), words.t("none.incidents")))


def campaigns(facts: Facts, words: Translator) -> Section | None:
    """Write the campaigns: the same indicator at several municipalities."""
    rows = [
        [
            words.safe(one["indicator"]),
            words.either(one["title"]),
            words.t(f"severity.{one['severity']}"),
            words.number(one["sites"]),
            words.number(one["alerts"]),
            words.at(one["last"], "%m-%d %H:%M"),
        ]
        for one in facts.campaigns
    ]
    head = [words.t(f"col.{name}") for name in ("indicator", "rule", "severity", "sites", "alerts", "last")]
    return Section(words.t("section.campaigns"), _table(head, rows, {3, 4}, words.t("none.campaigns")))


def requests(facts: Facts, words: Translator) -> Section | None:
    """Write the requests to municipalities, and those that are overdue."""
    asked, turned = facts.requests, facts.turnover
    rows = [
        ("req_made", turned["requests_made"]),
        ("req_answered", turned["requests_answered"]),
        ("req_done", turned["requests_done"]),
        ("awaiting", asked["awaiting"]),
        ("overdue", asked["overdue"]),
        ("refused", asked["refused"]),
    ]
    late = [
        [
            f"#{one['id']}",
            words.place(one["site"]),
            words.either(one["title"]),
            words.t(f"state.{one['state']}"),
            words.at(one["due"], "%m-%d %H:%M"),
            words.number(one["reminders"]),
        ]
        for one in asked["late"]
    ]
    head = ["#", *(words.t(f"col.{name}") for name in ("site", "title", "state", "due", "reminders"))]
    numbers = Figures([(words.t(f"fig.{name}"), words.number(number)) for name, number in rows])
    return Section(words.t("section.requests"), [numbers, *_table(head, late, {5}, words.t("none.requests"))])


def blocks(facts: Facts, words: Translator) -> Section | None:
    """Write the block list and how far it is applied."""
    found, turned = facts.blocks, facts.turnover
    share = found["applied"] / found["of"] if found["of"] else None
    applied = f"{words.number(found['applied'])} / {words.number(found['of'])} ({words.percent(share)})"
    rows = [(words.t("fig.blocks"), words.number(found["in_force"])), (words.t("fig.applied"), applied)]
    if not facts.scope:  # these two count the whole list, which does not belong to a single place
        rows += [(words.t(f"fig.{name}"), words.number(turned[f"blocks_{name}"])) for name in ("pushed", "ended")]
    listed = [[words.safe(one["value"]), f"{one['applied']} / {one['of']}"] for one in found["list"]]
    head = [words.t("col.value"), words.t("col.applied")]
    return Section(words.t("section.blocks"), [Figures(rows), *_table(head, listed, {1}, words.t("none.blocks"))])


def metrics(facts: Facts, words: Translator) -> Section | None:
    """Write the centre's own metrics against their targets."""
    head = [words.t(f"col.{name}") for name in ("metric", "median", "before", "p90", "counted", "target", "met")]
    rows = [_metric(one, words) for one in facts.metrics]
    return Section(words.t("section.metrics"), [Table(head, rows, frozenset({1, 2, 3, 4, 5}))])


def _metric(one: Json, words: Translator) -> list[str]:
    share = Metric(one["metric"]) in SHARES
    show = words.percent if share else words.seconds
    middle = words.percent(one["share"]) if share else words.seconds(one["median"])
    met = "none" if one["met"] is None else "yes" if one["met"] else "no"
    return [
        words.t(f"metric.{one['metric']}"),
        middle,
        show(one["before"]),
        "" if share else words.seconds(one["p90"]),
        f"{words.number(one['count'])} / {words.number(one['of'])}",
        show(one["target"]),
        words.t(f"met.{met}"),
    ]


def gaps(facts: Facts, words: Translator) -> Section | None:
    """Write the unhealthy feeds, whose silence must not be taken for safety."""
    rows = [
        [words.place(one["site"]), one["feed"], words.t(f"health.{one['health']}"), words.at(one["since"])]
        for one in facts.gaps
    ]
    head = [words.t(f"col.{name}") for name in ("site", "feed", "health", "since")]
    cover = facts.coverage
    nothing = words.t("none.gaps" if cover and cover.feeds else "none.feeds")
    found = _table(head, rows, set(), nothing)
    if facts.gaps_total > len(rows):
        found.append(Lines([words.t("more", number=words.number(facts.gaps_total - len(rows)))]))
    return Section(words.t("section.gaps"), found)


def anomalies(facts: Facts, words: Translator) -> Section | None:
    """Write the anomalies, each with what was expected and what was observed."""
    rows = [
        [
            words.place(one["site"]),
            words.either(one["title"]),
            words.t(f"severity.{one['severity']}"),
            words.at(one["last"], "%m-%d %H:%M"),
            _reason(one["details"], words),
        ]
        for one in facts.anomalies
    ]
    head = [words.t(f"col.{name}") for name in ("site", "rule", "severity", "last", "reason")]
    return Section(words.t("section.anomalies"), _table(head, rows, set(), words.t("none.anomalies")))


def _reason(details: Json, words: Translator) -> str:
    """Return the sentence of a finding's reason; the name of an administrator is a person's name."""
    shown = {**details, "value": words.person(details["value"])} if details.get("what") == "admin" else details
    reason = explanation(shown)
    return words.safe(reason.text(words.language)) if reason else "–"


def rules(facts: Facts, words: Translator) -> Section | None:
    """Write the rules that opened the most alerts, with the number of their false alarms."""
    rows = [
        [
            words.either(one["title"]),
            words.number(one["alerts"]),
            words.number(one["sites"]),
            words.number(one["rejected"]),
        ]
        for one in facts.rules
    ]
    head = [words.t(f"col.{name}") for name in ("rule", "alerts", "sites", "rejected")]
    return Section(words.t("section.rules"), _table(head, rows, {1, 2, 3}, words.t("none.rules")))


def sources(facts: Facts, words: Translator) -> Section | None:
    """Write the sources of the most attempts."""
    rows = [
        [
            words.safe(one["source"]),
            words.safe(one["country"]) or "–",
            words.number(one["attempts"]),
            words.number(one["sites"]),
        ]
        for one in facts.sources
    ]
    head = [words.t(f"col.{name}") for name in ("source", "country", "attempts", "sites")]
    return Section(words.t("section.sources"), _table(head, rows, {2, 3}, words.t("none.sources")))


def places(facts: Facts, words: Translator) -> Section | None:
    """Write the provinces, or the municipalities of one province."""
    if not facts.places:
        return None
    rows = [
        [
            words.place(one["code"]),
            words.number(one["sites"]),
            words.number(one["events"]),
            words.number(one["attempts"]),
            words.number(one["rate"], 1),
        ]
        for one in facts.places
    ]
    head = [words.t(f"col.{name}") for name in ("place", "sites", "events", "attempts", "rate")]
    return Section(words.t("section.places"), [Table(head, rows, frozenset({1, 2, 3, 4}))])


def peers(facts: Facts, words: Translator) -> Section | None:
    """Write the comparison of a municipality with the median of its kind."""
    found = facts.peers
    if not found:
        return None
    kind = words.t("peers.kind", kind=words.t(f"site.kind.{found['kind']}"), number=found["peers"])
    rows = [
        [words.t("peers.attempts"), words.number(found["attempts"]), words.number(found["attempts_median"])],
        [words.t("peers.rate"), words.number(found["rate"], 1), words.number(found["rate_median"], 1)],
    ]
    head = [words.t(f"col.{name}") for name in ("what", "own", "peer")]
    return Section(words.t("section.peers"), [Lines([kind]), Table(head, rows, frozenset({1, 2}))])


def shift(facts: Facts, words: Translator) -> Section | None:
    """Write what the next shift takes over."""
    found = facts.shift
    alerts = ", ".join(
        f"{words.t(f'severity.{severity}')} {words.number(found['alerts'][severity])}"
        for severity in sorted(found["alerts"], reverse=True)
    )
    due = min((one["due"] for one in found["incidents"] if one["due"]), default=None)
    rows = [
        (words.t("shift.alerts"), alerts or words.number(0)),
        (words.t("shift.blocks"), words.number(len(found["blocks"]["waiting"]))),
        (words.t("shift.next"), words.at(due)),
        (words.t("shift.changes"), words.number(sum(found["changes"].values()))),
    ]
    return Section(words.t("section.shift"), [Figures(rows), Lines([words.t("shift.sign")])])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], right: set[int], nothing: str) -> list[Block]:
    """Return a table, or a sentence when it would be empty."""
    return [Table(head, rows, frozenset(right))] if rows else [Lines([nothing])]
