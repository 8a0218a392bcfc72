"""Operations of the API for display, read from its OpenAPI description."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from secmon.auth.roles import Permission
from secmon.web.api.description import PERMISSION

Json = Mapping[str, Any]
_PREFIX = "/api/v1"
_OTHER = "other"
_LIMITS = (
    ("minimum", "≥ {:.12g}"),
    ("maximum", "≤ {:.12g}"),
    ("exclusiveMinimum", "> {:.12g}"),
    ("exclusiveMaximum", "< {:.12g}"),
    ("minLength", "≥ {} letters"),
    ("maxLength", "≤ {} letters"),
    ("minItems", "≥ {} items"),
    ("maxItems", "≤ {} items"),
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One input of an operation: `where` is path, query, header or body; `kind` is its type as text."""

    name: str
    where: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path; `permission` is None if any login suffices, `answers` are pairs of status and meaning."""

    method: str
    path: str
    tag: str
    about: str
    permission: Permission | None
    parameters: Sequence[Parameter]
    answers: Sequence[tuple[str, str]]


def operations(spec: Json) -> Mapping[str, Sequence[Operation]]:
    """Group the operations by tag, in the order of the description; untagged operations come last."""
    found: dict[str, list[Operation]] = {}
    for path, methods in spec["paths"].items():
        for method, one in methods.items():
            made = _operation(spec, path, method, one)
            found.setdefault(made.tag, []).append(made)
    return dict(sorted(found.items(), key=lambda pair: pair[0] == _OTHER))


def _operation(spec: Json, path: str, method: str, one: Json) -> Operation:
    needed = one.get(PERMISSION)
    return Operation(
        method=method.upper(),
        path=path.removeprefix(_PREFIX),
        tag=next(iter(one.get("tags", ())), _OTHER),
        about=one.get("description") or one.get("summary", ""),
        permission=Permission(needed) if needed else None,
        parameters=(*_asked(spec, one), *_body(spec, one)),
        answers=[(status, str(answer.get("description", ""))) for status, answer in one["responses"].items()],
    )


def _asked(spec: Json, one: Json) -> Iterator[Parameter]:
    for each in one.get("parameters", ()):
        schema = each.get("schema", {})
        about = each.get("description") or schema.get("description", "")
        yield Parameter(each["name"], each["in"], kind_of(spec, schema), bool(each.get("required")), about)


def _body(spec: Json, one: Json) -> Iterator[Parameter]:
    """Yield the members of an object body, or the body as a whole if its schema has no properties."""
    content = one.get("requestBody", {}).get("content", {})
    for kind, given in content.items():
        schema = _resolved(spec, given.get("schema", {}))
        required = schema.get("required", ())
        for name, member in schema.get("properties", {}).items():
            about = member.get("description", "")
            yield Parameter(name, "body", kind_of(spec, member), name in required, about)
        if "properties" not in schema:
            yield Parameter(kind, "body", kind_of(spec, schema), bool(one["requestBody"].get("required")), "")


def kind_of(spec: Json, schema: Json) -> str:
    """Describe a schema in a few words: `integer ≥ 1`, `list of a | b`, `string (date-time) | null`."""
    schema = _resolved(spec, schema)
    if ways := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(kind_of(spec, way) for way in ways)
    if "enum" in schema or "const" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        words = [f"list of {kind_of(spec, schema.get('items', {}))}"]
    else:
        form = f" ({schema['format']})" if "format" in schema else ""
        words = [f"{schema.get('type', 'any')}{form}"]
    return ", ".join([*words, *(said.format(schema[name]) for name, said in _LIMITS if name in schema)])


def _resolved(spec: Json, schema: Json) -> Json:
    """Resolve a `$ref`; return any other schema unchanged."""
    named = schema.get("$ref", "")
    found: Json = spec["components"]["schemas"][named.rsplit("/", 1)[1]] if named else schema
    return found
