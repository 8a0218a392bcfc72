"""A search saved as a rule finds what the search found; what no rule can say is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from secmon.detection.sigma.compile import compile_rule
from secmon.detection.sigma.field_mapping import LogSource, log_sources
from secmon.detection.sigma.ruleset import load_rules
from secmon.errors import UsageError
from secmon.search.query import condition
from secmon.search.search import Search, log_source
from secmon.search.sigma_draft import draft, file_name
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.store.load import Lines, insert_lines
from secmon.store.migrate import migrate
from secmon.store.scratch import scratch_store

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = date(2026, 11, 25)
SSHD = next(source for source in log_sources() if ("", "linux", "sshd") in source.accepts)
TEXTS = (
    "Failed password for root from 203.0.113.9 port 40022 ssh2",
    "Failed password for invalid user admin from 203.0.113.77 port 40023 ssh2",
    "Accepted password for kim.yj from 198.51.100.7 port 50022 ssh2",
    "Accepted password for kim.yj from 2001:db8::7 port 50023 ssh2",
    "Connection closed by 203.0.113.9 port 40022 [preauth] 100%_sure*",
)


@pytest.fixture(scope="module")
def filled(engine: Store) -> Iterator[Store]:
    """A store with lines of sshd and one of another program."""
    with scratch_store(beside=engine) as store:
        migrate(store)
        lines = [f"<86>1 {NOON.isoformat()} web01 sshd 7 - - {text}".encode() for text in TEXTS]
        lines.append(f"<86>1 {NOON.isoformat()} web01 cron 8 - - Failed password for root".encode())
        insert_lines(store, "b1", [Lines("11110", "auth", "rfc5424", NOON, lines)])
        yield store


def raw(store: Store, sql: str) -> list[str]:
    """Lines of sshd that a condition finds."""
    rows = store.rows(f"SELECT raw_data FROM events WHERE {SSHD.predicate} AND ({sql}) ORDER BY raw_data")
    return [line for (line,) in rows]


def as_rule(folder: Path, query: str, source: LogSource = SSHD) -> str:
    """The condition of the rule that a search was saved as, loaded as any rule file is."""
    (folder / file_name(query)).write_text(draft(query, source, "kim", DAY), encoding="utf-8")
    loaded = load_rules(folder)
    assert loaded.rejected == ()
    [rule] = loaded.rules
    compiled = compile_rule(rule)
    assert compiled.unmapped == ()
    return compiled.condition


@pytest.mark.store
@pytest.mark.parametrize(
    ("query", "number"),
    [
        ('"failed password"', 2),
        ("user:kim*", 2),
        ("user:KIM.YJ", 2),
        ("src:203.0.113.9", 1),
        ("ip:203.0.113.0/24 -user:root", 1),
        ("ip:2001:db8::/32", 1),
        ("failed OR accepted", 4),
        ("src_endpoint_port:[50000 TO *]", 2),
        ("src_endpoint_port:>40022 src_endpoint_port:<=50022", 2),
        ("NOT user:*", 1),
        ('"100%_sure*"', 1),
        ('"100%_sur?"', 0),
        ("user:(root admin)", 2),
        ("raw:accepted", 2),
        ("nothing", 0),
    ],
)
def test_the_rule_finds_what_the_search_found(filled: Store, tmp_path: Path, query: str, number: int) -> None:
    """Both find the same lines of the log source."""
    searched = raw(filled, condition(query).sql)
    assert len(searched) == number
    assert raw(filled, as_rule(tmp_path, query)) == searched


@pytest.mark.store
def test_the_log_source_is_that_of_most_events(filled: Store) -> None:
    """Of all that was found, that of fewest others where several have as many; nothing found has none."""
    span = (NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    assert log_source(filled, Search(condition("accepted"), EVERYTHING, *span)) == SSHD
    every = log_source(filled, Search(condition("password"), EVERYTHING, *span))
    assert every is not None
    assert every.name == "linux"
    assert log_source(filled, Search(condition("absent"), EVERYTHING, *span)) is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "an empty search cannot become a rule"),
        ("site:11110 failed", "remove site:"),
        ("user:[a TO b]", "is a text"),
        ("[1 TO 3]", "needs a field"),
        ("status:many", "is a number, but 'many' is not"),
        ("absent:1", "no field has the name absent"),
        ("(((", "the query is not valid"),
    ],
)
def test_what_no_rule_can_say_is_refused(query: str, said: str) -> None:
    """With what to leave out."""
    with pytest.raises(UsageError, match="(?s)" + said.replace("(", r"\(")):
        draft(query, SSHD, "kim", DAY)


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    """A query full of YAML and SQL is quoted in the file, and its name has none of it."""
    query = '"x\'); DROP TABLE events; --" url:"a: [b, *c]"'
    sql = as_rule(tmp_path, query, next(source for source in log_sources() if source.name == "webserver"))
    assert "\\x27\\x29\\x3B drop table events\\x3B" in sql
    assert file_name('"../../etc/passwd"') == "etc-passwd.yml"
    assert file_name("한글") == "draft.yml"
