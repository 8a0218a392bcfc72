"""What each Sigma modifier means, on real rows in a real engine."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from writing_rules import write_rule

from secmon.detection.sigma.backend import ClickHouseBackend
from secmon.detection.sigma.compile import compile_rule
from secmon.detection.sigma.field_mapping import LogSource
from secmon.detection.sigma.ruleset import read_rules, rule_files
from secmon.errors import RuleError
from secmon.store.client import Store
from secmon.store.scratch import scratch_store

FIELDS = {"user": "user_name", "port": "dst_endpoint_port", "src": "src_endpoint_ip", "cmd": "process_cmd_line"}
SOURCE = LogSource("rows", (), "1", FIELDS)
HOSTILE = [
    "'",
    "''",
    "\\",
    "\\'",
    "`",
    '"',
    "{",
    "}",
    "{batch_ids:Array(String)}",
    "%",
    "%s",
    "%(x)s",
    "_",
    "\n",
    "\r\n",
    "\t",
    "\x00",
    "a\x00b",
    ";",
    "--",
    "/*",
    "$conditions",
    "$$",
    "' OR 1=1 --",
    "\\' OR 1=1 --",
    "') OR (1=1",
    "’ OR 1=1",
    "{x:Identifier}",
    "\\x27",
    "\\0",
    "한글'",
    "💥",
]

ROWS: dict[str, dict[str, Any]] = {
    "kim": {
        "user_name": "Kim",
        "dst_endpoint_port": 22,
        "src_endpoint_ip": "10.1.2.3",
        "process_cmd_line": "/bin/Bash -i",
    },
    "park": {
        "user_name": "park",
        "dst_endpoint_port": 443,
        "src_endpoint_ip": "203.0.113.9",
        "actor_user_name": "PARK",
    },
    "v6": {"user_name": "kim_2", "src_endpoint_ip": "fd00::1", "process_cmd_line": "100%\nsure"},
    "empty": {},
    "vendor": {"user_name": "Ärger", "unmapped": {"Vendor Field": "Alpha", "n": "7"}, "src_endpoint_ip": "no address"},
}


@pytest.fixture(scope="module")
def rows(engine: Store) -> Iterator[Store]:
    """The rows above, each named by its batch id."""
    with scratch_store(beside=engine) as store:
        for name, row in ROWS.items():
            insert(store, {"batch_id": name, "raw_data": f"line of {name}: Hello World", **row})
        yield store


def insert(store: Store, row: dict[str, Any]) -> None:
    """One event with these columns."""
    places = [
        f"JSONExtract({{{name}:String}}, 'Map(String, String)')"
        if isinstance(value, dict)
        else f"{{{name}:{'UInt32' if isinstance(value, int) else 'String'}}}"
        for name, value in row.items()
    ]
    bound = {name: json.dumps(value) if isinstance(value, dict) else value for name, value in row.items()}
    columns = ", ".join(row)
    store.command(f"INSERT INTO events (time, {columns}) SELECT '2026-03-02 01:00:00', {', '.join(places)}", bound)


def condition(detection: dict[str, Any]) -> str:
    """The detection as SQL; `selection` alone unless it says otherwise."""
    rule = {
        "title": "t",
        "logsource": {"category": "x"},
        "detection": {"condition": "selection"} | detection,
    }
    return ClickHouseBackend(SOURCE).condition(SigmaRule.from_dict(rule))


def found(store: Store, detection: dict[str, Any]) -> str:
    """Names of the rows that the detection matches; a bound parameter is present as in production."""
    sql = f"SELECT batch_id FROM events WHERE batch_id != {{none:String}} AND ({condition(detection)}) ORDER BY 1"
    return " ".join(name for (name,) in store.rows(sql, {"none": "none"}))


@pytest.mark.store
@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({"user": "kim"}, "kim"),
        ({"user|cased": "kim"}, ""),
        ({"user|cased": "Kim"}, "kim"),
        ({"user": "KIM*"}, "kim v6"),
        ({"user": "k?m"}, "kim"),
        ({"user": "*"}, "kim park v6 vendor"),
        ({"user": ""}, "empty"),
        ({"user": None}, "empty"),
        ({"user|exists": True}, "kim park v6 vendor"),
        ({"user|exists": False}, "empty"),
        ({"user|startswith": "K"}, "kim v6"),
        ({"user|endswith": "M"}, "kim"),
        ({"user|contains": "I"}, "kim v6"),
        ({"user|contains": "m_"}, "v6"),
        ({"user|contains": ["im", "AR"]}, "kim park v6"),
        ({"user|contains|all": ["k", "_"]}, "v6"),
        ({"user": ["kim", "PARK"]}, "kim park"),
        ({"user": "ärger"}, "vendor"),
        ({"user|re": "^K"}, "kim"),
        ({"user|re|i": "^k"}, "kim v6"),
        ({"cmd|re": "100%.sure"}, ""),
        ({"cmd|re|s": "100%.sure"}, "v6"),
        ({"cmd|contains": "0%"}, "v6"),
        ({"cmd": "100%*"}, "v6"),
        ({"cmd|windash|contains": " -i"}, "kim"),
        ({"port": 22}, "kim"),
        ({"port": "22"}, "kim"),
        ({"port|startswith": "4"}, "park"),
        ({"port|gte": 22}, "kim park"),
        ({"port|gt": 22}, "park"),
        ({"port|lt": 22}, "empty v6 vendor"),
        ({"port": None}, "empty v6 vendor"),
        ({"port|neq": 22}, "empty park v6 vendor"),
        ({"n|gt": 6}, "vendor"),
        ({"n|lt": 6}, ""),
        ({"src|cidr": "10.0.0.0/8"}, "kim"),
        ({"src|cidr": "fd00::/8"}, "v6"),
        ({"src|cidr": ["10.0.0.0/8", "203.0.113.0/24"]}, "kim park"),
        ({"src|cidr": "0.0.0.0/0"}, "kim park"),
        ({"user|fieldref": "actor_user_name"}, "park"),
        ({"Vendor Field": "ALPHA"}, "vendor"),
        ({"Vendor Field|contains": "lph"}, "vendor"),
        ({"No Such Field": None}, "empty kim park v6 vendor"),
        ({"user_name": "park"}, "park"),
        (["hello WORLD", "nothing"], "empty kim park v6 vendor"),
        (["of k?m: hello"], "kim"),
        ({"|all": ["hello", "kim"]}, "kim"),
        ({"|re": "of (kim|park):"}, "kim park"),
        ([{"user": "kim"}, {"port": 443}], "kim park"),
        ({"user": "kim", "port": 443}, ""),
    ],
)
def test_what_a_selection_matches(rows: Store, selection: Any, names: str) -> None:
    """A selection matches exactly the rows that the Sigma specification says."""
    assert found(rows, {"selection": selection}) == names


@pytest.mark.store
@pytest.mark.parametrize(
    "selection",
    [{"user": "kim"}, {"port|gt": 22}, {"src|cidr": "10.0.0.0/8"}, {"n|gt": 1}, {"n": None}, {"x|re": "."}, ["kim"]],
)
def test_not_is_the_complement(rows: Store, selection: Any) -> None:
    """A row matches either a selection or its negation, also where the field is absent."""
    positive = found(rows, {"selection": selection}).split()
    negative = found(rows, {"selection": selection, "condition": "not selection"}).split()
    assert sorted(positive + negative) == sorted(ROWS)


@pytest.mark.store
def test_quantifiers_and_parentheses(rows: Store) -> None:
    """`1 of`, `all of`, NOT and brackets bind as written."""
    names = {"a_1": {"user": "kim"}, "a_2": {"port": 443}, "b": {"src|startswith": "203"}}
    assert found(rows, names | {"condition": "1 of a_*"}) == "kim park"
    assert found(rows, names | {"condition": "all of them"}) == ""
    assert found(rows, names | {"condition": "1 of them and not b"}) == "kim"
    assert found(rows, names | {"condition": "(a_1 or a_2) and b"}) == "park"


@pytest.mark.store
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_a_value(rows: Store, text: str) -> None:
    """Whatever a rule says, as value or as field name, the engine sees a value: it runs and matches nothing."""
    escaped = text.replace("\\", "\\\\")
    for selection in (
        {"user": escaped},
        {"user|cased": escaped},
        {"user|contains": [f"x{escaped}", f"y{escaped}"]},
        {"user": [f"x{escaped}", f"y{escaped}"]},
        {"user": f"*{escaped}*{escaped}?"},
        {f"field {text.replace('|', '')}": "x"},
        [f"{escaped} nowhere", "nowhere"],
    ):
        assert found(rows, {"selection": selection}) == ""


@pytest.mark.store
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_found_where_it_stands(store: Store, text: str) -> None:
    """The same text is matched literally by equals, contains and LIKE when a record holds it."""
    sigma = text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
    store.command(
        "INSERT INTO events (time, batch_id, user_name) SELECT '2026-03-02 01:00:00', 'it', unhex({hex:String})",
        {"hex": f"<{text}>".encode().hex()},
    )
    for value in (f"<{sigma}>", f"*{sigma}>", f"<{sigma}*", f"*{sigma}*", f"?{sigma}?"):
        assert found(store, {"selection": {"user": value}}) == "it"


@pytest.mark.parametrize(
    "selection",
    [
        {"user|expand": "%admins%"},
        {"user|re|expand": "x%admins%"},
        {"user|re": "(?=look)ahead"},
        {"user|re": "(?<!b)ehind"},
        {"user|re": r"(a)\1"},
        {"time|hour": 3},
        {"user": "\ud800"},
    ],
)
def test_what_cannot_be_expressed_is_refused(selection: Any) -> None:
    """Placeholders without a value, expressions beyond RE2 and the like are errors of the rule."""
    with pytest.raises(SigmaError):
        condition({"selection": selection})


def test_many_alternatives_become_few_searches() -> None:
    """Contained texts of one field are searched for together, at most 250 at once."""
    sql = condition({"selection": {"cmd|contains": [f"tool-{n}" for n in range(300)]}})
    assert sql.count("multiSearchAny") == 2
    assert "LIKE" not in sql


def test_fields_without_a_column_are_remembered() -> None:
    """The backend tells which fields it had to look up among the vendor fields."""
    backend = ClickHouseBackend(SOURCE)
    rule = {"selection": {"user": "x", "Other": "y"}, "condition": "selection"}
    backend.condition(SigmaRule.from_dict({"title": "t", "logsource": {"category": "x"}, "detection": rule}))
    assert backend.unmapped == {"Other"}


def test_placeholders_stand_for_their_values(tmp_path: Path) -> None:
    """Each value is an alternative and only a value; a name without values is an error that says so."""
    write_rule(tmp_path, "known", {"selection": {"User|expand": "%boss%"}, "condition": "selection"})
    write_rule(tmp_path, "other", {"selection": {"User|expand": "%else%"}, "condition": "selection"})
    rules = {rule.name: rule for rule in read_rules(rule_files([tmp_path]), {"boss": ["kim", "o'n"]}).rules}
    assert compile_rule(rules["known"]).condition == r"lower(`user_name`) IN ('kim', 'o\x27n')"
    with pytest.raises(RuleError, match="%else%"):
        compile_rule(rules["other"])
