"""The web side over a desk and a store, as `secmon.runtime.server` puts it together, with a clock that stands still."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

from migrated_database import migrated_database
from secmon.alerts.triage import FoundGroup
from secmon.auth.accounts import AccountDraft, account, insert_account
from secmon.auth.login import LoginAttempt, start_login_session
from secmon.auth.roles import Role
from secmon.auth.sessions import SessionLimits
from secmon.db.audit_log import CENTRE
from secmon.db.database import Database
from secmon.detection.sigma.ruleset import RuleSet
from secmon.feed_health.health import HealthLimits
from secmon.ingest import batch_journal
from secmon.ingest.batch_journal import FeedResult
from secmon.ingest.transports.inbox import Inbox
from secmon.ingest.transports.registry import Transport
from secmon.ingest.transports.syslog_senders import Senders
from secmon.ingest.transports.syslog_server import Reception
from secmon.live.context import CentreContext
from secmon.live.snapshot import RuleTitles
from secmon.pipeline.collect import Collector, SpoolLimits
from secmon.pipeline.detect import Detector
from secmon.pipeline.load import Loader
from secmon.pipeline.pipeline import Pipeline
from secmon.pipeline.receive import Receiver
from secmon.pipeline.record_batch import spool_batch
from secmon.pipeline.rule_reload import RuleReloader
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.runtime.server import application
from secmon.settings import Settings, load_settings
from secmon.sites.registry import load_provinces, load_sites
from secmon.store.client import Store
from secmon.store.formats import recognise
from secmon.store.load import Lines, table_of

NOW = datetime(2026, 3, 2, 1, 37, tzinfo=UTC)
HOST = "http://127.0.0.1:8050"
ADMINISTRATOR = AccountDraft("admin", Role.ADMINISTRATOR)
NOWHERE = "clickhouse://127.0.0.1:9"
"""A store that nobody serves."""


@dataclass(frozen=True, slots=True)
class Titles:
    """What the wall says of a rule."""

    title_ko: str
    title_en: str


RULES: dict[str, RuleTitles] = {"guessing": Titles("대입 공격", "Guessing")}
FEEDS = tuple((site.code, feed, name) for site in load_sites() for feed, name in (("ids", "suricata_eve"),))


def new_desk(folder: Path) -> Database:
    """An empty desk database in `folder`."""
    return migrated_database(folder / "desk.sqlite3")


def settings_in(folder: Path) -> Settings:
    """Settings with `folder` as the data folder."""
    return load_settings(data=folder)


def console_over(store: Store, db: Database, language: str = "ko") -> CentreContext:
    """The screens' sources at NOW."""
    return CentreContext(
        store=store,
        db=db,
        sites=load_sites(),
        provinces=load_provinces(),
        rules=dict(RULES),
        feeds=FEEDS,
        limits=HealthLimits(3600.0, 7200.0),
        clock=lambda: NOW,
        language=language,
    )


def centre_over(store: Store, db: Database, folder: Path, instance: Instance) -> Centre:
    """A centre without rules and without sites to ask."""
    context, spool = console_over(store, db), folder / "spool"
    inbox = Inbox(1 << 20, context.clock)
    pipeline = Pipeline(
        collector=Collector((), db, spool, SpoolLimits(1_000, 40, 1 << 30), context.clock),
        receiver=Receiver(inbox, db, spool, SpoolLimits(1_000, 40, 1 << 30), context.clock),
        reception=Reception(inbox, Senders(), recognise),
        loader=Loader(store, db, spool, context.clock),
        detector=Detector(store, db, RuleSet((), (), ()), timedelta(hours=6), context.clock),
        rule_reloader=RuleReloader(),
        context=context,
        clock=context.clock,
        transport=Transport(context.clock),
    )
    return Centre(settings_in(folder), instance, store, db, pipeline)


_built: list[tuple[Centre, ASGIApp]] = []


def application_of(centre: Centre) -> ASGIApp:
    """Return the application of a centre; clients of one test share it, because building it takes half a second."""
    if not (_built and _built[0][0] is centre):
        _built[:] = [(centre, application(centre))]
    return _built[0][1]


