"""The commands over data: samples as printed, folders and ports that cannot be had, a round over the sites."""

import json
import os
import socket
from pathlib import Path

import pytest
from running_commands import assert_refused, in_process, own_process

from secmon.errors import UsageError
from secmon.ingest.configured_feeds import feed_addresses
from secmon.runtime.data_folder_lock import Instance
from secmon.settings import load_settings
from secmon.store.formats import FORMATS

SAMPLES = Path(__file__).parents[2] / "sample_logs"
RECEIVED = "2026-11-23T10:00:00+09:00"


@pytest.mark.slow
@pytest.mark.store
def test_parse_prints_what_is_written_beside_the_samples() -> None:
    """Each format's basic sample is recognised and its events are on stdout, in the order of the files."""
    folders = [SAMPLES / entry.name for entry in FORMATS]
    done = own_process("parse", *(folder / "basic.log" for folder in folders), "--received-at", RECEIVED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "".join((folder / "basic.expected.ndjson").read_text(encoding="utf-8") for folder in folders)


@pytest.mark.slow
@pytest.mark.store
@pytest.mark.parametrize("name", ["combined", "db_access"])
def test_parse_names_each_malformed_line_and_its_reason(name: str) -> None:
    """With the format given, every line that is not of it and the reason on stderr, nothing on stdout, exit code 1."""
    file = SAMPLES / name / "malformed.log"
    done = own_process("parse", file, "--format", name, "--received-at", RECEIVED)
    expected = [json.loads(line) for line in file.with_name("malformed.expected.ndjson").read_text().splitlines()]
    assert done.stderr.splitlines() == [f"{file}:{one['line']}: {one['reason']}" for one in expected]
    assert (done.returncode, done.stdout) == (1, "")


def test_a_folder_somebody_else_has_open_is_not_touched(tmp_path: Path) -> None:
    """A second server is refused with the process that has it; questions wait until that one serves."""
    with Instance(tmp_path):
        assert_refused(in_process("serve", "--port", free_port(), "--data", tmp_path), "already open", str(os.getpid()))
        assert_refused(
            in_process("status", "--json", "--data", tmp_path), "serves nothing yet", str(os.getpid()), code=1
        )
    assert [path.name for path in tmp_path.iterdir()] == ["secmon.lock"]


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    """Serving, collecting and loading by hand all name the folder and how to choose another."""
    data, log = tmp_path / "file", SAMPLES / "rfc5424" / "basic.log"
    data.write_text("in the way", encoding="utf-8")
    for command in (
        ("collect", "--once", "--json"),
        ("ingest", log, "--site", "11110"),
    ):
        assert_refused(in_process(*command, "--data", data), f"data folder {data} cannot be written", "--data")
    assert data.read_text(encoding="utf-8") == "in the way"


@pytest.mark.slow
def test_a_port_that_cannot_be_had_is_said(tmp_path: Path) -> None:
    """A server on a busy port makes no data folder; one for other machines wants an account first."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_refused(in_process("serve", "--port", port, "--data", tmp_path / "data"), f"port {port}", "--port")
    config = tmp_path / "secmon.toml"
    config.write_text('host = "0.0.0.0"\n', encoding="utf-8")
    assert not (tmp_path / "data").exists()
    done = own_process("serve", "--config", config, "--port", free_port(), "--data", tmp_path / "data")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    said = done.stderr.splitlines()[-1]
    assert all(word in said for word in ("0.0.0.0", "no account yet", "secmon user add"))


@pytest.mark.slow
@pytest.mark.store
def test_a_round_over_sites_that_are_all_down_is_a_round(tmp_path: Path) -> None:
    """collect --once --json tells how many feeds failed and exits 0; status names them as failing."""
    config = tmp_path / "secmon.toml"
    config.write_text(
        f'data = "{tmp_path / "data"}"\n[[feeds]]\nname = "ids"\nformat = "suricata_eve"\n'
        'url = "http://127.0.0.1:1/sites/{site}"\n',
        encoding="utf-8",
    )
    done = own_process("collect", "--once", "--json", "--config", config)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["sites"], answer["feeds"], answer["failed_feeds"], answer["lines"]) == (226, 226, 226, 0)
    status = json.loads(own_process("status", "--json", "--config", config).stdout)
    assert (status["sites"]["total"], status["sites"]["failing"], status["lines"]) == (226, 226, 0)


def test_a_feed_that_cannot_be_configured_is_said(tmp_path: Path) -> None:
    """An unknown format, and a token file that leaves sites out, are named before anything is opened."""
    tokens = tmp_path / "tokens.csv"
    tokens.write_text("site,token\n11110,abc\n", encoding="utf-8")
    feed = {"name": "ids", "format": "rfc5424", "url": "http://127.0.0.1:1/{site}"}
    with pytest.raises(UsageError, match="feed ids: unknown format cobol"):
        feed_addresses(load_settings(feeds=[feed | {"format": "cobol"}]))
    with pytest.raises(UsageError, match="no token for 225 sites"):
        feed_addresses(load_settings(feeds=[feed], token_file=tokens))
    assert len(feed_addresses(load_settings(feeds=[feed]))) == 226


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
