"""Settings that the centre was started with, in a form without passwords."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from secmon.settings import IdentityProvider, MailServer, Settings
from secmon.store.client import without_password

_ADDRESSES = ("store", "desk")
_MOST = 12
"""Number of names shown of a list; the rest is given as a count."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name, its value in short, and whether it differs from the default."""

    name: str
    value: str
    changed: bool


def settings_in_force(settings: Settings) -> tuple[Setting, ...]:
    """Return every setting in the order of docs/settings.md.

    Structured values are given by name or address, secrets by their file.
    """
    return tuple(
        Setting(
            name,
            _short(name, getattr(settings, name)),
            getattr(settings, name) != field.get_default(call_default_factory=True),
        )
        for name, field in Settings.model_fields.items()
    )


def _short(name: str, value: Any) -> str:
    if name in _ADDRESSES:
        return without_password(value)
    if isinstance(value, MailServer):
        return f"{value.host}:{value.port} ({value.security})"
    if isinstance(value, IdentityProvider):
        return value.issuer
    if isinstance(value, Mapping):
        return _listed(list(value))
    if isinstance(value, tuple):
        return _listed([one.name if isinstance(one, BaseModel) else one for one in value])  # type: ignore[attr-defined]  # all have one
    return "" if value is None else str(value)


def _listed(names: list[Any]) -> str:
    shown = ", ".join(str(one) for one in names[:_MOST])
    return f"{shown} (+{len(names) - _MOST})" if len(names) > _MOST else shown
