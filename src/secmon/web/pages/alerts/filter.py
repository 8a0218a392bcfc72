"""Alert filter of a page, read from its address: `?status=open&least=3&type=malware&q=kim&group=rule`."""

from collections.abc import Mapping
from dataclasses import dataclass

from secmon.alerts.grouping import GroupBy
from secmon.alerts.queries import AlertSearch
from secmon.db.models import AlertStatus
from secmon.live.context import CentreContext
from secmon.taxonomy import AttackType

STATUSES: Mapping[str, tuple[str, ...]] = {
    "open": (AlertStatus.NEW, AlertStatus.ACKNOWLEDGED, AlertStatus.IN_PROGRESS),
    "new": (AlertStatus.NEW,),
    "mine": (AlertStatus.NEW, AlertStatus.ACKNOWLEDGED, AlertStatus.IN_PROGRESS),
    "closed": (AlertStatus.CLOSED,),
    "all": (),
}
"""Status choices of the page; `mine` are the open alerts that the user owns."""

CHIPS = ("site", "province", "rule", "actor", "campaign")
"""Filter fields that are set by links from other pages and shown as removable chips."""


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Filter fields of an address; '' for fields that the address does not set."""

    status: str = "open"
    least: int = 0
    type: str = ""
    q: str = ""
    group: str = ""
    site: str = ""
    province: str = ""
    rule: str = ""
    actor: str = ""
    campaign: str = ""

    def wanted(self, context: CentreContext, owner: str) -> AlertSearch:
        """Return the query for the alert queue; `owner` applies to the status `mine`."""
        return AlertSearch(
            status=STATUSES[self.status],
            sites=self._sites(context),
            least=self.least,
            rule_id=self.rule,
            attack_type=self.type,
            owner=owner if self.status == "mine" else None,
            actor=self.actor,
            campaign=self.campaign,
            text=self.q,
            text_rules=_rules_called(context, self.q),
            text_sites=_sites_called(context, self.q),
        )

    def _sites(self, context: CentreContext) -> tuple[str, ...]:
        if self.site:
            return (self.site,)
        # An unknown province must match no site; an empty tuple would mean all sites.
        if self.province:
            return tuple(site.code for site in context.sites if site.province == self.province) or ("none",)
        return ()


def filter_of(asked: Mapping[str, str]) -> AlertFilter:
    """Read the filter from an address; ignore invalid values."""
    least, group = asked.get("least", ""), asked.get("group", "")
    return AlertFilter(
        status=asked["status"] if asked.get("status") in STATUSES else "open",
        least=int(least) if least in {"1", "2", "3", "4", "5"} else 0,
        type=asked.get("type", "") if asked.get("type") in set(AttackType) else "",
        q=asked.get("q", "").strip()[:200],
        group=group if group in set(GroupBy) else "",
        **{name: asked.get(name, "")[:500] for name in CHIPS},
    )


def _rules_called(context: CentreContext, text: str) -> tuple[str, ...]:
    if not text:
        return ()
    wanted = text.casefold()
    return tuple(
        uid
        for uid, rule in context.rules.items()
        if wanted in rule.title_ko.casefold() or wanted in rule.title_en.casefold()
    )


def _sites_called(context: CentreContext, text: str) -> tuple[str, ...]:
    if not text:
        return ()
    wanted = text.casefold()
    return tuple(
        site.code for site in context.sites if wanted in site.ko or wanted in site.en.casefold() or wanted == site.code
    )
