"""Commands of a running server for the web side: the pipeline's commands and a backup, with their results.

`pipeline.Pipeline` and `runtime.Centre` implement the protocols. They lie above or beside `web`, which therefore gets
them through this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Result of a manual import: the format of the lines, and how many could be parsed."""

    format: str
    lines: int
    events: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class CollectionResult:
    """Result of one collection round after its lines were loaded.

    `more` is the number of feeds with further lines; `paused` marks a round that asked no feed.
    """

    sites: int
    feeds: int
    failed_feeds: int
    lines: int
    events: int
    quarantined: int
    more: int
    paused: bool
    seconds: float


@dataclass(frozen=True, slots=True)
class BacktestResult:
    """Result of a backtest.

    Findings that existed already are not counted, and their alerts are not touched.
    """

    rule_id: str
    name: str
    batches: int
    findings: int
    held_back: int
    opened: int
    extended: int
    error: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """A backup: its folder, the version of secmon, counts to compare after a restore, and SHA-256 by file."""

    folder: str
    secmon: str
    made_at: str
    figures: Mapping[str, int]
    files: Mapping[str, str]


class PipelineControl(Protocol):
    """Commands to the pipeline of the running centre."""

    async def import_lines(self, site: str, feed: str, format_name: str, body: bytes) -> ImportResult:
        """Load the lines of `body`; raise UsageError when there is no line, or no matching format."""

    async def collect_once(self) -> CollectionResult:
        """Run one collection round, load its lines and run the rules."""

    async def rerun(self, rule: str, begins: datetime, ends: datetime) -> BacktestResult:
        """Run one rule, by its name or id, over past events; raise UsageError when there is no such rule."""

    def healthy(self) -> Mapping[str, str]:
        """Return problems by part of the pipeline; empty when all is well."""


class BackupControl(Protocol):
    """Backup of the running centre."""

    async def back_up(self) -> BackupManifest:
        """Write a backup beside the data while collection, loading and detection are paused."""
