"""Delivery to real SMTP servers and a real web server."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from digest_centre import KIM, NOW, desk_in, enter
from mail_servers import SENDER, Post, certificate, mail_server, settings_of
from postfix import DOMAIN, missing, postfix

from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.notifications import outbox
from secmon.notifications.outbox import enqueue
from secmon.operations.metric_samples import Period
from secmon.reports import archive
from secmon.reports.compose import letter_to, store_digest
from secmon.reports.content.facts import Facts
from secmon.reports.content.schedule import Due
from secmon.reports.deliver import Delivered, deliver
from secmon.reports.delivery.channels import Channels
from secmon.reports.delivery.recipients import Recipient
from secmon.reports.rendering.render import render_documents
from secmon.response.requests import request
from secmon.response.requests import workflow as request_workflow
from secmon.response.requests.advice import RequestText
from secmon.response.requests.workflow import RequestDraft
from secmon.sites.scope import EVERYTHING

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = desk_in(tmp_path)
    yield db
    db.close()


def facts_at(now: datetime) -> Facts:
    return Facts(
        kind="notice",
        scope="",
        begins=now.isoformat(),
        ends=now.isoformat(),
        composed_at=now.isoformat(),
        late=False,
        simulated=True,
        tlp="amber",
        notice={
            "topic": "silent",
            "number": 3,
            "sites": 1,
            "list": [{"site": "11110", "feed": "ids", "health": "silent", "since": None}],
        },
    )


def digest_for(db: Database, *to: Recipient, now: datetime = NOW) -> int:
    """A small digest in the outbox."""
    facts = facts_at(now)
    made = {version: render_documents(facts, version) for version in {one.version for one in to}}
    with db.begin() as session:
        number = store_digest(session, Due("notice", "", Period(now, now)), facts, made, now)
        for one in to:
            enqueue(session, letter_to(number, one), now, one.free_from(now))
    return number


def run(db: Database, channels: Channels, now: datetime = NOW) -> Delivered:
    return asyncio.run(deliver(db, channels, now))


def test_a_mail_has_both_bodies_and_its_attachments(db: Database) -> None:
    """HTML with inline styles only, the same as text, a PDF and a CSV; each in the recipient's language, one each."""
    kim, smith = enter(db, "kim", ["silent"]), enter(db, "smith", ["silent"], language="en")
    number = digest_for(db, kim, smith)
    with mail_server() as post:
        assert run(db, Channels(settings_of(post))) == Delivered(2, 0, 0)
        assert run(db, Channels(settings_of(post)), NOW + TEN_MINUTES) == Delivered(0, 0, 0)
    taken = dict(post.mails)
    assert sorted(taken) == ["kim@city.example", "smith@city.example"]
    korean, english = taken["kim@city.example"], taken["smith@city.example"]
    assert "긴급 알림" in str(korean["Subject"])
    assert "Immediate notice" in str(english["Subject"])
    page = korean.get_body(("html",))
    text = korean.get_body(("plain",))
    assert page is not None
    assert text is not None
    html = page.get_content()
    assert "<style" not in html
    assert 'style="' in html
    assert "피드 3개" in text.get_content()
    names = [part.get_filename() for part in korean.iter_attachments()]
    assert sorted(str(name).rsplit(".", 1)[1] for name in names) == ["csv", "pdf"]
    assert {one.state for one in archive.deliveries(db, EVERYTHING, number)} == {"sent"}


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_over_tls_with_a_login(db: Database, tmp_path: Path, security: str) -> None:
    """STARTTLS and TLS from the first byte, the server's certificate checked by the CA that is configured."""
    context, authority = certificate(tmp_path)
    secret = tmp_path / "password"
    secret.write_text("correct horse\n")
    digest_for(db, enter(db, "kim", ["silent"]))
    with mail_server(context, starttls=security == "starttls", password="correct horse") as post:
        given = {"security": security, "username": "centre", "password_file": secret}
        stranger = run(db, Channels(settings_of(post, **given)))
        assert stranger == Delivered(0, 1, 0), "a certificate nobody vouches for is refused"
        known = Channels(settings_of(post, **given, ca_file=authority))
        assert run(db, known, NOW + TEN_MINUTES) == Delivered(1, 0, 0)
    assert post.encrypted == [True]


def test_a_wrong_password_is_told_and_tried_again(db: Database, tmp_path: Path) -> None:
    """The outbox says that the login was refused, and the mail waits for a better one."""
    context, authority = certificate(tmp_path)
    secret = tmp_path / "password"
    secret.write_text("guess")
    number = digest_for(db, enter(db, "kim", ["silent"]))
    with mail_server(context, starttls=True, password="correct horse") as post:
        given = {"security": "starttls", "username": "centre", "password_file": secret, "ca_file": authority}
        assert run(db, Channels(settings_of(post, **given))) == Delivered(0, 1, 0)
    (one,) = archive.deliveries(db, EVERYTHING, number)
    assert "refused the login" in one.error
    assert one.state == "waiting"


