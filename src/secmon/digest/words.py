"""The words of digests in Korean and English: texts, names, numbers and times, masked where that is asked for."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files

from secmon.alerts.measure import Metric
from secmon.alerts.metrics import definitions
from secmon.digest.period import KST
from secmon.errors import SecmonError
from secmon.sites.registry import load_provinces, load_sites

LANGUAGES = ("ko", "en")
_ADDRESS = re.compile(r"\b(\d{1,3}\.\d{1,3})\.\d{1,3}\.\d{1,3}\b")
_SITE = 5


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """All texts of a language by key."""
    text = files("secmon.digest").joinpath(f"texts/{language}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@dataclass(frozen=True, slots=True)
class Words:
    """How one version of a digest speaks; `masked` hides the names of municipalities and people, and addresses."""

    language: str
    masked: bool = False

    @classmethod
    def of_version(cls, version: str) -> "Words":
        """The words of ko, en, ko-masked or en-masked."""
        language, _, masked = version.partition("-")
        return cls(language, bool(masked))

    def t(self, key: str, **values: object) -> str:
        """A text; `{name}` in it is filled from `values`."""
        if key.startswith("metric."):
            said = definitions()[Metric(key.removeprefix("metric."))]
            return said.name_ko if self.language == "ko" else said.name_en
        try:
            return catalogue(self.language)[key].format(**values)
        except KeyError as error:
            raise SecmonError(f"text {key!r} or a value in it is missing in texts/{self.language}.json") from error

    def known(self, key: str, otherwise: str) -> str:
        """A text that need not be there."""
        return catalogue(self.language).get(key, otherwise)

    def either(self, both: Mapping[str, str]) -> str:
        """The text of this language."""
        return self.safe(both.get(self.language, ""))

    def place(self, code: str) -> str:
        """A municipality or province by its code; '' is all of them."""
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
        """Somebody's name."""
        return "○○○" if self.masked and name else name or "–"

    def safe(self, text: str) -> str:
        """A text from a log or a person, with what must not show masked, and nothing that is not printable."""
        shown = "".join(sign if sign.isprintable() else " " for sign in text)
        if not self.masked:
            return shown
        for site in load_sites():
            shown = shown.replace(site.ko, "○○").replace(site.en, "○○")
        return _ADDRESS.sub(r"\1.x.x", shown)

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with separators; '–' for none."""
        return "–" if value is None else f"{value:,.{digits}f}"

    def percent(self, share: float | None, digits: int = 1) -> str:
        """A share from 0 to 1; '–' for none. What is not all is never shown as all."""
        if share is None:
            return "–"
        text = f"{100 * share:.{digits}f}%"
        return f"{100 - 10**-digits:.{digits}f}%" if share < 1 and text.startswith("100") else text

    def at(self, iso: str | None, form: str = "%Y-%m-%d %H:%M") -> str:
        """A time as Korea reads it; '–' for none."""
        return datetime.fromisoformat(iso).astimezone(KST).strftime(form) if iso else "–"

    def seconds(self, value: float | None) -> str:
        """A length of time."""
        if value is None:
            return "–"
        units = (("초", "s"), ("분", "min"), ("시간", "h"))
        place = 0 if value < 120 else 1 if value < 7200 else 2  # two of a unit read better than 120 of the smaller
        unit = units[place][0 if self.language == "ko" else 1]
        return f"{value / 60**place:.{0 if place == 0 else 1}f}{'' if self.language == 'ko' else ' '}{unit}"

    def change(self, now: int, before: int) -> str:
        """How much more or fewer, in per cent; '–' without anything to compare with."""
        return "–" if not before else f"{100 * (now - before) / before:+,.0f}%"
