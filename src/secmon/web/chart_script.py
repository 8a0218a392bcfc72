"""The part of plotly.js that the charts use, where the pages look for all of it: read in a third of the time."""

from pathlib import Path

from fastapi import FastAPI, Request, Response
from plotly.offline import get_plotlyjs_version
from starlette.responses import FileResponse

PATH = "/_dash-component-suites/plotly/package_data/plotly.min.js"
BUNDLE = "vendor/plotly-cartesian.min.js"
"""Lines, bars and heat maps of the plotly.js release that the Python package has."""


def offer(server: FastAPI, assets: Path) -> None:
    """Answer for plotly.js before Dash does; a browser that has this release is told so."""
    file, tag = assets / BUNDLE, f'"cartesian-{get_plotlyjs_version()}"'

    @server.get(PATH, include_in_schema=False)
    async def script(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return FileResponse(file, media_type="text/javascript", headers={"etag": tag})
