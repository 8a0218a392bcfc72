"""Data sources of digests: the running centre, and results shared by the digests of one period."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from secmon.db.database import Database
from secmon.feed_health.health import FeedReport
from secmon.operations import attack_attempts
from secmon.operations.metric_samples import Period
from secmon.reports.content.facts import Json
from secmon.sites.registry import Province, Site
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store


class Titled(Protocol):
    """The titles of a rule."""

    @property
    def title_ko(self) -> str:
        """Title in Korean."""

    @property
    def title_en(self) -> str:
        """Title in English."""


@dataclass(frozen=True)
class Sources:
    """Data sources of digests: the running centre's databases, registry, rules and feeds.

    `tiles` is (code, column, row) of the small map. Results that many digests of one period share are cached in
    `memo`: create new sources for each run.
    """

    store: Store
    db: Database
    sites: Sequence[Site]
    provinces: Sequence[Province]
    rules: Mapping[str, Titled]
    reports: Callable[[], Sequence[FeedReport]]
    tiles: Sequence[tuple[str, float, float]] = ()
    simulated: bool = False
    tlp: str = "amber"
    memo: dict[Any, Any] = field(default_factory=dict)

    def fresh(self) -> "Sources":
        """Return the same sources with an empty cache."""
        return replace(self, memo={})

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """Return the cached result for a key, computing it the first time."""
        if key not in self.memo:
            self.memo[key] = ask()
        return self.memo[key]

    def by_site(self, period: Period) -> Mapping[str, tuple[int, int]]:
        """Return events and attempts of every site."""
        return self.once(  # type: ignore[no-any-return]  # what was put in
            ("by_site", period),
            lambda: attack_attempts.attempts_by_site(self.store, EVERYTHING, period.begins, period.ends),
        )

    def scope(self, text: str) -> Scope:
        """Return the scope of a code: '' all, two digits a province, five a site."""
        if not text:
            return EVERYTHING
        return Scope.of_province(text, self.sites) if len(text) == 2 else Scope.of_sites([text])  # digits

    def title(self, rule_id: str) -> Json:
        """Return a rule's title in both languages; its id when the rule no longer exists."""
        rule = self.rules.get(rule_id)
        return {"ko": rule.title_ko if rule else rule_id, "en": rule.title_en if rule else rule_id}
