"""Rule exceptions as SQL: excepted events do not count, and the rule itself is unchanged."""

from dataclasses import dataclass

from sigma.rule import SigmaRule

from secmon.detection.sigma.backend import ClickHouseBackend
from secmon.detection.sigma.document import UNREADABLE, reason
from secmon.detection.sigma.field_mapping import LogSource
from secmon.detection.sigma.literals import literal
from secmon.errors import RuleError


@dataclass(frozen=True, slots=True)
class RuleException:
    """Excepted events of one rule: of one site ('' for every site), with a value in one field ('' for any field).

    `field` and `value` are written as in a Sigma rule: wildcards count, and `src_ip|cidr` with a network is a field.
    """

    id: int
    rule_id: str
    site: str = ""
    field: str = ""
    value: str = ""


def exception_condition(source: LogSource, exemption: RuleException) -> str:
    """Return the condition for excepted events of the log source; raises RuleError if field or value is unusable."""
    parts = [f"site = {literal(exemption.site)}"] if exemption.site else []
    if exemption.field:
        detection = {"excepted": {exemption.field: exemption.value}, "condition": "excepted"}
        try:
            sigma = SigmaRule.from_dict({"title": "x", "logsource": {"category": "x"}, "detection": detection})
            parts.append(ClickHouseBackend(source).condition(sigma))
        except UNREADABLE as error:
            raise RuleError.literal(f"exception for {exemption.field}: {reason(error)}") from error
    if not parts:
        raise RuleError.literal("an exception needs a site or a field")
    return " AND ".join(f"({part})" for part in parts)
