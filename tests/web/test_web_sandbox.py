"""The stage: a request with the cookie sees the presentation, every other the live centre; nothing of it is real."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.live.context import CentreContext
from secmon.operations.crisis_level import CrisisLevel, Declaration, declare_level, level_in_force
from secmon.response.blocklist import allowlist
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.web.i18n.texts import LANGUAGES, catalogue
from secmon.web.pages import page_at
from secmon.web.tour.chapters import CHAPTERS, SPEEDS
from secmon.web.tour.replay_protocol import Replay
from secmon.web.tour.sandbox import ContextSource, enter_sandbox
from web_centre import ADMINISTRATOR, HOST, NOW, centre_over, console_over, new_desk, session_of

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
    contexts = ContextSource(live, lambda: tour)
    for cookies, level in (({}, "normal"), ({"stage": "tour"}, "serious"), ({"stage": "yes"}, "normal")):
        enter_sandbox(cookies)
        declared = level_in_force(contexts.current().db)
        assert declared is not None
        assert declared.level == level
    enter_sandbox({})


def test_without_a_presentation_the_cookie_shows_the_live_centre(two: tuple[CentreContext, CentreContext]) -> None:
    """A browser that kept the cookie is not left in the dark."""
    contexts = ContextSource(two[0], lambda: None)
    enter_sandbox({"stage": "tour"})
    assert contexts.current().db is two[0].db
    enter_sandbox({})


async def test_a_change_in_a_presentation_leaves_the_live_centre_as_it_is(
    two: tuple[CentreContext, CentreContext], tmp_path: Path
) -> None:
    """A value that the API puts on the allowlist of the sandbox is not on that of the live centre."""
    live, tour = two
    replay = cast("Replay", SimpleNamespace(context=lambda: tour))
    with Instance(tmp_path) as instance:
        centre = centre_over(NOWHERE, live.db, tmp_path, instance)
        cookies = {"sid": session_of(live.db, ADMINISTRATOR), "stage": "tour"}
        server = httpx.ASGITransport(application(centre, replay))
        async with httpx.AsyncClient(transport=server, base_url=HOST, cookies=cookies) as client:
            body = {"value": "203.0.113.77", "reason": "an exercise"}
            (await client.post("/api/v1/never-block", json=body)).raise_for_status()
            seen = (await client.get("/api/v1/never-block")).json()
    added = [
        [one.indicator.value for one in allowlist.allowlist(context.db) if one.id is not None]
        for context in (live, tour)
    ]
    assert added == [[], ["203.0.113.77"]]
    assert [one["value"] for one in seen if one["id"] is not None] == ["203.0.113.77"]


async def test_a_presentation_that_stands_still_answers_for_ever(
    two: tuple[CentreContext, CentreContext], tmp_path: Path
) -> None:
    """The limit of requests per minute counts real minutes, not those of the presentation's clock."""
    live, tour = two
    seconds = count()
    replay = cast("Replay", SimpleNamespace(context=lambda: tour))
    with Instance(tmp_path) as instance:
        centre = centre_over(NOWHERE, live.db, tmp_path, instance)
        context = centre.pipeline.context
        centre.pipeline.context = replace(context, clock=lambda: NOW + timedelta(seconds=next(seconds)))
        cookies = {"sid": session_of(live.db, ADMINISTRATOR), "stage": "tour"}
        server = httpx.ASGITransport(application(centre, replay))
        async with httpx.AsyncClient(transport=server, base_url=HOST, cookies=cookies) as client:
            codes = {(await client.get("/api/v1/never-block")).status_code for _ in range(130)}
    assert codes == {200}


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
                assert catalogue(language).get(f"tour.{chapter.key}.{part}", "").strip()
