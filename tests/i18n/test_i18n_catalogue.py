"""Catalogues: plurals, counts, missing values, and the quick way of reading a file."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import FluentParser

import secmon
from secmon.i18n.catalogue import LANGUAGES, Catalogue, CatalogueError, error_texts, load, message_id, package_texts
from secmon.i18n.fluent_files import texts_of
from secmon.web.i18n.texts import catalogue

SOURCES = Path(secmon.__file__).parent
FILES = sorted(SOURCES.rglob("*.ftl"))
PACKAGES = ("secmon.reports.rendering", "secmon.detection.anomaly", "secmon.response.requests")


def every(language: str) -> Iterator[Catalogue]:
    """Every catalogue of a language."""
    yield from (catalogue(language), error_texts(language))
    yield from (package_texts(package, language) for package in PACKAGES)


def made(path: Path, *texts: str, language: str = "en") -> Catalogue:
    """A catalogue of one file for each text."""
    files = []
    for number, text in enumerate(texts):
        files.append(path / f"{number}.ftl")
        files[-1].write_text(text, encoding="utf-8")
    return load(language, files)


SITES = "found = { $sites } { $sites ->\n    [one] site\n   *[other] sites\n }\n"


@pytest.mark.parametrize(("sites", "said"), [(0, "0 sites"), (1, "1 site"), (2, "2 sites"), (1234, "1,234 sites")])
def test_the_noun_goes_with_its_number(tmp_path: Path, sites: int, said: str) -> None:
    """A count chooses the plural form and is written with separators; other numbers are written as they are."""
    texts = made(tmp_path, SITES + "number = no. { $number }\n")
    assert texts.format("found", {"sites": sites}) == said
    assert texts.format("number", {"number": 1234}) == "no. 1234"


def test_a_count_without_a_plural_has_separators_too(tmp_path: Path) -> None:
    """Korean has no plural forms, and its counts look the same."""
    assert made(tmp_path, "found = { NUMBER($sites) }개\n", language="ko").format("found", {"sites": 1234}) == "1,234개"


@pytest.mark.parametrize(
    ("key", "values", "said"),
    [
        ("no.such", {}, "no text 'no.such'"),
        ("found", {}, "needs the value 'sites'"),
        ("found", {"sites": "1"}, "needs a number as 'sites', not '1'"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, key: str, values: dict[str, object], said: str) -> None:
    """A missing text, a missing value, and a count that is no longer a number are errors."""
    with pytest.raises(CatalogueError, match=said):
        made(tmp_path, SITES).format(key, values)


@pytest.mark.parametrize(
    "text",
    [
        "a = { -term }",
        "a = { $n ->\n   *[other] { $n } sites\n }",
        "a = x\n    .title = y",
        "a = { DATETIME($n) }",
        "a =",
        "??",
    ],
)
def test_what_a_catalogue_does_not_use_is_refused(tmp_path: Path, text: str) -> None:
    """Terms, attributes, values inside variants, other functions and lines that are not Fluent."""
    with pytest.raises(CatalogueError):
        made(tmp_path, text)


def test_a_text_is_defined_once(tmp_path: Path) -> None:
    """Two files cannot define the same text."""
    with pytest.raises(CatalogueError, match="text a is defined in another place too"):
        made(tmp_path, "a = 1\n", "a = 2\n")


def test_values_are_not_texts(tmp_path: Path) -> None:
    """Braces and dollar signs in a value stay as they are, and no invisible marks surround it."""
    texts = made(
        tmp_path, SITES + "named = { $name } at { $sites } { $sites ->\n    [one] site\n   *[other] sites\n }\n"
    )
    assert texts.format("named", {"name": "{ $sites }{0}", "sites": 1}) == "{ $sites }{0} at 1 site"


def test_reading_line_by_line_gives_what_the_parser_gives() -> None:
    """The quick way of reading simple lines and the parser of Fluent agree on every file."""
    for file in FILES:
        parsed = dict(texts_of(FluentParser(with_spans=False).parse(file.read_text(encoding="utf-8")), file))
        assert load("en", [file]).texts == parsed, file


def test_languages_have_the_same_texts_with_the_same_values() -> None:
    """Each text is in both languages, is not empty, and takes the same values and counts."""
    misses = []
    for korean, english in zip(every("ko"), every("en"), strict=True):
        misses += sorted(korean.texts.keys() ^ english.texts.keys())
        for name in korean.texts.keys() & english.texts.keys():
            ko, en = korean.texts[name], english.texts[name]
            if (ko.values, ko.counts) != (en.values, en.counts):
                misses.append(f"{name}: {sorted(ko.values)}, counts {sorted(ko.counts)} differ from {en.pattern}")
            if not (ko.pattern.strip() and en.pattern.strip()) and name != "mark-page":
                misses.append(f"{name} is empty")
    assert misses == []


def test_no_two_keys_are_the_same_id() -> None:
    """Dots, slashes and colons become hyphens: no two keys in the sources may differ in these only."""
    keys = defaultdict(set)
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z][\w.:/-]*\.[\w.:/-]+", text):
                keys[message_id(text)].add(text)
    known = {name for texts in every("en") for name in texts.texts}
    assert {name: found for name, found in keys.items() if name in known and len(found) > 1} == {}


# ------------------------------------------------------------------------------------------------------------- plurals

VERBS = {"is", "was", "has", "does", "as", "s", "belongs", "needs", "covers", "takes"}
"""Words with an s that go with one thing; `s` is the unit."""
NOUNS = (
    "accounts|actors|alerts|attempts|batches|blocks|bytes|campaigns|characters|days|entries|errors|events|feeds|files|"
    "findings|hits|hours|incidents|indicators|letters|lines|minutes|months|municipalities|pages|people|periods|places|"
    "points|provinces|recipients|records|replies|requests|rows|rules|runs|seconds|sites|tasks|times|tokens|values|weeks|"
    "years|are|were|have"
)
"""Words that go with several things."""
_PLURAL = re.compile(r"\{\w+:([^|{}]*)\|([^|{}]*)\}")


def wrong_plurals(texts: Catalogue) -> list[str]:
    """Texts that say "1 sites" or "2 site"."""
    forms = [
        (words[0].split(), words[1].split()) for text in texts.texts.values() for words in _PLURAL.findall(text.pattern)
    ]
    plurals = {word for one, other in forms for word in other if word not in one} - {"and"}
    singulars = {word for one, other in forms for word in one if word not in other}
    after_one = re.compile(rf"(?<![\w.,/#-])1 (?:[a-z]+ ){{0,2}}?({'|'.join([NOUNS, *sorted(plurals)])})\b")
    after_two = re.compile(rf"(?<![\w.,/#-])2 (?:[a-z]+ ){{0,2}}?({'|'.join(sorted(singulars) or ['-'])})\b")
    misses = []
    for name, text in texts.texts.items():
        one = texts.format(name, {value: 1 if value in text.counts else "1" for value in text.values})
        two = texts.format(name, {value: 2 if value in text.counts else "…" for value in text.values})
        if text.values:
            direct = [found for found in re.findall(r"(?<![\w.,/#-])1 ([a-z]+s)\b", one) if found not in VERBS]
            if direct or after_one.search(one):
                misses.append(f"{name}: {one}")
            if after_two.search(two):
                misses.append(f"{name}: {two}")
    return misses


def test_english_nouns_go_with_their_numbers() -> None:
    """No text says "1 municipalities" or "2 municipality"."""
    assert [miss for texts in every("en") for miss in wrong_plurals(texts)] == []


@pytest.mark.parametrize(
    "text",
    [
        "a = { $number } municipalities",
        "a = { $number } open critical alerts",
        "a = { $number } are yours",
        "a = { $shown } of { $total } widgets",
        "a = { $n } { $n ->\n    [one] alert\n   *[other] alerts\n } and { $n } alert",
    ],
)
def test_a_noun_outside_its_selector_is_found(tmp_path: Path, text: str) -> None:
    """The check above finds what it is for."""
    assert wrong_plurals(made(tmp_path, text)) != []


def test_languages_are_two() -> None:
    """Every Fluent file has its counterpart in the other language."""
    stems = defaultdict(set)
    for file in FILES:
        stem, language, _ = file.name.split(".")
        stems[file.parent, stem].add(language)
    assert {place: found for place, found in stems.items() if found != set(LANGUAGES)} == {}


def test_a_command_that_shows_no_text_loads_no_catalogue() -> None:
    """Fluent and Babel take a tenth of a second: they are imported with the first text, not with the program."""
    program = (
        "import sys, secmon.cli.main, secmon.runtime.server; print([one for one in sys.modules if 'fluent' in one])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
