"""Column for the text of an error that pages show in the language of the reader."""

from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from secmon.errors import ErrorText, read_error_text


class ErrorColumn(TypeDecorator[str]):
    """Text column that stores an ErrorText with its code and returns it again; other texts stay as they are."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored."""
        return value.record() if isinstance(value, ErrorText) else value

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Return the text in English."""
        return None if value is None else read_error_text(value)
