"""The stage: a request with the cookie sees the presentation, every other the live centre; nothing of it is real."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from secmon.live.context import Console
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare, level_in_force
from secmon.store.client import Store
from secmon.web.i18n.texts import LANGUAGES, catalogue
from secmon.web.pages import page_at
from secmon.web.tour import console_switch
from secmon.web.tour.chapters import CHAPTERS, SPEEDS
from web_centre import NOW, console_over, new_desk

NOWHERE = Store("clickhouse://127.0.0.1:9")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Console, Console]]:
    """A live console and one of a presentation, told apart by the declared level."""
    made = []
    for name, level in (("live", CrisisLevel.NORMAL), ("tour", CrisisLevel.SERIOUS)):
        (tmp_path / name).mkdir()
        desk = new_desk(tmp_path / name)
        declare(desk, Declaration(level, "NCSC", "test", NOW))
        made.append(console_over(NOWHERE, desk))
    yield made[0], made[1]
    for console in made:
        console.desk.close()


def test_the_cookie_decides(two: tuple[Console, Console]) -> None:
    """Without it the live centre is read, with it the presentation; a forged value means nothing."""
    live, tour = two
    console = console_switch.switched(live, lambda: tour)
    for cookies, level in (({}, "normal"), ({"stage": "tour"}, "serious"), ({"stage": "yes"}, "normal")):
        console_switch.enter(cookies)
        declared = level_in_force(console.desk)
        assert declared is not None
        assert declared.level == level
    console_switch.enter({})


def test_without_a_presentation_the_cookie_shows_the_live_centre(two: tuple[Console, Console]) -> None:
    """A browser that kept the cookie is not left in the dark."""
    console = console_switch.switched(two[0], lambda: None)
    console_switch.enter({"stage": "tour"})
    assert console.desk is two[0].desk
    console_switch.enter({})


def test_every_chapter_can_be_told() -> None:
    """It has a page, texts in both languages, and comes after the one before it; the whole takes under an hour."""
    times = [chapter.at for chapter in CHAPTERS]
    assert times == sorted(times)
    assert times[-1] < timedelta(hours=1)
    assert {chapter.speed for chapter in CHAPTERS} <= set(SPEEDS)
    for chapter in CHAPTERS:
        assert page_at(chapter.path) is not None, chapter.path
        for language in LANGUAGES:
            for part in ("title", "text", "notes"):
                assert catalogue(language)[f"tour.{chapter.key}.{part}"].strip()
