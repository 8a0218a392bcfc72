"""Bearer token of each site for its own feeds."""

import hmac
from collections.abc import Iterable


def site_token(secret: bytes, code: str) -> str:
    """Return the hex HMAC-SHA256 of the site's code."""
    return hmac.new(secret, code.encode(), "sha256").hexdigest()


def tokens_csv(tokens: Iterable[tuple[str, str]]) -> bytes:
    """Return the token file that the collector reads: a header and one line per site."""
    return "".join(("site,token\n", *(f"{site},{token}\n" for site, token in tokens))).encode()
