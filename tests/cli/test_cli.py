"""The command line as a person at a terminal meets it."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from running_commands import ENVIRONMENT, assert_refused, in_process, own_process
from typer.main import get_command

from secmon.cli.main import COMMANDS, cli
from secmon.cli.server_client import get_json
from secmon.runtime.data_folder_lock import running

SAMPLES = Path(__file__).parents[2] / "sample_logs"
ASKED = (
    ["demo"],
    ["serve"],
    ["simulate"],
    ["collect"],
    ["ingest"],
    ["parse"],
    ["sites"],
    ["status"],
    ["rules", "check"],
    ["rules", "test"],
    ["rules", "rerun"],
    ["rules", "status"],
    ["rules", "except"],
    ["backup"],
    ["restore"],
    ["register", "take"],
    ["register", "assets"],
    ["register", "contacts"],
    ["indicators", "import"],
    ["indicators", "list"],
    ["indicators", "expire"],
)


@pytest.mark.parametrize("command", ASKED, ids=" ".join)
def test_every_command_explains_itself(command: list[str]) -> None:
    """--help exits 0 and names the command's purpose."""
    done = in_process(*command, "--help")
    assert done.returncode == 0
    assert "Usage" in done.stdout


def test_the_list_of_commands_is_what_they_say_of_themselves() -> None:
    """Its lines are written by hand, so that none of them has to be imported for it."""
    group: Any = get_command(cli)
    said = {name: command.help for name, command in group.commands.items()}
    assert said == {name: line for name, (_, line) in COMMANDS.items()}


def test_help_imports_no_command() -> None:
    """`secmon --help` answers at once: neither the engine nor the dashboard is loaded for it."""
    program = "import sys; from secmon.cli.main import main; sys.argv = ['secmon', '--help']\n"
    program += "try: main()\nexcept SystemExit: print({'chdb', 'dash', 'pandas', 'sqlalchemy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, env=ENVIRONMENT)
    assert done.stdout.splitlines()[-1] == "set()", done.stderr
    assert all(name in done.stdout for name in COMMANDS)


def test_sites_lists_the_226_as_json() -> None:
    """sites --json is the registry with the keys of the contract."""
    rows = json.loads(in_process("sites", "--json").stdout)
    assert len(rows) == 226
    assert {"code", "ko", "en", "province", "kind"} <= rows[0].keys()
    assert {row["kind"] for row in rows} == {"si", "gun", "gu"}


@pytest.mark.store
def test_parse_prints_events_and_names_the_lines_it_cannot_read(tmp_path: Path) -> None:
    """Events go to stdout as NDJSON, rejects to stderr with file, line number and reason, and the exit code is 1."""
    log = tmp_path / "auth.log"
    good = "<38>1 2026-11-23T10:00:00+09:00 gw sshd 7 - - Failed password for root from 198.51.100.7 port 5 ssh2"
    log.write_text(f"{good}\n\nnot syslog\n{good}\n")
    done = own_process("parse", log, "--format", "rfc5424", "--received-at", "2026-11-23T10:00:01+09:00")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["user_name"] for event in events] == ["root", "root"]
    assert events[0]["time"] == "2026-11-23T01:00:00.000+00:00"
    assert done.stderr.splitlines() == [f"{log}:3: no syslog priority"]
    assert done.returncode == 1


@pytest.mark.store
def test_parse_recognises_both_formats() -> None:
    """--format auto reads the shipped samples of each format."""
    for name in ("suricata_eve", "rfc5424"):
        done = own_process("parse", SAMPLES / name / "background.log")
        assert done.returncode == 0, done.stderr
        assert {json.loads(line)["format"] for line in done.stdout.splitlines()} == {name}


@pytest.mark.store
@pytest.mark.slow
def test_what_is_ingested_is_counted_by_status(tmp_path: Path) -> None:
    """ingest keeps every line as an event or in quarantine, and status shows lines = events + quarantine."""
    bad = tmp_path / "bad.log"
    bad.write_text("nonsense\n")
    data = ("--data", tmp_path / "data")
    sample = SAMPLES / "rfc5424" / "background.log"
    (done,) = json.loads(own_process("ingest", sample, "--site", "11110", *data, "--json").stdout)
    (quarantined,) = json.loads(
        own_process("ingest", bad, "--site", "11110", "--format", "rfc5424", *data, "--json").stdout
    )
    assert done["lines"] == done["events"] == sum(1 for line in sample.read_bytes().split(b"\n") if line)
    assert (quarantined["events"], quarantined["quarantined"]) == (0, 1)
    status = json.loads(own_process("status", "--json", *data).stdout)
    assert status["lines"] == status["events"] + status["quarantine"] == done["lines"] + 1
    assert status["balanced"] is True


