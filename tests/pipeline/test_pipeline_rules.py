"""Rules of one's own: read at the start, and anew when a file changes, while the centre runs."""

import asyncio
from pathlib import Path

import pytest
import yaml
from simulated_sites import watching

from secmon.errors import UsageError
from secmon.runtime.centre import open_centre
from secmon.settings import load_settings
from secmon.store.client import Store

ID = "9f1d2c1e-0c5f-4f0a-9b46-0d6d3f7b2a10"


def write(folder: Path, name: str, user: str) -> None:
    """A rule about one user's logins."""
    rule = {
        "title": name,
        "id": ID,
        "logsource": {"product": "linux", "service": "sshd"},
        "detection": {"selection": {"User|expand": user}, "condition": "selection"},
        "level": "high",
    }
    (folder / f"{name}.yml").write_text(yaml.safe_dump(rule), encoding="utf-8")


@pytest.mark.store
def test_rule_files_are_taken_over_while_the_centre_runs(store: Store, tmp_path: Path) -> None:
    """A rule comes, changes, breaks and goes; the shipped ones stay, and its title stays for the alerts it raised."""
    folder = tmp_path / "own"
    folder.mkdir()
    settings = load_settings(data=tmp_path / "data", rules=[folder], placeholders={"boss": ["kim", "lee"]})
    with watching(store, settings) as pipeline:
        shipped = len(pipeline.detector.rules.rules)

        def own() -> list[str]:
            asyncio.run(pipeline.reload_rules())
            return [rule.title_en for rule in pipeline.detector.rules.rules if rule.path.parent == folder]

        before = pipeline.detector
        assert own() == []
        assert pipeline.detector is before
        write(folder, "first", "%boss%")
        assert own() == ["first"]
        assert len(pipeline.detector.rules.rules) == shipped + 1
        (folder / "first.yml").write_text("title: [", encoding="utf-8")
        assert own() == []
        assert len(pipeline.detector.rules.rules) == shipped
        (folder / "first.yml").unlink()
        assert own() == []
        assert pipeline.context.rules[ID].title_en == "first"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """At the start, with what to do."""
    settings = load_settings(data=tmp_path / "data", rules=[tmp_path / "nowhere"])
    with pytest.raises(UsageError, match=r"there is no folder .*nowhere"), open_centre(settings):
        pass
