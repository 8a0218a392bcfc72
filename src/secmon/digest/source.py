"""What digests are made from: the running centre, and what many digests of one period share."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from secmon.alerts import attempts
from secmon.alerts.desk import Desk
from secmon.alerts.feed_health import FeedReport
from secmon.alerts.measure import Period
from secmon.digest.facts import Json
from secmon.sites.registry import Province, Site
from secmon.sites.scope import EVERYTHING, Scope
from secmon.store.client import Store


class Titled(Protocol):
    """What a digest says of a rule."""

    @property
    def title_ko(self) -> str:
        """Title in Korean."""

    @property
    def title_en(self) -> str:
        """Title in English."""


@dataclass(frozen=True)
class Sources:
    """What digests are made from: the running centre's store, desk, registry, rules and feeds.

    `tiles` is (code, column, row) of the small map. Answers that many digests of one period share are kept in `memo`:
    make new sources for each run.
    """

    store: Store
    desk: Desk
    sites: Sequence[Site]
    provinces: Sequence[Province]
    rules: Mapping[str, Titled]
    reports: Callable[[], Sequence[FeedReport]]
    tiles: Sequence[tuple[str, float, float]] = ()
    simulated: bool = False
    tlp: str = "amber"
    memo: dict[Any, Any] = field(default_factory=dict)

    def fresh(self) -> "Sources":
        """The same, with nothing kept."""
        return replace(self, memo={})

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """The answer to a question, asked once."""
        if key not in self.memo:
            self.memo[key] = ask()
        return self.memo[key]

    def by_site(self, period: Period) -> Mapping[str, tuple[int, int]]:
        """Events and attempts of every site."""
        return self.once(  # type: ignore[no-any-return]  # what was put in
            ("by_site", period), lambda: attempts.by_site(self.store, EVERYTHING, period.begins, period.ends)
        )

    def scope(self, text: str) -> Scope:
        """'' all, two digits a province, five a site."""
        if not text:
            return EVERYTHING
        return Scope.of_province(text, self.sites) if len(text) == 2 else Scope.of_sites([text])  # digits

    def title(self, rule_id: str) -> Json:
        """A rule's title in both languages; its id when it is gone."""
        rule = self.rules.get(rule_id)
        return {"ko": rule.title_ko if rule else rule_id, "en": rule.title_en if rule else rule_id}
