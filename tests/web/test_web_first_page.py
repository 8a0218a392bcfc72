"""What a browser is given first: the page that it stands on, without asking for it once more."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from web_console import HOST, NOWHERE, centre_over, new_desk, visitor

from secmon.centre import Centre, assets_folder
from secmon.instance import Instance
from secmon.people.accounts import Draft
from secmon.people.roles import Role
from secmon.store.client import Store

OPERATOR = Draft("watch", Role.OPERATOR)


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose store does not answer."""
    desk = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), desk, tmp_path, instance)
    desk.close()


async def first(client: httpx.AsyncClient, referer: str | None) -> dict[str, Any]:
    """Properties of each part of the first layout by its id; those of the frame are its text."""
    headers = {} if referer is None else {"referer": referer}
    root = (await client.get("/_dash-layout", headers=headers)).raise_for_status().json()
    parts = {part["props"]["id"]: part["props"] for part in root["props"]["children"]}
    parts["frame"] = json.dumps(parts["frame"].get("children") or [], ensure_ascii=False)
    return parts


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_first_page_comes_with_the_layout(deaf: Centre, language: str) -> None:
    """Where a browser says that it stands on a page, the page is there, in its language, with words and title."""
    search = f"?lang={language}"
    async with visitor(deaf) as client:
        parts = await first(client, f"{HOST}/trends{search}")
    assert (parts["url"]["pathname"], parts["url"]["search"]) == ("/trends", search)
    assert "trends-types" in parts["frame"]
    words = parts["words"]["data"]
    assert words["nav.menu"] == {"ko": "메뉴", "en": "Menu"}[language]
    assert f'"{words["nav.trends"]}"' in parts["frame"]
    assert parts["title"]["data"].startswith(words["nav.trends"])
    assert parts["language"]["data"] == language
    assert len(parts["sites"]["data"]) == 226


@pytest.mark.parametrize(
    "referer",
    [None, "", f"{HOST}/nothing", "http://elsewhere.example/trends", f"{HOST}/people", "//", "http://[/trends", "\x00"],
)
async def test_without_a_page_it_comes_later(deaf: Centre, referer: str | None) -> None:
    """No address, a foreign one, no page, or a page that needs another role: the browser asks as it always can."""
    async with visitor(deaf, draft=OPERATOR) as client:
        parts = await first(client, referer)
    assert parts["frame"] == "[]"
    assert "pathname" not in parts["url"]
    assert parts["language"]["data"] == "ko"


async def test_what_is_asked_early_is_what_dash_asks_for(deaf: Centre) -> None:
    """The page names the script once, before all others, with its version; the addresses in it are answered."""
    asked = re.findall(r'"(/_dash-[a-z]+)"', (assets_folder() / "first.js").read_text("utf-8"))
    async with visitor(deaf) as client:
        page = (await client.get("/")).text
        answers = [(await client.get(path)).status_code for path in asked]
    scripts = re.findall(r'<script[^>]* src="([^"]*)"|<script src="([^"]*)"', page)
    names = [one or other for one, other in scripts]
    assert re.fullmatch(r"/assets/first\.js\?m=[0-9.]+", names[0])
    assert sum("first.js" in name for name in names) == 1
    assert (asked, answers) == (["/_dash-layout", "/_dash-dependencies"], [200, 200])
