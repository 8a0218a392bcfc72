"""Text that attackers wrote is text in every form of a digest, in letters, and in the mail that carries them."""

import csv
import email
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.policy import default
from io import StringIO
from pathlib import Path

import pypdfium2
import pytest
from digest_centre import KIM, NOW, YESTERDAY, Titles, alerts_at, desk_in, sources_over

from hostile_texts import HOSTILE, SPLITTING, Markup, printable
from secmon.db.transaction import Change
from secmon.incidents import workflow as incident_workflow
from secmon.incidents.workflow import IncidentDraft
from secmon.notifications.outbox import Letter
from secmon.reports.content.gather_facts import gather
from secmon.reports.content.kinds import digest_kind
from secmon.reports.content.schedule import Due, period_ending
from secmon.reports.content.sources import Sources
from secmon.reports.delivery.letters import dispatch
from secmon.reports.delivery.message import mail
from secmon.reports.delivery.recipients import Recipient
from secmon.reports.rendering.render import render_documents
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store

DAY = Due("daily", "", period_ending(digest_kind("daily"), NOW))
FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.fixture
def sources(store: Store, tmp_path: Path) -> Iterator[Sources]:
    """A centre without events."""
    db = desk_in(tmp_path)
    yield sources_over(store, db)
    db.close()


def squeezed(text: str) -> str:
    """The text without blanks and line ends: where a line breaks is the page's affair."""
    return "".join(text.split())


def text_of(made: bytes) -> str:
    """All text of a PDF."""
    document = pypdfium2.PdfDocument(made)
    said = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return said


def harmless_page(page: str, text: str) -> None:
    """HTML that has the text where people read, and nothing that runs."""
    found = Markup(page)
    assert not found.active
    assert squeezed(printable(text, " ")) in squeezed(found.text)


def harmless_table(made: str, text: str) -> None:
    """CSV whose cells are no formulas, and that holds nothing unseen but its own line ends and mark."""
    cells = [one for row in csv.reader(StringIO(made.removeprefix("\ufeff"))) for one in row]
    assert [one for one in cells if one.lstrip().startswith(FORMULA)] == []
    assert [one for one in cells if not one.isprintable()] == []
    assert squeezed(printable(text, " ")) in squeezed("".join(cells))


def harmless_lines(made: str, text: str) -> None:
    """Plain text that cannot steer a terminal or turn the order of reading."""
    assert [line for line in made.split("\n") if not line.isprintable()] == []
    beginning = squeezed(printable(text, " "))[:20]  # a column is cut after some thirty letters
    assert beginning in squeezed(made)


@pytest.mark.store
@pytest.mark.parametrize("text", [*HOSTILE.values(), SPLITTING], ids=[*HOSTILE, "splitting"])
def test_a_digest_holds_hostile_text_as_text(sources: Sources, text: str) -> None:
    """As the title of a rule and of an incident, in mail, text, PDF, CSV and JSON."""
    told = replace(sources, rules={"hostile": Titles(text, text)})
    alerts_at(told.db, ("11110",), rule="hostile", actor="203.0.113.9")
    incident_workflow.open_incident(
        Change(told.db, EVERYTHING, KIM, YESTERDAY), IncidentDraft(text, 4, "unauthorised_access"), [1]
    )
    made = render_documents(gather(told, DAY, NOW), "en", told.tiles)
    harmless_page(made["mail.html"].decode(), text)
    harmless_lines(made["mail.txt"].decode(), text)
    harmless_table(made["tables.csv"].decode(), text)
    assert json.dumps(text)[1:-1] in json.dumps(json.loads(made["report.json"]))
    page = text_of(made["report.pdf"])
    assert "root:" not in page
    assert squeezed(printable(text, " "))[:8] in squeezed(page)


LETTER: Mapping[str, object] = {
    "request": 7,
    "site": "11110",
    "incident": None,
    "severity": 4,
    "state": "requested",
    "reminders": 0,
    "acknowledge_due": NOW.isoformat(),
    "act_due": NOW.isoformat(),
}


@pytest.mark.parametrize("text", [*HOSTILE.values(), SPLITTING], ids=[*HOSTILE, "splitting"])
def test_a_request_by_mail_holds_hostile_text_as_text(text: str) -> None:
    """As title, in the letter, and in a line of evidence; the mail has the headers of a mail without it."""
    line = {"time": NOW.isoformat(), "feed": "ids", "line": text}
    content = {**LETTER, "title_en": text, "text_en": f"First.\n{text}\nLast.", "evidence": [line]}
    letter = Letter("request:7:mail", "request", "mail", "site:11110", "11110", content, 7)
    to = Recipient(1, "jongno", "mail", "soc@jongno.example", "en", "11110", ("request",))
    sent = dispatch(letter, to, "amber")
    raw = mail(sent, "secmon@soc.example", "soc@jongno.example", NOW).as_bytes()
    received = email.message_from_bytes(raw, policy=default)
    harmless = email.message_from_bytes(
        mail(replace(sent, subject="Request"), "secmon@soc.example", "soc@jongno.example", NOW).as_bytes(),
        policy=default,
    )
    assert received.keys() == harmless.keys()
    assert str(received["Subject"]).isprintable()
    page, plain = received.get_body(("html",)), received.get_body(("plain",))
    assert page is not None
    assert plain is not None
    harmless_page(page.get_content(), text)
    harmless_lines(plain.get_content().replace("\r\n", "\n"), text)
    assert {"First.", "Last."} <= {*plain.get_content().splitlines()}, "a letter keeps its lines"
    assert sent.record["evidence"] == [line]
