"""Scope of a user: all municipalities, those of one province, or a single municipality."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from secmon.sites.registry import Site


@dataclass(frozen=True, slots=True)
class Scope:
    """Sites that may be seen, by 5-digit code; None means every site, including sites that a later registry adds.

    Every function that reads for a user takes a scope, so that pages, API, stream, exports and digests cannot differ.
    """

    codes: frozenset[str] | None = None

    @classmethod
    def of_sites(cls, codes: Iterable[str]) -> Self:
        """Return a scope of just these sites."""
        return cls(frozenset(codes))

    @classmethod
    def of_province(cls, province: str, sites: Iterable[Site]) -> Self:
        """Return a scope of the sites in the province with this 2-digit code."""
        return cls.of_sites(site.code for site in sites if site.province == province)

    @property
    def everything(self) -> bool:
        """True when every site may be seen."""
        return self.codes is None

    def covers(self, site: str) -> bool:
        """Return True if the site may be seen; '' (no particular site) requires a scope of all sites."""
        return self.codes is None or site in self.codes

    @property
    def listed(self) -> list[str]:
        """Site codes as queries expect them: empty for all sites, a code that does not exist for an empty scope."""
        return [] if self.codes is None else sorted(self.codes) or ["none"]

    def narrowed(self, other: "Scope") -> "Scope":
        """Return the sites that both scopes cover."""
        if self.codes is None:
            return other
        return self if other.codes is None else Scope(self.codes & other.codes)


EVERYTHING = Scope()
"""Scope of jobs that do not act for a particular user."""
