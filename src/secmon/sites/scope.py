"""Which municipalities somebody may see: all of them, a province's, or one's own."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from secmon.sites.registry import Site


@dataclass(frozen=True, slots=True)
class Scope:
    """The sites that may be seen, by 5-digit code; None is every site, also those a later registry adds.

    Every function that reads for somebody takes a scope, so that pages, API, stream, exports and digests cannot differ.
    """

    codes: frozenset[str] | None = None

    @classmethod
    def of_sites(cls, codes: Iterable[str]) -> Self:
        """Just these sites."""
        return cls(frozenset(codes))

    @classmethod
    def of_province(cls, province: str, sites: Iterable[Site]) -> Self:
        """The sites of the province with this 2-digit code."""
        return cls.of_sites(site.code for site in sites if site.province == province)

    @property
    def everything(self) -> bool:
        """True when no site is left out."""
        return self.codes is None

    def covers(self, site: str) -> bool:
        """True when the site may be seen; '' (no site in particular) only by those who see everything."""
        return self.codes is None or site in self.codes

    @property
    def listed(self) -> list[str]:
        """The codes as a query takes them: empty for every site, a code that no site has for none at all."""
        return [] if self.codes is None else sorted(self.codes) or ["none"]

    def narrowed(self, other: "Scope") -> "Scope":
        """What both may see."""
        if self.codes is None:
            return other
        return self if other.codes is None else Scope(self.codes & other.codes)


EVERYTHING = Scope()
"""For jobs that act for nobody in particular."""
