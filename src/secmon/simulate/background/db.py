"""Background of the `db` feed: officials look up single residents, applications query for changes.

No statement here reads more than two hundred rows at a time.
"""

from secmon.simulate.background.mixture import ROOM, Draw, Mixture, Share
from secmon.simulate.clock import Line, Minute
from secmon.simulate.lines import db_access
from secmon.simulate.lines.db_access import Session
from secmon.simulate.municipality_model import ADMINISTRATORS, Municipality

_STATEMENTS = (
    ("SELECT", "resident", "SELECT name, address FROM resident WHERE resident_no = ?"),
    ("SELECT", "local_tax", "SELECT * FROM local_tax WHERE resident_no = ? AND year = ?"),
    ("SELECT", "vehicle", "SELECT plate, model FROM vehicle WHERE owner_no = ?"),
    ("UPDATE", "resident", "UPDATE resident SET address = ? WHERE resident_no = ?"),
    ("INSERT", "petition", "INSERT INTO petition (resident_no, kind, body) VALUES (?, ?, ?)"),
    ("SELECT", "welfare", "SELECT id, status FROM welfare WHERE dong = ? ORDER BY id LIMIT 100"),
)
_SERVICE = ("SELECT", "petition", "SELECT id, status FROM petition WHERE changed > ? LIMIT 200")


def _official(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a login, one to four statements, and a logout."""
    big, when, port, who, what, _, count, rows, *_ = draw
    at, account = (
        when * ROOM >> 32,
        town.staff[ADMINISTRATORS + who % (len(town.staff) - ADMINISTRATORS)],
    )
    session = Session(
        f"{big & 0xFFFFFFFF:08x}",
        f"u_{account.name.replace('.', '_')}",
        account.name,
        "SaeolAdmin",
        account.pc,
        town.pc_name(account.number * 3 & 63),
        town.db,
        "resident",
    )
    lines = [(at, db_access.line(minute.stamp(at), session, "login"))]
    for turn in range(1 + count % 4):
        at += 1_200_000 + port * 20
        statement = _STATEMENTS[(what + turn) % len(_STATEMENTS)]
        found = 1 + rows % 100 if "LIMIT" in statement[2] else 1
        line = db_access.line(
            minute.stamp(at), session, "query", statement, found, found * 184, 2 + rows % 30, policy="default"
        )
        lines.append((at, line))
    at += 900_000
    return (*lines, (at, db_access.line(minute.stamp(at), session, "logout")))


def _application(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate the web application's query for changes."""
    big, when, _, _, _, _, rows, *_ = draw
    at = when * ROOM >> 32
    session = Session(
        f"{big & 0xFFFFFFFF:08x}",
        "app_portal",
        "tomcat",
        "HikariPool",
        town.was,
        "WAS01",
        town.db,
        "resident",
    )
    line = db_access.line(
        minute.stamp(at), session, "query", _SERVICE, rows % 200, rows % 200 * 96, 3, policy="application"
    )
    return ((at, line),)


def _denied(town: Municipality, minute: Minute, draw: Draw) -> tuple[Line, ...]:
    """Generate a statement that the policy forbids, rarely and by one person."""
    big, when, _, _, _, _, *_ = draw
    at, account = when * ROOM >> 32, town.staff[ADMINISTRATORS + minute.bucket % 12]
    session = Session(
        f"{big & 0xFFFFFFFF:08x}",
        f"u_{account.name.replace('.', '_')}",
        account.name,
        "DBeaver",
        account.pc,
        town.pc_name(account.number * 3 & 63),
        town.db,
        "resident",
    )
    statement = ("SELECT", "welfare", "SELECT memo FROM welfare WHERE resident_no = ?")
    line = db_access.line(minute.stamp(at), session, "denied", statement, result="denied", policy="column-memo")
    return ((at, line),)


MIXTURE = Mixture((Share(_application, 150, 1), Share(_official, 104, 4.5), Share(_denied, 2, 1, most=1)))
