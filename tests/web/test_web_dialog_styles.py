"""The style shows the fields of every action that a dialog asks for: one left out would be a dialog without fields."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest

from secmon.runtime.centre import assets_folder
from secmon.web import pages

STYLE = (assets_folder() / "secmon.css").read_text("utf-8")


@pytest.mark.parametrize("page", [one.name for one in iter_modules(pages.__path__)])
def test_the_fields_of_each_action_are_shown(page: str) -> None:
    """`.asks-<action> .of-<action>` stands in the style."""
    actions = getattr(import_module(f"secmon.web.pages.{page}"), "ACTIONS", {})
    shown = set(re.findall(r"\.asks-([a-z_]+) \.of-\1\b", STYLE))
    assert set(actions) - shown == set()
