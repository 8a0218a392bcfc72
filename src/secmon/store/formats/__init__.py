"""Log formats: one SQL file each, and one entry in this table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A log format the store can read; `first` matches the start of its lines.

    For `auto`, the first matching entry wins. `stages` names the file in formats/stages whose SELECTs continue
    after the SELECT of the format.
    """

    name: str
    title: str
    first: str
    stages: str = ""


_CLOCK = (
    r"(?:[A-Z][a-z]{2} {1,2}\d{1,2}(?: \d{4})? \d{1,2}:\d\d:\d\d(?:\.\d+)?(?: 20\d\d)?"
    r"|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*)"
)
# Header that a syslog sender or relay puts before a line of another format. It never matches a word of the message
# itself, so that text written into a message cannot make the line look like that format.
_HEADER = (
    r"(?:<\d{1,3}>)?(?:1 \S+ \S+ \S+ \S+ \S+ (?:-|\[[^\]]*\]) ?"
    rf"|:? ?(?:{_CLOCK}[: ] ?)?(?:[^\s=|%:{{]\S* )?(?:[^\s=|%{{]*: ?)?)"
)

FORMATS: tuple[Format, ...] = (
    Format("modsecurity", "ModSecurity audit log, JSON", r'\{\s*"transaction"\s*:\s*\{'),
    Format("evtx_json", "Windows events, EVTX as JSON", r'\{\s*"Event"\s*:\s*\{', stages="windows"),
    Format("winlogbeat", "Windows events, Winlogbeat JSON", r'\{.*?"winlog"\s*:\s*\{', stages="windows"),
    Format("suricata_eve", "Suricata EVE JSON", r'\{.*"event_type"\s*:'),
    Format("rspamd", "Rspamd mail gateway, JSON", r'\{.*?"(?:required_score|unix_time)"\s*:'),
    Format("db_access", "Database access gateway, JSON", r'\{.*?"dbms"\s*:'),
    Format("zeek_json", "Zeek logs, JSON", r'\{.*?"(?:_path|id\.orig_h|id|note|fuid|peer)"\s*:'),
    Format("cisco_asa", "Cisco ASA and FTD syslog", _HEADER + r"%(?:ASA|FTD|PIX)-(?:[a-z]+-)?[0-7]-\d{6}:"),
    Format("cef", "Common Event Format (ArcSight)", _HEADER + r"CEF: ?[01]\|"),
    Format("leef", "Log Event Extended Format (QRadar)", _HEADER + r"LEEF:[12]\.0\|"),
    Format(
        "fortigate",
        "FortiGate syslog, key=value",
        _HEADER + r"(?:\w+=\S+ ){0,4}?date=\d{4}-\d\d-\d\d time=[\d:]{8} (?:.{0,400}? )?(?:logid|devid)=",
    ),
    Format("rfc5424", "Syslog, RFC 5424", r"<\d{1,3}>1 ", stages="syslog"),
    Format(
        "apache_error",
        "Apache and nginx error logs, ModSecurity in them",
        r"\[[A-Z][a-z]{2} [A-Z][a-z]{2} {1,2}\d{1,2} [\d:.]{8,18} \d{4}\] \[|\d{4}/\d\d/\d\d [\d:]{8} \[\w+\] \d+#\d+:",
    ),
    Format(
        "rfc3164",
        "BSD syslog, RFC 3164, and syslog files",
        rf"(?:<\d{{1,3}}>)? ?{_CLOCK}:? +\S",
        stages="syslog",
    ),
    Format(
        "combined",
        "Web access log, common and combined format",
        r"(?:[\w.-]+:\d{1,5} )?[^\s<{\[]\S* \S+ .{0,200}?\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:",
    ),
)

UNKNOWN = "unknown"
"""Format name for every name that is not in the table; its lines go to quarantine."""

_NAMES = frozenset(entry.name for entry in FORMATS)
_FIRST = re.compile("|".join(f"(?P<{entry.name}>{entry.first})" for entry in FORMATS).encode())


def recognise(line: bytes) -> str:
    """Return the format of a line by its first 4 kB, UNKNOWN if no format matches."""
    found = _FIRST.match(line[:4096])
    return found.lastgroup or UNKNOWN if found else UNKNOWN


def most_common(lines: Sequence[bytes]) -> str:
    """Return the most frequent format of the lines, by how they start; UNKNOWN if none is recognised."""
    votes = [recognise(line) for line in lines]
    known = [vote for vote in votes if vote != UNKNOWN]
    return max(dict.fromkeys(known), key=known.count, default=UNKNOWN)


def landing_table(name: str) -> str:
    """Return the table that lines of this format are inserted into."""
    return f"landing_{name if name in _NAMES else UNKNOWN}"
