"""Log formats: one SQL file each, and one line in this table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A log format the store can read; `first` matches how its lines begin, for `--format auto`."""

    name: str
    title: str
    first: str


FORMATS: tuple[Format, ...] = (
    Format("suricata_eve", "Suricata EVE JSON", r'^\{.*"event_type"\s*:'),
    Format("rfc5424", "Syslog, RFC 5424", r"^<\d{1,3}>1 "),
)
