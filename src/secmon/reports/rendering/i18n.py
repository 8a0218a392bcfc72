"""Localisation of digests in Korean and English: texts, names, numbers and times, masked on request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from secmon.errors import SecmonError
from secmon.i18n.catalogue import LANGUAGES, Catalogue, CatalogueError, package_texts
from secmon.operations.metric_samples import Metric
from secmon.operations.metrics import definitions
from secmon.sites.registry import load_provinces, load_sites
from secmon.times import KST

__all__ = ["LANGUAGES", "Translator", "catalogue"]

_ADDRESS = re.compile(r"\b(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b")
_SITE = 5


def catalogue(language: str) -> Catalogue:
    """Return all texts of digests in a language."""
    return package_texts("secmon.reports.rendering", language)


@dataclass(frozen=True, slots=True)
class Translator:
    """Translator for one version of a digest; `masked` hides addresses and the names of municipalities and people."""

    language: str
    masked: bool = False

    @classmethod
    def of_version(cls, version: str) -> "Translator":
        """Return the translator of ko, en, ko-masked or en-masked."""
        language, _, masked = version.partition("-")
        return cls(language, bool(masked))

    def t(self, key: str, **values: object) -> str:
        """Return a text with its values; a count is passed as a number."""
        if key.startswith("metric."):
            said = definitions()[Metric(key.removeprefix("metric."))]
            return said.name_ko if self.language == "ko" else said.name_en
        try:
            return catalogue(self.language).format(key, values)
        except CatalogueError as error:
            raise SecmonError.literal(f"texts.{self.language}.ftl of digests: {error}") from error

    def either(self, both: Mapping[str, str]) -> str:
        """Return the text of this language from a pair."""
        return self.safe(both.get(self.language, ""))

    def place(self, code: str) -> str:
        """Return the name of a municipality or province by its code; '' means all of them."""
        if not code:
            return self.t("scope.all", number=len(load_sites()))
        if len(code) != _SITE:
            found = [one for one in load_provinces() if one.code == code]
            return (found[0].ko if self.language == "ko" else found[0].en) if found else code
        site = next((one for one in load_sites() if one.code == code), None)
        province = next((one for one in load_provinces() if one.code == code[:2]), None)
        if site is None or province is None:
            return code
        region = province.short_ko if self.language == "ko" else province.short_en
        if self.masked:
            return self.t("scope.masked.site", province=region, kind=self.t(f"site.kind.{site.kind}"))
        return f"{region} {site.ko}" if self.language == "ko" else f"{site.en}, {region}"

    def person(self, name: str) -> str:
        """Return a person's name, or its mask."""
        return "○○○" if self.masked and name else name or "–"

    def safe(self, text: str) -> str:
        """Return a text from a log or a person, masked if required, without unprintable characters."""
        shown = "".join(sign if sign.isprintable() else " " for sign in text)
        if not self.masked:
            return shown
        for site in load_sites():
            shown = shown.replace(site.ko, "○○").replace(site.en, "○○")
        return _ADDRESS.sub(r"\1.x.x", shown)

    def number(self, value: float | None, digits: int = 0) -> str:
        """Format a number with separators; '–' for None."""
        return "–" if value is None else f"{value:,.{digits}f}"

    def percent(self, share: float | None, digits: int = 1) -> str:
        """Format a share from 0 to 1 as per cent; '–' for None. Less than everything is never rounded to 100%."""
        if share is None:
            return "–"
        text = f"{100 * share:.{digits}f}%"
        return f"{100 - 10**-digits:.{digits}f}%" if share < 1 and text.startswith("100") else text

    def at(self, iso: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
        """Format a time in Korean time; '–' for None."""
        return datetime.fromisoformat(iso).astimezone(KST).strftime(form) if iso else "–"

    def seconds(self, value: float | None) -> str:
        """Format a duration in seconds, minutes or hours; '–' for None."""
        if value is None:
            return "–"
        units = (("초", "s"), ("분", "min"), ("시간", "h"))
        # up to two of the larger unit, the smaller unit reads better
        place = 0 if value < 120 else 1 if value < 7200 else 2
        unit = units[place][0 if self.language == "ko" else 1]
        return f"{value / 60**place:.{0 if place == 0 else 1}f}{'' if self.language == 'ko' else ' '}{unit}"

    def change(self, now: int, before: int) -> str:
        """Format the change in per cent; '–' without a previous value."""
        return "–" if not before else f"{100 * (now - before) / before:+,.0f}%"
