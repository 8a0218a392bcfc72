"""`secmon digest` as an operator runs it."""

import json
from pathlib import Path

import pytest
from running_commands import assert_refused, in_process, own_process


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
    first = own_process("digest", *arguments, timeout=300)
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
    again = json.loads(own_process("digest", *arguments, timeout=300).stdout)
    assert (again["new"], again["id"]) == (False, made["id"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hourly",), "digest hourly does not exist"),
        (("daily", "--date", "yesterday"), "write it as 2026-11-25"),
        (("municipality", "--site", "99999"), "`secmon sites` lists the codes"),
        (("daily", "--site", "11110"), "leave the site out"),
    ],
)
def test_what_cannot_be_composed_is_said(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    """One sentence on stderr, exit code 2, and no data folder."""
    assert_refused(in_process("digest", *arguments, "--data", tmp_path / "data"), said)
    assert not (tmp_path / "data").exists()
