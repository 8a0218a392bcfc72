"""Configured sources of log lines: feeds to fetch, addresses to listen at, and known syslog senders."""

import zlib

from secmon.errors import UsageError
from secmon.ingest.transports.http_pull import read_tokens
from secmon.ingest.transports.page import FeedAddress
from secmon.ingest.transports.registry import SCHEMES
from secmon.ingest.transports.syslog_senders import Senders, read_senders
from secmon.ingest.transports.syslog_server import ListenAt
from secmon.settings import Settings
from secmon.sites.registry import load_sites
from secmon.store.formats import FORMATS


def in_shard(site: str, shard: tuple[int, int]) -> bool:
    """Return True if share k of n, given as (k, n), contains this site.

    A checksum distributes the site codes evenly: most of them end in 0.
    """
    number, shares = shard
    return zlib.crc32(site.encode()) % shares == number - 1


def feed_addresses(settings: Settings) -> tuple[FeedAddress, ...]:
    """Return every feed of every site as configured; raise UsageError for an unknown format or a missing token."""
    known = {entry.name for entry in FORMATS}
    for source in settings.feeds:
        if source.format not in known:
            raise UsageError.literal(
                f"feed {source.name}: unknown format {source.format}; known are {', '.join(sorted(known))}"
            )
        if source.url.partition(":")[0] not in SCHEMES:
            raise UsageError.literal(
                f"feed {source.name}: {source.url} cannot be fetched; it begins with {', '.join(SCHEMES)}"
            )
    tokens = read_tokens(settings.token_file) if settings.token_file else {}
    missing = [site.code for site in load_sites() if settings.token_file and site.code not in tokens]
    if missing:
        raise UsageError.literal(
            f"token file {settings.token_file}: no token for {len(missing)} sites, such as {missing[0]}"
        )
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
    """Return the addresses that receive pushed syslog, as configured."""
    known = {"auto"} | {entry.name for entry in FORMATS}
    for one in settings.listeners:
        if one.format not in known:
            raise UsageError.literal(
                f"listener {one.name}: unknown format {one.format}; use auto or a format of docs/formats.md"
            )
    if settings.listeners and settings.senders_file is None:
        raise UsageError.literal("listeners need senders_file: a CSV with the columns sender,site")
    return tuple(
        ListenAt(
            one.protocol,
            one.host,
            one.port,
            one.name,
            one.format,
            one.trust_names,
            one.certificate,
            one.key,
            one.client_ca,
        )
        for one in settings.listeners
    )


def known_senders(settings: Settings) -> Senders:
    """Return the sender-to-site table from the settings; empty if no file is configured."""
    if settings.senders_file is None:
        return Senders()
    return read_senders(settings.senders_file, frozenset(site.code for site in load_sites()))
