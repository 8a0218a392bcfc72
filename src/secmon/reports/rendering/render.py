"""Render a digest in every format: mail as HTML and text, PDF, JSON, tables as CSV, and the pictures."""

import re
from collections.abc import Mapping, Sequence

import orjson

from secmon.csv_export import sheet
from secmon.reports.content.facts import Facts
from secmon.reports.content.kinds import NOTICE
from secmon.reports.rendering import html_mail, pdf
from secmon.reports.rendering.document import Document, Table
from secmon.reports.rendering.i18n import Translator
from secmon.reports.rendering.notice_text import write_notice
from secmon.reports.rendering.outline import write

HTML, TEXT, PDF, JSON, CSV = "mail.html", "mail.txt", "report.pdf", "report.json", "tables.csv"
SUBJECT = "subject.txt"
_IN_MAIL = re.compile(rb'src="cid:([a-z]+)@[a-z.]+"')
MEDIA: Mapping[str, str] = {
    ".html": "text/html",
    ".txt": "text/plain",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv",
    ".png": "image/png",
}
"""Media type by the extension of a document's name."""


def render_documents(facts: Facts, version: str, tiles: Sequence[tuple[str, float, float]] = ()) -> dict[str, bytes]:
    """Return every document of one version (ko, en, ko-masked, en-masked), by name."""
    words = Translator.of_version(version)
    if facts.kind == NOTICE:
        return forms(write_notice(facts, words), {}) | {JSON: _json(facts, words)}
    from secmon.reports.rendering.charts import pictures  # noqa: PLC0415  # matplotlib takes half a second to import

    return forms(write(facts, words), pictures(facts, words, tiles)) | {JSON: _json(facts, words)}


def forms(document: Document, drawn: Mapping[str, bytes]) -> dict[str, bytes]:
    """Render a written digest in each format, by document name."""
    cids = {name: cid(name) for name in drawn}
    return {
        SUBJECT: document.subject.encode(),
        HTML: html_mail.html(document, cids).encode(),
        TEXT: html_mail.text(document).encode(),
        PDF: pdf.pdf(document, drawn),
        CSV: _csv(document).encode(),
        **drawn,
    }


def cid(name: str) -> str:
    """Return the content id of a picture within its mail."""
    return f"{name.removesuffix('.png')}@digest.secmon"


def pictures_beside(page: bytes, begin: str = "") -> bytes:
    """Convert the mail's HTML to a page that refers to picture files beside it, named with the prefix `begin`."""
    return _IN_MAIL.sub(rb'src="' + begin.encode() + rb'\1.png"', page)


def _csv(document: Document) -> str:
    """Return all tables one below the other; the first column names the section."""
    rows = [
        [section.title, *row]
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
        for row in (block.head, *block.rows)
    ]
    return sheet([document.title, document.place, document.period, document.tlp, *document.marks], rows)


def _json(facts: Facts, words: Translator) -> bytes:
    """Return the figures as JSON; masked versions omit what would identify municipalities, people or addresses."""
    body = facts.as_json()
    if words.masked:
        for name in ("incidents", "campaigns", "gaps", "sources", "places", "map", "shift", "notice"):
            body.pop(name)
        body["requests"] = {name: value for name, value in body["requests"].items() if name != "late"}
        body["blocks"] = {name: value for name, value in body["blocks"].items() if name != "list"}
        body["scope"] = body["scope"][:2]
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)
