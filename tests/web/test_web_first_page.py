"""What a browser is given first: the page that it stands on, without asking for it once more."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.runtime.centre import Centre, assets_folder
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.web.pages import all_pages
from secmon.web.shell.lazy_scripts import LIBRARIES
from web_centre import HOST, NOWHERE, centre_over, new_desk, principal, started

OPERATOR = AccountDraft("watch", Role.OPERATOR)


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose store does not answer."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)
    db.close()


async def first(client: httpx.AsyncClient, address: str | None) -> dict[str, Any]:
    """Properties of each part of the first layout by its id; those of the frame are its text."""
    asked = {} if address is None else {"page": address}
    root = (await client.get("/_dash-layout", params=asked)).raise_for_status().json()
    parts = {part["props"]["id"]: part["props"] for part in root["props"]["children"]}
    parts["frame"] = json.dumps(parts["frame"].get("children") or [], ensure_ascii=False)
    return parts


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_first_page_comes_with_the_layout(deaf: Centre, language: str) -> None:
    """Where a browser says that it stands on a page, the page is there, in its language, with words and title."""
    search = f"?lang={language}"
    async with principal(deaf) as client:
        parts = await first(client, f"/trends{search}")
    assert (parts["url"]["pathname"], parts["url"]["search"]) == ("/trends", search)
    assert "trends-types" in parts["frame"]
    words = parts["words"]["data"]
    assert words["nav.menu"] == {"ko": "메뉴", "en": "Menu"}[language]
    assert f'"{words["nav.trends"]}"' in parts["frame"]
    assert parts["title"]["data"].startswith(words["nav.trends"])
    assert parts["language"]["data"] == language
    assert len(parts["sites"]["data"]) == 226


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "/nothing",
        f"{HOST}/trends",
        "http://elsewhere.example/trends",
        "//elsewhere.example/trends",
        "/people",
        "//",
        "http://[/trends",
        "\x00",
    ],
)
async def test_without_a_page_it_comes_later(deaf: Centre, address: str | None) -> None:
    """No address, a foreign one, no page, or a page that needs another role: the browser asks as it always can."""
    async with principal(deaf, draft=OPERATOR) as client:
        parts = await first(client, address)
    assert parts["frame"] == "[]"
    assert "pathname" not in parts["url"]
    assert parts["language"]["data"] == "ko"


def addresses(page: str) -> list[str]:
    """Of the scripts that a page begins with, in order."""
    return [
        found[0] or found[1] for found in re.findall(r'<script(?: [^>]*)? src="([^"]*)"|<script src="([^"]*)"', page)
    ]


async def test_what_is_asked_early_is_what_dash_asks_for(deaf: Centre) -> None:
    """The page names the script once, before all others, with its version; the addresses in it are answered."""
    asked = re.findall(r'"(/_dash-[a-z]+)"', (assets_folder() / "first.js").read_text("utf-8"))
    async with principal(deaf) as client:
        names = addresses((await client.get("/")).text)
        answers = [(await client.get(path)).status_code for path in asked]
    assert re.fullmatch(r"/assets/first\.js\?m=[0-9.]+", names[0])
    assert sum("first.js" in name for name in names) == 1
    assert (asked, answers) == (["/_dash-layout", "/_dash-dependencies"], [200, 200])


def ids_in(part: Any) -> Iterator[str]:
    """Ids of a layout and of everything in it, as text."""
    if isinstance(part, list):
        for one in part:
            yield from ids_in(one)
    elif isinstance(part, dict):
        if part.keys() >= {"props", "namespace"} and "id" in part["props"]:
            yield json.dumps(part["props"]["id"], sort_keys=True)
        for one in part.values():
            yield from ids_in(one)


PATHS = {"site": "/site/11110", "incident": "/incident/1", "province": "/province/11", "wall": "/"}


@pytest.mark.store
async def test_a_page_begins_with_the_libraries_that_it_draws(store: Store, tmp_path: Path) -> None:
    """And with no other; the rest is listed with addresses that are answered. No two parts have the same id."""
    db = new_desk(tmp_path)
    seen: dict[str, dict[str, str]] = {}
    twice: dict[str, list[str]] = {}
    with Instance(tmp_path) as instance:
        async with started(centre_over(store, db, tmp_path, instance)) as client:  # Dash knows its paths from then on
            for page in all_pages():
                path = PATHS.get(page.name, f"/{page.name}")
                parts, index = await first(client, path), (await client.get(path)).text
                drawn = {name for name in LIBRARIES if f'"namespace": "{name}"' in parts["frame"]}
                begins = {name for name in LIBRARIES if any(f"/{name}/" in address for address in addresses(index))}
                later = json.loads(index.partition('<script id="later" type="application/json">')[2].partition("<")[0])
                assert (path, begins, LIBRARIES.keys() - {one["namespace"] for one in later}) == (path, drawn, drawn)
                assert parts["frame"] != "[]"
                twice[path] = [name for name, count in Counter(ids_in(json.loads(parts["frame"]))).items() if count > 1]
                seen |= {one["address"]: one for one in later}
            answers = [(await client.get(address)).status_code for address in seen]
    db.close()
    assert {path: names for path, names in twice.items() if names} == {}
    assert {one["namespace"]: one["component"] for one in seen.values()} == LIBRARIES
    assert answers == [200, 200]


async def test_scripts_and_font_are_there_by_their_version(deaf: Centre) -> None:
    """Whatever the page names is answered and may be kept; the font is the one of the style sheet."""
    async with principal(deaf) as client:
        index = (await client.get("/")).text
        answers = {address: await client.get(address) for address in addresses(index)}
    assert {answer.status_code for answer in answers.values()} == {200}
    assert {"max-age=31536000" in answer.headers["cache-control"] for answer in answers.values()} == {True}
    assert not [address for address in answers if "polyfill" in address]
    assert [address for address in answers if "regenerator" in address]
    fonts = re.findall(r"/assets/fonts/[^\"]+", index)
    for sheet in ("secmon.css", "login.css"):
        assert re.findall(r"/assets/fonts/[^\"]+", (assets_folder() / sheet).read_text("utf-8")) == fonts
