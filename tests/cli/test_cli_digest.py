"""`secmon digest` as an operator runs it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "secmon", "digest", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


@pytest.mark.slow
@pytest.mark.store
def test_a_digest_is_written_as_files(tmp_path: Path) -> None:
    """Every form of both languages and their masked versions; a second call finds the first."""
    arguments = [
        "daily",
        "--date",
        "2026-11-01",
        "--data",
        tmp_path / "data",
        "--out",
        tmp_path / "out",
        "--masked",
        "--json",
    ]
    first = run(*arguments)
    assert first.returncode == 0, first.stderr
    made = json.loads(first.stdout)
    assert made["new"] is True
    assert made["versions"] == ["en", "en-masked", "ko", "ko-masked"]
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert sorted(Path(name).name for name in made["files"]) == names
    assert {"daily-ko-report.pdf", "daily-en-masked-mail.html", "daily-en-map.png"} <= {*names}
    page = (tmp_path / "out" / "daily-en-mail.html").read_text(encoding="utf-8")
    assert 'src="daily-en-map.png"' in page
    assert "cid:" not in page
    assert (tmp_path / "out" / "daily-ko-report.pdf").read_bytes().startswith(b"%PDF-")
    again = json.loads(run(*arguments).stdout)
    assert (again["new"], again["id"]) == (False, made["id"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hourly",), "there is no digest hourly"),
        (("daily", "--date", "yesterday"), "write it as 2026-11-25"),
        (("municipality", "--site", "99999"), "`secmon sites` lists them"),
        (("daily", "--site", "11110"), "leave the site out"),
    ],
)
def test_what_cannot_be_composed_is_said(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """One sentence on stderr, exit code 2, and no data folder."""
    done = run(*arguments, "--data", tmp_path / "data")
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "data").exists()
