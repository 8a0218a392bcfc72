"""Rule text as SQL."""

import pytest
from sigma.exceptions import SigmaValueError

from secmon.detection.sigma.columns import event_column, event_columns, unmapped_field
from secmon.detection.sigma.literals import literal
from secmon.errors import RuleError


@pytest.mark.parametrize(
    "text",
    ["'", "\\", "`", "{batch_ids:Array(String)}", "%s %(x)s", "\n", "\x00", "$conditions", "--", "/* */", ";", "‘’"],
)
def test_no_special_character_survives_in_a_literal(text: str) -> None:
    """Between the quotes of a literal stand only letters, digits, harmless marks and `\\xHH`."""
    inside = literal(text)[1:-1].replace("\\x", "")
    assert not set(inside) & set("'\\`{}%\n\x00$-*;()‘’")


def test_hangul_stays_readable() -> None:
    """Letters of any script are written as they are."""
    assert literal("여권 신청") == "'여권 신청'"


def test_half_a_character_is_refused() -> None:
    """A lone surrogate cannot be sent to the engine and is an error of the rule."""
    with pytest.raises(SigmaValueError, match="half a character"):
        literal("\ud800")


def test_columns_come_from_the_schema() -> None:
    """Numbers are known as numbers, low-cardinality text as text, times and maps not at all."""
    columns = event_columns()
    assert columns["dst_endpoint_port"].number
    assert not columns["user_name"].number
    assert not columns["site"].number
    assert not {"time", "unmapped", "evidence"} & set(columns)


@pytest.mark.parametrize("reference", ["nothing", "user_name|host", "dst_endpoint_port|path", "a` OR `b"])
def test_a_column_that_is_not_in_the_schema_is_refused(reference: str) -> None:
    """Neither names nor parts can be made up."""
    with pytest.raises(RuleError, match="not a text or number column"):
        event_column(reference)


def test_an_unmapped_field_name_is_a_value() -> None:
    """A field without a column is looked up in the map by a quoted key."""
    assert unmapped_field("x'] OR 1=1 --").sql == r"unmapped['x\x27\x5D OR 1=1 \x2D\x2D']"
