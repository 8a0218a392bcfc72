"""Circuit breaker for feeds: retry failing sites with growing, randomised pauses."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class BreakerLimits:
    """Retry schedule: seconds before the first retry, doubled with each failure up to `longest`.

    A fifth of each pause is random.
    """

    first: float = 2.0
    longest: float = 300.0

    def wait(self, failures: int, chance: float) -> timedelta:
        """Return the pause after this many failures in a row; `chance` is a random number from 0 to 1."""
        # An unreachable site would otherwise cost a timeout in every round. The random fifth spreads the retries: after
        # an outage of the centre's own network all sites fail in the same second, and without it they would all be
        # polled again in the same second. The exponent is capped because 2.0 ** failures overflows after a long outage.
        seconds = min(self.longest, self.first * 2.0 ** min(failures - 1, 30))
        return timedelta(seconds=seconds * (0.8 + 0.2 * chance))


@dataclass
class Breakers:
    """Circuit breakers by key, a whole site or one of its feeds; an open breaker means the key is not polled now."""

    patience: BreakerLimits
    chance: Random = field(default_factory=Random)
    _open: dict[tuple[str, ...], tuple[int, datetime]] = field(default_factory=dict)

    def closed(self, key: tuple[str, ...], now: datetime) -> bool:
        """Return True if the key may be polled; after the pause a single attempt decides."""
        known = self._open.get(key)
        return known is None or known[1] <= now

    def failed(self, key: tuple[str, ...], now: datetime, least: timedelta | None = None) -> datetime:
        """Record a failure; return the time of the next attempt, at least `least` from now if the server asked."""
        # The count survives until a success, so a failed retry doubles the pause instead of starting at the shortest
        # again. A server that sends Retry-After may lengthen the pause but never shorten it.
        failures = self._open.get(key, (0, now))[0] + 1
        retry_at = now + max(self.patience.wait(failures, self.chance.random()), least or timedelta(0))
        self._open[key] = failures, retry_at
        return retry_at

    def succeeded(self, key: tuple[str, ...]) -> None:
        """Reset the failure count after a success."""
        self._open.pop(key, None)

    def failing(self, key: tuple[str, ...]) -> bool:
        """Return True if the last attempt failed, whether or not a retry is due."""
        return key in self._open
