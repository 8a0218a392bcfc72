"""Where lines come from, as settings say it, and what is said when that cannot be."""

from pathlib import Path
from typing import Any

import pytest

from secmon.errors import UsageError
from secmon.ingest.configured_feeds import feed_addresses, known_senders, listen_addresses
from secmon.settings import load_settings

FEED: dict[str, Any] = {"name": "ids", "format": "suricata_eve", "url": "https://logs.example/{site}/ids", "every": 30}
LISTENER: dict[str, Any] = {"name": "firewall", "protocol": "tcp", "port": 6514}


def test_every_site_has_every_feed(tmp_path: Path) -> None:
    """The site's code in the address, the site's token, and how often."""
    tokens = tmp_path / "tokens.csv"
    codes = {address.site for address in feed_addresses(load_settings(data=tmp_path, feeds=[FEED]))}
    tokens.write_text("site,token\n" + "".join(f"{code},t-{code}\n" for code in codes), encoding="utf-8")
    found = feed_addresses(load_settings(data=tmp_path, feeds=[FEED], token_file=tokens))
    assert len(found) == 226
    assert {one.url for one in found} == {f"https://logs.example/{code}/ids" for code in codes}
    assert all((one.token, one.every) == (f"t-{one.site}", 30.0) for one in found)


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        ({"format": "cobol"}, "feed ids: unknown format cobol"),
        ({"url": "ftp://logs.example/{site}"}, "feed ids: ftp://logs.example/{site} cannot be fetched"),
        ({"url": "logs/{site}"}, "cannot be fetched; it begins with http, https, file"),
    ],
)
def test_a_feed_that_cannot_be_fetched_is_said(tmp_path: Path, feed: dict[str, Any], said: str) -> None:
    """Before anything is opened, with the feed's name."""
    with pytest.raises(UsageError) as raised:
        feed_addresses(load_settings(data=tmp_path, feeds=[FEED | feed]))
    assert said in str(raised.value)


def test_listeners_need_to_know_their_senders(tmp_path: Path) -> None:
    """Without the file no line could be given to a site."""
    with pytest.raises(UsageError, match="senders_file"):
        listen_addresses(load_settings(data=tmp_path, listeners=[LISTENER]))
    senders = tmp_path / "senders.csv"
    senders.write_text("sender,site\n10.1.0.0/16,11110\nfw.example,26110\n", encoding="utf-8")
    settings = load_settings(data=tmp_path, listeners=[LISTENER], senders_file=senders)
    [address] = listen_addresses(settings)
    assert (address.protocol, address.port, address.feed, address.format) == ("tcp", 6514, "firewall", "auto")
    assert known_senders(settings).sites() == {"11110", "26110"}


@pytest.mark.parametrize(
    ("listener", "said"),
    [({"format": "cobol"}, "unknown format cobol"), ({"protocol": "sctp"}, "protocol"), ({"port": 70_000}, "port")],
)
def test_a_listener_that_cannot_be_is_said(tmp_path: Path, listener: dict[str, Any], said: str) -> None:
    """A wrong protocol, port or format is named."""
    with pytest.raises(UsageError) as raised:
        listen_addresses(load_settings(data=tmp_path, listeners=[LISTENER | listener], senders_file=tmp_path / "s.csv"))
    assert said in str(raised.value)
