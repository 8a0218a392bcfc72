"""Types of values in API requests, with their limits."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

from secmon.detection.anomaly.explanation import Explanation
from secmon.web.api.reply import expected_version

_NO_NUL = r"^[^\x00]*$"
_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _kept(at: datetime) -> datetime:
    if not _FIRST <= at <= _LAST:
        raise ValueError("a time between 1971 and 2200 is expected")
    return at.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_kept)]
"""A time with its zone, converted to UTC."""
Words = Annotated[str, StringConstraints(max_length=10_000, pattern=_NO_NUL)]
"""Text written by a user."""
Line = Annotated[str, StringConstraints(max_length=200, pattern=_NO_NUL)]
"""A short text: a title, a name."""
SiteCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
"""5-digit code of a municipality."""
Id = Annotated[int, Path(ge=1, lt=2**31)]
"""Number of a record in a path."""
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
Cursor = Annotated[str, Query(max_length=200, description="`next` of the page before.")]


def _version(if_match: Annotated[str | None, Header(max_length=100)] = None) -> int | None:
    return expected_version(if_match)


IfMatch = Annotated[int | None, Depends(_version)]
"""The version the caller has seen, from the header If-Match; without it nothing is compared."""


class Out(BaseModel):
    """Part of a response, read from a row."""

    model_config = ConfigDict(from_attributes=True)


class WhyOut(Out):
    """The reason of a finding that no rule explains: a sentence in both languages, and the values that it states."""

    ko: str
    en: str
    values: dict[str, str]

    @classmethod
    def of(cls, reason: Explanation | None) -> "WhyOut | None":
        """Return the reason for a response; None when there is none."""
        return None if reason is None else cls.model_validate(reason)


class In(BaseModel):
    """Body of a request; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")
