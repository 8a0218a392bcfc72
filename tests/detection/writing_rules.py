"""Rules and log lines that the tests of the rules write."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import yaml

from secmon.detection.sigma.ruleset import RuleSet, read_rules, rule_files

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
FROM, TO = START, START + timedelta(hours=2)
DETECTED = START + timedelta(hours=3)


def rule_id(title: str) -> str:
    """The id that `write_rule` gives a rule with this title."""
    return str(uuid5(NAMESPACE_URL, title))


def write_rule(folder: Path, title: str, detection: object, **more: object) -> Path:
    """A rule file called after its title, over sshd unless said otherwise."""
    document: dict[str, object] = {
        "title": title,
        "id": rule_id(title),
        "logsource": {"product": "linux", "service": "sshd"},
        "detection": detection,
        "level": "high",
    }
    path = folder / f"{title}.yml"
    path.write_text(yaml.safe_dump(document | more, allow_unicode=True), encoding="utf-8")
    return path


def write_correlation(folder: Path, title: str, correlation: object, base: object) -> Path:
    """A correlation and, in the same file, the rule `base` that it is about."""
    documents = [
        {
            "title": f"{title} base",
            "name": "base",
            "id": rule_id(f"{title} base"),
            "logsource": {"product": "linux", "service": "sshd"},
            "detection": base,
        },
        {"title": title, "id": rule_id(title), "level": "high", "correlation": correlation},
    ]
    path = folder / f"{title}.yml"
    path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    return path


def ruleset(*paths: Path) -> RuleSet:
    """The rules in these files or folders, without samples."""
    return read_rules(rule_files(paths))


def failed_login(second: float, source: str = "203.0.113.9", user: str = "root") -> bytes:
    """A failed SSH login so many seconds after START."""
    stamp = (START + timedelta(seconds=second)).isoformat()
    text = f"Failed password for {user} from {source} port 42000 ssh2"
    return f"<86>1 {stamp} web01.city.example sshd 2211 - - {text}".encode()


def accepted_login(second: float, source: str = "203.0.113.9", user: str = "root") -> bytes:
    """A successful SSH login so many seconds after START."""
    return failed_login(second, source, user).replace(b"Failed", b"Accepted")


def write_company(folder: Path, title: str, correlation: Mapping[str, object]) -> Path:
    """A correlation `title` over `failed` and `accepted` logins; it may name `guessing`: three failures in 60 s."""

    def login(name: str, status: int) -> dict[str, object]:
        return {
            "title": name,
            "name": name,
            "id": rule_id(name),
            "logsource": {"product": "linux", "service": "sshd"},
            "detection": {"selection": {"status_id": status}, "condition": "selection"},
        }

    counted = {
        "title": "guessing",
        "name": "guessing",
        "id": rule_id("guessing"),
        "correlation": {
            "type": "event_count",
            "rules": ["failed"],
            "group-by": ["src_ip", "site"],
            "timespan": "60s",
            "condition": {"gte": 3},
            "generate": False,
        },
    }
    asked = {"title": title, "id": rule_id(title), "level": "high", "correlation": correlation}
    path = folder / f"{title}.yml"
    path.write_text(yaml.safe_dump_all([login("failed", 2), login("accepted", 1), counted, asked]), encoding="utf-8")
    return path
