"""Metrics of the centre's own work: times, accuracy, and their definitions."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.errors import UsageError
from secmon.operations import metrics
from secmon.operations.metric_samples import Metric, Period
from secmon.sites.scope import EVERYTHING
from secmon.web.api.service import Service
from secmon.web.api.shapes import In, Moment, Out
from secmon.web.gateway.current_user import RequirePermission

_Reading = Annotated[Principal, Depends(RequirePermission(Permission.METRICS))]
_Setting = Annotated[Principal, Depends(RequirePermission(Permission.SETTINGS))]
_LONGEST = timedelta(days=400)


class FigureOut(Out):
    """A metric of a period: durations in seconds, shares from 0 to 1, null if nothing could be measured.

    `count` of `of` cases could be measured; `within` of them are within the target.
    """

    metric: Metric
    count: int
    of: int
    within: int
    median: float | None
    p90: float | None
    share: float | None
    target: float | None
    met: bool | None


class Figures(Out):
    """Metrics of a period for all sites of the caller's scope, and per site or province on request."""

    since: datetime
    until: datetime
    figures: list[FigureOut]
    parts: dict[str, list[FigureOut]] = Field(default_factory=dict)


class WordsOut(Out):
    """Name and definition of a metric in both languages."""

    name_ko: str
    name_en: str
    ko: str
    en: str


class Target(In):
    """The target: seconds for durations, 0 to 1 for shares."""

    target: float = Field(gt=0, le=31_536_000)


def routes(api: APIRouter, service: Service) -> None:
    """Add the routes for reading metrics and setting their targets."""

    @api.get("/metrics", tags=["metrics"], response_model=Figures)
    def read(
        principal: _Reading,
        since: Moment | None = None,
        until: Moment | None = None,
        by: Annotated[Literal["site", "province"] | None, Query()] = None,
    ) -> Figures:
        """Return the metrics, by default of the last thirty days."""
        db, now = service.db, service.now()
        period = _period(since, until, now)
        parts = (
            {"site": metrics.by_site, "province": metrics.by_province}[by](db, principal.scope, period, now)
            if by
            else {}
        )
        return Figures(
            since=period.begins,
            until=period.ends,
            figures=[_shown(one) for one in metrics.figures(db, principal.scope, period, now)],
            parts={name: [_shown(one) for one in figures] for name, figures in parts.items()},
        )

    @api.get("/metrics/definitions", tags=["metrics"], response_model=dict[str, WordsOut])
    def definitions(_visitor: _Reading) -> object:
        """Return the definition of each metric."""
        return {metric.value: words for metric, words in metrics.definitions().items()}

    @api.put("/metrics/{metric}/target", tags=["metrics"], status_code=204)
    def set_target(metric: Metric, body: Target, principal: _Setting) -> None:
        """Set the target of a metric from now on."""
        metrics.set_target(service.change(principal, EVERYTHING), metric, body.target)


def _period(since: datetime | None, until: datetime | None, now: datetime) -> Period:
    ends = until or now
    begins = since or ends - timedelta(days=30)
    if not begins < ends <= begins + _LONGEST:
        raise UsageError("period.not_valid", days=_LONGEST.days)
    return Period(begins, ends)


def _shown(one: metrics.Figure) -> FigureOut:
    return FigureOut.model_validate(one)
