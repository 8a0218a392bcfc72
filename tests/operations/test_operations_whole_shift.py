"""A watch from the alert to the closing, on both databases: a sweep scan over 24 municipalities is answered.

The scan is the simulator's own, and so are the firewalls that apply the block; in between is the desk.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from secmon.alerts import queries as alert_queries
from secmon.alerts import workflow
from secmon.alerts.queries import AlertSearch
from secmon.alerts.triage import FoundGroup, triage
from secmon.alerts.workflow import Closure
from secmon.db.audit_log import Actor, audit_entries, verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.detection.sigma.rule import Signature
from secmon.detection.sigma.ruleset import read_rules, shipped_rules
from secmon.incidents import deadlines, evidence, incident, playbook, timeline
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.evidence import EvidenceLine
from secmon.incidents.incident import Incident, IncidentState
from secmon.incidents.workflow import IncidentDraft
from secmon.notifications import outbox
from secmon.operations import metrics, shift_handover
from secmon.operations.metric_samples import Metric, Period
from secmon.response.blocklist import blocklist, export_formats
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.workflow import Proposal
from secmon.response.requests import advice, delivery_status, request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.request import RequestState
from secmon.response.requests.workflow import RequestDraft
from secmon.simulate.blocklist_poll import Published
from secmon.simulate.clock import micros, moment_of
from secmon.simulate.municipality_model import build_municipalities
from secmon.simulate.run_plan import RunPlan
from secmon.simulate.scenarios.script import Injected
from secmon.simulate.stream import Streams
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope
from secmon.taxonomy import Severity

pytest_plugins = "database_fixtures"
START = datetime.fromisoformat("2026-11-25T01:00:00+00:00")
KIM, LEE, LEAD = Actor("operator1", "127.0.0.1"), Actor("operator2", "127.0.0.2"), Actor("lead1", "127.0.0.3")
MINUTE = timedelta(minutes=1)
TOWNS = build_municipalities(load_sites())


@pytest.fixture(scope="module")
def rule() -> Signature:
    """The correlation that finds sweeps over many municipalities."""
    found = read_rules(sorted((shipped_rules() / "correlation").glob("*.yml")))
    return max(found.signatures, key=lambda one: (one.attack_type == "information_gathering", "sweep" in one.name))


def scan() -> tuple[RunPlan, Streams, list[Injected]]:
    """The sweep scan, playing from START on; its lines by time."""
    run_plan = RunPlan(TOWNS, 226, None, None)
    run_plan.begin(["sweep-scan@+0s"], START)
    streams = Streams(seed=226, rate=12, since=START, injected=run_plan.lines, blocks=run_plan.blocks)
    return run_plan, streams, sorted(run_plan.lines, key=lambda line: line.at)


def seen(lines: Sequence[Injected], rule: Signature, until: datetime) -> list[FoundGroup]:
    """What the rule has found at this time: one group a site."""
    groups: dict[str, list[Injected]] = {}
    for line in lines:
        if line.at <= micros(until):
            groups.setdefault(line.site, []).append(line)
    return [
        FoundGroup(
            rule.id,
            site,
            own[0].source,
            True,
            Severity.HIGH,
            "information_gathering",
            "sweep",
            len(groups),
            1,
            len(own),
            moment_of(own[0].at),
            moment_of(own[-1].at),
        )
        for site, own in groups.items()
    ]


def kept(lines: Sequence[Injected], until: datetime) -> list[EvidenceLine]:
    """The first line of each site and feed as the store gives it back."""
    first: dict[tuple[str, str], tuple[int, Injected]] = {}
    for number, line in enumerate(lines):
        if line.at <= micros(until):
            first.setdefault((line.site, line.feed), (number, line))
    return [
        EvidenceLine(one.site, one.feed, "b1", number, moment_of(one.at), moment_of(one.at), one.line.rstrip("\n"))
        for number, one in first.values()
    ]


def opened(db: Database, rule: Signature, lines: Sequence[Injected], found: datetime) -> Incident:
    """Two minutes after they were found the alerts are acknowledged; they become an incident with evidence."""
    now = found + 2 * MINUTE
    alerts = alert_queries.search_alerts(db, EVERYTHING, AlertSearch(status=("new",)), limit=999, order="severity")
    ids = [alert.id for alert in alerts]
    workflow.acknowledge_alerts(Change(db, EVERYTHING, KIM, now), ids, versions={one.id: one.version for one in alerts})
    draft = IncidentDraft(rule.title_en, Severity.HIGH, "information_gathering", rule.attack_uids)
    case = incident_workflow.open_incident(Change(db, EVERYTHING, KIM, now + MINUTE), draft, ids)
    evidence.add_evidence(Change(db, EVERYTHING, KIM, now + MINUTE), case.id, kept(lines, found))
    incident_workflow.move_incident(
        Change(db, EVERYTHING, KIM, now + 2 * MINUTE), case.id, IncidentState.ANALYSED, note="one source"
    )
    return case


def blocked(db: Database, case: Incident, source: str, now: datetime) -> int:
    """The source is proposed, approved by a second person, and pushed."""
    proposal = Proposal(
        source, "sweep scan", now + timedelta(days=7), source=f"incident:{case.id}", incident_id=case.id
    )
    number = block_workflow.propose_block(Change(db, EVERYTHING, KIM, now), proposal).id
    block_workflow.approve_block(Change(db, EVERYTHING, LEAD, now), number)
    return block_workflow.push_block(Change(db, EVERYTHING, KIM, now), number).id


def applied(db: Database, run_plan: RunPlan, streams: Streams, now: datetime) -> None:
    """Every site's firewall reads its list, applies it and acknowledges it."""
    for town in TOWNS:
        published = Published.parse(export_formats.plain(blocklist.block_feed(db, town.code, now)))
        run_plan.block(town.code, published.values, now, streams)
        scope = Scope.of_sites([town.code])
        assert block_workflow.acknowledge_blocklist(
            Change(db, scope, Actor(town.code), now), town.code, published.version
        )