def test_wrong_questions_get_one_sentence(tmp_path: Path) -> None:
    """What cannot be carried out as written is refused with exit code 2, one sentence and no traceback."""
    log = tmp_path / "x.log"
    log.write_text("x\n")
    assert_refused(in_process("collect"), "--once")
    assert_refused(in_process("collect", "--once", "--shard", "5/4"), "shard")
    assert_refused(in_process("demo", "--history", "soon"), "24h")
    assert_refused(in_process("ingest", log, "--site", "99999"), "99999", "secmon sites")
    assert_refused(in_process("parse", log), "--format")
    assert_refused(in_process("status", "--data", tmp_path / "none"), "no data")
    assert_refused(in_process("serve", "--config", tmp_path / "none.toml"), "none.toml")
    config = tmp_path / "wrong.toml"
    config.write_text('colour = "red"\n')
    assert_refused(in_process("serve", "--config", config), "colour")


@pytest.mark.slow
def test_a_busy_port_is_told_before_any_work(tmp_path: Path) -> None:
    """demo on a port that is taken says which and how to choose another, and makes no data folder."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert_refused(in_process("demo", "--port", port, "--data", tmp_path / "data"), str(port), "--port")
    assert not (tmp_path / "data").exists()


@pytest.mark.slow
def test_an_unwritable_data_folder_is_told(tmp_path: Path) -> None:
    """A data folder that cannot be made is named."""
    (tmp_path / "file").write_text("")
    port = free_port()
    assert_refused(in_process("demo", "--port", port, "--data", tmp_path / "file" / "data"), "data folder", "--data")


@pytest.mark.slow
@pytest.mark.store
def test_the_demo_runs_ends_and_goes_on(tmp_path: Path) -> None:
    """demo fills history, refuses a second on its folder, is backed up, ends all with Ctrl-C, and goes on later."""
    data = tmp_path / "data"
    with demo(data) as (process, port):
        assert json.loads(own_process("status", "--json", "--data", data).stdout)["sites"]["healthy"] == 226
        status = settled(data)
        assert status["lines"] == status["events"] + status["quarantine"]
        assert status["quarantine"] == 0
        assert_refused(own_process("demo", "--port", free_port(), "--data", data), "already open", str(process.pid))
        asked_of_the_server(tmp_path, data)
        kept = json.loads(own_process("backup", tmp_path / "kept", "--data", data, "--json").stdout)
        children = psutil.Process(process.pid).children(recursive=True)
        assert children
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert not [child for child in children if child.is_running()]
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
    assert kept["events"] >= status["events"]
    put_back = own_process("restore", tmp_path / "kept", "--data", tmp_path / "again", "--json")
    assert json.loads(put_back.stdout)["events"] == kept["events"], put_back.stderr
    with demo(data):
        again = settled(data)
        assert again["events"] >= status["events"]
        assert again["balanced"] is True


def asked_of_the_server(folder: Path, data: Path) -> None:
    """Indicators and a rule run again: the commands have the server do what needs its store."""
    warned, given = folder / "warned.txt", ("--data", data, "--json")
    warned.write_text("203.0.113.200 # a drill\n0.0.0.0/0\n", encoding="utf-8")
    taken = own_process("indicators", "import", warned, "--source", "CERT", *given)
    assert (taken.returncode, json.loads(taken.stdout)["taken"]) == (1, 1)
    assert f"{warned}:2: " in taken.stderr
    assert [one["value"] for one in json.loads(own_process("indicators", "list", *given).stdout)] == ["203.0.113.200"]
    assert [own_process("indicators", "expire", "203.0.113.200", *given[:2]).returncode for _ in range(2)] == [0, 1]
    begins = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    again = own_process("rules", "rerun", "ssh_login_from_outside", "--from", begins, *given)
    assert json.loads(again.stdout)["error"] == ""
    assert json.loads(again.stdout)["batches"] > 0


def settled(data: Path) -> dict[str, Any]:
    """The status at a moment when no batch is on its way into the store."""
    for _ in range(240):
        server = running(data)
        assert server is not None
        status: dict[str, Any] = get_json(server, "/api/v1/status")
        if status["batches"]["waiting"] == 0 and status["balanced"]:
            return status
        time.sleep(0.5)
    raise AssertionError(f"batches are always on their way: {status}")


@contextmanager
def demo(data: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A small demo that answers, ended with the block."""
    port = free_port()
    options = ["--port", str(port), "--data", str(data), "--history", "10m", "--rate", "30"]
    # twice the default: detection keeps up on a busy machine, and there are moments without a batch on its way
    environment = {**ENVIRONMENT, "SECMON_COLLECT_SECONDS": "10"}
    process = subprocess.Popen([sys.executable, "-m", "secmon", "demo", *options], env=environment)
    try:
        for _ in range(600):
            assert process.poll() is None, "the demo ended before it served"
            try:
                httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False, timeout=5).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                break
        yield process, port
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
