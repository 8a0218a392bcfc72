"""Metrics: median and P90 from the desk's own times, with counts beside each, by period, province and site."""

from datetime import timedelta
from pathlib import Path

import pytest

from alert_cases import HOUR, KIM, LEE, MINUTE, NOW, alerts_at, incident_at
from secmon.alerts import workflow
from secmon.alerts.workflow import Closure
from secmon.db.database import Database
from secmon.db.models import Batch, BatchState, FeedState
from secmon.db.transaction import Change
from secmon.errors import IllegalMove
from secmon.incidents import sla
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.incident import IncidentState
from secmon.incidents.sla import SlaTargets
from secmon.ingest import batch_journal
from secmon.notifications import outbox
from secmon.operations import metrics
from secmon.operations.metric_samples import Metric, Period
from secmon.operations.metrics import DEFAULT_TARGETS, Figure
from secmon.response.requests import delivery_status
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import RequestText
from secmon.response.requests.workflow import RequestDraft
from secmon.sites.scope import EVERYTHING, Scope
from secmon.taxonomy import Severity

pytest_plugins = "database_fixtures"
DAY = Period(NOW - 12 * HOUR, NOW + 12 * HOUR)
LATER = NOW + timedelta(days=5)
WORDS = RequestText("가", "Block", "나", "Please")


def figure(db: Database, metric: Metric, scope: Scope = EVERYTHING, period: Period = DAY) -> Figure:
    """One metric of a period."""
    found = {one.metric: one for one in metrics.figures(db, scope, period, LATER)}
    assert list(found) == list(Metric)
    return found[metric]


def test_nothing_measured_is_not_zero(db: Database) -> None:
    """An empty desk has no times and no shares, and no target is met or missed."""
    for one in metrics.figures(db, EVERYTHING, DAY, LATER):
        assert (one.count, one.of, one.median, one.p90, one.share, one.met) == (0, 0, None, None, None, None)


def test_times_of_alerts(db: Database) -> None:
    """Ten alerts, detected and acknowledged in one to ten minutes, one of them never; merged ones are left out."""
    ids = []
    for number in range(1, 11):
        first = NOW - number * MINUTE
        ids += alerts_at(db, ["11110"], rule=f"rule-{number}", first=first, severity=Severity.CRITICAL)
    merged = alerts_at(db, ["11110"], rule="merged", first=NOW - 9 * HOUR)
    workflow.merge_alerts(Change(db, EVERYTHING, KIM, NOW), merged, ids[0])
    for number, one in enumerate(ids[:9], start=1):
        workflow.acknowledge_alerts(Change(db, EVERYTHING, KIM, NOW + number * MINUTE), [one])
        workflow.start_alerts(Change(db, EVERYTHING, KIM, NOW + 2 * number * MINUTE), [one])
    detect, seen, responded = (figure(db, one) for one in (Metric.MTTD, Metric.MTTA, Metric.MTTR))
    assert (detect.count, detect.of, detect.median, detect.p90) == (10, 10, 330, 540)
    assert (seen.count, seen.of, seen.median, seen.p90) == (9, 10, 300, 540)
    assert (seen.target, seen.within, seen.met) == (900, 9, True)
    assert (responded.median, responded.within, responded.target, responded.met) == (600, 7, None, None)
    assert figure(db, Metric.MTTD, Scope.of_sites(["26110"])).of == 0
    assert figure(db, Metric.MTTD, period=Period(NOW + MINUTE, NOW + HOUR)).of == 0


def test_closing_at_once_is_a_response(db: Database) -> None:
    """And an acknowledgement; the limit is that of the severity."""
    [number] = alerts_at(db, ["11110"], severity=Severity.LOW)
    workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW + 2 * HOUR), [number], Closure.BENIGN, note="n")
    assert figure(db, Metric.MTTR).median == figure(db, Metric.MTTA).median == 7200
    assert (figure(db, Metric.MTTR).within, figure(db, Metric.MTTA).within) == (1, 0)
    assert figure(db, Metric.MTTA).met is False