def answered(db: Database, case: Incident, rule: Signature, lines: Sequence[Injected], now: datetime) -> None:
    """Requests go out, are delivered, acknowledged and done by each site, and verified by the centre."""
    sites = incident.sites_of_incidents(db, EVERYTHING, [case.id])[case.id]
    words = advice.compose_text(rule, lines[0].source, len(lines))
    rows = request_workflow.create_requests(
        Change(db, EVERYTHING, KIM, now), RequestDraft(sites, Severity.HIGH, words, case.id), kept(lines, now)
    )
    while letters := outbox.claim_letters(db, "sender", limit=10, now=now):
        for one in letters:
            assert delivery_status.mark_delivered(db, one.id, now + MINUTE, "250 ok")
    assert len(request.awaiting_requests(db, EVERYTHING, now)) == len(rows) == len(sites)
    for row in rows:
        own, who = Scope.of_sites([row.site]), Actor(f"official-{row.site}")
        assert request.get_request(db, own, row.id).lines
        request_workflow.acknowledge_request(Change(db, own, who, now + 2 * MINUTE), row.id)
        request_workflow.complete_request(
            Change(db, own, who, now + 10 * MINUTE), row.id, answer="차단을 확인했습니다."
        )
        request_workflow.verify_request(Change(db, EVERYTHING, LEE, now + 12 * MINUTE), row.id)


def test_a_sweep_scan_is_answered_from_alert_to_closing(db: Database, rule: Signature) -> None:
    """Many alerts, one incident, a block that 226 sites acknowledge and that silences the scanner, requests that are
    done and verified, everything closed, all of it in the timeline and in an unbroken audit log."""
    run_plan, streams, lines = scan()
    source, now = lines[0].source, moment_of(lines[len(lines) // 2].at)
    groups = seen(lines, rule, now)
    assert len(groups) >= 10
    triage(db, groups, [], quiet=timedelta(hours=6), now=now)
    case = opened(db, rule, lines, now)

    entry = blocked(db, case, source, now + 5 * MINUTE)
    assert blocklist.coverage(db)[0].acknowledged == 0
    moment = now + 6 * MINUTE
    applied(db, run_plan, streams, moment)
    [covered] = blocklist.coverage(db)
    assert (covered.entry_id, covered.acknowledged, covered.of) == (entry, 226, 226)
    late = [line for line in lines if line.at > micros(moment)]
    for line in lines:
        town = next(town for town in TOWNS if town.code == line.site)
        bucket = streams._bucket(town, line.feed, line.at // 60_000_000, line.at // 60_000_000)
        assert (line.line in bucket.lines) == (line.at <= micros(moment))
    incident_workflow.move_incident(
        Change(db, EVERYTHING, KIM, moment), case.id, IncidentState.CONTAINED, note=f"{len(late)} lines less"
    )

    answered(db, case, rule, lines, moment + MINUTE)
    for step in playbook.tasks_of_incident(db, EVERYTHING, case.id):
        playbook.complete_task(Change(db, EVERYTHING, KIM, moment + 20 * MINUTE), step.id)
    for state in (IncidentState.ERADICATED, IncidentState.RECOVERED):
        incident_workflow.move_incident(Change(db, EVERYTHING, KIM, moment + 20 * MINUTE), case.id, state)
    end = moment + 30 * MINUTE
    closed = incident_workflow.close_incident(
        Change(db, EVERYTHING, LEAD, end), case.id, Closure.TRUE_POSITIVE, summary="Source blocked at all sites."
    )
    assert not any(one.overdue for one in deadlines.clocks_of_incident(closed, end))
    assert alert_queries.count_matching_alerts(db, EVERYTHING, AlertSearch(status=("closed",))) == len(groups)
    assert incident.open_incidents(db, EVERYTHING) == []
    verified = request.search_requests(db, EVERYTHING, states=[RequestState.VERIFIED], limit=99)
    assert len(verified) == len(groups)
    told(db, case.id, len(groups), end)


def told(db: Database, number: int, sites: int, end: datetime) -> None:
    """Timeline, audit log, metrics and handover all know of it."""
    kinds = [one.kind for one in timeline.timeline_of_incident(db, EVERYTHING, number)]
    assert (kinds[0], kinds[-1], kinds.count("state"), kinds.count("block")) == ("opened", "state", 5, 3)
    assert kinds.count("request") == 5 * sites  # requested, delivered, acknowledged, done, verified
    assert evidence.damaged_evidence(db, EVERYTHING, number) == ()
    acknowledged = audit_entries(db, EVERYTHING, limit=999, action="block.acknowledged")
    assert {one.site for one in acknowledged} == {town.code for town in TOWNS}
    assert verify_audit_log(db) is None
    period = Period(START, end + MINUTE)
    found = {one.metric: one for one in metrics.figures(db, EVERYTHING, period, end)}
    assert (found[Metric.SLA].share, found[Metric.MTTC].count, found[Metric.NOTIFY].of) == (1.0, 1, sites)
    facts = shift_handover.draft_handover(Change(db, EVERYTHING, LEAD, end + MINUTE), []).content
    assert (facts["incidents"], facts["requests"]["overdue"], facts["changes"]["alert.closed"]) == ([], [], sites)
