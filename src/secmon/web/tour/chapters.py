"""Chapters of the guided tour, each with the replay time at which it begins."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter by its key; texts are `tour.<key>.title`, `.text` and `.notes`.

    `path` is the page shown, `at` the replay time at its beginning (since the start of the replay), `speed` the
    speed of the replay from then on, `act` the action of the centre's staff at its beginning, `look` the part of
    the page it is about, `asked` the query of its address.
    """

    key: str
    path: str
    at: timedelta
    speed: int = 1
    act: str = ""
    look: str = ""
    asked: str = ""


def _minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


CHAPTERS = (
    Chapter("welcome", "/", _minutes(0), look=".kpis"),
    Chapter("tiles", "/", _minutes(0), look=".panel-hex"),
    Chapter("silence", "/feeds", _minutes(1), look="#feeds-states"),
    Chapter("sweep", "/", _minutes(2), speed=10, look=".panel-hex"),
    Chapter("campaign", "/campaigns", _minutes(10), look=".panel:has(#campaigns-list)"),
    Chapter("incident", "/incident/1", _minutes(11), act="incident", look=".steps"),
    Chapter("block", "/blocklist", _minutes(12), speed=2, act="block", look=".panel:has(#blocklist-force)"),
    Chapter("requests", "/requests", _minutes(14), speed=5, act="requests", look="#requests-tiles"),
    Chapter("answers", "/requests", _minutes(20), speed=10, act="answers", look="#requests-tiles"),
    Chapter("clear", "/", _minutes(30), speed=10, act="clear", look=".panel-incidents"),
    Chapter("trends", "/trends", _minutes(35), look=".panel-types", asked="last=6h"),
    Chapter("end", "/", _minutes(36), look=".kpis"),
)
"""At about forty seconds of talk per chapter: eight to ten minutes."""

SPEEDS = (1, 2, 5, 10, 30, 60)
