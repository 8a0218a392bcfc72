"""How often somebody may ask: a bucket for each that fills with time and empties with requests."""

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
        """Take one; 0 when there was one, else seconds until there is."""
        level, at = self._levels.pop(key, (self.burst, now))
        level = min(self.burst, level + max(0.0, (now - at).total_seconds()) * self.per_minute / 60)
        allowed = level >= 1
        self._levels[key] = (level - 1 if allowed else level, now)
        if len(self._levels) > _MOST:
            del self._levels[next(iter(self._levels))]  # the one that has not asked for longest
        return 0.0 if allowed else (1 - level) * 60 / self.per_minute
