"""A digest as PDF, set by Typst with fonts of its own: no browser, no library of the system."""

import json
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import typst

from secmon.digest.document import Block, Document, Figures, Lines, Picture, Table
from secmon.digest.mail_body import width

_LEAST, _MOST = 5, 30
_setting = Lock()


def pdf(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """A4 pages with numbers; `pictures` are PNG by file name."""
    with TemporaryDirectory(prefix="secmon-digest-") as folder, _setting, as_file(files("secmon.digest")) as package:
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
        "language": document.language, "title": document.title, "subject": document.subject, "place": document.place,
        "period": document.period, "tlp": document.tlp, "marks": list(document.marks), "page": document.page,
        "summary": list(document.summary),
        "sections": [
            {"title": section.title, "blocks": [
                _block(block) for block in section.blocks if not isinstance(block, Picture) or block.name in pictures
            ]}
            for section in document.sections
        ],
    }  # fmt: skip


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Table):
        return {
            "kind": "Table", "head": list(block.head), "rows": [list(row) for row in block.rows],
            "right": sorted(block.right), "widths": _widths(block),
        }  # fmt: skip
    if isinstance(block, Figures):
        return {"kind": "Figures", "rows": [list(pair) for pair in block.rows]}
    if isinstance(block, Lines):
        return {"kind": "Lines", "items": list(block.items), "numbered": block.numbered}
    return {"kind": "Picture", "name": block.name, "caption": block.caption, "share": block.share}


def _widths(table: Table) -> list[int]:
    """Parts of the page's width by what stands in each column."""
    return [
        max(_LEAST, min(_MOST, max(width(row[place]) for row in (table.head, *table.rows))))
        for place in range(len(table.head))
    ]
