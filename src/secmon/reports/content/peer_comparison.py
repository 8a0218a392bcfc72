"""Fair comparisons: with municipalities of the same kind, per ten thousand collected events."""

from collections.abc import Mapping, Sequence
from statistics import median

from secmon.reports.content.facts import Json
from secmon.reports.content.schedule import Due
from secmon.reports.content.sources import Sources
from secmon.sites.scope import Scope

_MOST = 17
_SITE = 5


def compare(sources: Sources, due: Due) -> Json:
    """Compare a site with the median of its kind (city, county, district); return {} if the digest is not of a site."""
    own = next((site for site in sources.sites if site.code == due.scope), None)
    if own is None:
        return {}
    found = sources.by_site(due.period)
    peers = [site for site in sources.sites if site.kind == own.kind and site.code in found]
    events, tried = found.get(own.code, (0, 0))
    others = [found[site.code] for site in peers]
    return {
        "kind": own.kind,
        "peers": len(peers),
        "attempts": tried,
        "attempts_median": round(median([row[1] for row in others])) if others else None,
        "rate": _rate(events, tried),
        "rate_median": median([_rate(*row) for row in others]) if others else None,
    }


def places(sources: Sources, scope: Scope, due: Due) -> Sequence[Json]:
    """Return the provinces, or the municipalities of one, with events and attempts; most attempts first."""
    if len(due.scope) == _SITE:
        return []
    found = sources.by_site(due.period)
    groups: Mapping[str, list[str]] = (
        {site.code: [site.code] for site in sources.sites if scope.covers(site.code)}
        if due.scope
        else {one.code: [site.code for site in sources.sites if site.province == one.code] for one in sources.provinces}
    )
    rows = []
    for code, sites in groups.items():
        events, tried = (sum(found.get(site, (0, 0))[place] for site in sites) for place in (0, 1))
        if sites:
            rows.append(
                {"code": code, "sites": len(sites), "events": events, "attempts": tried, "rate": _rate(events, tried)}
            )
    return sorted(rows, key=lambda row: (-float(str(row["attempts"])), str(row["code"])))[:_MOST]


def _rate(events: int, tried: int) -> float:
    """Return the attempts per ten thousand collected events."""
    return 10_000 * tried / events if events else 0.0
