"""A feed's quiet minute as a mixture of short stories: drawn by their shares, each told in a few lines."""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from secmon.simulate.clock import Line, Minute
from secmon.simulate.town import Town

Draw = tuple[int, ...]
"""One story's randomness: 64 bits, time (32), port, who, what (16), which story (8), four bytes."""
Story = Callable[[Town, Minute, Draw], tuple[Line, ...]]

ROOM = 45_000_000
"""Stories begin in the first 45 s of a minute, so that all their lines fall in it."""
EPHEMERAL = 32_768

_DRAW = struct.Struct("<QIHHHBBBBB")
_KIND = 5


@dataclass(frozen=True, slots=True)
class Share:
    """A story, its share of 256, and how many lines it has on average.

    `most` is how often it may be told in a minute of a site; what comes after that is the mixture's first story.
    `told` of a story with a limit is what `Draw` ends with: how often it was told in this minute.
    """

    story: Story
    share: int
    lines: float
    most: int = 0


class Mixture:
    """The stories of one feed."""

    def __init__(self, shares: Sequence[Share]) -> None:
        """The first story must have no limit; shares add up to 256."""
        self._wheel = tuple(share for share in shares for _ in range(share.share))
        if len(self._wheel) != 256 or shares[0].most:
            raise ValueError("shares must add up to 256 and begin with a story without limit")
        self._calm = shares[0].story
        self.lines_per_story = sum(share.share * share.lines for share in shares) / 256

    def stories(self, town: Town, minute: Minute, count: int, rng: Random) -> list[Line]:
        """Lines of `count` stories of one minute, in no order."""
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
