"""The part of plotly.js that the charts use."""

from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs_version

from secmon.runtime.centre import assets_folder
from secmon.runtime.data_folder_lock import Instance
from secmon.store.client import Store
from secmon.web.shell.lazy_scripts import BUNDLE, PATH
from web_centre import NOWHERE, centre_over, new_desk, principal


def test_the_bundle_is_of_the_release_that_the_package_has() -> None:
    """Python and browser speak of the same charts; when plotly is raised, the file is too."""
    head = (assets_folder() / BUNDLE).read_bytes()[:200].decode()
    assert f"plotly.js (cartesian - minified) v{get_plotlyjs_version()}\n" in head


@pytest.mark.parametrize("path", [PATH, "/_dash-component-suites/dash_ag_grid/async-community.js"])
async def test_a_script_that_a_browser_has_is_not_sent_again(tmp_path: Path, path: str) -> None:
    """It is kept by its tag; strangers get none."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        centre = centre_over(Store(NOWHERE), db, tmp_path, instance)
        async with principal(centre) as client:
            first = await client.get(path)
            again = await client.get(path, headers={"if-none-match": first.headers["etag"]})
        async with principal(centre, draft=None) as stranger:
            refused = await stranger.get(path)
    db.close()
    assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache")
    assert len(first.content) > 500_000
    assert (again.status_code, again.content, again.headers["cache-control"]) == (304, b"", "private, no-cache")
    assert refused.status_code == 401
