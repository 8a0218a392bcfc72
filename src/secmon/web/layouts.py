"""The table of pages: what each one of the site map shows, and its callbacks."""

from collections.abc import Callable
from typing import Any

from dash import Dash

from secmon.web.console import Console
from secmon.web.pages import (
    alerts,
    api,
    audit,
    blocklist,
    campaigns,
    digests,
    feeds,
    glossary,
    history,
    hunt,
    incident,
    incidents,
    level,
    people,
    performance,
    province,
    recipients,
    requests,
    rules,
    settings,
    shift,
    site,
    suppliers,
    tour,
    trends,
    wall,
)
from secmon.web.sitemap import Visit

Layout = Callable[[Console, Visit], Any]

LAYOUTS: dict[str, Layout] = {
    "wall": wall.layout,
    "alerts": alerts.layout,
    "incidents": incidents.layout,
    "incident": incident.layout,
    "feeds": feeds.layout,
    "requests": requests.layout,
    "blocklist": blocklist.layout,
    "level": level.layout,
    "shift": shift.layout,
    "campaigns": campaigns.layout,
    "history": history.layout,
    "suppliers": suppliers.layout,
    "tour": tour.layout,
    "hunt": hunt.layout,
    "trends": trends.layout,
    "rules": rules.layout,
    "performance": performance.layout,
    "digests": digests.layout,
    "recipients": recipients.layout,
    "people": people.layout,
    "settings": settings.layout,
    "audit": audit.layout,
    "api": api.layout,
    "glossary": glossary.layout,
    "province": province.layout,
    "site": site.layout,
}
"""What each page of the site map shows."""

REGISTERED: tuple[Callable[[Dash, Console], None], ...] = (
    wall.register,
    alerts.register,
    incidents.register,
    incident.register,
    feeds.register,
    requests.register,
    blocklist.register,
    level.register,
    shift.register,
    campaigns.register,
    history.register,
    suppliers.register,
    tour.register,
    hunt.register,
    trends.register,
    rules.register,
    performance.register,
    digests.register,
    recipients.register,
    people.register,
    settings.register,
    audit.register,
    api.register,
    glossary.register,
    province.register,
    site.register,
)
"""Callbacks of the pages."""
