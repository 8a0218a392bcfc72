"""Render a digest as PDF with Typst and bundled fonts: needs neither a browser nor system libraries."""

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import typst

from secmon.reports.rendering.document import Block, Document, Figures, Lines, Picture, Table
from secmon.reports.rendering.html_mail import width

_LEAST, _MOST = 5, 30
_setting = Lock()


def pdf(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """Return numbered A4 pages as PDF; `pictures` are PNG by file name."""
    with (
        TemporaryDirectory(prefix="secmon-digest-") as folder,
        _setting,
        as_file(files("secmon.reports.rendering")) as package,
    ):
        room = Path(folder)
        (room / "report.typ").write_bytes((package / "templates" / "report.typ").read_bytes())
        (room / "data.json").write_text(json.dumps(_data(document, pictures), ensure_ascii=False), encoding="utf-8")
        for name, content in pictures.items():
            (room / name).write_bytes(content)
        made = typst.compile(
            str(room / "report.typ"), root=str(room), font_paths=[str(package / "fonts")], ignore_system_fonts=True
        )
    assert isinstance(made, bytes), "one PDF comes as bytes"
    return made


def _data(document: Document, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        "language": document.language,
        "title": document.title,
        "subject": document.subject,
        "place": document.place,
        "period": document.period,
        "tlp": document.tlp,
        "marks": list(document.marks),
        "page": document.page,
        "summary": list(document.summary),
        "sections": [
            {
                "title": section.title,
                "blocks": [
                    _block(block)
                    for block in section.blocks
                    if not isinstance(block, Picture) or block.name in pictures
                ],
            }
            for section in document.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "kind": "Table",
            "head": list(block.head),
            "rows": [list(row) for row in block.rows],
            "right": sorted(block.right),
            "widths": _widths(block),
        }
    if isinstance(block, Figures):
        return {"kind": "Figures", "rows": [list(pair) for pair in block.rows]}
    if isinstance(block, Lines):
        return {"kind": "Lines", "items": list(block.items), "numbered": block.numbered}
    return {"kind": "Picture", "name": block.name, "caption": block.caption, "share": block.share}


def _widths(table: Table) -> list[int]:
    """Return the relative widths of the columns by their longest content."""
    return [
        max(_LEAST, min(_MOST, max(width(row[place]) for row in (table.head, *table.rows))))
        for place in range(len(table.head))
    ]
