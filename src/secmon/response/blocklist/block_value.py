"""Values that can be blocked: every indicator that firewalls can act on."""

from secmon.errors import UsageError
from secmon.indicator import Indicator, IndicatorKind, parse_indicator

BLOCKABLE = frozenset(IndicatorKind) - {IndicatorKind.MD5}
"""The kinds of values on the block list; firewalls compare files by SHA-256."""


def parse_block_value(text: str, *, any_width: bool = False) -> Indicator:
    """Return a value to block from user input; the message of UsageError says what is allowed.

    `any_width` also accepts wide networks.
    """
    value = parse_indicator(text, any_width=any_width)
    if value.kind not in BLOCKABLE:
        raise UsageError("block.md5", value=value.value)
    return value
