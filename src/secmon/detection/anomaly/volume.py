"""Volume detector: attack attempts by site and type, compared with the usual number of the same hour."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from secmon.detection.anomaly.builtin import builtin
from secmon.detection.engine import findings as found
from secmon.detection.engine.findings import Finding
from secmon.detection.engine.run_report import MatchReport, RuleOutcome
from secmon.store.client import Store
from secmon.store.sql import query
from secmon.taxonomy import Severity
from secmon.times import KST

KIND = "baseline"
WEEKS = 8
"""Number of past weeks whose same hour is used for comparison."""
_DAYS = 28  # days of the same kind whose same hour is used for sites that are too young for weeks
_LEAST_WEEKS, _LEAST_DAYS = 4, 5
_LEAST_SEEN = 30  # attempts in an hour below which nothing is unusual
_GRAVE = 10  # multiple of the expected number from which the severity is medium
_SPREAD = 6 * 1.4826  # six standard deviations, estimated from the median deviation
_HOUR = timedelta(hours=1)
_SATURDAY = 5

Place = tuple[str, str]
"""Site and attack type."""


@dataclass(frozen=True, slots=True)
class ExpectedVolume:
    """The usual number in an hour: the median of `samples` earlier hours, and the highest that is still usual.

    `basis` says which hours: week (the same hour of the week) or day (the same hour on days of its kind).
    """

    expected: float
    most: float
    samples: int
    basis: str


@dataclass(frozen=True, slots=True)
class LearntVolumes:
    """The usual numbers of an hour by site and type, and the time of the oldest data of each site."""

    usual: Mapping[Place, ExpectedVolume]
    oldest: Mapping[str, datetime]


def find_unusual(
    store: Store, memory: dict[datetime, LearntVolumes], now: datetime, detected_at: datetime
) -> MatchReport:
    """Write a finding for each site and type with far more than usual in the current hour or the one before.

    `memory` caches the baselines of these two hours, so that they are computed once.
    """
    started, signature = perf_counter(), builtin()["volume_unusual"]
    running = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    findings: list[Finding] = []
    hours = (running - _HOUR, running)
    for past in set(memory) - set(hours):
        del memory[past]
    for hour in hours:
        learnt = memory[hour] = memory.get(hour) or _learn(store, hour)
        for site, attack_type, seen in store.rows(query("volume_hour"), {"hour": hour}):
            usual = learnt.usual.get((site, attack_type)) or _nothing(learnt, site, hour)
            if usual is not None and seen >= _LEAST_SEEN and seen > usual.most:
                findings.append(_finding(site, attack_type, int(seen), usual, hour, now))
    found.write_findings(store, findings, detected_at)
    took = round((perf_counter() - started) * 1000)
    return MatchReport(
        KIND, (RuleOutcome(signature.id, signature.name, len(findings), milliseconds=took, pass_rules=1),)
    )


def expected_volume(counts: Sequence[int], basis: str) -> ExpectedVolume:
    """Return the median and the upper limit of what is usual.

    The limit is the median plus the largest of: six robust deviations, random variation, and half the median.
    """
    middle = float(median(counts))
    deviation = float(median(abs(count - middle) for count in counts))
    return ExpectedVolume(middle, middle + max(_SPREAD * deviation, 6 * middle**0.5, middle / 2), len(counts), basis)


def compared_hours(hour: datetime) -> tuple[tuple[datetime, ...], tuple[datetime, ...]]:
    """Return the same hour of the week in earlier weeks, and the same hour on earlier days of its kind, both in UTC."""
    weeks = tuple(hour - timedelta(weeks=back) for back in range(1, WEEKS + 1))
    days = (hour - timedelta(days=back) for back in range(1, _DAYS + 1))
    return weeks, tuple(day for day in days if _weekend(day) == _weekend(hour))


def _learn(store: Store, hour: datetime) -> LearntVolumes:
    weeks, days = compared_hours(hour)
    counts: dict[Place, dict[datetime, int]] = defaultdict(dict)
    for site, attack_type, when, events in store.rows(query("volume_hours"), {"hours": sorted({*weeks, *days})}):
        counts[str(site), str(attack_type)][when.replace(tzinfo=UTC)] = int(events)
    oldest = {
        str(site): begins.replace(tzinfo=UTC) for site, begins in store.rows(query("volume_oldest"), {"hour": hour})
    }
    return LearntVolumes(dict(_usual(counts, oldest, weeks, days)), oldest)


def _usual(
    counts: Mapping[Place, Mapping[datetime, int]],
    oldest: Mapping[str, datetime],
    weeks: Sequence[datetime],
    days: Sequence[datetime],
) -> Iterator[tuple[Place, ExpectedVolume]]:
    for place, by_hour in counts.items():
        begins = oldest.get(place[0], datetime.max.replace(tzinfo=UTC))
        for hours, least, basis in ((weeks, _LEAST_WEEKS, "week"), (days, _LEAST_DAYS, "day")):
            known = [by_hour.get(hour, 0) for hour in hours if hour >= begins]
            if len(known) >= least:
                yield place, expected_volume(known, basis)
                break


def _nothing(learnt: LearntVolumes, site: str, hour: datetime) -> ExpectedVolume | None:
    """Return a baseline of zero for a type that the site never had in such an hour.

    None until the site has been known for a week.
    """
    begins = learnt.oldest.get(site)
    if begins is None or hour - begins < timedelta(weeks=1):
        return None
    return ExpectedVolume(0.0, 0.0, (hour - begins) // timedelta(days=1), "day")


def _finding(site: str, attack_type: str, seen: int, usual: ExpectedVolume, hour: datetime, now: datetime) -> Finding:
    uid = f"baseline:{site}:{attack_type}:{hour:%Y%m%d%H}"
    return Finding(
        uid=uid,
        signature=builtin()["volume_unusual"],
        kind=KIND,
        site=site,
        actor=attack_type,
        severity=Severity.MEDIUM if seen >= _GRAVE * max(usual.expected, 10.0) else Severity.LOW,
        time=hour,
        last_time=min(now, hour + _HOUR),
        received_at=now,
        event_count=seen,
        attack_type=attack_type,
        group_uid=uid,
        details={
            "seen": str(seen),
            "expected": f"{usual.expected:g}",
            "most": f"{usual.most:.0f}",
            "samples": str(usual.samples),
            "basis": usual.basis,
            "hour": hour.isoformat(),
        },
    )


def _weekend(hour: datetime) -> bool:
    return hour.astimezone(KST).weekday() >= _SATURDAY