def test_one_refused_recipient_does_not_hold_up_the_others(db: Database) -> None:
    """A 550 is final, a 450 is tried again with growing pauses, the others get theirs once."""
    people = [enter(db, name, ["silent"]) for name in ("gone", "full", "kim")]
    number = digest_for(db, *people)
    with mail_server() as post:
        post.refused = {"gone@city.example": "550 no such user", "full@city.example": "450 mailbox full"}
        channels = Channels(settings_of(post))
        assert run(db, channels) == Delivered(1, 1, 1)
        assert run(db, channels) == Delivered(0, 0, 0), "not before its pause is over"
        post.refused = {}
        assert run(db, channels, NOW + TEN_MINUTES) == Delivered(1, 0, 0)
        assert run(db, channels, NOW + timedelta(days=1)) == Delivered(0, 0, 0)
    assert sorted(address for address, _ in post.mails) == ["full@city.example", "kim@city.example"]
    states = {one.recipient: (one.state, one.attempts) for one in archive.deliveries(db, EVERYTHING, number)}
    assert states == {people[0].id: ("given_up", 1), people[1].id: ("sent", 2), people[2].id: ("sent", 1)}


def test_a_server_that_is_down_gets_it_later(db: Database) -> None:
    """Without a server nothing is lost: it goes out when one answers."""
    digest_for(db, enter(db, "kim", ["silent"]))
    with mail_server() as post:
        closed = settings_of(post)
    assert run(db, Channels(closed)) == Delivered(0, 1, 0)
    assert run(db, Channels(None), NOW + TEN_MINUTES) == Delivered(0, 1, 0)
    with mail_server() as post:
        post.down = "451 try later"
        assert run(db, Channels(settings_of(post)), NOW + 2 * TEN_MINUTES) == Delivered(0, 1, 0)
        post.down = ""
        assert run(db, Channels(settings_of(post)), NOW + 3 * TEN_MINUTES) == Delivered(1, 0, 0)
    assert len(post.mails) == 1


def test_quiet_hours_hold_back_what_is_not_urgent(db: Database) -> None:
    """NOW is 08:10 in Korea: within 22:00-09:00 it waits until nine."""
    digest_for(db, enter(db, "kim", ["silent"], quiet="22:00-09:00"))
    with mail_server() as post:
        channels = Channels(settings_of(post))
        assert run(db, channels) == Delivered(0, 0, 0)
        assert run(db, channels, NOW + timedelta(minutes=49)) == Delivered(0, 0, 0)
        assert run(db, channels, NOW + timedelta(minutes=50)) == Delivered(1, 0, 0)


def test_the_same_mail_sent_twice_is_known_by_its_id(db: Database) -> None:
    """A sender that dies after the server's answer and before its mark leaves one Message-ID in two copies."""
    kim = enter(db, "kim", ["silent"])
    digest_for(db, kim)
    with mail_server() as post:
        channels = Channels(settings_of(post))
        (lost,) = outbox.claim_letters(db, "dies", limit=10, now=NOW)
        asyncio.run(channels.send("mail", kim.address, archive.dispatch(db, lost.letter), NOW))
        assert run(db, channels, NOW + outbox.LEASE) == Delivered(1, 0, 0)
    assert len(post.mails) == 2
    assert len({message["Message-ID"] for _, message in post.mails}) == 1


def test_a_request_reaches_its_municipality_and_counts_as_delivered(db: Database) -> None:
    """The letter goes to the recipients of that site in their language; the request then stands as delivered."""
    enter(db, "jongno", ["request"], scope="11110")
    enter(db, "jung", ["request"], scope="11140")
    advice = RequestText("차단하십시오", "Block it", "출발지 203.0.113.9를 차단", "Block 203.0.113.9")
    (row,) = request_workflow.create_requests(Change(db, EVERYTHING, KIM, NOW), RequestDraft(("11110",), 4, advice))
    with mail_server() as post:
        channels = Channels(settings_of(post))
        run(db, channels)
        run(db, channels)
    assert [address for address, _ in post.mails] == ["jongno@city.example"]
    assert request.get_request(db, EVERYTHING, row.id).state == "delivered"


def test_a_request_that_nobody_would_get_says_so(db: Database) -> None:
    """Without a recipient of the site the letter waits, and the request's receipts say why."""
    advice = RequestText("차단하십시오", "Block it", "차단", "Block")
    (row,) = request_workflow.create_requests(Change(db, EVERYTHING, KIM, NOW), RequestDraft(("11110",), 4, advice))
    assert run(db, Channels(None)).again == 1
    assert "no recipient is entered for site:11110" in request.receipts_of_request(db, EVERYTHING, row.id)[-1].detail


