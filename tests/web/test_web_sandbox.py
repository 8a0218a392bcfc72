"""The stage: a request with the cookie sees the presentation, every other the live centre; nothing of it is real."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.live.context import CentreContext
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level, level_in_force
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.web.i18n.texts import LANGUAGES, catalogue
from secmon.web.pages import page_at
from secmon.web.tour import console_switch
from secmon.web.tour.chapters import CHAPTERS, SPEEDS
from web_centre import NOW, console_over, new_desk

NOWHERE = Store("clickhouse://127.0.0.1:9")


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[CentreContext, CentreContext]]:
    """A live console and one of a presentation, told apart by the declared level."""
    made = []
    for name, level in (("live", CrisisLevel.NORMAL), ("tour", CrisisLevel.SERIOUS)):
        (tmp_path / name).mkdir()
        db = new_desk(tmp_path / name)
        declare_level(Change(db, EVERYTHING, CENTRE, NOW), Declaration(level, "NCSC", "test", NOW))
        made.append(console_over(NOWHERE, db))
    yield made[0], made[1]
    for context in made:
        context.db.close()


def test_the_cookie_decides(two: tuple[CentreContext, CentreContext]) -> None:
    """Without it the live centre is read, with it the presentation; a forged value means nothing."""
    live, tour = two
    context = console_switch.switched_context(live, lambda: tour)
    for cookies, level in (({}, "normal"), ({"stage": "tour"}, "serious"), ({"stage": "yes"}, "normal")):
        console_switch.enter_sandbox(cookies)
        declared = level_in_force(context.db)
        assert declared is not None
        assert declared.level == level
    console_switch.enter_sandbox({})


def test_without_a_presentation_the_cookie_shows_the_live_centre(two: tuple[CentreContext, CentreContext]) -> None:
    """A browser that kept the cookie is not left in the dark."""
    context = console_switch.switched_context(two[0], lambda: None)
    console_switch.enter_sandbox({"stage": "tour"})
    assert context.db is two[0].db
    console_switch.enter_sandbox({})


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
