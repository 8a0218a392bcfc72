"""The pages of the desk: declared level, handover, people, audit log, performance, glossary, and the head line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
from page_buttons import press, words

from secmon.alerts.triage import triage
from secmon.auth.accounts import AccountDraft, account
from secmon.auth.roles import Role
from secmon.db.audit_log import CENTRE, audit_entries
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.operations import crisis_level, level_duties, roster, shift_handover
from secmon.response.requests import request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import free_text
from secmon.response.requests.workflow import RequestDraft
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.web.gateway.access_middleware import AccessMiddleware
from web_centre import ADMINISTRATOR, HOST, NOW, NOWHERE, call, centre_over, group, new_desk, session_of

CHIEF = AccountDraft("chief", Role.SUPERVISOR)
NEXT = AccountDraft("next", Role.OPERATOR)
JONGNO = AccountDraft("jongno", Role.MUNICIPALITY, site="11110")
GUEST = AccountDraft("guest", Role.VIEWER)
ENGLISH = {"language.data": "en"}


@dataclass(frozen=True)
class House:
    """The whole application, made once; tests use municipalities, accounts and numbers of their own."""

    centre: Centre
    gate: AccessMiddleware

    @property
    def db(self) -> Database:
        """What the pages write into."""
        return self.centre.db

    def client(self, draft: AccountDraft) -> httpx.AsyncClient:
        """Somebody logged in."""
        cookies = {"sid": session_of(self.db, draft)}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.gate), base_url=HOST, cookies=cookies)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A centre whose store does not answer: the desk's pages work without it."""
    folder = tmp_path_factory.mktemp("house")
    db = new_desk(folder)
    with Instance(folder) as instance:
        centre = centre_over(Store(NOWHERE), db, folder, instance)
        gate = application(centre)
        assert isinstance(gate, AccessMiddleware)
        yield House(centre, gate)
    db.close()


async def test_the_head_line_says_who_is_logged_in(house: House) -> None:
    """Name, role and the way out; no way to a new password for an account that has none here."""
    async with house.client(CHIEF) as client:
        page = words(await call(client, "frame.children", {"url.pathname": "/", "url.search": "?lang=en"}))
    missing = [said for said in ("chief", "Supervisor", "/logout", "/glossary?page=wall") if said not in page]
    assert missing == []
    assert "/password" not in page


async def test_a_level_is_declared_and_a_municipality_takes_note(house: House) -> None:
    """The supervisor enters it, ticks a duty; the municipality acknowledges for itself; the share says 1 of 226."""
    async with house.client(CHIEF) as client:
        await press(client, "level", "declare", choice="caution", title="NIS", note="A campaign")
        await press(client, "level", "done", "caution.announce", note="by mail")
    async with house.client(JONGNO) as client:
        told = await press(client, "level", "acknowledge", "11110")
        refused = await press(client, "level", "acknowledge", "26110")
    assert "Jongno-gu, Seoul has acknowledged the level" in str(told["level-said"])
    assert "level-said" not in refused
    declared = crisis_level.current_declaration(house.db)
    assert declared is not None
    assert (declared.declaration.level, declared.declaration.issuer) == ("caution", "NIS")
    assert list(level_duties.completed_duties(house.db, declared.number)) == ["caution.announce"]
    assert [row.site for row in level_duties.acknowledgements(house.db, EVERYTHING, declared.number)] == ["11110"]
    async with house.client(CHIEF) as client:
        shown = words(await call(client, "level-cascade.children", ENGLISH))
    assert "1/226" in shown


async def test_whoever_may_not_declare_is_refused(house: House) -> None:
    """An operator's press is answered with what is missing, and nothing is declared."""
    async with house.client(NEXT) as client:
        told = await press(client, "level", "declare", choice="alert", title="NIS", note="x")
    assert "declare_level" in str(told["level-refused"])
    assert "alert" not in {one.declaration.level for one in crisis_level.level_history(house.db, 9)}


async def test_a_handover_is_drafted_edited_and_signed_by_two(house: House) -> None:
    """The draft holds how things stand; the same person cannot sign twice; the second lead completes it."""
    triage(house.db, [group("11110", 5, NOW)], [], quiet=house.centre.pipeline.detector.quiet, now=NOW)
    async with house.client(CHIEF) as client:
        await press(client, "shift", "draft")
        saved = await call(
            client,
            "shift-saved.children@",
            {"shift-save.n_clicks": 1, "shift-notes.value": "Call Jongno.", "shift-shown.data": 1, **ENGLISH},
        )
        assert "Saved" in saved.text
        row = shift_handover.get_handover(house.db, 1)
        assert (row.notes, row.content["alerts"]) == ("Call Jongno.", {"5": 1})
        await press(client, "shift", "sign", f"1/{row.version}")
        twice = await press(client, "shift", "countersign", f"1/{shift_handover.get_handover(house.db, 1).version}")
    assert "now the incoming lead signs" in str(twice["shift-refused"])
    async with house.client(NEXT) as client:
        await press(client, "shift", "countersign", f"1/{shift_handover.get_handover(house.db, 1).version}")
        shown = await call(client, "shift-one.children", {"url.pathname": "/shift", "url.search": "", **ENGLISH})
    done = shift_handover.get_handover(house.db, 1)
    assert (done.state, done.outgoing, done.incoming) == ("handed_over", "chief", "next")
    assert all(said in shown.text for said in ("Handed over", "Call Jongno.", "chief", "next"))


