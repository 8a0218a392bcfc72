"""Context of the centre that the pages read from; created once by the composition root."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from secmon.db.database import Database
from secmon.feed_health.baseline import Baseline
from secmon.feed_health.cache import FeedHealthCache
from secmon.feed_health.health import FeedReport, HealthLimits, feed_reports
from secmon.live.live_hub import LiveHub
from secmon.live.snapshot import RuleTitles
from secmon.settings import Settings
from secmon.sites.registry import Province, Site
from secmon.sites.scope import Scope
from secmon.store.client import Store


@dataclass(frozen=True, slots=True)
class CentreContext:
    """Store, database, sites and rules of the running centre; `feeds` are (site, feed, format) as configured.

    `staged` marks the context of a presentation, whose time is not the viewer's; `settings` are those at startup.
    """

    store: Store
    db: Database
    sites: Sequence[Site]
    provinces: Sequence[Province]
    rules: dict[str, RuleTitles]
    feeds: Sequence[tuple[str, str, str]]
    limits: HealthLimits
    clock: Callable[[], datetime]
    language: str
    simulated: bool = False
    staged: bool = False
    hub: LiveHub = field(default_factory=LiveHub)
    memory: FeedHealthCache = field(default_factory=FeedHealthCache)
    settings: Settings | None = None

    def within(self, scope: Scope) -> "CentreContext":
        """Return the context restricted to the sites of a scope."""
        if scope.everything:
            return self
        sites = [site for site in self.sites if scope.covers(site.code)]
        return replace(self, sites=sites, feeds=[feed for feed in self.feeds if scope.covers(feed[0])])

    def site(self, code: str) -> Site | None:
        """Return the site with this code, or None."""
        return next((site for site in self.sites if site.code == code), None)

    def province(self, code: str) -> Province:
        """Return the province with this 2-digit code."""
        return next(province for province in self.provinces if province.code == code)

    def reports(self, site: str = "") -> tuple[FeedReport, ...]:
        """Return the state of every configured feed, or of one site's feeds."""
        now = self.clock()
        feeds = [feed for feed in self.feeds if not site or feed[0] == site]
        return feed_reports(self.db, feeds, self.limits, now, self.memory.evidence(self.store, now))

    def baseline(self) -> Baseline:
        """Return the baseline of expected events per feed."""
        return self.memory.evidence(self.store, self.clock()).baseline
