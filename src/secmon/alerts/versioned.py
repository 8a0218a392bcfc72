"""Rows that people change, so that two at once are told instead of overwritten."""

from datetime import datetime

from sqlalchemy import Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column


class Versioned:
    """`version` counts the changes by people; who made the last one, and when."""

    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")
    changed_by: Mapped[str] = mapped_column(String(128), default="", server_default=text("''"))
    changed_at: Mapped[datetime | None]
