"""Searches under way, read by a page while their thread goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from secmon.search.query import condition
from secmon.search.search import Search
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.web.pages.hunt import running_searches
from secmon.web.pages.hunt.running_searches import VALUES, RunningSearch

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.store
def test_what_a_page_reads_does_not_change_under_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values come one field after the other; those that were there before stay as they were."""
    running = RunningSearch(Search(condition(""), EVERYTHING, NOW - timedelta(hours=1), NOW), "kim")
    seen = []

    def top(_store: Store, _search: Search, column: str) -> list[tuple[str, int]]:
        seen.append(running.values)
        return [(column, 1)]

    monkeypatch.setattr(running_searches, "top", top)
    running.run(store)
    assert running.error == ""
    assert [list(values) for values in seen] == [list(VALUES[:number]) for number in range(len(VALUES))]
    assert list(running.values) == list(VALUES)
