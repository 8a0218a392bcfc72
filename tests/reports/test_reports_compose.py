"""Composing: the figures of the screens, once a period, caught up, in every form and both languages."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from digest_centre import HOSTILE, KIM, NOW, YESTERDAY, alerts_at, desk_in, enter, fill, sources_over
from sqlalchemy import select

from secmon.alerts.suppression import suppressed_since
from secmon.alerts.workflow import Closure
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine.findings import Finding, write_findings
from secmon.errors import NotFoundError
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import IncidentState
from secmon.incidents.workflow import IncidentDraft
from secmon.live.snapshot import Rates
from secmon.live.snapshot import compose as snapshot
from secmon.notifications import outbox
from secmon.operations import attack_attempts, metrics
from secmon.operations.metric_samples import SHARES
from secmon.reports import archive
from secmon.reports.compose import compose
from secmon.reports.content.calendars import Months
from secmon.reports.content.facts import Facts
from secmon.reports.content.facts import facts_of as restored
from secmon.reports.content.gather_facts import gather
from secmon.reports.content.kinds import DIGEST_KINDS, Audience, DigestKind, digest_kind
from secmon.reports.content.models import DigestRow
from secmon.reports.content.schedule import Due, period_ending
from secmon.reports.content.schedule import previous_period as before_of
from secmon.reports.content.sources import Sources
from secmon.reports.delivery.channels import Channels
from secmon.reports.delivery.recipients import follow_settings, recipients
from secmon.reports.jobs import Digests
from secmon.reports.notices import PAUSE, notify
from secmon.reports.rendering.document import Table
from secmon.reports.rendering.i18n import Translator, catalogue
from secmon.reports.rendering.outline import write
from secmon.reports.rendering.render import render_documents
from secmon.response.blocklist import blocklist
from secmon.response.requests import request
from secmon.settings import DigestRecipient
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store
from secmon.store.scratch import scratch_store
from secmon.taxonomy import AttackType, Severity
from secmon.times import KST
from secmon.web.components.period_picker import PickedPeriod
from secmon.web.pages.trends.view import read_tops, read_trends

pytestmark = pytest.mark.store
SITES = ("11110", "11140", "26110", "41111")
DAY = Due("daily", "", period_ending(digest_kind("daily"), NOW))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, engine: Store) -> Iterator[tuple[Store, Path]]:
    """A store with two days at four sites, and the desk that goes with it, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    with scratch_store(beside=engine) as store:
        db = desk_in(folder)
        fill(store, db, folder / "spool", SITES)
        db.close()
        yield store, folder / "desk.sqlite3"


