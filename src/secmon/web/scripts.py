"""Which of Dash's scripts a page begins with: what a page does not draw is not read before it is there."""

import json
import re
from pathlib import Path

LIBRARIES = {"dash_ag_grid": "AgGrid", "dash_cytoscape": "Cytoscape"}
"""Big libraries by their namespace, each with its component; `assets/later.js` reads them when one is drawn."""

BEGINS_WITH = {
    "alerts": "dash_ag_grid",
    "hunt": "dash_ag_grid",
    "rules": "dash_ag_grid",
    "site": "dash_ag_grid",
    "incident": "dash_cytoscape",
}
"""Pages by name that draw a component of one of them at once."""

RUNTIME = "vendor/regenerator-runtime.js"
"""All that Dash still needs of its polyfills: the browsers that know this console's styles have the rest themselves."""

_SCRIPT = re.compile(r'<script src="(?P<address>/_dash-component-suites/(?P<path>[^"]+))"></script>')


def chosen(scripts: str, page: str, assets: Path) -> str:
    """The script elements of a page, without those that it does not begin with, and the list of these."""
    later = []

    def keep(found: re.Match[str]) -> str:
        if found["path"].startswith("dash/deps/polyfill"):
            return f'<script src="{versioned(assets, RUNTIME)}"></script>'
        if found["path"].startswith("dash/dash_table/"):
            return ""  # no page draws Dash's own table
        namespace = found["path"].partition("/")[0]
        if namespace not in LIBRARIES or BEGINS_WITH.get(page) == namespace:
            return found[0]
        one = {"namespace": namespace, "component": LIBRARIES[namespace], "address": found["address"]}
        later.append(one)
        return ""

    kept = _SCRIPT.sub(keep, scripts)
    return f'<script id="later" type="application/json">{json.dumps(later)}</script>{kept}'


def versioned(assets: Path, name: str) -> str:
    """Address of an asset with the time of its last change, as Dash asks for those that it finds itself."""
    return f"/assets/{name}?m={(assets / name).stat().st_mtime}"
