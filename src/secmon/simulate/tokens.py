"""Each site's key to its own feeds."""

import hmac
from collections.abc import Iterable


def site_token(secret: bytes, code: str) -> str:
    """Hex HMAC-SHA256 of the site's code."""
    return hmac.new(secret, code.encode(), "sha256").hexdigest()


def tokens_csv(tokens: Iterable[tuple[str, str]]) -> bytes:
    """The file the collector reads: a header and one line a site."""
    return "".join(("site,token\n", *(f"{site},{token}\n" for site, token in tokens))).encode()
