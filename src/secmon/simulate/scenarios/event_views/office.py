"""Incoming mail, and database queries."""

from collections.abc import Iterable

from secmon.simulate.lines import db_access, rspamd
from secmon.simulate.lines.db_access import Session
from secmon.simulate.scenarios.event_views.occurrence import Occurrence, Sighting

MAIL = {"source", "server", "sender", "recipient", "subject", "score", "attachment", "content", "url"}
QUERY = {"db_user", "os_user", "app", "client", "client_host", "database", "kind", "object", "statement"} | {
    *("rows", "bytes", "result", "policy", "elapsed"),
}

_FOUND = (("R_SPF_NEUTRAL", 0.0), ("R_DKIM_NA", 0.0), ("DMARC_NA", 0.0))
_SUSPICIOUS = (("R_SPF_SOFTFAIL", 0.0), ("FROM_NEQ_ENVFROM", 0.0), ("MIME_DOUBLE_BAD_EXTENSION", 3.0))


def _mail(one: Occurrence) -> Iterable[tuple[int, str]]:
    """Generate a message; with an attachment (`content` determines its hash), Rspamd's symbols for it are added."""
    attachment = one.text("attachment")
    message = rspamd.Message.of(
        one.text("subject"),
        _SUSPICIOUS if attachment else _FOUND,
        attachment=(attachment, one.text("content", attachment)) if attachment else None,
        urls=(one.text("url"),) if one.text("url") else (),
        score=float(one.given.get("score", 0.0)),
    )
    minute, offset = one.minute()
    ends = (one.text("source"), one.text("server"), one.text("sender"), one.text("recipient"))
    yield one.at, rspamd.mail(minute.epoch(offset), one.big, ends, message, 40_000 + (one.port & 0x3FFF))


def _session(one: Occurrence) -> Session:
    return Session(
        f"{one.big & 0xFFFFFFFF:08x}",
        one.text("db_user"),
        one.text("os_user"),
        one.text("app", "psql"),
        one.text("client"),
        one.text("client_host"),
        one.town.db,
        one.text("database", "resident"),
    )


def _query(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    rows, result = one.number("rows", 1), one.text("result", "ok")
    statement = (one.text("kind", "SELECT"), one.text("object"), one.quoted("statement"))
    size, elapsed = one.number("bytes", rows * 184), one.number("elapsed", 3 + rows // 500)
    event = "denied" if result == "denied" else "query"
    policy = one.text("policy", "default")
    yield (
        one.at,
        db_access.line(minute.stamp(offset), _session(one), event, statement, rows, size, elapsed, result, policy),
    )


def _login(one: Occurrence) -> Iterable[tuple[int, str]]:
    minute, offset = one.minute()
    result = one.text("result", "ok")
    yield one.at, db_access.line(minute.stamp(offset), _session(one), "login", result=result)


ARRIVES: dict[str, Sighting] = {"mail": _mail}
DB_QUERY: dict[str, Sighting] = {"db": _query}
DB_LOGIN: dict[str, Sighting] = {"db": _login}
