"""One process at a time has the data folder, and others find it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from secmon.cli.server_client import get_json
from secmon.errors import SecmonError, UsageError
from secmon.runtime.data_folder_lock import Instance, Running, running
from secmon.settings import load_settings

HOLDER = """
import sys
from pathlib import Path
from secmon.runtime.data_folder_lock import Instance
with Instance(Path(sys.argv[1])) as instance:
    instance.announce("http://127.0.0.1:8050")
    print(instance.token, flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_held_by_one_process(tmp_path: Path) -> None:
    """Another process is refused and told who has it and where; when the holder is killed the folder is free."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    token = holder.stdout.readline().strip()
    assert running(tmp_path) == Running(holder.pid, "http://127.0.0.1:8050", token)
    with pytest.raises(UsageError, match=rf"already open by process {holder.pid} at http://127\.0\.0\.1:8050"):
        Instance(tmp_path)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    holder.stdin.close()
    assert running(tmp_path) is None
    with Instance(tmp_path) as mine:
        assert running(tmp_path) == Running(os.getpid(), "", mine.token)
    assert running(tmp_path) is None


def test_the_lock_file_is_for_its_owner_only(tmp_path: Path) -> None:
    """It holds the token that lets the command line speak for the operator."""
    with Instance(tmp_path / "data" / "folder"):
        assert (tmp_path / "data" / "folder" / "secmon.lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("where", ["file", "file/below"])
def test_a_folder_that_cannot_be_made(tmp_path: Path, where: str) -> None:
    """A file in its place is said, with what to do."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match=r"data folder .*file.* cannot be written .*choose another with --data"):
        Instance(tmp_path / where)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "\x00"])
def test_a_lock_file_nobody_holds_is_no_process(tmp_path: Path, content: str) -> None:
    """What a dead process left, whole or damaged, stands in nobody's way."""
    (tmp_path / "secmon.lock").write_text(content, encoding="utf-8")
    assert running(tmp_path) is None
    with Instance(tmp_path):
        pass


def test_no_folder_is_no_process(tmp_path: Path) -> None:
    """Asking makes nothing."""
    assert running(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_a_process_that_serves_nothing_yet_is_said() -> None:
    """The command line is told to try again in a moment."""
    with pytest.raises(SecmonError, match="process 7 has the data folder open but serves nothing yet"):
        get_json(Running(7, "", "t"), "/api/v1/status")


def test_a_server_that_does_not_answer_is_said() -> None:
    """The error names the address."""
    with pytest.raises(SecmonError, match=r"http://127\.0\.0\.1:1 did not answer"):
        get_json(Running(7, "http://127.0.0.1:1", "t"), "/api/v1/status")


def test_options_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three places, the nearest wins; an option that was left out decides nothing."""
    config = tmp_path / "secmon.toml"
    config.write_text('port = 8001\nlanguage = "en"\ncollect_seconds = 9\n', encoding="utf-8")
    monkeypatch.setenv("SECMON_PORT", "8002")
    monkeypatch.setenv("SECMON_LANGUAGE", "ko")
    found = load_settings(config, port=8003, data=None)
    assert (found.port, found.language, found.collect_seconds) == (8003, "ko", 9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 0", "port"),
        ("colour = 1", "colour"),
        ("port = ", "secmon.toml"),
        ('[[feeds]]\nname = "Bad Name"\nformat = "x"\nurl = "y"', "feeds.0.name"),
        ("late_after = -1", "late_after"),
        ('language = "fr"', "language"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, said: str) -> None:
    """The error names the file and the setting."""
    config = tmp_path / "secmon.toml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"secmon\.toml") as raised:
        load_settings(config)
    assert said in str(raised.value)
