"""SQL by name: queries and formats are files, each read once."""

import re
from functools import cache
from importlib.resources import files

from secmon.errors import StoreError

_PACKAGE = files("secmon.store")
_INCLUDE = re.compile(r"\{include (\w+)\}")


@cache
def query(name: str) -> str:
    """Return the text of `store/queries/<name>.sql`."""
    return _read("queries", name)


@cache
def format_view(name: str) -> str:
    """Return `store/formats/<name>.sql`: a SELECT from `{landing}` that fills columns of normalised, or of its stages.

    `{include NAME}` stands for `store/formats/parts/NAME.sql`, SQL that formats share; `{landing}` for the
    format's own landing table and `{zone}` for the time zone of times without a zone, both filled in by
    `migrate`.
    """
    return _with_parts(_read("formats", name))


@cache
def stages(name: str) -> tuple[str, ...]:
    """Return the SELECTs of `store/formats/stages/<name>.sql`.

    Each reads from `{before}`; the last fills normalised.
    """
    return statements(_with_parts(_read("formats/stages", name)))


@cache
def events_view() -> str:
    """Return the SELECT that builds events from the readable lines in normalised."""
    return (_PACKAGE / "events_view.sql").read_text(encoding="utf-8")


def landing() -> str:
    """Return the statement that creates a landing table; `{landing}` in it stands for the table's name."""
    return (_PACKAGE / "landing.sql").read_text(encoding="utf-8")


def unknown_formats() -> str:
    """Return the SELECT for lines of formats that have no view."""
    return (_PACKAGE / "unknown_formats.sql").read_text(encoding="utf-8")


def migrations() -> tuple[tuple[int, str, str], ...]:
    """Return the numbered schema files in order: (number, file name, text)."""
    found = sorted(entry.name for entry in (_PACKAGE / "schema").iterdir() if entry.name.endswith(".sql"))
    return tuple(
        (int(name.split("_", 1)[0]), name, (_PACKAGE / "schema" / name).read_text(encoding="utf-8")) for name in found
    )


def statements(text: str) -> tuple[str, ...]:
    """Split a schema file into statements; a semicolon at a line's end separates them."""
    parts = (part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text))
    return tuple(part for part in parts if part)


def _with_parts(text: str) -> str:
    return _INCLUDE.sub(lambda found: _read("formats/parts", found[1]), text)


def _read(folder: str, name: str) -> str:
    entry = _PACKAGE / folder / f"{name}.sql"
    if not entry.is_file():
        raise StoreError.literal(f"no {folder}/{name}.sql in secmon.store")
    return entry.read_text(encoding="utf-8").strip().rstrip(";")


def identifier(name: str) -> str:
    """A table, column or database name, quoted so that it can only be a name."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"