class _Hook(BaseHTTPRequestHandler):
    """Keeps what is posted and answers as it is told."""

    answers: list[int] = []  # noqa: RUF012  # shared by the handlers of one test on purpose
    got: list[tuple[dict[str, str], bytes]] = []  # noqa: RUF012  # the same

    def do_POST(self) -> None:  # the name http.server calls
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.answers.pop(0))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[str]:
    """Where a real web server listens; set `_Hook.answers` to what it says."""
    server = HTTPServer(("127.0.0.1", 0), _Hook)
    thread = Thread(target=server.serve_forever)
    thread.start()
    _Hook.answers, _Hook.got = [], []
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_signed_and_keeps_its_key_over_attempts(db: Database, hook: str) -> None:
    """The signature is HMAC-SHA256 over time and body; a second attempt has the same Idempotency-Key."""
    _Hook.answers = [503, 200]
    digest_for(db, enter(db, "soar", ["silent"], channel="webhook", address=f"http://{hook}/hook", language="en"))
    channels = Channels(secret="shared")
    assert run(db, channels) == Delivered(0, 1, 0)
    assert run(db, channels, NOW + TEN_MINUTES) == Delivered(1, 0, 0)
    for headers, body in _Hook.got:
        signed = f"{headers['x-secmon-timestamp']}.".encode() + body
        mark = hmac.new(b"shared", signed, hashlib.sha256).hexdigest()
        assert headers["x-secmon-signature"] == f"sha256={mark}"
        assert json.loads(body)["facts"]["notice"]["number"] == 3
    assert len({headers["idempotency-key"] for headers, _ in _Hook.got}) == 1


def test_a_chat_service_gets_the_text_through_apprise(db: Database, hook: str) -> None:
    """Apprise's own plug-in speaks to a real server; one that answers with an error is asked again later."""
    _Hook.answers = [500, 200]
    number = digest_for(db, enter(db, "room", ["silent"], channel="chat", address=f"json://{hook}/", language="en"))
    assert run(db, Channels()) == Delivered(0, 1, 0)
    (one,) = archive.deliveries(db, EVERYTHING, number)
    assert (one.state, one.error) == ("waiting", "chat: the service did not accept the message")
    assert run(db, Channels(), NOW + TEN_MINUTES) == Delivered(1, 0, 0)
    said = json.loads(_Hook.got[-1][1])
    assert "Immediate notice" in said["title"]
    assert "3 feeds" in said["message"]


def test_a_chat_address_that_apprise_does_not_know_is_given_up(db: Database) -> None:
    """There is no use in trying it again, and the archive says why."""
    number = digest_for(db, enter(db, "room", ["silent"], channel="chat", address="nochat://room"))
    assert run(db, Channels()) == Delivered(0, 0, 1)
    (one,) = archive.deliveries(db, EVERYTHING, number)
    assert (one.state, one.error) == ("given_up", "chat: Apprise does not know this kind of address")


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_postfix_delivers_and_refuses(db: Database) -> None:
    """Debian's mail server puts the digest with both bodies and its PDF into a box, and refuses strangers."""
    known, unknown = (enter(db, name, ["silent"], address=f"{name}@{DOMAIN}") for name in ("director", "nobody"))
    number = digest_for(db, known, unknown)
    with postfix("director") as server:
        assert run(db, Channels(server.settings)) == Delivered(1, 0, 1)
        (mail,) = server.wait("director", 1)
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "피드 3개" in text.get_content()
    (pdf,) = [part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]
    assert pdf.get_content().startswith(b"%PDF-")
    assert mail["Message-ID"]
    errors = {one.recipient: (one.state, one.error) for one in archive.deliveries(db, EVERYTHING, number)}
    assert errors[known.id] == ("sent", "")
    assert errors[unknown.id][0] == "given_up"
    assert "User unknown" in errors[unknown.id][1]


def test_sending_again_is_asked_for_and_kept(db: Database) -> None:
    """What is sent again goes out as it was, and the archive shows both deliveries."""
    kim = enter(db, "kim", ["silent"])
    number = digest_for(db, kim)
    with mail_server() as post:
        channels = Channels(settings_of(post))
        run(db, channels)
        archive.resend(Change(db, EVERYTHING, KIM, NOW), number, to=[kim.id])
        run(db, channels)
    assert [address for address, _ in post.mails] == [kim.address] * 2
    assert [one.state for one in archive.deliveries(db, EVERYTHING, number)] == ["sent", "sent"]
    first, second = (message.get_body(("plain",)) for _, message in post.mails)
    assert first is not None
    assert second is not None
    assert first.get_content() == second.get_content()


def test_nothing_of_the_mail_can_be_made_to_lie(db: Database, tmp_path: Path) -> None:
    """A line break in a name does not add a header; the sender stays the centre."""
    post = Post()
    assert post.mails == []
    with mail_server() as post:
        digest_for(db, enter(db, "kim", ["silent"]))
        run(db, Channels(settings_of(post)))
    ((_, message),) = post.mails
    assert message["From"] == SENDER
    assert message.get_all("Bcc") is None
