"""MITRE ATT&CK: its techniques, and which of them the rules look for."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from secmon.rules.rule import Signature
from secmon.taxonomy import Severity

ATTACK_VERSION = "18"


@dataclass(frozen=True)
class Technique:
    """A technique or sub-technique, such as T1110.001, with the tactics it serves."""

    uid: str
    name: str
    tactics: tuple[str, ...]


@cache
def techniques() -> Mapping[str, Technique]:
    """Every technique by id."""
    with (files("secmon.rules") / "attack.csv").open(encoding="utf-8") as file:
        rows = [Technique(row["technique"], row["name"], tuple(row["tactics"].split())) for row in csv.DictReader(file)]
    return MappingProxyType({one.uid: one for one in rows})


def coverage(signatures: Iterable[Signature]) -> dict[str, tuple[Signature, ...]]:
    """The rules for each technique that at least one of them names."""
    covered: dict[str, list[Signature]] = {}
    for signature in signatures:
        for uid in signature.attack_uids:
            covered.setdefault(uid, []).append(signature)
    return {uid: tuple(covered[uid]) for uid in sorted(covered)}


def navigator_layer(signatures: Iterable[Signature]) -> dict[str, Any]:
    """The coverage as a layer for the ATT&CK Navigator (layer format 4.5); the score is the number of rules."""
    covered = coverage(signatures)
    return {
        "name": "secmon",
        "versions": {"attack": ATTACK_VERSION, "navigator": "5.1.0", "layer": "4.5"},
        "domain": "enterprise-attack",
        "description": "Techniques that the detection rules of secmon look for",
        "sorting": 3,
        "hideDisabled": False,
        "techniques": [_cell(uid, rules) for uid, rules in covered.items()],
        "gradient": {
            "colors": ["#dbe9f6", "#08519c"],
            "minValue": 0,
            "maxValue": max((len(rules) for rules in covered.values()), default=1),
        },
    }


def _cell(uid: str, rules: tuple[Signature, ...]) -> dict[str, Any]:
    worst = max((rule.severity for rule in rules), default=Severity.UNKNOWN)
    return {
        "techniqueID": uid,
        "score": len(rules),
        "enabled": True,
        "comment": "; ".join(rule.title_en for rule in rules),
        "metadata": [{"name": "highest severity", "value": worst.name.lower()}],
        "showSubtechniques": "." in uid,
    }
