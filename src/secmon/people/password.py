"""Passwords: what makes one good enough, how it is hashed, and one-time passwords."""

import secrets
from functools import cache
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from secmon.errors import UsageError

LEAST = 12
MOST = 256
"""Characters; a longer one would only cost time."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that are taken for others on paper
_HASHER = PasswordHasher()


def check(password: str, name: str) -> None:
    """UsageError that says what is wrong with a password for the account `name`."""
    if not LEAST <= len(password) <= MOST:
        raise UsageError(f"a password has {LEAST} to {MOST} characters, this one has {len(password)}")
    plain = password.casefold()
    if plain in _common() or len(set(plain)) < 5:
        raise UsageError("this password is one of those that are tried first: choose another")
    if name.casefold() in plain and len(plain) - len(name) < LEAST - 4:
        raise UsageError("this password is little more than the account's name: choose another")


def hashed(password: str) -> str:
    """Its argon2id hash with the parameters inside; takes about a tenth of a second and 64 MB."""
    return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """True when the password is the hashed one; as slow for an account that has none, so that nobody can tell."""
    try:
        return _HASHER.verify(kept or _nobodys(), password[:MOST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def outdated(kept: str) -> bool:
    """True when today's parameters are stronger than those the hash was made with."""
    return _HASHER.check_needs_rehash(kept)


def one_time() -> str:
    """A password to be read out once: four groups of four, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _common() -> frozenset[str]:
    text = (files("secmon.people") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
