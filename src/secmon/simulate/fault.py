"""Faults of sites: `down:CODE` or `down:CODE@WHEN` takes a site's feeds off the air."""

from collections.abc import Iterable
from datetime import UTC, datetime

from secmon.errors import UsageError
from secmon.simulate.when import ALLOWED, parse_when

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def parse_faults(texts: Iterable[str], start: datetime, sites: Iterable[str]) -> dict[str, datetime]:
    """From when each faulty site is down; UsageError says what is allowed."""
    known, down = set(sites), dict[str, datetime]()
    for text in texts:
        what, at, when = text.partition("@")
        kind, _, site = what.partition(":")
        if kind != "down" or not site:
            raise UsageError(f"fault {text!r}: write down:CODE or down:CODE@WHEN, WHEN is {ALLOWED}")
        if site not in known:
            raise UsageError(f"fault {text!r}: no site has the code {site!r}; 'secmon sites' lists them")
        since = parse_when(when, start) if at else _ALWAYS
        down[site] = min(since, down.get(site, since))
    return down
