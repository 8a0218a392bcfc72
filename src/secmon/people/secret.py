"""Secrets that are handed out once and kept as a hash: session ids, tokens, states."""

import secrets
from hashlib import sha256

_BYTES = 32
SHOWN = 12
"""Characters of a hash by which a session is named on screens and in the audit log."""


def fresh() -> str:
    """A new secret of 256 bits, safe in a cookie and an address."""
    return secrets.token_urlsafe(_BYTES)


def kept(secret: str) -> str:
    """What is stored of it; a secret of full entropy needs no slow hash."""
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
