"""Scripts that a page loads at once; large libraries that it does not draw are loaded on demand."""

import json
import re
from pathlib import Path

from fastapi import FastAPI, Request, Response
from plotly.offline import get_plotlyjs_version
from starlette.responses import FileResponse

from secmon.web.routing import Page

LIBRARIES = {"dash_ag_grid": "AgGrid", "dash_cytoscape": "Cytoscape"}
"""Big libraries by namespace, each with its component; `assets/later.js` reads a library when it is drawn."""

RUNTIME = "vendor/regenerator-runtime.js"
"""All that Dash needs of its polyfills: browsers that know the styles of these pages have the rest built in."""

_SCRIPT = re.compile(r'<script src="(?P<address>/_dash-component-suites/(?P<path>[^"]+))"></script>')


def page_scripts(scripts: str, page: Page | None, assets: Path) -> str:
    """Return the page's script elements without the libraries it does not start with, and a list of these."""
    later = []

    # Dash puts every component library into every page. Its polyfills take 50 to 90 ms, and the grid and graph
    # libraries as much again on pages that show neither (decision 0014): only scripts that the page draws with at once
    # stay.
    def keep(found: re.Match[str]) -> str:
        if found["path"].startswith("dash/deps/polyfill"):
            return f'<script src="{versioned_address(assets, RUNTIME)}"></script>'
        if found["path"].startswith("dash/dash_table/"):
            return ""  # no page uses Dash's own table
        namespace = found["path"].partition("/")[0]
        if namespace not in LIBRARIES or (page is not None and page.library == namespace):
            return found[0]
        one = {"namespace": namespace, "component": LIBRARIES[namespace], "address": found["address"]}
        later.append(one)
        return ""

    kept = _SCRIPT.sub(keep, scripts)
    return f'<script id="later" type="application/json">{json.dumps(later)}</script>{kept}'


def versioned_address(assets: Path, name: str) -> str:
    """Return the address of an asset with the time of its last change, as Dash does for assets it finds itself."""
    return f"/assets/{name}?m={(assets / name).stat().st_mtime}"


PATH = "/_dash-component-suites/plotly/package_data/plotly.min.js"
BUNDLE = "vendor/plotly-cartesian.min.js"
"""Bundle with lines, bars and heat maps, of the same plotly.js release as in the Python package."""


def serve_plotly(server: FastAPI, assets: Path) -> None:
    """Register the route of plotly.js before Dash does; answer 304 if the browser already has this release."""
    file, tag = assets / BUNDLE, f'"cartesian-{get_plotlyjs_version()}"'

    @server.get(PATH, include_in_schema=False)
    async def script(request: Request) -> Response:
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return FileResponse(file, media_type="text/javascript", headers={"etag": tag})