def test_false_positives_are_a_share_of_what_was_judged(db: Database) -> None:
    """Duplicates, merged and open ones are not."""
    one, two, three, four, five, _ = alerts_at(db, ["11110", "11140", "26110", "26140", "41110", "43110"])
    workflow.merge_alerts(Change(db, EVERYTHING, KIM, NOW), [five], one)
    for number, closure in (
        (one, Closure.FALSE_POSITIVE),
        (two, Closure.TRUE_POSITIVE),
        (three, Closure.BENIGN),
        (four, Closure.DUPLICATE),
    ):
        workflow.close_alerts(Change(db, EVERYTHING, KIM, NOW + HOUR), [number], closure, note="n")
    found = figure(db, Metric.FALSE_POSITIVES)
    assert (found.count, found.of, found.met) == (1, 3, False)
    assert found.share == pytest.approx(1 / 3)
    assert figure(db, Metric.FALSE_POSITIVES, period=Period(NOW + 2 * HOUR, LATER)).of == 0


def test_containment_counts_from_the_confirmation(db: Database) -> None:
    """Of incidents that turned out to be some; one that is not contained yet is in the total only."""
    first, second, third = (incident_at(db, [site]) for site in ("11110", "26110", "41110"))
    for case in (first, second, third):
        incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW + HOUR), case.id, IncidentState.ANALYSED)
    incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW + 3 * HOUR), first.id, IncidentState.CONTAINED)
    incident_workflow.close_incident(
        Change(db, EVERYTHING, KIM, NOW + HOUR), third.id, Closure.FALSE_POSITIVE, summary="s"
    )
    found = figure(db, Metric.MTTC)
    assert (found.count, found.of, found.median, found.within, found.met) == (1, 2, 7200, 1, True)


def test_clocks_kept_and_missed(db: Database) -> None:
    """Of an incident (response late, containment in time) and of a request (acknowledged in time, done late); what
    still runs within its time counts as neither."""
    case = incident_at(db, ["11110"], severity=Severity.CRITICAL)
    incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW + 20 * MINUTE), case.id, IncidentState.ANALYSED)
    incident_workflow.move_incident(Change(db, EVERYTHING, KIM, NOW + HOUR), case.id, IncidentState.CONTAINED)
    [row] = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW + MINUTE), RequestDraft(("11110",), 5, WORDS, case.id)
    )
    request_workflow.acknowledge_request(Change(db, EVERYTHING, LEE, NOW + 10 * MINUTE), row.id)
    early = {one.metric: one for one in metrics.figures(db, EVERYTHING, DAY, NOW + HOUR)}[Metric.SLA]
    assert (early.count, early.of) == (2, 3)
    request_workflow.complete_request(Change(db, EVERYTHING, LEE, NOW + 5 * HOUR), row.id, answer="done")
    late = figure(db, Metric.SLA)
    assert (late.count, late.of, late.share, late.met) == (2, 4, 0.5, False)


def test_the_time_to_notify_ends_with_the_delivery(db: Database) -> None:
    """A request that is still on its way has none."""
    case = incident_at(db, ["11110", "26110"])
    request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, NOW + MINUTE), RequestDraft(("11110", "26110"), 4, WORDS, case.id)
    )
    [letter] = outbox.claim_letters(db, "sender", limit=1, now=NOW + MINUTE)
    delivery_status.mark_delivered(db, letter.id, NOW + 4 * MINUTE)
    found = figure(db, Metric.NOTIFY)
    assert (found.count, found.of, found.median, found.within, found.met) == (1, 2, 240, 1, True)


