"""Read scenario definitions: one YAML file each, checked so that an error names its file and place."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from string import Template
from typing import Any, Literal, get_args

import yaml

from secmon.errors import UsageError
from secmon.simulate.background import FEEDS
from secmon.simulate.scenarios.actors import ROLES, SITE_NAMES, names_of
from secmon.simulate.scenarios.event_views import WHATS
from secmon.simulate.scenarios.script import Choice, Expected, Kind, Occurs, Phase, Role, Scenario, Sites, Step, Value
from secmon.simulate.signatures import ATTEMPTS_2024

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # PyYAML may be built without libyaml
_TECHNIQUE = re.compile(r"T\d{4}(\.\d{3})?", re.ASCII)
_TIMES = re.compile(r"(\d+)(?:-(\d+))?", re.ASCII)
_OF_OCCURS = {"what", "seen", "times", "at", "sites"}


class _Place:
    """A part of a definition, with its place for error messages."""

    def __init__(self, where: str, content: object, allowed: set[str] | None = None) -> None:
        if not isinstance(content, dict) or not all(isinstance(key, str) for key in content):
            raise UsageError.literal(f"{where}: write a mapping of names to values")
        self.where, self.content = where, content
        unknown = set(content) - allowed if allowed is not None else set()
        if allowed is not None and unknown:
            raise UsageError.literal(
                f"{where}: {sorted(unknown)} is not known here; there are {', '.join(sorted(allowed))}"
            )

    def wrong(self, what: str) -> UsageError:
        return UsageError.literal(f"{self.where}: {what}")

    def text(self, name: str, default: str | None = None) -> str:
        found = self.content.get(name, default)
        if not isinstance(found, str):
            raise self.wrong(f"{name} must be a text")
        return found

    def number(self, name: str, default: float | None = None) -> float:
        found = self.content.get(name, default)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found <= 86_400:
            raise self.wrong(f"{name} must be a number from 0 to 86400")
        return found

    def texts(self, name: str) -> tuple[str, ...]:
        found = self.content.get(name, [])
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
            raise self.wrong(f"{name} must be a list of texts")
        return tuple(found)

    def word(self, name: str, allowed: Sequence[str], default: str | None = None) -> str:
        found = self.text(name, default)
        if found not in allowed:
            raise self.wrong(f"{name} is {found!r}, it must be one of {', '.join(allowed)}")
        return found

    def parts(self, name: str, allowed: set[str] | None = None) -> Iterator["_Place"]:
        found = self.content.get(name, [])
        if not isinstance(found, list):
            raise self.wrong(f"{name} must be a list")
        for number, content in enumerate(found, 1):
            yield _Place(f"{self.where}, {name} {number}", content, allowed)

    def part(self, name: str, allowed: set[str] | None = None) -> "_Place":
        return _Place(f"{self.where}, {name}", self.content.get(name, {}), allowed)


@cache
def scenario_names() -> tuple[str, ...]:
    """Return the names of the shipped definitions, without reading them."""
    return tuple(sorted(file.name.removesuffix(".yml") for file in _folder().iterdir() if file.name.endswith(".yml")))


def _folder() -> Traversable:
    return resources.files("secmon.simulate.scenarios")


@cache
def load_scenarios() -> tuple[Scenario, ...]:
    """Return all shipped definitions by name; raise UsageError that names the damaged file."""
    files = [_folder().joinpath(f"{name}.yml") for name in scenario_names()]
    return tuple(parse_scenario(file.name, file.read_text("utf-8")) for file in files)


def parse_scenario(file: str, text: str) -> Scenario:
    """Parse a definition from the text of its file, which has the same name."""
    try:
        content = yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise UsageError.literal(f"{file}: not valid YAML: {error}") from error
    top = _Place(file, content, {"name", "kind", "title", "precedent", "sites", "source", "cast", "phases", "expects"})
    title = top.part("title", {"ko", "en"})
    cast = tuple(_cast(top.part("cast")))
    kind: Kind = "attack" if top.word("kind", get_args(Kind)) == "attack" else "decoy"
    known = SITE_NAMES | {name for role in cast for name in names_of(role)} | {"n"}
    scenario = Scenario(
        name=top.text("name"),
        kind=kind,
        title_ko=title.text("ko"),
        title_en=title.text("en"),
        precedent=top.text("precedent"),
        sites=_sites(top.part("sites", {"choose", "count", "stagger"})),
        source=_template(top, "source", top.text("source", ""), known),
        cast=cast,
        steps=tuple(_step(place, kind, known) for place in top.parts("phases")),
        expects=tuple(
            Expected(place.text("key"), place.text("says")) for place in top.parts("expects", {"key", "says"})
        ),
    )
    if f"{scenario.name}.yml" != file:
        raise top.wrong(f"name is {scenario.name!r}, the file must be called {scenario.name}.yml")
    if not scenario.steps:
        raise top.wrong("phases: at least one is needed")
    return scenario


def _sites(place: _Place) -> Sites:
    choice = place.word("choose", get_args(Choice))
    count = int(place.number("count", 0))
    if choice == "spread" and not count:
        raise place.wrong("count is needed with 'spread'")
    return Sites(choice, count, place.number("stagger", 0))  # type: ignore[arg-type]  # word() has checked it


def _cast(place: _Place) -> Iterator[Role]:
    for name in place.content:
        role = place.part(name, {"is", "each", "count", "one_of"})
        each: Literal["run", "site"] = "site" if role.word("each", ("run", "site"), "run") == "site" else "run"
        is_a = role.word("is", ROLES)
        one_of = role.texts("one_of")
        if (is_a == "text") != bool(one_of):
            raise role.wrong("one_of belongs to a text, and a text needs it")
        yield Role(name, is_a, each, int(role.number("count", 1)), one_of)


def _step(place: _Place, kind: Kind, known: set[str]) -> Step:
    allowed = {"name", "seconds", "attack_type", "technique", "occurs", "silence", "down"}
    place = _Place(place.where, place.content, allowed)
    seconds = place.content.get("seconds")
    if not (isinstance(seconds, list) and len(seconds) == 2 and all(isinstance(one, int | float) for one in seconds)):
        raise place.wrong("seconds must be [begin, end]")
    if not 0 <= seconds[0] < seconds[1] <= 86_400:
        raise place.wrong("seconds must rise, from 0 to 86400")
    silence = place.texts("silence")
    if unknown := set(silence) - set(FEEDS):
        raise place.wrong(f"silence: no feed {sorted(unknown)}; there are {', '.join(FEEDS)}")
    return Step(
        phase=_phase(place, kind, seconds[0], seconds[1]),
        occurs=tuple(_occurs(one, known) for one in place.parts("occurs")),
        silence=silence,
        down=place.content.get("down", False) is True,
    )


def _phase(place: _Place, kind: Kind, begins: float, ends: float) -> Phase:
    name = place.text("name")
    if kind == "decoy":
        if "attack_type" in place.content or "technique" in place.content:
            raise place.wrong("a decoy has neither attack_type nor technique")
        return Phase(name, begins, ends, "")
    attack_type = place.word("attack_type", tuple(ATTEMPTS_2024))
    technique = place.text("technique")
    if not _TECHNIQUE.fullmatch(technique):
        raise place.wrong(f"technique {technique!r} must look like T1110.001")
    return Phase(name, begins, ends, attack_type, technique)  # type: ignore[arg-type]  # word() has checked it


def _occurs(place: _Place, known: set[str]) -> Occurs:
    what = WHATS.get(place.word("what", tuple(WHATS)))
    assert what is not None
    place = _Place(place.where, place.content, _OF_OCCURS | what.parameters)
    seen = place.texts("seen")
    if not seen or set(seen) - set(what.sightings):
        raise place.wrong(f"seen must name feeds that see it: {', '.join(what.sightings)}")
    times = _TIMES.fullmatch(str(place.content.get("times", 1)))
    if times is None or not 1 <= int(times[1]) <= int(times[2] or times[1]) <= 5000:
        raise place.wrong("times must be a number or two as 40-70, up to 5000")
    given: dict[str, Value] = {}
    for name in what.parameters & set(place.content):
        value: Any = place.content[name]
        if not isinstance(value, str | int | float | bool):
            raise place.wrong(f"{name} must be a text, a number, true or false")
        given[name] = _template(place, name, value, known) if isinstance(value, str) else value
    if missing := what.needed - set(given):
        raise place.wrong(f"{', '.join(sorted(missing))} is missing")
    return Occurs(
        what=place.text("what"),
        seen=seen,
        times=(int(times[1]), int(times[2] or times[1])),
        at=place.number("at") if "at" in place.content else None,
        sites=int(place.number("sites", 0)),
        given=given,
    )


def _template(place: _Place, name: str, text: str, known: set[str]) -> str:
    template = Template(text)
    if not template.is_valid():
        raise place.wrong(f"{name}: a lone $; write $$ for a dollar sign")
    if unknown := set(template.get_identifiers()) - known:
        raise place.wrong(f"{name}: nobody is called {sorted(unknown)}; there are {', '.join(sorted(known))}")
    return text


@cache
def by_name() -> Mapping[str, Scenario]:
    """Return all shipped definitions by their names."""
    return {scenario.name: scenario for scenario in load_scenarios()}
