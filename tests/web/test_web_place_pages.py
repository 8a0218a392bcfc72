"""Pages of a municipality, a province and the rules, over what a store holds of them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from page_buttons import press, words

from log_lines import ids_alert
from secmon.alerts import queries as alert_queries
from secmon.alerts.triage import triage
from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.sigma.rule import Signature
from secmon.detection.sigma.ruleset import load_rules
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.store.load import Lines
from web_centre import NOW, call, centre_over, group, load, new_desk, principal

JONGNO = "11110"
SEOUL = AccountDraft("seoul", Role.PROVINCE, province="11")
CHIEF = AccountDraft("chief", Role.SUPERVISOR)
ENGLISH = {"language.data": "en"}

pytestmark = pytest.mark.store


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre with an alert of a shipped rule at Jongno, whose lines are loaded."""
    db = new_desk(tmp_path)
    rules = {rule.id: rule for rule in load_rules().signatures}
    with Instance(tmp_path) as instance:
        centre = centre_over(store, db, tmp_path, instance)
        centre.pipeline.context.rules.clear()
        centre.pipeline.context.rules.update(rules)
        at = NOW - timedelta(minutes=20)
        line = ids_alert(at, "scan", "information_gathering")
        load(centre, "b1", Lines(JONGNO, "ids", "suricata_eve", NOW - timedelta(minutes=1), [line]))
        triage(db, [group(JONGNO, 4, at, rule=next(iter(rules)))], [], quiet=timedelta(hours=6), now=at)
        yield centre
    db.close()


async def test_places_and_rules(centre: Centre) -> None:
    """A municipality beside its peers, a province within its scope only, a rule switched off and excepted from."""
    rule = next(iter(centre.pipeline.context.rules))
    async with principal(centre, draft=SEOUL) as client:
        site = words(await call(client, "sitedesk-peers.children", {"site-code.data": JONGNO, **ENGLISH}))
        mine = words(await call(client, "province-sites.children", {"province-code.data": "11", **ENGLISH}))
        others = await call(client, "province-sites.children", {"province-code.data": "26", **ENGLISH})
    assert "Median of the 10 municipalities" in site
    assert "No request is waiting" in site
    assert all(said in mine for said in ("Jongno-gu", "/site/11110", "Gangnam-gu"))
    assert others.status_code == 204
    async with principal(centre, draft=CHIEF) as client:
        listed = (await call(client, "rules-grid.rowData", ENGLISH)).json()["response"]["rules-grid"]["rowData"]
        unsaid = await press(client, "rules", "disable", rule)
        await press(client, "rules", "disable", rule, note="a scanner of our own")
        await press(client, "rules", "add", rule, choice="site", title=JONGNO, number=3, note="tested there")
        shown = words(
            await call(
                client, "rules-one.children", {"url.pathname": "/rules", "url.search": f"?rule={rule}", **ENGLISH}
            )
        )
        matrix = words(await call(client, "rules-attack.children", ENGLISH))
    assert next(row for row in listed if row["uid"] == rule)["alerts"] == 1
    assert "enter a reason" in str(unsaid["rules-refused"])
    assert [one.reason for one in rule_states.rule_standings(centre.db)] == ["a scanner of our own"]
    assert [one.exemption.site for one in exceptions_registry.all_rule_exceptions(centre.db, rule)] == [JONGNO]
    assert all(said in shown for said in ("a scanner of our own", "tested there", "Enable"))
    assert all(said in matrix for said in ("Initial Access", "T1190", "not covered by a rule"))


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_doubts_about_a_rule_are_in_the_language_of_the_page(centre: Centre, language: str) -> None:
    """Beside an alert and beside the rule, what may be mistaken for it is told in Korean on a Korean page."""
    rule = next(iter(centre.pipeline.context.rules.values()))
    assert isinstance(rule, Signature)
    spoken = {"ko": rule.falsepositives_ko[0], "en": rule.falsepositives[0]}
    number = alert_queries.alerts_page(centre.db, EVERYTHING, limit=1)[0].id
    given = {"language.data": language}
    async with principal(centre, draft=CHIEF) as client:
        panels = [
            words(await call(client, f"{output}.children", {"url.pathname": path, "url.search": search, **given}))
            for output, path, search in (
                ("alerts-panel", "/alerts", f"?alert={number}"),
                ("rules-one", "/rules", f"?rule={rule.id}"),
            )
        ]
    for shown in panels:
        assert {one for one, said in spoken.items() if said in shown} == {language}


async def test_a_search_is_saved_as_a_draft_of_a_rule(centre: Centre) -> None:
    """As a YAML file over the log source of what was found; nothing found, or one municipality, is refused."""
    span = {"since": (NOW - timedelta(hours=1)).isoformat(), "until": NOW.isoformat()}
    async with principal(centre, draft=CHIEF) as client:
        saved = await client.get("/api/v1/rules/draft", params={"q": "signature:scan src:203.0.113.9", **span})
        nothing = await client.get("/api/v1/rules/draft", params={"q": "signature:absent", **span})
        place = await client.get("/api/v1/rules/draft", params={"q": "site:11110", **span})
    assert saved.status_code == 200, saved.text
    assert saved.headers["content-disposition"] == 'attachment; filename="signature-scan-src-203-0-113-9.yml"'
    assert "finding_info_title: scan" in saved.text
    assert "product: suricata" in saved.text or "category: ids" in saved.text
    assert (nothing.status_code, place.status_code) == (400, 400)
    assert "remove site:" in place.text
