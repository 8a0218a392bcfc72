"""Recommendations of a digest, derived from its own figures: three to five sentences, most urgent first."""

from collections.abc import Iterator, Sequence

from secmon.reports.content.facts import Facts, Json
from secmon.reports.content.kinds import Audience, digest_kind

_MOST = 5
_LEAST = 3
_NOISY = 10
_HALF = 2


def recommendations(facts: Facts) -> Sequence[Json]:
    """Return text keys of the recommendations, with the values to fill in."""
    found = [*_found(facts)]
    if len(found) < _LEAST:
        ready = "site" if digest_kind(facts.kind).audience is Audience.SITE else "centre"
        found += [{"key": f"advice.{ready}.{number}"} for number in range(1, _LEAST + 1)][: _LEAST - len(found)]
    return found[:_MOST]


def _found(facts: Facts) -> Iterator[Json]:
    if facts.requests.get("overdue"):
        yield {"key": "advice.overdue", "number": facts.requests["overdue"]}
    late = sum(bool(one["overdue"]) for one in facts.incidents)
    if late:
        yield {"key": "advice.incidents", "number": late}
    if facts.gaps_total:
        yield {"key": "advice.gaps", "number": facts.gaps_total}
    missing = facts.blocks.get("of", 0) - facts.blocks.get("applied", 0)
    if missing:
        yield {"key": "advice.blocks", "number": missing}
    above = [row for row in facts.types if row.above]
    if above:
        worst = max(above, key=lambda row: row.attempts - (row.high or 0))
        yield {"key": f"advice.type.{worst.type}"}
    elif facts.attempts:
        yield {"key": f"advice.type.{max(facts.types, key=lambda row: row.attempts).type}"}
    noisy = next(
        (one for one in facts.rules if one["alerts"] >= _NOISY and one["rejected"] * _HALF >= one["alerts"]), None
    )
    if noisy:
        yield {"key": "advice.noisy", "rule": noisy["title"], "number": noisy["rejected"], "of": noisy["alerts"]}
    unmet = [one for one in facts.metrics if one["met"] is False]
    if unmet:
        yield {"key": "advice.metric", "metric": str(unmet[0]["metric"])}
