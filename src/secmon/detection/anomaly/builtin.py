"""Built-in detectors that are not Sigma rules, as signatures for their findings."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from secmon.detection.sigma.rule import Signature
from secmon.taxonomy import Severity


@cache
def builtin() -> Mapping[str, Signature]:
    """Return every built-in detector by name."""
    path = Path(str(files("secmon.detection.anomaly") / "builtin.yml"))
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    return MappingProxyType({entry["name"]: _signature(entry, path) for entry in entries})


@cache
def anomaly_detectors() -> Mapping[str, Signature]:
    """Return the detectors that compare with a baseline, by id; their findings state the reason in their details."""
    return MappingProxyType({one.id: one for one in builtin().values() if one.name != "indicator_seen"})


def _signature(entry: Mapping[str, Any], path: Path) -> Signature:
    return Signature(
        id=entry["id"],
        name=entry["name"],
        path=path,
        line=1,
        condition_line=1,
        title_ko=entry["title_ko"],
        title_en=entry["title_en"],
        description_ko=entry["description_ko"].strip(),
        description_en=entry["description_en"].strip(),
        severity=Severity[entry["severity"].upper()],
        attack_type=None,
        attack_uids=tuple(entry["tags"]),
        falsepositives=(),
        next_steps_ko=tuple(entry["next_steps_ko"]),
        next_steps_en=tuple(entry["next_steps_en"]),
        actor="",
        called=frozenset({entry["id"], entry["name"]}),
        confidence=float(entry["confidence"]),
    )