def principal(centre: Centre, *, draft: AccountDraft | None = ADMINISTRATOR, **headers: str) -> httpx.AsyncClient:
    """A client of the whole application, at the address it answers to, logged in as `draft` unless that is None."""
    if draft is not None:
        cookies = [headers.pop("cookie", ""), f"sid={session_of(centre.db, draft)}"]
        headers["cookie"] = "; ".join(filter(None, cookies))
    transport = httpx.ASGITransport(application_of(centre))
    return httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers)


def session_of(db: Database, draft: AccountDraft, now: datetime = NOW) -> str:
    """Secret of a new session of an account that is made when it is missing."""
    if account(db, draft.name) is None:
        with db.begin() as session:
            insert_account(session, draft, CENTRE, now)
    attempt = LoginAttempt(draft.name, "", "127.0.0.1", "test")
    return start_login_session(db, draft.name, attempt, now, SessionLimits(), "test")


@asynccontextmanager
async def started(centre: Centre) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an application whose jobs run, started and ended as a server does it."""
    app, cookies = application(centre), {"sid": session_of(centre.db, ADMINISTRATOR)}
    asked: asyncio.Queue[Message] = asyncio.Queue()
    answered: asyncio.Queue[Message] = asyncio.Queue()
    running = asyncio.create_task(_lifespan(app, asked, answered))
    await asked.put({"type": "lifespan.startup"})
    assert (await answered.get())["type"] == "lifespan.startup.complete"
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOST, cookies=cookies) as client:
        yield client
    await asked.put({"type": "lifespan.shutdown"})
    assert (await answered.get())["type"] == "lifespan.shutdown.complete"
    await running


async def _lifespan(app: ASGIApp, asked: asyncio.Queue[Message], answered: asyncio.Queue[Message]) -> None:
    await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, asked.get, answered.put)


def load(centre: Centre, cursor: str, *parts: Lines) -> None:
    """Lines through spool, journal and loader, as a collection round leaves them."""
    spooled = spool_batch(centre.pipeline.loader.spool, table_of(parts), NOW - timedelta(minutes=1))
    results = [FeedResult(p.site, p.feed, p.format, p.received_at, cursor=cursor, lines=len(p.lines)) for p in parts]
    batch_journal.record_round(centre.db, spooled, results)
    assert centre.pipeline.loader.drain() == spooled.lines


def load_by_hand(centre: Centre, part: Lines) -> None:
    """Lines as `secmon ingest` loads them: no feed has sent them."""
    spooled = spool_batch(centre.pipeline.loader.spool, table_of([part]), NOW)
    batch_journal.add_batch(centre.db, spooled)
    assert centre.pipeline.loader.drain() == spooled.lines


def group(site: str, severity: int, at: datetime, *, actor: str = "203.0.113.9", rule: str = "guessing") -> FoundGroup:
    """A finding of one event at `at`."""
    return FoundGroup(rule, site, actor, False, severity, "unauthorised_access", "", 1, 1, 1, at, at)


async def call(client: httpx.AsyncClient, output: str, values: Mapping[str, Any]) -> httpx.Response:
    """Have Dash run the callback that has `output`, with `values` by "id.property", as a browser asks for it."""
    entries: Sequence[dict[str, Any]] = (await client.get("/_dash-dependencies")).json()
    entry = next(entry for entry in entries if output in entry["output"])

    def filled(wanted: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
        return [{**one, "value": values.get(f"{one['id']}.{one['property']}")} for one in wanted]

    names = entry["output"].strip(".").split("...")
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    body = {
        "output": entry["output"],
        "outputs": outputs if entry["output"].startswith("..") else outputs[0],
        "inputs": filled(entry["inputs"]),
        "state": filled(entry["state"]),
        "changedPropIds": [f"{one['id']}.{one['property']}" for one in entry["inputs"]],
    }
    return await client.post("/_dash-update-component", json=body)
