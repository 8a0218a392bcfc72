"""Read Fluent files: the part of the Fluent syntax that the catalogues use.

A text consists of words, values `{ $name }`, counts `{ NUMBER($name) }` and selectors of a value. The variants of a
selector contain words only, so that the text can also be sent to the scripts of the pages.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.resources.abc import Traversable

from fluent.runtime import FluentBundle
from fluent.syntax import FluentParser, ast

from secmon.i18n.catalogue import CatalogueError, Text

_PLURALS = {"zero", "one", "two", "few", "many", "other"}
_PLAIN, _COUNT, _PLURAL, _CHOICE = range(4)
_COMMENT = re.compile(r"^#.*\n", re.MULTILINE)
_ENTRIES = re.compile(r"^(?=[a-zA-Z])", re.MULTILINE)
_VALUE = re.compile(r"\{ (NUMBER\()?\$(\w+)\)? \}")
_LINE = re.compile(r"([a-zA-Z][\w-]*) = ((?:[^{}\n]|\{ \$\w+ \}|\{ NUMBER\(\$\w+\) \})+)")


def read(
    language: str, sources: Sequence[Traversable]
) -> tuple[dict[str, Text], Callable[[str, Mapping[str, object]], str]]:
    """Return the texts of Fluent files by id, and the function that formats a text with a selector."""
    # no isolation marks: they would be in log lines, in mail subjects and in the answers of the API
    bundle, texts = FluentBundle([language], use_isolating=False), dict[str, Text]()
    for source in sources:
        for name, text in _read_file(source, bundle):
            if name in texts:
                raise CatalogueError(f"{source}: text {name} is defined in another place too; remove it in one place")
            texts[name] = text

    def select(name: str, values: Mapping[str, object]) -> str:
        pattern = bundle.get_message(name).value
        said, errors = bundle.format_pattern(pattern, dict(values)) if pattern else ("", ["it is empty"])
        if errors:
            raise CatalogueError(f"text {name} cannot be formatted: {errors[0]}")
        return str(said)

    return texts, select


def _read_file(source: Traversable, bundle: FluentBundle) -> Iterator[tuple[str, Text]]:
    """Yield the texts of a file and add those with a selector to the bundle."""
    # The parser reads 300 texts in 0.1 s, in which the first page would wait. Nine of ten texts are a line of words
    # and values, for which an expression is enough; a test compares both ways.
    rest = []
    for entry in _ENTRIES.split(_COMMENT.sub("", source.read_text(encoding="utf-8"))):
        line = _LINE.fullmatch(entry.rstrip())
        if line:
            values = _VALUE.findall(line[2])
            counts = frozenset(name for number, name in values if number)
            names = frozenset(name for _, name in values)
            yield line[1], Text(_VALUE.sub(r"{\2}", line[2]), names, counts, selects=False)
        else:
            rest.append(entry)
    resource = FluentParser(with_spans=False).parse("".join(rest))
    yield from texts_of(resource, source)
    bundle.add_resource(resource)


def texts_of(resource: ast.Resource, source: Traversable) -> Iterator[tuple[str, Text]]:
    """Yield the texts of a parsed file."""
    for entry in resource.body:
        if isinstance(entry, ast.Message) and entry.value is not None and not entry.attributes:
            yield entry.id.name, _text(source, entry.id.name, entry.value)
        elif not isinstance(entry, ast.BaseComment):
            raise CatalogueError(f"{source}: not a text: {str(getattr(entry, 'content', entry))[:100]!r}")


def _text(source: Traversable, name: str, pattern: ast.Pattern) -> Text:
    try:
        parts = [_part(element) for element in pattern.elements]
    except CatalogueError as error:
        raise CatalogueError(f"{source}: text {name}: {error}") from None
    return Text(
        "".join(part for part, _, _ in parts),
        frozenset(value for _, value, _ in parts if value),
        frozenset(value for _, value, kind in parts if kind in {_COUNT, _PLURAL}),
        any(kind in {_PLURAL, _CHOICE} for _, _, kind in parts),
    )


def _part(element: ast.TextElement | ast.Placeable) -> tuple[str, str, int]:
    """Return a part of a text: its pattern, the name of its value, and what the value is."""
    if isinstance(element, ast.TextElement):
        if {"{", "}"} & {*element.value}:
            raise CatalogueError("a text cannot contain braces")
        return element.value, "", _PLAIN
    inner = element.expression
    if isinstance(inner, ast.StringLiteral):
        return str(inner.parse()["value"]), "", _PLAIN
    if isinstance(inner, ast.VariableReference):
        return f"{{{inner.id.name}}}", inner.id.name, _PLAIN
    if isinstance(inner, ast.FunctionReference) and inner.id.name == "NUMBER":
        name = _name(inner.arguments.positional[0])
        return f"{{{name}}}", name, _COUNT
    if isinstance(inner, ast.SelectExpression):
        name, words = _name(inner.selector), [_words(variant.value) for variant in inner.variants]
        keys = {variant.key.name for variant in inner.variants if isinstance(variant.key, ast.Identifier)}
        return f"{{{name}:{'|'.join(words)}}}", name, _PLURAL if keys <= _PLURALS else _CHOICE
    raise CatalogueError(f"{type(inner).__name__} is not used in these catalogues")


def _name(expression: object) -> str:
    if not isinstance(expression, ast.VariableReference):
        raise CatalogueError("a selector and NUMBER take a value")
    return expression.id.name


def _words(pattern: ast.Pattern) -> str:
    parts = [_part(element) for element in pattern.elements]
    if any(name for _, name, _ in parts):
        raise CatalogueError("a variant contains words only: write the value outside the selector")
    return "".join(words for words, _, _ in parts)
