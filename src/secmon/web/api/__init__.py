"""The REST API: one module per resource, all under /api/v1."""

from fastapi import APIRouter, Depends, FastAPI

from secmon.auth.roles import Role
from secmon.web.api import (
    alerts,
    audit,
    blockfeed,
    blocklist,
    commands,
    description,
    digests,
    events,
    findings,
    health,
    incident_work,
    incidents,
    indicators,
    level,
    metrics,
    people,
    problems,
    prometheus,
    requests,
    shift,
    sites,
    stream,
    suppressions,
    tokens,
    tour,
)
from secmon.web.api.service import Service
from secmon.web.gateway.current_user import current_user

NOUNS = (
    health.routes,
    sites.routes,
    events.routes,
    findings.routes,
    alerts.routes,
    suppressions.routes,
    incidents.routes,
    incident_work.routes,
    requests.routes,
    blockfeed.routes,
    blocklist.routes,
    level.routes,
    shift.routes,
    metrics.routes,
    digests.routes,
    audit.routes,
    people.routes,
    tokens.routes,
    tour.routes,
    indicators.routes,
    commands.routes,
)
"""Functions that add the routes of a resource to the router."""


def register(server: FastAPI, service: Service) -> None:
    """Register the routes on the server; must run before Dash, whose catch-all would take them."""
    problems.register(server)
    health.register(server, service)
    stream.register(server, service)
    prometheus.register(server, service)

    async def throttled() -> None:
        """Count a request against the rate limit; the command line of this machine is exempt."""
        principal = current_user()
        if principal.name == "cli" and principal.role is Role.ADMINISTRATOR and not principal.session:
            return
        # the clock of a presentation stands still between two chapters, and then no token would ever come back
        wait = service.throttle.wait(principal.session or principal.name, service.contexts.live.clock())
        if wait:
            raise problems.Busy(wait)

    api = APIRouter(prefix="/api/v1", responses=problems.RESPONSES, dependencies=[Depends(throttled)])
    for noun in NOUNS:
        noun(api, service)
    description.routes(api, server)
    server.include_router(api)
