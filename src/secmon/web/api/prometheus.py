"""Metrics of the centre for Prometheus."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.responses import Response

from secmon.auth.principal import Principal
from secmon.auth.roles import Permission
from secmon.live.status import status
from secmon.web.api.service import Service
from secmon.web.gateway.current_user import Refused, RequirePermission

_Measuring = Annotated[Principal, Depends(RequirePermission(Permission.METRICS))]
_GAUGES = (
    ("secmon_alerts", "Alerts, open or closed.", "alerts"),
    ("secmon_newest_event_age_seconds", "Age of the newest event.", "newest_event_age_seconds"),
)
_COUNTERS = (
    ("secmon_lines", "Lines received.", "lines"),
    ("secmon_events", "Events in the store.", "events"),
    ("secmon_quarantined_lines", "Lines that could not be read.", "quarantine"),
    ("secmon_findings", "Findings in the store.", "findings"),
)
_STATES = (
    ("secmon_feeds", "Feeds by health.", "feeds", "health"),
    ("secmon_sites", "Sites by health.", "sites", "health"),
    ("secmon_batches", "Batches that are not through yet.", "batches", "state"),
)


class _Figures(Collector):
    def __init__(self, figures: dict[str, Any], viewers: int) -> None:
        self._figures, self._viewers = figures, viewers

    def collect(self) -> Iterator[Metric]:
        """Yield every figure of the status."""
        yield GaugeMetricFamily("secmon_viewers", "Open live streams.", self._viewers)
        for name, said, key in _GAUGES:
            if self._figures[key] is not None:
                yield GaugeMetricFamily(name, said, self._figures[key])
        for name, said, key in _COUNTERS:
            yield CounterMetricFamily(name, said, self._figures[key])
        for name, said, key, label in _STATES:
            family = GaugeMetricFamily(name, said, labels=[label])
            for state, number in self._figures[key].items():
                if state != "total":
                    family.add_metric([str(state)], number)
            yield family


def register(server: FastAPI, service: Service) -> None:
    """Put /metrics on the server."""

    @server.get("/metrics", include_in_schema=False)
    def metrics(principal: _Measuring) -> Response:
        """Return the figures of `secmon status` in Prometheus format; for callers who see every site."""
        if not principal.scope.everything:
            raise Refused("permission.all_sites")
        context, registry = service.context, CollectorRegistry()
        figures = status(context.store, context.db, context.sites, context.reports(), context.clock())
        registry.register(_Figures(figures, context.hub.viewers))
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")