async def test_a_shift_is_planned_from_the_page(house: House) -> None:
    """The day shift of tomorrow with its lead and members stands in the roster."""
    day = "day 2026-03-03T09:00:00+09:00 2026-03-03T18:00:00+09:00"
    async with house.client(CHIEF) as client:
        await press(client, "shift", "add", choice=day, title="chief", note="next, other")
        shown = await call(client, "shift-roster.children", {"url.pathname": "/shift", "url.search": "", **ENGLISH})
    (planned,) = roster.shifts_between(house.db, NOW, NOW.replace(day=9))
    assert planned.people == ("chief", "next", "other")
    assert "03-03 09:00 – 18:00" in shown.text


async def test_the_page_of_the_shift_names_who_is_on_duty(house: House) -> None:
    """The lead and the members of the shift that runs now, and until when; without one it says so."""
    asked = {"url.pathname": "/shift", "url.search": "", **ENGLISH}
    change, hour = Change(house.db, EVERYTHING, CENTRE, NOW), timedelta(hours=1)
    async with house.client(CHIEF) as client:
        nobody = await call(client, "shift-duty.children", asked)
        roster.plan_shift(change, roster.PlannedShift("night", NOW - hour, NOW + hour, "dana", ("robin",)))
        shown = await call(client, "shift-duty.children", asked)
    assert "Nobody is on duty" in nobody.text
    assert "dana, robin (11:37)" in shown.text


async def test_an_account_is_made_changed_and_disabled(house: House) -> None:
    """The one-time password is shown once; role and place change; a disabled account says so."""
    async with house.client(ADMINISTRATOR) as client:
        made = await press(client, "people", "make", choice="municipality", title="busan-jung", note="26110")
        await press(client, "people", "change", "busan-jung", choice="province", note="26")
        await press(client, "people", "disable", "busan-jung")
        shown = words(await call(client, "people-accounts.children", ENGLISH))
    assert "shown only now" in str(made["people-said"])
    kept = account(house.db, "busan-jung")
    assert kept is not None
    assert (kept.role, kept.site, kept.province, kept.disabled, kept.must_change) == ("province", "", "26", True, True)
    assert "Disabled" in shown


async def test_people_are_the_administrators_affair(house: House) -> None:
    """A supervisor does not get the page's accounts, nor does a press make one."""
    async with house.client(CHIEF) as client:
        assert (await client.get("/people")).status_code == 403
        assert (await call(client, "people-accounts.children", ENGLISH)).status_code == 403
        told = await press(client, "people", "make", choice="administrator", title="evil", note="")
    assert "people" in str(told["people-refused"])
    assert account(house.db, "evil") is None


async def test_the_audit_log_is_filtered_and_verified(house: House) -> None:
    """The address says which entries; the check reads the whole chain."""
    async with house.client(ADMINISTRATOR) as client:
        await press(client, "level", "declare", choice="attention", title="NIS", note="<b>news</b>")
        asked = {"url.pathname": "/audit", "url.search": "?action=level.", **ENGLISH}
        shown = words(await call(client, "audit-entries.children", asked))
        checked = words(await call(client, "audit-chain.children", {"audit-verify.n_clicks": 1, **ENGLISH}))
    assert "level.declare" in shown
    assert "account.add" not in shown
    assert "all entries are present" in checked
    assert any(one.action == "account.add" for one in audit_entries(house.db, EVERYTHING, limit=10))


async def test_performance_is_shown_with_its_definitions(house: House) -> None:
    """The time to detect of one alert, its meaning beside it, and the province it happened in."""
    then = NOW - timedelta(hours=3)
    triage(house.db, [group("11140", 4, then)], [], quiet=house.centre.pipeline.detector.quiet, now=then)
    asked = {"url.pathname": "/performance", "url.search": "?days=7", **ENGLISH}
    async with house.client(ADMINISTRATOR) as client:
        shown = words(await call(client, "performance-figures.children", {**asked}))
    assert "Time to detect (MTTD)" in shown
    assert "From the time of an alert's first event" in shown
    assert "/province/11" in shown


@pytest.mark.parametrize("draft", [ADMINISTRATOR, GUEST])
async def test_the_glossary_has_both_languages(house: House, draft: AccountDraft) -> None:
    """Words stand in Korean and English side by side; on top is what the asked page is for."""
    async with house.client(draft) as client:
        asked = {"url.pathname": "/glossary", "url.search": "?page=shift&lang=en"}
        page = words(await call(client, "frame.children", asked))
    assert all(said in page for said in ("이벤트", "Event", "Both leads sign", "TLP:AMBER"))


async def test_an_answer_by_phone_is_written_down_at_the_page(house: House) -> None:
    """The operator has the button, must say which answer, and the receipts name who spoke; a viewer is refused."""
    words_asked = free_text("Block it", "Block the address")
    [row] = request_workflow.create_requests(
        Change(house.db, EVERYTHING, CENTRE, NOW), RequestDraft(("26110",), 4, words_asked)
    )
    asked = {"url.pathname": "/requests", "url.search": f"?request={row.id}", **ENGLISH}
    async with house.client(GUEST) as client:
        refused = await press(client, "requests", "phone", str(row.id), choice="done", title="duty desk", note="x")
        assert "Answered by phone" not in words(await call(client, "requests-one.children", asked))
    assert "request" in str(refused["requests-refused"])
    async with house.client(NEXT) as client:
        assert "Answered by phone" in words(await call(client, "requests-one.children", asked))
        unsaid = await press(client, "requests", "phone", str(row.id), title="duty desk", note="x")
        told = await press(client, "requests", "phone", str(row.id), choice="refused", title="duty desk", note="no key")
        shown = words(await call(client, "requests-one.children", asked))
    assert "choose what the municipality answered" in str(unsaid["requests-refused"])
    assert "is recorded" in str(told["requests-said"])
    assert "duty desk: no key" in shown
    assert request.get_request(house.db, EVERYTHING, row.id).state == "refused"
