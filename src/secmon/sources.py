"""Where the lines come from, as the settings say: feeds to fetch, addresses to listen at, and who may send."""

import zlib

from secmon.errors import UsageError
from secmon.feeds.http_pull import read_tokens
from secmon.feeds.page import FeedAddress
from secmon.feeds.senders import Senders, read_senders
from secmon.feeds.syslog_listen import ListenAt
from secmon.feeds.transport import SCHEMES
from secmon.settings import Settings
from secmon.sites.registry import load_sites
from secmon.store.formats import FORMATS


def in_shard(site: str, shard: tuple[int, int]) -> bool:
    """Whether share k of n, given as (k, n), takes this site; a checksum spreads the codes, which mostly end in 0."""
    number, shares = shard
    return zlib.crc32(site.encode()) % shares == number - 1


def feed_addresses(settings: Settings) -> tuple[FeedAddress, ...]:
    """Every feed of every site as configured; UsageError for an unknown format or a site without a token."""
    known = {entry.name for entry in FORMATS}
    for source in settings.feeds:
        if source.format not in known:
            raise UsageError(
                f"feed {source.name}: unknown format {source.format}; known are {', '.join(sorted(known))}"
            )
        if source.url.partition(":")[0] not in SCHEMES:
            raise UsageError(f"feed {source.name}: {source.url} cannot be fetched; it begins with {', '.join(SCHEMES)}")
    tokens = read_tokens(settings.token_file) if settings.token_file else {}
    missing = [site.code for site in load_sites() if settings.token_file and site.code not in tokens]
    if missing:
        raise UsageError(f"token file {settings.token_file}: no token for {len(missing)} sites, such as {missing[0]}")
    return tuple(
        FeedAddress(
            site.code,
            source.name,
            source.format,
            source.url.replace("{site}", site.code),
            tokens.get(site.code, ""),
            source.every,
        )
        for site in load_sites()
        for source in settings.feeds
    )


def listen_addresses(settings: Settings) -> tuple[ListenAt, ...]:
    """Where sites push syslog to, as configured."""
    known = {"auto"} | {entry.name for entry in FORMATS}
    for one in settings.listeners:
        if one.format not in known:
            raise UsageError(
                f"listener {one.name}: unknown format {one.format}; use auto or a format of docs/formats.md"
            )
    if settings.listeners and settings.senders_file is None:
        raise UsageError("listeners need senders_file: a CSV with the columns sender,site")
    return tuple(
        ListenAt(
            one.protocol, one.host, one.port, one.name, one.format, one.trust_names, one.certificate, one.key,
            one.client_ca,
        )
        for one in settings.listeners
    )  # fmt: skip


def known_senders(settings: Settings) -> Senders:
    """Who pushes for which site; nobody when no file says so."""
    if settings.senders_file is None:
        return Senders()
    return read_senders(settings.senders_file, frozenset(site.code for site in load_sites()))
