"""The recipes of docs/contributing.md and docs/formats.md work: they are followed on a copy of the sources."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRIBUTING = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
FORMATS = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
_FILE = re.compile(r"^`(src/[^`]+)`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(page: str, title: str) -> str:
    """Return the text below a heading of a page, up to the next heading of its level."""
    return re.split(r"^## ", page.split(f"\n## {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def fenced(text: str) -> list[str]:
    """Return the code blocks of a section, without their indentation."""
    blocks = re.findall(r"^( *)```\w+\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in blocks]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources, the sample logs, the assets and the settings of the checks."""
    for name in ("src", "sample_logs", "assets"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def add_files(copy: Path, title: str) -> list[Path]:
    """Write the files that a recipe names; returns their paths."""
    files = _FILE.findall(section(CONTRIBUTING, title))
    assert files, f"no files under '{title}'"
    for name, content in files:
        assert not (copy / name).exists(), f"{name} exists already"
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(content, encoding="utf-8")
    return [copy / name for name, _ in files]


def run(copy: Path, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a Python program or module with the sources of the copy."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    return subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, cwd=copy, env=environment, timeout=300, check=False
    )


def assert_lint(copy: Path, *files: Path) -> None:
    """Assert that files pass the linter and the formatter."""
    for command in (["check"], ["format", "--check"]):
        done = run(copy, "-m", "ruff", *command, "--config", copy / "pyproject.toml", *files)
        assert done.returncode == 0, done.stdout + done.stderr


PAGE = """
from secmon.web.i18n.texts import LANGUAGES, t
from secmon.web.pages import page_at, page_module, visit_of
page = page_at("/visitors")
print(page.name, page.group, page.permission)
for language in LANGUAGES:
    visit = visit_of("/visitors", "", language)
    shown = str(page_module("visitors").layout(None, visit).to_plotly_json())
    print(t("nav.visitors", language), t("visitors.day", language) in shown)
"""


@pytest.mark.slow
def test_a_page_is_one_folder(copy: Path) -> None:
    """The page is found, has its menu entry and permission, is drawn in both languages, and the layers hold."""
    files = add_files(copy, "Add a page")
    assert {file.parent.name for file in files} == {"visitors"}
    done = run(copy, "-c", PAGE)
    assert done.stdout.splitlines() == ["visitors manage present", "방문 기록 True", "Visitors True"], done.stderr
    assert_lint(copy, *(file for file in files if file.suffix == ".py"))
    contracts = run(copy, "-c", "from importlinter.cli import lint_imports_command as run; run()")
    assert contracts.returncode == 0, contracts.stdout


@pytest.mark.slow
@pytest.mark.store
def test_a_format_is_a_file_a_row_and_samples(copy: Path) -> None:
    """`secmon parse` recognises a line of the new format and fills the columns that its SQL names."""
    query, row, *_ = fenced(section(FORMATS, "Adding a format"))
    (copy / "src/secmon/store/formats/door.sql").write_text(query, encoding="utf-8")
    table = copy / "src/secmon/store/formats/__init__.py"
    entry = re.search(r'Format\("door".*\)(?=,\)$)', row.strip())
    assert entry is not None, row
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("= (\n    Format(", f"= (\n    {entry[0]},\n    Format(", 1), encoding="utf-8")
    assert_lint(copy, table)
    line = copy / "door.log"
    line.write_text("2026-11-23 10:00:00;gate-3;kim;refused\n", encoding="utf-8")
    done = run(copy, "-m", "secmon", "parse", line, "--received-at", "2026-11-23T10:00:01+09:00")
    assert done.returncode == 0, done.stderr
    assert '"format":"door"' in done.stdout
    assert '"user_name":"kim"' in done.stdout


@pytest.mark.slow
@pytest.mark.store
def test_a_rule_lies_beside_its_samples(copy: Path) -> None:
    """`secmon rules check` compiles the rule, and `secmon rules test` finds its hit and leaves its miss."""
    rule, *_ = add_files(copy, "Add a rule")
    checked = run(copy, "-m", "secmon", "rules", "check", rule.parent, "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    tested = run(copy, "-c", RULE, rule.parent)
    assert tested.stdout.splitlines()[-1:] == ["True"], tested.stdout + tested.stderr


RULE = """
import sys
from pathlib import Path
from secmon.detection.rule_tests import run_samples
from secmon.detection.sigma.ruleset import RuleSet, load_rules
from secmon.store.scratch import scratch_store
rules = load_rules(Path(sys.argv[1])).rules
wanted = tuple(rule for rule in rules if rule.name == "ssh_login_of_backup_account")
with scratch_store() as engine:
    results = run_samples(lambda: scratch_store(beside=engine), RuleSet(wanted, (), ()))
print([result.passed for result in results] == [True])
"""

DIGEST = """
from datetime import UTC, datetime
from secmon.reports.content.kinds import digest_kind
from secmon.reports.content.schedule import period_ending
from secmon.reports.rendering.i18n import Translator
from secmon.web.i18n.texts import t
period = period_ending(digest_kind("quarterly"), datetime(2026, 11, 23, tzinfo=UTC))
print(period.begins.isoformat(), period.ends.isoformat())
for language in ("ko", "en"):
    print(Translator.of_version(language).t("kind.quarterly"), "|", t("digests.kind.quarterly", language))
"""


@pytest.mark.slow
def test_a_digest_is_a_row_and_its_title(copy: Path) -> None:
    """The new kind has its periods and its names in both languages."""
    row, *titles = fenced(section(CONTRIBUTING, "Add a digest"))
    entry = re.search(r"DigestKind\(.*?, compare_with=4\)", row)
    assert entry is not None, row
    table = copy / "src/secmon/reports/content/kinds.py"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("_ROWS = (\n", f"_ROWS = (\n    {entry[0]},\n", 1), encoding="utf-8")
    places = ["reports/rendering/texts.en.ftl", "reports/rendering/texts.ko.ftl"]
    places += ["web/pages/digests/texts.en.ftl", "web/pages/digests/texts.ko.ftl"]
    for place, title in zip(places, titles, strict=True):
        with (copy / "src/secmon" / place).open("a", encoding="utf-8") as file:
            file.write("\n" + title)
    done = run(copy, "-c", DIGEST)
    assert done.stdout.splitlines() == [
        "2026-06-30T15:00:00+00:00 2026-09-30T15:00:00+00:00",
        "분기 보안관제 보고서 | 분기 보고서",
        "Quarterly security situation report | Quarterly",
    ], done.stderr
    assert_lint(copy, table)
