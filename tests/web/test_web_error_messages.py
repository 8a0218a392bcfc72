"""Errors on Korean pages are in Korean; the API and the log have them in English."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from page_buttons import press, words

from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.errors import IllegalMove, NotFoundError
from secmon.notifications import outbox
from secmon.reports.delivery.channels import NotDelivered
from secmon.response.requests import delivery_status
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import free_text
from secmon.response.requests.request import Request
from secmon.response.requests.workflow import RequestDraft
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.web.i18n.error_messages import error_message
from web_centre import NOW, NOWHERE, call, centre_over, new_desk, principal

JONGNO = "11110"


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    """A centre whose store does not answer."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        yield centre_over(Store(NOWHERE), db, tmp_path, instance)
    db.close()


def request_at(centre: Centre) -> Request:
    """A new request to a municipality, by mail."""
    draft = RequestDraft((JONGNO,), 4, free_text("Block it", "Block the address"), channels=("mail",))
    [row] = request_workflow.create_requests(Change(centre.db, EVERYTHING, CENTRE, NOW), draft)
    return row


async def test_a_refused_action_is_told_in_the_language_of_the_page(centre: Centre) -> None:
    """The item, its state and the states that may follow are in Korean on a Korean page."""
    row = request_at(centre)
    async with principal(centre) as client:
        korean = await press(client, "requests", "verify", str(row.id), language="ko")
        english = await press(client, "requests", "verify", str(row.id))
        answer = await client.post(f"/api/v1/requests/{row.id}/verify", json={"note": ""})
    refused, told = str(korean["requests-refused"]), str(english["requests-refused"])
    assert (
        f"요청 {row.id}은(는) 요청 상태이며 검증 상태가 될 수 없습니다. 가능한 상태: 확인, 전달, 조치 불가, 철회"
        in refused
    )
    assert f"request {row.id} is requested and cannot become verified; it can become acknowledged, delivered" in told
    assert answer.json()["detail"] in told


async def test_a_missing_field_is_named_in_the_language_of_the_page(centre: Centre) -> None:
    """The name of the field is in the language too."""
    row = request_at(centre)
    async with principal(centre) as client:
        korean = await press(client, "requests", "withdraw", str(row.id), language="ko")
        english = await press(client, "requests", "withdraw", str(row.id))
    assert "철회 사유이(가) 없습니다" in str(korean["requests-refused"])
    assert "the reason for withdrawing it is missing" in str(english["requests-refused"])


async def test_a_stored_error_is_told_in_the_language_of_the_page(centre: Centre) -> None:
    """A letter that could not be sent says why in Korean and in English; the API has it in English."""
    row = request_at(centre)
    error = NotDelivered("letter.no_recipient", recipient=f"site:{JONGNO}", channel="mail")
    [letter] = outbox.claim_letters(centre.db, "sender", limit=10, now=NOW)
    delivery_status.mark_undelivered(centre.db, letter.id, error.stored(), NOW)
    asked = {"url.pathname": "/requests", "url.search": f"?request={row.id}"}
    async with principal(centre) as client:
        korean = words(await call(client, "requests-one.children", {**asked, "language.data": "ko"}))
        english = words(await call(client, "requests-one.children", {**asked, "language.data": "en"}))
        receipts = (await client.get(f"/api/v1/requests/{row.id}/receipts")).json()
    assert "수신자가 등록되어 있지 않습니다" in korean
    assert "no recipient is entered for site:11110 by mail" in english
    assert receipts[-1]["detail"] == str(error)


def test_a_text_without_a_code_stays_as_it_is() -> None:
    """What another program said is shown as it was said."""
    assert error_message("the engine does not answer", "ko") == "the engine does not answer"
    assert error_message(NotFoundError.literal("no such thing"), "ko") == "no such thing"
    error = IllegalMove("incident.closed", id=7)
    assert error_message(error, "ko") == "사고 7은(는) 종결되었습니다. 먼저 다시 여십시오."
    assert error_message(error, "en") == str(error) == "incident 7 is closed: reopen it first"