@pytest.fixture
def sources(filled: tuple[Store, Path], tmp_path: Path) -> Iterator[Sources]:
    """Sources with a desk of their own."""
    store, desk_file = filled
    (tmp_path / "desk.sqlite3").write_bytes(desk_file.read_bytes())
    db = Database(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    yield sources_over(store, db)
    db.close()


def text_of(pdf: bytes) -> tuple[list[str], int]:
    """The texts of the pages, and how many there are."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.get_textpage().get_text_range() for page in document]
    document.close()
    return pages, len(pages)


@pytest.mark.parametrize("place", ["", "11", "11110"])
def test_every_figure_is_the_one_of_the_screens(sources: Sources, place: str) -> None:
    """Types, events, sources, metrics, requests, blocks and suppressions equal what the pages read for that period."""
    alerts_at(sources.db, SITES)
    kind = {0: "daily", 2: "province-day", 5: "site-day"}[len(place)]
    period, scope = DAY.period, sources.scope(place)
    facts = gather(sources, Due(kind, place, period), NOW)
    asked = PickedPeriod(period.begins, period.ends, "")
    view = read_trends(sources.store, scope, sources.sites, sources.provinces, asked)
    tops = read_tops(sources.store, scope, asked)
    assert facts.attempts > 0
    assert {row.type: row.attempts for row in facts.types} == {name: int(view.slots[name].sum()) for name in AttackType}
    assert {row.type: row.before for row in facts.types} == {name: int(view.before[name].sum()) for name in AttackType}
    assert facts.coverage is not None
    assert facts.coverage.events == view.events
    assert [one["attempts"] for one in facts.sources] == [int(row["attempts"]) for row in tops.sources[:8]]
    if not place:
        rows = {one.province: (one.events, one.attempts) for one in view.provinces}
        assert {one["code"]: (one["events"], one["attempts"]) for one in facts.places} == rows
    figures = metrics.figures(sources.db, scope, period, NOW)
    assert [(one["median"], one["count"], one["of"]) for one in facts.metrics] == [
        (one.median, one.count, one.of) for one in figures
    ]
    standing = request.request_counts(sources.db, scope, NOW)
    assert (facts.requests["awaiting"], facts.requests["overdue"]) == (standing.awaiting, standing.overdue)
    assert facts.blocks["in_force"] == len(blocklist.coverage(sources.db, scope))
    assert facts.suppressed == suppressed_since(sources.db, scope, period.begins)
    assert sum(values for _, several in facts.trend for values in several) == facts.attempts


def test_a_month_looks_back_on_its_gravest_incidents(sources: Sources) -> None:
    """Three of them with technique and lesson, the gravest first; each metric with its figure of the month before."""
    db = sources.db
    for number, severity in enumerate((2, 5, 3, 4)):
        draft = IncidentDraft(f"case {severity}", severity, "malware", ("T1486",), sites=(SITES[number],))
        case = incident_workflow.open_incident(Change(db, EVERYTHING, KIM, YESTERDAY), draft, [])
        if severity == 5:
            for state in (
                IncidentState.ANALYSED,
                IncidentState.CONTAINED,
                IncidentState.ERADICATED,
                IncidentState.RECOVERED,
            ):
                incident_workflow.move_incident(Change(db, EVERYTHING, KIM, YESTERDAY), case.id, state)
            lesson = "Backups were reachable from the same network"
            incident_workflow.close_incident(
                Change(db, EVERYTHING, KIM, NOW - timedelta(hours=9)), case.id, Closure.TRUE_POSITIVE, summary=lesson
            )
    facts = gather(sources, Due("monthly", "", period_ending(digest_kind("monthly"), NOW)), NOW)
    before = metrics.figures(
        db, EVERYTHING, before_of(digest_kind("monthly"), period_ending(digest_kind("monthly"), NOW)), NOW
    )
    wanted = [one.share if one.metric in SHARES else one.median for one in before]
    assert [one["before"] for one in facts.metrics] == wanted
    (section,) = [one for one in write(facts, Translator.of_version("en")).sections if "learnt" in one.title]
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    assert [row[1] for row in table.rows] == ["case 5", "case 4", "case 3"]
    assert table.rows[0][4:] == ["T1486", "Backups were reachable from the same network"]


def test_the_wall_and_the_digest_agree_on_feeds_and_incidents(sources: Sources) -> None:
    """Healthy feeds and open incidents are those of the snapshot at the same time."""
    facts = gather(sources, DAY, NOW)
    wall = snapshot(sources.store, sources.db, sources.sites, sources.reports(), {}, Rates(None, 0.0, None), NOW)
    assert facts.coverage is not None
    assert facts.coverage.healthy == wall["headline"]["feeds_healthy"] == len(SITES)
    assert facts.coverage.feeds == wall["headline"]["feeds"] == 226
    assert len(facts.incidents) == wall["desk"]["incidents"]["open"] == 0


@pytest.mark.parametrize("kind", DIGEST_KINDS)
def test_every_kind_is_written_in_both_languages_and_every_form(sources: Sources, kind: str) -> None:
    """Each has its title, summary and TLP mark in mail, text and PDF, and pages that are numbered."""
    place = {"municipality": "11110", "site-day": "11110", "province": "11", "province-day": "11"}.get(kind, "")
    alerts = alerts_at(sources.db, SITES)
    busy = IncidentDraft("sweep scan", 4, "information_gathering", ("T1595.001",))
    incident_workflow.open_incident(Change(sources.db, EVERYTHING, KIM, YESTERDAY), busy, alerts)
    facts = gather(sources, Due(kind, place, period_ending(digest_kind(kind), NOW)), NOW)
    for language in ("ko", "en"):
        made = render_documents(facts, language, sources.tiles)
        title = catalogue(language).format(f"kind.{kind}", {})
        pages, number = text_of(made["report.pdf"])
        assert 1 <= number <= 6
        assert title in pages[0].replace("\r\n", " ").replace("\n", " ")
        assert all(f"{page} / {number}" in text for page, text in enumerate(pages, 1))
        assert all("TLP:AMBER" in text for text in pages)
        assert title in made["mail.html"].decode()
        first, second = write(facts, Translator(language)).summary
        assert first in made["mail.txt"].decode()
        assert second in made["mail.txt"].decode()
        assert json.loads(made["report.json"])["kind"] == kind
        assert ("map.png" in made) == (not place)
        assert made["tables.csv"].decode().startswith("\ufeff")


def test_korean_is_drawn_with_the_font_that_is_shipped(sources: Sources) -> None:
    """Every letter of the PDF has a shape: none is the replacement mark, and the page is not empty."""
    made = render_documents(gather(sources, DAY, NOW), "ko", sources.tiles)
    document = pypdfium2.PdfDocument(made["report.pdf"])
    picture = document[0].render(scale=1.0).to_pil().convert("L")
    text = document[0].get_textpage().get_text_range()
    document.close()
    dark = sum(picture.histogram()[:128])
    assert "일일보안관제보고서" in text
    assert "\ufffd" not in text
    assert 3_000 < dark < 60_000
    assert picture.size == (596, 842), "A4, rounded up"


def test_hostile_text_stays_text_everywhere(sources: Sources) -> None:
    """Markup, Typst code and formulas from a rule's title do nothing in mail, PDF and CSV."""
    alerts_at(sources.db, SITES, rule="hostile", actor=HOSTILE)
    made = render_documents(gather(sources, DAY, NOW), "en", sources.tiles)
    assert "<script>" not in made["mail.html"].decode()
    assert "&lt;script&gt;" in made["mail.html"].decode()
    assert all(not cell.startswith(("=", "+", "@")) for cell in made["tables.csv"].decode().replace('"', "").split(","))
    pages, _ = text_of(made["report.pdf"])
    assert "*bold*" in " ".join(pages)
    assert "root:" not in " ".join(pages)


def test_a_masked_version_names_nobody(sources: Sources) -> None:
    """Neither a municipality nor a full address of a source stands in any form."""
    alerts_at(sources.db, SITES)
    made = render_documents(gather(sources, DAY, NOW), "en-masked", sources.tiles)
    pages, _ = text_of(made["report.pdf"])
    everything = " ".join(pages) + "".join(made[name].decode() for name in ("mail.html", "mail.txt", "tables.csv"))
    everything += made["report.json"].decode()
    assert "203.0.113." not in everything
    assert "203.0.x.x" in everything
    assert not [site.en for site in load_sites() if f"{site.en}," in everything]


def test_all_quiet_says_so_with_its_coverage_and_blindness_does_not(sources: Sources) -> None:
    """Nothing happened: the share of healthy feeds stands beside it. No feed healthy: it is no all-clear."""
    quiet = gather(sources, DAY, NOW)
    assert "4 of 226 feeds (1.8%)" in write(quiet, Translator("en")).summary[1]
    blind = gather(Sources(**{**vars(sources), "memo": {}, "reports": lambda: ()}), DAY, NOW)
    assert "not an all-clear" in write(blind, Translator("en")).summary[1]
    alerts_at(sources.db, SITES, severity=Severity.CRITICAL)
    busy = gather(sources.fresh(), DAY, NOW)
    assert (
        "4 alerts were opened (4 critical, 0 high). 4 critical or high alerts are open"
        in (write(busy, Translator("en")).summary[1])
    )


def test_a_grave_alert_that_is_still_open_is_no_all_clear(sources: Sources) -> None:
    """It was opened after the period, or before it and goes on: nobody may read that all is quiet."""
    late = DAY.period.ends + timedelta(minutes=20)
    alerts_at(sources.db, SITES[:1], severity=Severity.HIGH, at=late)
    facts = gather(sources, DAY, NOW)
    assert (facts.opened, facts.open_grave, facts.quiet) == (0, 1, False)
    assert "1 critical or high alert is open" in write(facts, Translator("en")).summary[1]


def test_a_period_has_one_digest_whoever_composes_it(sources: Sources) -> None:
    """A second composition finds the first, adds the versions it lacks, and sends nothing twice."""
    enter(sources.db, "kim", ["daily"])
    first = compose(sources, DAY, NOW)
    again = compose(sources.fresh(), DAY, NOW, versions=("en",))
    assert (first.new, again.new, again.id) == (True, False, first.id)
    assert archive.digest(sources.db, EVERYTHING, first.id).versions == ("en", "ko")
    assert len(archive.deliveries(sources.db, EVERYTHING, first.id)) == 1
    enter(sources.db, "late", ["daily"])
    compose(sources.fresh(), DAY, NOW)
    assert len(archive.deliveries(sources.db, EVERYTHING, first.id)) == 2


def test_missed_runs_are_caught_up_and_marked_late(sources: Sources) -> None:
    """The machine was off for two mornings: both days come, the first one late; a second run has nothing to do."""
    clock = [NOW]
    digests = Digests(sources, Channels(), lambda: clock[0])
    assert digests.compose_now(NOW) == 4, "the centre's shift, day, week and month"
    assert digests.compose_now(NOW + timedelta(minutes=5)) == 0
    later = NOW + timedelta(days=2)
    digests.compose_now(later)
    days = archive.digests(sources.db, EVERYTHING, kind="daily")
    assert [one.ends for one in reversed(days)] == [DAY.period.ends + timedelta(days=n) for n in range(3)]
    assert days[0].late
    on_time = NOW.replace(hour=15, minute=5) + timedelta(days=3)
    digests.compose_now(on_time)
    assert not archive.digests(sources.db, EVERYTHING, kind="daily")[0].late


def test_an_anomaly_says_why_it_was_found(sources: Sources) -> None:
    """Expected and observed values in both languages; a masked version hides the name of an administrator."""
    at = YESTERDAY
    volume = {"seen": "1200", "expected": "104.5", "most": "300", "samples": "8", "basis": "week"}
    admin = {"what": "admin", "value": "hong.gildong", "known_since": "2026-12-01T00:00:00+00:00"}
    write_findings(
        sources.store,
        [
            Finding(name, builtin()[name], "baseline", "11110", "x", Severity.LOW, at, at, at, details=values)
            for name, values in (("volume_unusual", volume), ("first_seen_admin", admin))
        ],
        at,
    )
    try:
        facts = gather(sources, Due("site-day", "11110", DAY.period), NOW)
        elsewhere = gather(sources, Due("site-day", "11140", DAY.period), NOW)
    finally:
        sources.store.command("TRUNCATE TABLE findings")
    assert elsewhere.anomalies == []
    reasons = {version: reasons_in(facts, version) for version in ("en", "ko", "en-masked")}
    assert any("1200" in said and "Expected: 104.5" in said for said in reasons["en"])
    assert any("104.5건" in said for said in reasons["ko"])
    assert any("hong.gildong" in said for said in reasons["en"])
    assert not any("hong.gildong" in said for said in reasons["en-masked"])
    assert restored(json.loads(json.dumps(facts.as_json()))).anomalies == facts.anomalies


def reasons_in(facts: Facts, version: str) -> list[str]:
    """The last column of the section on anomalies."""
    words = Translator.of_version(version)
    (section,) = [one for one in write(facts, words).sections if one.title == words.t("section.anomalies")]
    (table,) = [block for block in section.blocks if isinstance(block, Table)]
    return [row[-1] for row in table.rows]


def test_a_new_kind_of_digest_is_one_row(sources: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a row and its title, a quarterly digest is due, composed once, and has the sections of its row in order."""
    row = DigestKind(
        "quarterly", Months(3), Audience.CENTRE, ("metrics", "coverage", "types"), catch_up=1, compare_with=4
    )
    monkeypatch.setitem(DIGEST_KINDS, row.name, row)
    written = Translator.t
    monkeypatch.setattr(
        Translator,
        "t",
        lambda words, key, **values: "Quarter" if key == "kind.quarterly" else written(words, key, **values),
    )
    digests = Digests(sources, Channels(), lambda: NOW)
    assert [one.period for one in digests.due(NOW) if one.kind == "quarterly"] == [period_ending(row, NOW)]
    digests.compose_now(NOW)
    (one,) = archive.digests(sources.db, EVERYTHING, kind="quarterly")
    assert one.begins == kst(2026, 10, 1)
    assert one.ends == kst(2027, 1, 1)
    assert not [due for due in digests.due(NOW) if due.kind == "quarterly"]
    words = Translator("en")
    document = write(archive.facts(sources.db, EVERYTHING, one.id), words)
    assert document.title == "Quarter"
    wanted = [words.t(f"section.{name}") for name in ("level", *row.sections, "advice", "counting")]
    assert [section.title for section in document.sections] == wanted


def kst(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=KST)


def test_places_get_theirs_when_something_happened(sources: Sources) -> None:
    """Of two municipalities with a recipient, the one with an alert that day gets a daily digest."""
    alerts_at(sources.db, ["11110"])
    enter(sources.db, "jongno", ["site-day"], scope="11110")
    enter(sources.db, "jung", ["site-day"], scope="11140")
    due = Digests(sources, Channels(), lambda: NOW).due(NOW)
    assert [one.scope for one in due if one.kind == "site-day"] == ["11110"]


def test_somebody_reads_the_digests_of_their_own_places(sources: Sources) -> None:
    """A municipality reads its own; a province its own and its municipalities'; neither reads the centre's."""
    ids = [
        compose(sources, due, NOW).id
        for due in (
            DAY,
            Due("province-day", "11", DAY.period),
            Due("site-day", "11110", DAY.period),
        )
    ]
    seoul, jongno = Scope.of_province("11", sources.sites), Scope.of_sites(["11110"])
    assert [one.id for one in archive.digests(sources.db, EVERYTHING)] == ids[::-1]
    assert [one.id for one in archive.digests(sources.db, seoul)] == [ids[2], ids[1]]
    assert [one.id for one in archive.digests(sources.db, jongno)] == [ids[2]]
    with pytest.raises(NotFoundError):
        archive.document(sources.db, jongno, ids[0], "ko", "report.pdf")


def test_a_thousand_critical_alerts_are_one_notice_with_a_count(sources: Sources) -> None:
    """Whoever is on call gets one mail that says a thousand; the next comes after the pause with what came since."""
    db = sources.db
    enter(db, "oncall", ["critical"], language="en")
    assert notify(sources, NOW) == 0
    for number in range(5):
        sites = [site.code for site in load_sites()[:200]]
        alerts_at(db, sites, severity=Severity.CRITICAL, rule=f"rule-{number}", at=NOW)
    assert notify(sources.fresh(), NOW) == 1
    alerts_at(db, ["11110"], severity=Severity.CRITICAL, rule="more", at=NOW)
    assert notify(sources.fresh(), NOW + timedelta(minutes=1)) == 0
    assert notify(sources.fresh(), NOW + PAUSE) == 1
    assert notify(sources.fresh(), NOW + 3 * PAUSE) == 0
    notices = archive.digests(db, EVERYTHING, kind="notice")
    numbers = [facts_of(sources, one.id).notice["number"] for one in reversed(notices)]
    assert numbers == [1000, 1]
    assert outbox.letters_by_state(db) == {"waiting": 2}
    text = archive.document(db, EVERYTHING, notices[-1].id, "en", "mail.txt").decode()
    assert "1,000 new critical alerts at 200 municipalities." in text


def test_a_feed_that_falls_silent_is_told_once(sources: Sources) -> None:
    """Feeds silent from the start are known; one that falls silent is told of once, and again after it was back."""
    enter(sources.db, "oncall", ["silent"])
    when: list[datetime] = [NOW]
    reports = sources_over(sources.store, sources.db, lambda: when[0]).reports
    watched = Sources(**{**vars(sources), "memo": {}, "reports": reports})
    assert notify(watched, NOW) == 0
    when[0] = NOW + timedelta(hours=4)
    assert notify(watched.fresh(), when[0]) == 1
    assert notify(watched.fresh(), when[0] + 2 * PAUSE) == 0
    (notice,) = archive.digests(sources.db, EVERYTHING, kind="notice")
    assert facts_of(sources, notice.id).notice["number"] == len(SITES)


def test_recipients_follow_the_settings_and_leave_the_others(sources: Sources) -> None:
    """What is taken out of the settings is taken out here; what somebody entered by hand stays."""
    enter(sources.db, "hand", ["daily"])
    both = [
        DigestRecipient.checked({"name": name, "address": f"{name}@soc.example", "kinds": ("weekly",)})
        for name in ("a", "b")
    ]
    follow_settings(Change(sources.db, EVERYTHING, KIM, NOW), both)
    follow_settings(Change(sources.db, EVERYTHING, KIM, NOW), both[1:])
    assert [(one.name, one.source) for one in recipients(sources.db)] == [("b", "settings"), ("hand", "hand")]


def facts_of(sources: Sources, number: int) -> Facts:
    return archive.facts(sources.db, EVERYTHING, number)


def test_the_key_of_a_digest_is_unique_in_the_database(sources: Sources) -> None:
    """Two processes that compose at the same time leave one digest: the second finds the first one's key."""
    compose(sources, DAY, NOW)
    with sources.db.session() as session:
        assert session.scalars(select(DigestRow.key)).all() == [DAY.key]
    assert attack_attempts.attempts_by_site(sources.store, EVERYTHING, YESTERDAY, NOW) != {}
