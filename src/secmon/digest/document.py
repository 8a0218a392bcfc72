"""A digest in words: sections of tables, figures, sentences and pictures, the same for mail, text and PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Table:
    """A heading and rows of texts; `right` are the columns of numbers."""

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
    """A picture by the name of its file, with what it shows; `share` of the page's width."""

    name: str
    caption: str
    share: float = 1.0


Block: TypeAlias = Table | Figures | Lines | Picture


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole digest: `marks` stand at the head and foot of every page, `tlp` first among them."""

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
