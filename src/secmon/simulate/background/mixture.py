"""Background of a feed as a mixture of short stories: drawn by their shares, each a few lines long."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from secmon.simulate.clock import Line, Minute
from secmon.simulate.municipality_model import Municipality

Draw = tuple[int, ...]
"""Randomness of a story: 64 bits, time (32), port, who, what (16), which story (8), four bytes."""
Story = Callable[[Municipality, Minute, Draw], tuple[Line, ...]]

ROOM = 45_000_000
"""Stories begin in the first 45 s of a minute, so that all their lines fall into it."""
EPHEMERAL = 32_768

_DRAW = struct.Struct("<QIHHHBBBBB")
_KIND = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A story, its share of 256, and its average number of lines.

    `most` limits how often it occurs in a minute of a site; beyond that, the mixture's first story is used. For a
    story with a limit, the last item of `Draw` is the number of its occurrences in this minute so far (`told`).
    """

    story: Story
    share: int
    lines: float
    most: int = 0


class Mixture:
    """The stories of one feed with their shares."""

    def __init__(self, shares: Sequence[Share]) -> None:
        """Check the shares: the first story must have no limit, and the shares must add up to 256."""
        self._wheel = tuple(share for share in shares for _ in range(share.share))
        if len(self._wheel) != 256 or shares[0].most:
            raise ValueError("shares must add up to 256 and begin with a story without limit")
        self._calm = shares[0].story
        self.lines_per_story = sum(share.share * share.lines for share in shares) / 256

    def stories(self, town: Municipality, minute: Minute, count: int, rng: Random) -> list[Line]:
        """Return the lines of `count` stories of one minute, unordered."""
        lines: list[Line] = []
        told: dict[Story, int] = {}
        wheel, calm = self._wheel, self._calm
        for draw in _DRAW.iter_unpack(rng.randbytes(_DRAW.size * count)):
            share = wheel[draw[_KIND]]
            story = share.story
            if share.most:
                turn = told.get(story, 0)
                told[story] = turn + 1
                lines += story(town, minute, (*draw, turn)) if turn < share.most else calm(town, minute, draw)
            else:
                lines += story(town, minute, draw)
        return lines
