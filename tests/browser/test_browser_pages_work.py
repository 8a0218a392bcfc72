"""Pages to act on, each for its main act, in both languages: incidents, requests, blocks, campaigns, people."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import running_server
from playwright.sync_api import Browser, Page
from running_server import ACCOUNT, PASSWORD, Server
from watched_pages import Visits

from secmon.errors import UsageError
from secmon.web.i18n.error_messages import error_message
from secmon.web.i18n.texts import LANGUAGES, t

pytest_plugins = ["browser_fixtures"]
pytestmark = pytest.mark.browser
both = pytest.mark.parametrize("language", LANGUAGES)

JONGNO, SCAN = "11110", 600_000
"""A municipality with an account of its own; milliseconds until the demonstration's scan has been found."""


def sent(page: Page, home: str, path: str, body: dict[str, Any]) -> Any:
    """What the API answers to an act of whoever is logged in on the page."""
    answer = page.request.post(f"{home}/api/v1{path}", data=body, headers={"origin": home})
    assert answer.ok, answer.text()
    return answer.json()


def button(prefix: str, action: str, target: object = "") -> str:
    """Selector of a button of the desk."""
    named = json.dumps({"to": str(target), "type": f"{prefix}-do-{action}"}, separators=(",", ":"))
    return f"[id='{named}']"


def confirmed(page: Page, prefix: str, **filled: str) -> str:
    """Fill the open dialog, confirm it, and return what the page says was done."""
    page.wait_for_selector(f"#{prefix}-ask:not([hidden])")
    for field, words in filled.items():
        page.fill(f"#{prefix}-{field}", words)
    page.click(f"#{prefix}-ok")
    page.wait_for_selector(f"#{prefix}-said .done")
    page.wait_for_selector(f"#{prefix}-ask[hidden]", state="attached")
    return page.inner_text(f"#{prefix}-said")


@both
def test_an_incident_is_moved_on_and_printed(still: Server, visits: Visits, language: str) -> None:
    """From the list to the incident: evidence with its hash, the next state, and a page for paper without buttons."""
    page = visits.open(f"{still.url}/incidents?lang={language}")
    page.wait_for_selector("#incidents-open :is(td, .empty)")
    alerts = page.request.get(f"{still.url}/api/v1/alerts?limit=200").json()["items"]
    # not the newest one: the tests of the queue begin at its top
    alert = [one for one in alerts if one["incident_id"] is None and one["merged_into"] is None][-1]
    opened = {"title": f"Looked at in {language}", "severity": 3, "alerts": [alert["id"]]}
    number = sent(page, still.url, "/incidents", opened)["id"]
    sent(page, still.url, f"/incidents/{number}/evidence", {"alert": alert["id"]})
    page.click(f"#incidents-open a >> text=Looked at in {language}")
    page.wait_for_selector("#incident-evidence pre, #incident-evidence .raw")
    assert t("incident.evidence.whole", language) in page.inner_text("#incident-evidence")
    page.click(button("incident", "move", "analysed"))
    assert confirmed(page, "incident", note="looked") == t("incident.done.move", language)
    page.wait_for_selector(f"#incident-steps li.here >> text={t('incident.analysed', language)}")
    page.emulate_media(media="print")
    assert page.locator("#incident-timeline").is_visible()
    assert page.locator("#incident-buttons").is_hidden()


@both
def test_a_municipality_acknowledges_a_request(still: Server, visits: Visits, language: str) -> None:
    """It reads the letter in its language, acknowledges it, and the receipt tells when and by whom."""
    centre = visits.open(f"{still.url}/glossary")
    asked = {"sites": [JONGNO], "severity": 3, "title": "Look at the firewall", "text": "Is rule 7 in force?"}
    [made] = sent(centre, still.url, "/requests", asked)
    page = visits.open(f"{still.url}/requests?lang={language}&request={made['id']}", account="demo-jongno")
    page.wait_for_selector("#requests-one .letter")
    assert "Is rule 7 in force?" in page.inner_text("#requests-one .letter")
    page.click(button("requests", "acknowledge", made["id"]))
    said = confirmed(page, "requests", note="duty room")
    assert said == t("requests.done.acknowledge", language, number=made["id"])
    page.wait_for_selector("#requests-one td >> text=demo-jongno")


@both
def test_a_block_is_proposed_by_hand(still: Server, visits: Visits, language: str) -> None:
    """Value, days and reason are asked; the proposal waits for somebody else; a protected address is refused."""
    value = {"ko": "203.0.113.201", "en": "203.0.113.202"}[language]
    page = visits.open(f"{still.url}/blocklist?lang={language}", account="demo-operator")
    page.click(button("blocklist", "propose"))
    done = confirmed(page, "blocklist", title=value, amount="3", note="by hand")
    assert done == t("blocklist.done.propose", language)
    row = page.locator("#blocklist-waiting tr", has_text=value)
    row.wait_for()
    assert "by hand" in row.inner_text()
    assert t("block.proposed", language) in row.inner_text()
    page.click(button("blocklist", "propose"))
    page.fill("#blocklist-title", "10.1.2.3")
    page.fill("#blocklist-note", "a mistake")
    page.click("#blocklist-ok")
    page.wait_for_selector("#blocklist-refused >> text=10.0.0.0/8")