def test_ingestion_counts_what_became_events(db: Database) -> None:
    """Of the period's batches for all sites together; of a site's feeds since ever; what waits is not counted."""
    for number, state in enumerate((BatchState.DETECTED, BatchState.LOADED, BatchState.SPOOLED)):
        batch_journal.add_batch(
            db,
            Batch(
                id=f"b{number}",
                state=state,
                created_at=NOW,
                received_from=NOW,
                received_to=NOW,
                lines=1000,
                bytes=1,
                digest="d",
                attempts=1,
                events=999,
                quarantined=1,
                error="",
            ),
        )
    with db.begin() as session:
        for site, events, bad in (("11110", 90, 10), ("11140", 100, 0), ("26110", 50, 50)):
            session.add(
                FeedState(
                    site=site, feed="ids", format="x", since=NOW, lines=events + bad, events=events, quarantined=bad
                )
            )
    whole = figure(db, Metric.INGESTION)
    assert (whole.count, whole.of, whole.share, whole.met) == (1998, 2000, 0.999, True)
    assert figure(db, Metric.INGESTION, Scope.of_sites(["11110"])).share == 0.9
    by_province = metrics.by_province(db, EVERYTHING, DAY, LATER)
    assert {code: several[-1].share for code, several in by_province.items()} == {"11": 0.95, "26": 0.5}


def test_by_site_and_by_province(db: Database) -> None:
    """An incident counts at each site it touches, and once in a province; a scope keeps others out."""
    incident_at(db, ["11110", "11140", "26110"])
    alerts_at(db, ["11110"], first=NOW - HOUR)
    sites = metrics.by_site(db, EVERYTHING, DAY, LATER)
    assert {code: several[list(Metric).index(Metric.SLA)].of for code, several in sites.items()} == {
        "11110": 2,
        "11140": 2,
        "26110": 2,
    }
    assert sites["11110"][0].median == 3600
    provinces = metrics.by_province(db, EVERYTHING, DAY, LATER)
    assert {code: several[list(Metric).index(Metric.SLA)].of for code, several in provinces.items()} == {
        "11": 2,
        "26": 2,
    }
    assert list(metrics.by_site(db, Scope.of_sites(["26110"]), DAY, LATER)) == ["26110"]


def test_several_periods_make_a_series(db: Database) -> None:
    """Each thing is in one of them."""
    alerts_at(db, ["11110"])
    alerts_at(db, ["26110"], at=NOW + 2 * HOUR)
    hours = [Period(NOW + number * HOUR, NOW + (number + 1) * HOUR) for number in range(3)]
    assert [several[0].of for several in metrics.series(db, EVERYTHING, hours, LATER)] == [1, 0, 1]


def test_targets_are_set_and_kept(db: Database) -> None:
    """Another target judges anew; nonsense is refused; MTTR follows the severities' targets."""
    assert metrics.targets(db) == DEFAULT_TARGETS
    alerts_at(db, ["11110"], first=NOW - HOUR)
    assert figure(db, Metric.MTTD).met is False
    metrics.set_target(Change(db, EVERYTHING, LEE, NOW), Metric.MTTD, 7200)
    assert (figure(db, Metric.MTTD).met, figure(db, Metric.MTTD).within) == (True, 1)
    for metric, target in ((Metric.MTTR, 60.0), (Metric.SLA, 1.5), (Metric.MTTA, 0.0)):
        with pytest.raises(IllegalMove):
            metrics.set_target(Change(db, EVERYTHING, LEE, NOW), metric, target)
    sla.set_sla_targets(Change(db, EVERYTHING, LEE, NOW), Severity.HIGH, SlaTargets(1, 1, 1, 1))
    [number] = alerts_at(db, ["11110"], rule="rule-2")
    workflow.start_alerts(Change(db, EVERYTHING, KIM, NOW + MINUTE), [number])
    assert figure(db, Metric.MTTR).within == 0


def test_the_words_of_the_docs_are_those_of_the_screens() -> None:
    """Every metric has a name and a definition in both languages, and docs/metrics.md says the same."""
    page = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text("utf-8")
    assert set(metrics.definitions()) == set(Metric)
    for metric, words in metrics.definitions().items():
        assert f"`{metric}`" in page
        for text in (words.name_ko, words.name_en, words.ko, words.en):
            assert text in page
