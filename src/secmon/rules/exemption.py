"""Exceptions from a rule, as SQL: what is excepted counts for nothing, and the rule itself stays as it is."""

from dataclasses import dataclass

from sigma.rule import SigmaRule

from secmon.errors import RuleError
from secmon.rules.backend import ClickHouseBackend
from secmon.rules.document import UNREADABLE, reason
from secmon.rules.literals import lit
from secmon.rules.mapping import LogSource


@dataclass(frozen=True, slots=True)
class Exemption:
    """Events of one rule that count for nothing: of one site ('' for every), with one field's value ('' for any).

    `field` and `value` are as a Sigma rule writes them: wildcards count, and `src_ip|cidr` with a network is a field.
    """

    id: int
    rule_id: str
    site: str = ""
    field: str = ""
    value: str = ""


def exempt_condition(source: LogSource, exemption: Exemption) -> str:
    """Which events of the log source are excepted; raises RuleError when the field or its value says nothing."""
    parts = [f"site = {lit(exemption.site)}"] if exemption.site else []
    if exemption.field:
        detection = {"excepted": {exemption.field: exemption.value}, "condition": "excepted"}
        try:
            sigma = SigmaRule.from_dict({"title": "x", "logsource": {"category": "x"}, "detection": detection})
            parts.append(ClickHouseBackend(source).condition(sigma))
        except UNREADABLE as error:
            raise RuleError(f"exception for {exemption.field}: {reason(error)}") from error
    if not parts:
        raise RuleError("an exception needs a site or a field")
    return " AND ".join(f"({part})" for part in parts)
