"""Data of a municipality or a province: requests, incidents, blocks, risk, completeness, peers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np
import numpy.typing as npt

from secmon.detection.risk import EntityKind, EntityRisk, risks
from secmon.incidents import incident
from secmon.incidents.incident import Incident
from secmon.live.context import CentreContext
from secmon.response.blocklist import blocklist
from secmon.response.blocklist.blocklist import BlockCoverage
from secmon.response.requests import request
from secmon.response.requests.request import AWAITED, Request
from secmon.sites.registry import Site
from secmon.sites.scope import Scope
from secmon.store.sql import query
from secmon.web.pages.rules.view import signatures

_REQUESTS, _ENTITIES, _PEERS = 50, 8, 10
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Peers:
    """Attempts per 10,000 events of a site in 24 hours, beside the sites of its kind that are nearest in size.

    `place` is the site's rank among them, 1 for the highest; rates are None without events.
    """

    number: int
    events: int
    events_median: int
    rate: float | None
    rate_median: float | None
    place: int


@dataclass(frozen=True, slots=True)
class Volume:
    """Events of some sites in each of the last complete hours, received and expected (NaN while being learnt)."""

    hours: tuple[datetime, ...]
    received: npt.NDArray[np.float64]
    expected: npt.NDArray[np.float64]
    completeness: tuple[float | None, ...]

    @property
    def complete(self) -> float | None:
        """Mean completeness of the hours in which events were expected."""
        known = [share for share in self.completeness if share is not None]
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Data of the sites; `risk` are the sites by risk, `entities` the riskiest addresses, users and hosts."""

    at: datetime
    requests: Sequence[Request]
    incidents: Sequence[Incident]
    blocks: Sequence[BlockCoverage]
    risk: Sequence[EntityRisk]
    entities: Sequence[EntityRisk]
    volume: Volume


def read_place(context: CentreContext, codes: Sequence[str]) -> PlaceView:
    """Read the view of these sites; raise StoreError if the store does not answer."""
    now, db, scope = context.clock(), context.db, Scope.of_sites(codes)
    confidence = {one.id: one.confidence for one in signatures(context)}

    def of(kind: EntityKind, limit: int) -> tuple[EntityRisk, ...]:
        return risks(context.store, kind, now, sites=codes, confidence=confidence, limit=limit)

    others = [one for kind in EntityKind if kind != EntityKind.SITE for one in of(kind, _ENTITIES)]
    return PlaceView(
        at=now,
        requests=request.search_requests(db, scope, states=[*AWAITED], limit=_REQUESTS),
        incidents=incident.open_incidents(db, scope),
        blocks=blocklist.coverage(db, scope, codes),
        risk=of(EntityKind.SITE, len(codes)),
        entities=sorted(others, key=lambda one: -one.points)[:_ENTITIES],
        volume=volume(context, codes),
    )


def volume(context: CentreContext, codes: Sequence[str]) -> Volume:
    """Return received and expected events per hour, all feeds of the sites together."""
    baseline, wanted = context.baseline(), set(codes)
    feeds = [feed for feed in baseline.received if feed[0] in wanted]
    hours = baseline.hours[:-1]
    if not feeds or not hours:
        return Volume((), np.zeros(0), np.zeros(0), ())
    received = np.stack([baseline.received[feed][:-1] for feed in feeds]).sum(axis=0).astype(np.float64)
    each = np.stack([baseline.expected[feed][:-1] for feed in feeds])
    # nansum alone gives 0 in hours that no feed has learnt yet, which would mean that no events were expected.
    expected = np.where(np.isnan(each).all(axis=0), np.nan, np.nansum(each, axis=0))
    return Volume(hours, received, expected, tuple(baseline.completeness(feeds)))


def totals(context: CentreContext, codes: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Return (events, attempts) of the last 24 hours by site."""
    now = context.clock().replace(microsecond=0)
    span = {"since": now - _DAY, "until": now + timedelta(seconds=1), "sites": list(codes)}
    return {
        str(site): (int(events), int(tried)) for site, events, tried in context.store.rows(query("trends_sites"), span)
    }


def read_peers(context: CentreContext, site: Site, everybody: Sequence[Site]) -> Peers:
    """Compare the site with its peers; of the peers only the medians are returned."""
    alike = [one for one in everybody if one.kind == site.kind and one.code != site.code]
    nearest = sorted(alike, key=lambda one: (abs(one.size - site.size), one.code))[:_PEERS]
    found = totals(context, [site.code, *(one.code for one in nearest)])
    events, tried = found.get(site.code, (0, 0))
    others = [found.get(one.code, (0, 0)) for one in nearest]
    rates = [rate for rate in (rate_of(*one) for one in others) if rate is not None]
    own = rate_of(events, tried)
    return Peers(
        len(nearest),
        events,
        round(median([one[0] for one in others])) if others else 0,
        own,
        median(rates) if rates else None,
        1 + sum(rate > (own or 0.0) for rate in rates),
    )


def rate_of(events: int, tried: int) -> float | None:
    """Return attempts per 10,000 events; None without events."""
    return 10_000 * tried / events if events else None
