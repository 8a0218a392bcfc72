"""Secrets: password hashing with argon2, and one-time secrets stored as hashes."""

import secrets
from functools import cache
from hashlib import sha256
from importlib.resources import files

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from secmon.errors import UsageError

LEAST = 12
MOST = 256
"""Most characters of a password; a longer password would only cost time."""
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that are easily confused on paper
_HASHER = PasswordHasher()


def check_password(password: str, name: str) -> None:
    """Raise UsageError with the reason when a password is not acceptable for the account `name`."""
    if not LEAST <= len(password) <= MOST:
        raise UsageError("password.length", least=LEAST, most=MOST, length=len(password))
    plain = password.casefold()
    if plain in _common() or len(set(plain)) < 5:
        raise UsageError("password.common")
    if name.casefold() in plain and len(plain) - len(name) < LEAST - 4:
        raise UsageError("password.like_name")


def hash_password(password: str) -> str:
    """Return the argon2id hash, which includes its parameters; takes about a tenth of a second and 64 MB."""
    return _HASHER.hash(password)


def password_matches(kept: str, password: str) -> bool:
    """Return True if the password matches the hash.

    Takes as long for an account without a password, so that timing does not reveal which accounts exist.
    """
    try:
        return _HASHER.verify(kept or _nobodys(), password[:MOST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def password_hash_outdated(kept: str) -> bool:
    """Return True if the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def one_time_password() -> str:
    """Return a one-time password to be read out: four groups of four characters, about 79 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _common() -> frozenset[str]:
    text = (files("secmon.auth") / "common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))


_BYTES = 32
SHOWN = 12
"""Characters of a hash that identify a session on screens and in the audit log."""


def new_secret() -> str:
    """Return a new secret of 256 bits, safe in a cookie and a URL."""
    return secrets.token_urlsafe(_BYTES)


def hash_secret(secret: str) -> str:
    """Return the hash to store; a secret of full entropy needs no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
