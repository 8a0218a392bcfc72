"""Every form of a digest: mail as HTML and text, PDF, JSON, a table as CSV, and the pictures."""

import re
from collections.abc import Mapping, Sequence

import orjson

from secmon.digest import mail_body, pdf
from secmon.digest.document import Document, Table
from secmon.digest.facts import Facts
from secmon.digest.notice_text import write_notice
from secmon.digest.period import Kind
from secmon.digest.words import Words
from secmon.digest.write import write
from secmon.sheet import sheet

HTML, TEXT, PDF, JSON, CSV = "mail.html", "mail.txt", "report.pdf", "report.json", "tables.csv"
SUBJECT = "subject.txt"
_IN_MAIL = re.compile(rb'src="cid:([a-z]+)@[a-z.]+"')
MEDIA: Mapping[str, str] = {
    ".html": "text/html", ".txt": "text/plain", ".pdf": "application/pdf", ".json": "application/json",
    ".csv": "text/csv", ".png": "image/png",
}  # fmt: skip
"""Media type by the end of a document's name."""


def documents(facts: Facts, version: str, tiles: Sequence[tuple[str, float, float]] = ()) -> dict[str, bytes]:
    """Each form of one version (ko, en, ko-masked, en-masked), by name."""
    words = Words.of_version(version)
    if facts.kind == Kind.NOTICE:
        return forms(write_notice(facts, words), {}) | {JSON: _json(facts, words)}
    from secmon.digest.pictures import pictures  # noqa: PLC0415  # half a second that other commands need not wait

    return forms(write(facts, words), pictures(facts, words, tiles)) | {JSON: _json(facts, words)}


def forms(document: Document, drawn: Mapping[str, bytes]) -> dict[str, bytes]:
    """What is made of a digest in words."""
    cids = {name: cid(name) for name in drawn}
    return {
        SUBJECT: document.subject.encode(),
        HTML: mail_body.html(document, cids).encode(),
        TEXT: mail_body.text(document).encode(),
        PDF: pdf.pdf(document, drawn),
        CSV: _csv(document).encode(),
        **drawn,
    }


def cid(name: str) -> str:
    """The content id of a picture within its mail."""
    return f"{name.removesuffix('.png')}@digest.secmon"


def pictures_beside(page: bytes, begin: str = "") -> bytes:
    """The mail's HTML as a page whose pictures are files beside it, their names with `begin` before them."""
    return _IN_MAIL.sub(rb'src="' + begin.encode() + rb'\1.png"', page)


def _csv(document: Document) -> str:
    """All tables one below the other; the first column names the section."""
    rows = [
        [section.title, *row]
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in (block.head, *block.rows)
    ]
    return sheet([document.title, document.place, document.period, document.tlp, *document.marks], rows)


def _json(facts: Facts, words: Words) -> bytes:
    """The figures; a masked version leaves out what would name a municipality, a person or an address."""
    body = facts.as_json()
    if words.masked:
        for name in ("incidents", "campaigns", "gaps", "sources", "places", "map", "shift", "notice"):
            body.pop(name)
        body["requests"] = {name: value for name, value in body["requests"].items() if name != "late"}
        body["blocks"] = {name: value for name, value in body["blocks"].items() if name != "list"}
        body["scope"] = body["scope"][:2]
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
