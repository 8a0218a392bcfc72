"""What the screens read from: handed in once by the composition root."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from secmon.alerts.desk import Desk
from secmon.alerts.feed_baseline import Baseline
from secmon.alerts.feed_health import FeedReport, HealthLimits, feed_reports
from secmon.settings import Settings
from secmon.sites.registry import Province, Site
from secmon.sites.scope import Scope
from secmon.store.client import Store
from secmon.web.digest_shelf import DigestShelf
from secmon.web.feed_memory import FeedMemory
from secmon.web.live import LiveHub
from secmon.web.snapshot import RuleTitles


@dataclass(frozen=True, slots=True)
class Console:
    """Store, desk, registry and rules of the running centre; `feeds` are (site, feed, format) as configured.

    `staged` is the one of a presentation, whose time is not the viewer's; `settings` are what the centre began with.
    """

    store: Store
    desk: Desk
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
    memory: FeedMemory = field(default_factory=FeedMemory)
    shelf: DigestShelf | None = None
    settings: Settings | None = None

    def within(self, scope: Scope) -> "Console":
        """The console of somebody who sees these sites only."""
        if scope.everything:
            return self
        sites = [site for site in self.sites if scope.covers(site.code)]
        return replace(self, sites=sites, feeds=[feed for feed in self.feeds if scope.covers(feed[0])])

    def site(self, code: str) -> Site | None:
        """The site with this code."""
        return next((site for site in self.sites if site.code == code), None)

    def province(self, code: str) -> Province:
        """The province with this 2-digit code."""
        return next(province for province in self.provinces if province.code == code)

    def reports(self, site: str = "") -> tuple[FeedReport, ...]:
        """State of every configured feed, or of one site's."""
        now = self.clock()
        feeds = [feed for feed in self.feeds if not site or feed[0] == site]
        return feed_reports(self.desk, feeds, self.limits, now, self.memory.evidence(self.store, now))

    def baseline(self) -> Baseline:
        """What the feeds' events are measured against."""
        return self.memory.evidence(self.store, self.clock()).baseline
