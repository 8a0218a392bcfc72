"""The schema: applied once, views replaced when their text changes, newer stores refused."""

import re

import pytest

from secmon.errors import StoreError
from secmon.store import sql
from secmon.store.client import Store
from secmon.store.migrate import migrate


def views(store: Store) -> dict[str, str]:
    """The format views by name, with the identity the engine gave them."""
    rows = store.rows(
        "SELECT name, toString(uuid) FROM system.tables"
        " WHERE database = {database:String} AND startsWith(name, 'format_')",
        {"database": store.database},
    )
    return dict(rows)


@pytest.mark.store
def test_migrating_again_changes_nothing(store: Store) -> None:
    """Nothing is applied twice and no view is made anew, so data and loading are left alone."""
    before = views(store)
    store.command("INSERT INTO quarantine (site, reason, line) VALUES ('11110', 'kept', 'x')")
    assert migrate(store) == ()
    assert views(store) == before
    assert store.rows("SELECT reason FROM quarantine") == [("kept",)]
    applied = store.rows("SELECT version, name FROM schema_version ORDER BY version")
    assert applied == [(number, name) for number, name, _ in sql.migrations()]


@pytest.mark.store
def test_what_is_missing_is_applied(engine: Store) -> None:
    """An empty database gets every file in order; one that lacks the last gets the last."""
    store = Store(engine.dsn, database="scratch_migrate_from_empty")
    names = tuple(name for _, name, _ in sql.migrations())
    try:
        assert migrate(store) == names
        store.command("ALTER TABLE schema_version DELETE WHERE version = 4", settings={"mutations_sync": 2})
        assert migrate(store) == names[3:4]
    finally:
        store.command("DROP DATABASE scratch_migrate_from_empty SYNC")
        store.close()


@pytest.mark.store
def test_a_newer_store_is_refused(store: Store) -> None:
    """A store that a newer program wrote is not touched; the error says what to do."""
    store.command("INSERT INTO schema_version (version, name) VALUES (9999, '9999_future.sql')")
    with pytest.raises(StoreError, match=r"schema 9999.*install a newer secmon"):
        migrate(store)


@pytest.mark.store
def test_a_changed_format_view_is_replaced(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the view whose text changed is made anew, and lines are read by the new text from then on."""
    before, text = views(store), sql.format_view
    changed = text("combined").replace("line AS raw_data", "concat('new ', line) AS raw_data")
    monkeypatch.setattr(sql, "format_view", lambda name: changed if name == "combined" else text(name))
    assert migrate(store) == ()
    after = views(store)
    assert {name for name, identity in after.items() if identity != before[name]} == {"format_combined"}
    line = '192.0.2.1 - - [23/Nov/2026:09:00:00 +0900] "GET / HTTP/1.1" 200 5'
    store.command(
        "INSERT INTO landing_combined (format, received_at, line) VALUES"
        " ('combined', '2026-11-23 00:00:00', {line:String})",
        {"line": line},
    )
    assert store.rows("SELECT raw_data FROM events") == [(f"new {line}",)]


@pytest.mark.store
def test_formats_that_share_stages_are_replaced_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables between them take their columns from these texts, so none of the chain stays when one text changes."""
    before, text = views(store), sql.format_view
    changed = text("rfc5424").replace("AS text,", "AS old_text, concat('new ', old_text) AS text,")
    monkeypatch.setattr(sql, "format_view", lambda name: changed if name == "rfc5424" else text(name))
    assert migrate(store) == ()
    after = views(store)
    chain = {"format_rfc5424", "format_rfc3164", *(name for name in before if name.startswith("format_syslog_"))}
    assert {name for name, identity in after.items() if identity != before[name]} == chain
    store.command(
        "INSERT INTO landing_rfc5424 (format, received_at, line) VALUES ('rfc5424', '2026-11-23 00:00:00',"
        " '<34>1 2026-11-23T00:00:00Z h app 1 - - text')"
    )
    assert store.rows("SELECT message FROM events") == [("new text",)]


@pytest.mark.store
def test_stages_that_are_gone_are_dropped(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shorter chain leaves neither a view nor a table of the longer one behind."""
    before, text = views(store), sql.stages
    longer = (text("syslog")[0], "SELECT * FROM {before}", *text("syslog")[1:])
    monkeypatch.setattr(sql, "stages", lambda name: longer if name == "syslog" else text(name))
    migrate(store)
    assert views(store).keys() - before.keys() == {f"format_syslog_{len(longer)}"}
    monkeypatch.setattr(sql, "stages", text)
    migrate(store)
    assert views(store).keys() == before.keys()
    assert store.rows(f"EXISTS TABLE stage_syslog_{len(longer)}") == [(0,)]


@pytest.mark.store
def test_a_view_of_a_format_that_is_gone_is_dropped(store: Store) -> None:
    """Its lines would otherwise become events twice, or of a text no program knows."""
    before = views(store)
    store.command(
        "CREATE MATERIALIZED VIEW format_forgotten TO normalised AS SELECT site, line AS raw_data FROM landing_rfc5424"
    )
    migrate(store)
    assert views(store) == before


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("SELECT 1", ("SELECT 1",)),
        ("SELECT 1;", ("SELECT 1",)),
        ("SELECT 1;\nSELECT 2;\n", ("SELECT 1", "SELECT 2")),
        ("SELECT 1;  \n\n\nSELECT 2", ("SELECT 1", "SELECT 2")),
        ("SELECT ';', 2;\nSELECT 3", ("SELECT ';', 2", "SELECT 3")),
        (";\n;\n", ()),
    ],
)
def test_a_semicolon_at_the_end_of_a_line_separates_statements(text: str, expected: tuple[str, ...]) -> None:
    """Semicolons within a line belong to the statement."""
    assert sql.statements(text) == expected


def test_migrations_are_numbered_without_gaps() -> None:
    """Files are applied in the order of their numbers, from 1."""
    assert [number for number, _, _ in sql.migrations()] == list(range(1, len(sql.migrations()) + 1))


def test_sql_that_is_not_there_is_named() -> None:
    """A wrong name says which file is missing."""
    with pytest.raises(StoreError, match=r"queries/nothing\.sql"):
        sql.query("nothing")
    with pytest.raises(StoreError, match=r"formats/nothing\.sql"):
        sql.format_view("nothing")


def test_every_query_says_what_it_answers_and_who_reads_it() -> None:
    """The first line of each SQL file is a comment for its readers."""
    folder = sql._PACKAGE / "queries"
    for entry in folder.iterdir():
        first = entry.read_text(encoding="utf-8").splitlines()[0]
        assert re.match(r"-- .{20}", first), entry.name
