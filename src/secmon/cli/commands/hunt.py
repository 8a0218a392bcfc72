"""`secmon hunt`: search events from the command line, in the query language of the search page."""

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from secmon.cli.output import Config, Data, Json, print_answer, print_note
from secmon.cli.server_client import get_json
from secmon.errors import UsageError
from secmon.runtime.centre import open_centre
from secmon.runtime.data_folder_lock import running
from secmon.search.query import condition
from secmon.search.search import Search, parts
from secmon.settings import load_settings
from secmon.sites.scope import EVERYTHING
from secmon.times import duration

_COLUMNS = ("time", "site", "feed", "activity_name", "src_endpoint_ip", "dst_endpoint_ip", "user_name", "summary")


def hunt(
    query: Annotated[str, typer.Argument(help='As `site:11110 user:kim* -country:KR "failed password"`; * for all.')],
    since: Annotated[str, typer.Option(help="Time span to search, up to now, as 90m, 24h or 7d.")] = "24h",
    limit: Annotated[int, typer.Option(min=1, max=500, help="Maximum number of events shown, newest first.")] = 50,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Search events; exit code 1 if none is found."""
    settings = load_settings(config, data=data)
    begin, asked = datetime.now(UTC) - duration(since), condition("" if query == "*" else query)
    if other := running(settings.data):
        given = {"q": asked.text, "since": begin.isoformat(), "limit": str(limit)}
        rows: list[dict[str, Any]] = get_json(other, "/api/v1/events", given)["items"]
        print_note(f"asked the server at {other.url}")
    elif (settings.data / "desk.sqlite3").exists() or settings.desk:
        with open_centre(settings) as centre:
            search = Search(asked, EVERYTHING, begin, datetime.now(UTC))
            rows = [dict(row) for part in parts(centre.store, search, limit) for row in part.events]
    else:
        raise UsageError.literal(f"there is no data in {settings.data} yet: start `secmon serve`, or name --data")
    shown = rows if as_json else [{name: str(row.get(name, ""))[:120] for name in _COLUMNS} for row in rows]
    print_answer(shown, as_json=as_json)
    if not rows:
        raise typer.Exit(1)
