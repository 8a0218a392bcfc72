"""Searchable fields: every text and number column of `events`, by its name or a short name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from secmon.detection.sigma.columns import event_columns
from secmon.store.sql import identifier

SHORT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ip": ("src_endpoint_ip", "dst_endpoint_ip"),
        "src": ("src_endpoint_ip",),
        "dst": ("dst_endpoint_ip",),
        "port": ("dst_endpoint_port",),
        "user": ("user_name", "actor_user_name"),
        "host": ("device_hostname",),
        "process": ("process_name",),
        "command": ("process_cmd_line",),
        "url": ("http_request_url_string",),
        "agent": ("http_request_user_agent",),
        "status": ("http_response_code",),
        "domain": ("query_hostname", "http_request_url_hostname", "tls_sni"),
        "hash": ("file_hashes_sha256", "file_hashes_md5"),
        "file": ("file_path", "file_name"),
        "country": ("src_endpoint_location_country",),
        "type": ("attack_type",),
        "severity": ("severity_id",),
        "signature": ("finding_info_title",),
        "mail": ("email_from", "email_to"),
        "raw": ("raw_data",),
    }
)
"""Short names; a name that stands for several columns matches when any of them does."""

CASE_KEPT = frozenset({"site", "feed", "format", "src_endpoint_ip", "dst_endpoint_ip"})
"""Columns whose values have a single spelling: compared exactly, so that sorting key and indexes apply."""

STATISTICS: tuple[str, ...] = (
    "site",
    "feed",
    "activity_name",
    "attack_type",
    "severity_id",
    "src_endpoint_ip",
    "src_endpoint_location_country",
    "dst_endpoint_ip",
    "dst_endpoint_port",
    "user_name",
    "device_hostname",
    "http_request_url_string",
    "http_response_code",
    "query_hostname",
    "process_name",
    "finding_info_title",
)
"""Fields whose most frequent values are shown beside the results."""


@dataclass(frozen=True, slots=True)
class Field:
    """A searchable column."""

    column: str
    number: bool

    @property
    def sql(self) -> str:
        """Quoted name of the column in SQL."""
        return identifier(self.column)


@cache
def columns() -> Mapping[str, Field]:
    """Return the searchable columns by name."""
    numbers = {name: column.number for name, column in event_columns().items()}
    texts = dict.fromkeys(("site", "feed", "format", "batch_id", "raw_data", "message"), False)
    return MappingProxyType({name: Field(name, number) for name, number in sorted({**numbers, **texts}.items())})


def fields(name: str) -> Sequence[Field]:
    """Return the columns that a name in a query stands for; empty for an unknown name."""
    known = columns()
    return [known[column] for column in SHORT.get(name, (name,)) if column in known]
