"""Structure of a written digest: tables, figures, sentences and pictures, shared by mail, text and PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Table:
    """Heading and rows of a table, as text; `right` holds the columns of numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Figures:
    """Key figures: name and value."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences one below the other, numbered or not."""

    items: Sequence[str]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by its file name, with a caption; `share` is the part of the page's width it takes."""

    name: str
    caption: str
    share: float = 1.0


Block: TypeAlias = Table | Figures | Lines | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its content."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole digest; `marks` are printed at the top and bottom of every page, after `tlp`."""

    language: str
    title: str
    subject: str
    place: str
    period: str
    tlp: str
    marks: Sequence[str]
    page: str
    summary: Sequence[str]
    sections: Sequence[Section]
