"""Explain in both languages why a detector that is not a rule raised a finding."""

from collections.abc import Mapping
from dataclasses import dataclass

from secmon.i18n.catalogue import package_texts


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reason of a finding as a sentence in Korean and in English, and the values that it states.

    The values are those of the finding: `seen`, `expected`, `most`, `samples` and `basis` of a volume; `what`, `value`
    and `known_since` of a first-seen value; `feed`, `silent_since` and `precursor` of a silence.
    """

    ko: str
    en: str
    values: Mapping[str, str]

    def text(self, language: str) -> str:
        """Return the sentence in a language."""
        return self.ko if language == "ko" else self.en


def explanation(details: Mapping[str, str]) -> Explanation | None:
    """Return the reason of a finding from its details; None when they state no reason.

    Values may come from logs and must be escaped like any text.
    """
    korean, english = (_said(details, language) for language in ("ko", "en"))
    return Explanation(korean, english, details) if english else None


def _said(details: Mapping[str, str], language: str) -> str:
    texts = package_texts("secmon.detection.anomaly", language)
    if "expected" in details:
        basis = texts.get(f"volume.basis.{details.get('basis', '')}", "")
        names = ("seen", "expected", "most", "samples")
        return texts.format("volume.unusual", {"basis": basis} | {name: details.get(name, "") for name in names})
    if "what" in details:
        kind = texts.get(f"first.kind.{details['what']}", "")
        since = details.get("known_since", "")[:10]
        return texts.format("first.seen", {"kind": kind, "since": since, "value": details.get("value", "")})
    if "silent_since" in details:
        values = {"feed": details.get("feed", ""), "since": details["silent_since"]}
        return texts.format("silence.after_finding", values | {"finding": details.get("precursor", "")})
    return ""
