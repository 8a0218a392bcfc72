"""Rate limit per key: a bucket of tokens that refills with time and empties with requests."""

from dataclasses import dataclass, field
from datetime import datetime

_MOST = 10_000


@dataclass(slots=True)
class Throttle:
    """At most `burst` requests at once and `per_minute` in the long run, for each key; used from the event loop."""

    per_minute: float
    burst: float
    _levels: dict[str, tuple[float, datetime]] = field(default_factory=dict)

    def wait(self, key: str, now: datetime) -> float:
        """Take a token; return 0 if there was one, else the seconds until there is."""
        # Removing and adding the key again keeps the dict in order of last use, so the first key is the one idle
        # longest. It is dropped when the table is full: otherwise a caller with ever new keys would fill the memory.
        level, at = self._levels.pop(key, (self.burst, now))
        level = min(self.burst, level + max(0.0, (now - at).total_seconds()) * self.per_minute / 60)
        allowed = level >= 1
        self._levels[key] = (level - 1 if allowed else level, now)
        if len(self._levels) > _MOST:
            del self._levels[next(iter(self._levels))]  # the key idle longest
        return 0.0 if allowed else (1 - level) * 60 / self.per_minute