@both
def test_a_campaign_leads_to_its_block(still: Server, visits: Visits, language: str) -> None:
    """One source at many municipalities: who has it, how it spread, and the way to a proposal with its address."""
    page = visits.open(f"{still.url}/campaigns?lang={language}", account="demo-operator")
    link = page.locator("#campaigns-list td a").first
    link.wait_for(timeout=SCAN)
    link.click()
    page.wait_for_url("**indicator=**")
    indicator = page.locator("#campaigns-one .value").first.inner_text()
    assert page.locator("#campaigns-one a[href^='/site/']").count() > 1
    page.wait_for_selector("#campaigns-spread .scatterlayer .point")
    page.click(f"#campaigns-one a >> text={t('campaigns.block', language)}")
    page.wait_for_url("**/blocklist?propose=**")
    page.wait_for_function("value => document.getElementById('blocklist-title')?.value === value", arg=indicator)


@both
def test_a_digest_is_opened(still: Server, visits: Visits, language: str) -> None:
    """A row opens what was sent: its span, and the mail as it was, in a tab of its own."""
    page = visits.open(f"{still.url}/digests?lang={language}")
    page.locator("#digests-list td a").first.click()
    page.wait_for_selector("#digests-one h2")
    assert t("digests.documents", language) in page.inner_text("#digests-one")
    address = page.locator("#digests-one a[href$='mail.html']").first.get_attribute("href")
    mail = page.request.get(f"{still.url}{address}")
    assert mail.ok
    assert "<html" in mail.text()


@both
def test_a_recipient_is_checked_and_added(still: Server, visits: Visits, language: str) -> None:
    """An address that is none is refused and named; a good one is saved and stands in the list."""
    page = visits.open(f"{still.url}/recipients?lang={language}&recipient=new")
    page.fill("#recipients-name", f"Duty {language}")
    page.fill("#recipients-address", "no address")
    page.click("#recipients-save")
    page.wait_for_selector("#recipients-refused .failed >> text=address")
    page.fill("#recipients-address", "duty@example.go.kr")
    page.click("#recipients-save")
    page.wait_for_selector("#recipients-said .done")
    assert page.inner_text("#recipients-said") == t("recipients.saved", language, name=f"Duty {language}")
    page.wait_for_selector(f"#recipients-list td >> text=Duty {language}")


@both
def test_a_target_is_changed(house: Server, visits: Visits, language: str) -> None:
    """What makes no sense is refused where it was written; a time is in the table then. Settings have words."""
    page = visits.open(f"{house.url}/settings?lang={language}")
    page.click(button("settings", "sla", 3))
    page.locator("#settings-ask .of-sla").get_by_label(t("settings.contain", language), exact=True).check()
    page.fill("#settings-title", "soon")
    page.click("#settings-ok")
    page.wait_for_selector("#settings-refused .failed")
    assert page.inner_text("#settings-refused") == error_message(UsageError("target.duration_not_valid"), language)
    said = confirmed(page, "settings", title="36h")
    assert said.startswith(t("settings.contain", language))
    aim = t("span.days", language, days=1, hours=12)
    page.locator("#settings-targets tr", has_text=t("severity.3", language)).get_by_text(aim, exact=True).wait_for()
    assert t("setting.collect_seconds", language) in page.inner_text("#settings-started")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Server]:
    """A server of its own with an administrator: the demonstration has none."""
    data: Path = tmp_path_factory.mktemp("house") / "data"
    command = [sys.executable, "-m", "secmon", "user", "add", ACCOUNT, "--role", "administrator", "--data", str(data)]
    subprocess.run(command, input=PASSWORD, text=True, check=True, timeout=120)
    with running_server.empty(data) as server:
        yield server


@both
def test_the_administrator_makes_an_account(house: Server, visits: Visits, language: str) -> None:
    """The new account gets a password once and stands in the list; the role is asked in the page's language."""
    page = visits.open(f"{house.url}/people?lang={language}")
    page.click(button("people", "make"))
    page.locator("#people-ask .of-make").get_by_label(t("role.operator", language), exact=True).check()
    said = confirmed(page, "people", title=f"new-{language}")
    assert said.startswith(t("people.done.make", language, name=f"new-{language}", password="…").split("…")[0].strip())
    row = page.locator("#people-accounts tr", has_text=f"new-{language}")
    row.wait_for()
    assert t("role.operator", language) in row.inner_text()
    assert t("people.must_change", language) in row.inner_text()
