"""When to ask again what did not answer: later and later, and not everybody at once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds before the second try, doubled with each failure up to `longest`; a fifth of it is left to chance."""

    first: float = 2.0
    longest: float = 300.0

    def wait(self, failures: int, chance: float) -> timedelta:
        """How long to wait after so many failures in a row; `chance` is from 0 to 1."""
        seconds = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return timedelta(seconds=seconds * (0.8 + 0.2 * chance))


@dataclass
class Breakers:
    """What is not asked for now, by any key: a whole site, or one feed of it."""

    patience: Patience
    chance: Random = field(default_factory=Random)
    _open: dict[tuple[str, ...], tuple[int, datetime]] = field(default_factory=dict)

    def closed(self, key: tuple[str, ...], now: datetime) -> bool:
        """Whether to ask; after the wait one try decides."""
        known = self._open.get(key)
        return known is None or known[1] <= now

    def failed(self, key: tuple[str, ...], now: datetime, least: timedelta | None = None) -> datetime:
        """Note a failure; returns when to try again, `least` from now if the other end asked for that."""
        failures = self._open.get(key, (0, now))[0] + 1
        retry_at = now + max(self.patience.wait(failures, self.chance.random()), least or timedelta(0))
        self._open[key] = failures, retry_at
        return retry_at

    def succeeded(self, key: tuple[str, ...]) -> None:
        """Forget the failures."""
        self._open.pop(key, None)

    def failing(self, key: tuple[str, ...]) -> bool:
        """Whether the last answer was a failure, asked again or not."""
        return key in self._open
