"""A foreign directory in SigmaHQ's layout: what becomes of each rule, and that all that compile run."""

from pathlib import Path

import pytest
import yaml
from writing_rules import DETECTED, FROM, TO, failed_login, rule_id, ruleset, write_rule

from secmon.detection.engine.batches import Batches
from secmon.detection.engine.match_events import match_events
from secmon.detection.rule_check import Status, check
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines

PROCESS = {"category": "process_creation", "product": "windows"}
MODIFIERS: dict[str, object] = {
    "CommandLine|contains|all": [" -enc ", "bypass"],
    "CommandLine|contains|windash": " -f ",
    "CommandLine|startswith": "cmd",
    "CommandLine|endswith|cased": ".EXE",
    "CommandLine|re|i": "net1?\\s+user",
    "CommandLine|base64offset|contains": "http://",
    "CommandLine|wide|base64offset|contains": "IEX",
    "ParentImage|exists": True,
    "Image|fieldref": "ParentImage",
    "ProcessId|gte": 4,
    "User": None,
    "Hashes|contains": "SHA256=",
}
FOREIGN: dict[str, dict[str, object]] = {
    "rules/windows/process_creation/proc_creation_win_modifiers": {
        "logsource": PROCESS,
        "detection": {"selection": MODIFIERS, "condition": "selection"},
    },
    "rules/windows/process_creation/proc_creation_win_quantifiers": {
        "logsource": PROCESS,
        "detection": {
            "selection_img": {"Image|endswith": "\\a.exe"},
            "selection_cli": {"CommandLine|contains": ["x1", "y1"]},
            "filter_main_1": {"User|contains": "SYSTEM"},
            "condition": "1 of selection_* and not all of filter_main_*",
        },
    },
    "rules/windows/file/file_event/file_event_win_x": {
        "logsource": {"category": "file_event", "product": "windows"},
        "detection": {"selection": {"TargetFilename|endswith": ".hta"}, "condition": "selection"},
    },
    "rules/windows/registry/registry_set/registry_set_x": {
        "logsource": {"category": "registry_set", "product": "windows"},
        "detection": {"selection": {"TargetObject|contains": "\\Run\\", "Details": 1}, "condition": "selection"},
    },
    "rules/windows/builtin/security/win_security_x": {
        "logsource": {"product": "windows", "service": "security"},
        "detection": {"selection": {"EventID": [4720, 4732]}, "condition": "selection"},
    },
    "rules/network/dns/net_dns_x": {
        "logsource": {"category": "dns"},
        "detection": {"selection": {"query|endswith": ".example"}, "condition": "selection"},
    },
    "rules/network/firewall/net_firewall_x": {
        "logsource": {"category": "firewall"},
        "detection": {
            "selection": {"dst_ip|cidr": ["10.0.0.0/8", "fc00::/7"], "dst_port|lt": 1024},
            "condition": "selection",
        },
    },
    "rules/web/proxy_generic/proxy_x": {
        "logsource": {"category": "proxy"},
        "detection": {"selection": {"c-useragent|contains": "sqlmap"}, "condition": "selection"},
    },
    "rules/web/webserver_generic/web_x": {
        "logsource": {"category": "webserver"},
        "detection": {"keywords": ["${jndi:", "union select"], "condition": "keywords"},
    },
    "rules/linux/builtin/sshd/lnx_sshd_x": {
        "logsource": {"product": "linux", "service": "sshd"},
        "detection": {"keywords": {"|all": ["Failed", "root"]}, "condition": "keywords"},
    },
    "rules-threat-hunting/windows/proc_creation_win_hunt": {
        "logsource": PROCESS,
        "status": "experimental",
        "level": "low",
        "detection": {"selection": {"Image|endswith": "\\b.exe"}, "condition": "selection"},
    },
    "deprecated/windows/proc_creation_win_old": {
        "logsource": PROCESS,
        "status": "deprecated",
        "detection": {"selection": {"Image|endswith": "\\c.exe"}, "condition": "selection"},
    },
    "rules/windows/process_creation/proc_creation_win_unmapped": {
        "logsource": PROCESS,
        "detection": {"selection": {"NoSuchField": "x1"}, "condition": "selection"},
    },
    "rules/macos/process_creation/proc_creation_macos_x": {
        "logsource": {"category": "process_creation", "product": "macos"},
        "detection": {"selection": {"Image|endswith": "/osascript"}, "condition": "selection"},
    },
    "rules/windows/process_creation/bad_modifier": {
        "logsource": PROCESS,
        "detection": {"selection": {"Image|nonsense": "x"}, "condition": "selection"},
    },
    "rules/windows/process_creation/bad_condition": {
        "logsource": PROCESS,
        "detection": {"selection": {"Image": "x"}, "condition": "selection and missing"},
    },
    "rules/windows/process_creation/bad_regex": {
        "logsource": PROCESS,
        "detection": {"selection": {"Image|re": "a(?=b)"}, "condition": "selection"},
    },
    "rules-placeholder/windows/bad_placeholder": {
        "logsource": PROCESS,
        "detection": {"selection": {"User|expand": "%admins%"}, "condition": "selection"},
    },
}
UNMAPPED = {"proc_creation_win_unmapped"}
REJECTED = {"bad_modifier", "bad_condition", "bad_regex", "bad_placeholder", "not_yaml"}


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """The directory, with a file that is no YAML and one that is no rule's business."""
    for place, rule in FOREIGN.items():
        path = tmp_path / f"{place}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        named = {"title": path.stem, "id": rule_id(path.stem), "status": "test", "level": "high"}
        path.write_text(yaml.safe_dump(named | rule, sort_keys=False), encoding="utf-8")
    (tmp_path / "rules" / "not_yaml.yml").write_text("title: [unfinished\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("# Sigma", encoding="utf-8")
    return tmp_path


def test_every_rule_of_a_foreign_directory_has_its_status(foreign: Path) -> None:
    """Compiled, with unmapped fields, without a log source, or rejected with file, line and reason."""
    found = {one.name: one for one in check([foreign])}
    assert len(found) == len(FOREIGN) + 1
    assert {name for name, one in found.items() if one.status is Status.REJECTED} == REJECTED
    assert {name for name, one in found.items() if one.status is Status.UNMAPPED} == UNMAPPED
    assert {name for name, one in found.items() if one.status is Status.NOT_COLLECTED} == {"proc_creation_macos_x"}
    for name in REJECTED:
        assert found[name].reason, name
        assert found[name].line is not None, name
        assert found[name].path.name == f"{name}.yml"


@pytest.mark.store
def test_all_that_compile_run(store: Store, foreign: Path) -> None:
    """The engine takes every one of them; the SSH rule finds its two lines, whatever stands beside it."""
    insert_lines(store, "b1", [Lines("11110", "auth", "rfc5424", FROM, [failed_login(0), failed_login(1)])])
    report = match_events(store, ruleset(foreign), Batches.of(["b1"], FROM, TO), DETECTED)
    outcomes = {one.name: one for one in report.outcomes}
    assert outcomes["lnx_sshd_x"].matches == 2
    unfit = {"bad_condition", "bad_regex", "bad_placeholder", "proc_creation_macos_x"}
    assert {one.name for one in report.errors} <= unfit


HOSTILE = [
    "' OR 1=1 --",
    "\\' OR 1=1 --",
    "') OR (1=1",
    "{batch_ids:Array(String)}",
    "$conditions",
    "%s%s",
    ".*",
    "a{9999}",
    "((((",
    "[^\\",
    "(?i)x",
    "\\x27",
    "*/ DROP",
    "`events`",
    "\\Q..\\E",
    "a|b",
]


@pytest.mark.store
def test_hostile_texts_pass_the_prefilter_as_texts(store: Store, tmp_path: Path) -> None:
    """Each is looked for as it stands, in the search for all texts as in the rule, and finds just its own line."""
    for number, text in enumerate(HOSTILE):
        escaped = text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
        write_rule(tmp_path, f"r{number}", {"selection": {"message|contains": escaped}, "condition": "selection"})
    lines = [failed_login(number, user=f"<{text}>") for number, text in enumerate(HOSTILE)]
    insert_lines(store, "b1", [Lines("11110", "auth", "rfc5424", FROM, lines)])
    report = match_events(store, ruleset(tmp_path), Batches.of(["b1"], FROM, TO), DETECTED)
    assert not report.errors
    held = {one.name: one.matches for one in report.outcomes}
    expected = {f"r{at}": sum(text.lower() in other.lower() for other in HOSTILE) for at, text in enumerate(HOSTILE)}
    assert held == expected
