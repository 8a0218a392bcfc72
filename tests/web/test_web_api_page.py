"""The page that describes the API: every operation with its parameters and the permission that it really needs."""

from collections.abc import Iterator

import pytest
from page_buttons import words

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Permission, Role
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.web.pages.api.operations import kind_of, operations
from web_centre import NOWHERE, call, centre_over, new_desk, principal

JONGNO = AccountDraft("jongno", Role.MUNICIPALITY, site="11110")
GUEST = AccountDraft("guest", Role.VIEWER)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """A centre whose store does not answer."""
    folder = tmp_path_factory.mktemp("described")
    db = new_desk(folder)
    with Instance(folder) as instance:
        yield centre_over(Store(NOWHERE), db, folder, instance)
    db.close()


async def shown(centre: Centre, draft: AccountDraft, search: str) -> str:
    """What the page draws for somebody."""
    async with principal(centre, draft=draft) as client:
        asked = {"url.pathname": "/api", "url.search": search, "language.data": "en"}
        return words(await call(client, "api-operations.children", asked))


async def test_every_operation_names_what_it_needs(centre: Centre) -> None:
    """Read from the description that programs get: nothing is left out, and whoever asks knows the permission."""
    async with principal(centre) as client:
        spec = (await client.get("/api/v1/openapi.json")).json()
    found = operations(spec)
    every = [one for those in found.values() for one in those]
    assert len(every) == sum(len(methods) for methods in spec["paths"].values()) > 90
    needed = {(one.method, one.path): one.permission for one in every}
    assert needed["POST", "/requests/{number}/phone"] == Permission.REQUEST
    assert needed["POST", "/requests/{number}/done"] == Permission.ANSWER
    assert [one for one, permission in needed.items() if permission is None] == []
    phone = next(one for one in found["requests"] if one.path.endswith("/phone"))
    sent = [(each.name, each.where, each.kind, each.required) for each in phone.parameters]
    assert sent == [
        ("number", "path", "integer, ≥ 1, < 2147483648", True),
        ("if-match", "header", "string, ≤ 100 letters | null", False),
        ("state", "body", "acknowledged | done | refused", True),
        ("said_by", "body", "string, ≥ 1 letters, ≤ 200 letters", True),
        ("answer", "body", "string, ≤ 10000 letters", False),
    ]
    assert {"200", "403", "412"} <= {status for status, _ in phone.answers}


def test_a_type_is_said_in_a_few_words() -> None:
    """Lists, choices, formats, what may be missing, and what is described elsewhere."""
    spec = {"components": {"schemas": {"Colour": {"type": "string", "enum": ["red", "blue"]}}}}
    named = {"$ref": "#/components/schemas/Colour"}
    for schema, said in (
        (named, "red | blue"),
        ({"type": "array", "items": named, "maxItems": 3}, "list of red | blue, ≤ 3 items"),
        ({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}, "string (date-time) | null"),
        ({"const": "phone"}, "phone"),
        ({}, "any"),
    ):
        assert kind_of(spec, schema) == said


async def test_the_page_shows_one_group_or_all(centre: Centre) -> None:
    """`?tag=` chooses; what one may not do is marked; nothing on it leads to another server."""
    every, requests = await shown(centre, JONGNO, ""), await shown(centre, JONGNO, "?tag=requests")
    assert all(path in every for path in ("/alerts/{number}/close", "/blocklist/feed/{name}", "/audit/chain"))
    assert "/requests/{number}/phone" in requests
    assert "/alerts/{number}/close" not in requests
    assert "needed lacking" in requests
    assert "You have this permission" in requests
    assert "http://" not in every.replace("http://127.0.0.1", "")
    assert "https://" not in every
    assert "no such group" in await shown(centre, JONGNO, "?tag=<script>")


async def test_the_page_is_for_those_who_may_take_data_away(centre: Centre) -> None:
    """It stands in their menu in both languages; a viewer has neither the page nor the link."""
    async with principal(centre, draft=JONGNO) as client:
        for language in ("ko", "en"):
            asked = {"url.pathname": "/api", "url.search": f"?lang={language}"}
            assert '"href": "/api"' in words(await call(client, "frame.children", asked))
    async with principal(centre, draft=GUEST) as client:
        assert (await client.get("/api")).status_code == 403
        asked = {"url.pathname": "/", "url.search": "?lang=en"}
        assert '"href": "/api"' not in words(await call(client, "frame.children", asked))
