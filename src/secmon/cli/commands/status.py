"""`secmon status`, `secmon sites` and `secmon maintenance`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from secmon.cli.commands.database import check_site
from secmon.cli.output import Config, Data, Json, print_answer, print_note
from secmon.cli.server_client import get_json, post_json
from secmon.errors import UsageError
from secmon.feed_health import maintenance as windows
from secmon.live.status import status as status_of
from secmon.runtime.centre import open_centre
from secmon.runtime.data_folder_lock import running
from secmon.settings import load_settings
from secmon.sites.registry import load_provinces, load_sites, site_record
from secmon.times import duration


def status(config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """Show the counts of events, quarantined lines, findings and alerts, and the feeds by health."""
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        answer = get_json(other, "/api/v1/status")
        print_note(f"asked the server at {other.url}")
    elif (settings.data / "desk.sqlite3").exists() or settings.desk:
        with open_centre(settings) as centre:
            context = centre.pipeline.context
            answer = status_of(context.store, context.db, context.sites, context.reports(), context.clock())
    else:
        raise UsageError.literal(
            f"there is no data in {settings.data} yet: start `secmon serve` or `secmon demo`, or name --data"
        )
    print_answer(answer, as_json=as_json)


def maintenance(
    site: Annotated[str, typer.Argument(help="5-digit code of the site.")],
    feed: Annotated[str, typer.Option(help="Only this feed of the site.")] = "",
    length: Annotated[str, typer.Option("--for", help="Duration from now, as 90m or 2h.")] = "2h",
    reason: Annotated[str, typer.Option(help="Reason, shown to the operators on shift.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End the announced maintenance.")] = False,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Announce maintenance at a site, so that its silence counts as expected."""
    check_site(site)
    settings = load_settings(config, data=data)
    now = datetime.now(UTC)
    until = now + duration(length)
    if other := running(settings.data):
        path = "/api/v1/maintenance/end" if end else "/api/v1/maintenance"
        given = {"site": site, "feed": feed} | ({} if end else {"until": until.isoformat(), "reason": reason})
        answer = post_json(other, path, given)
    else:
        with open_centre(settings) as centre:
            if end:
                answer = {"site": site, "feed": feed, "ended": windows.end_maintenance(centre.db, site, feed, now)}
            else:
                windows.announce_maintenance(centre.db, windows.MaintenanceWindow(site, feed, now, until, reason))
                answer = {"site": site, "feed": feed, "until": until.isoformat(), "reason": reason}
    print_answer(answer, as_json=as_json)


def sites(as_json: Json = False) -> None:
    """List the 226 municipalities."""
    provinces = {province.code: province for province in load_provinces()}
    print_answer([site_record(site, provinces[site.province]) for site in load_sites()], as_json=as_json)
