"""Corruptions that faults apply to a page of valid lines; each is a function of lines, a number and a generator."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

from secmon.simulate.clock import KST

Spoil = Callable[[list[bytes], float, Random], tuple[list[bytes], int]]
"""Convert lines with their LF to the lines sent instead, and count the lines that are wrong, new or moved."""

GARBAGE = (
    b"\x00\x01\x02\xff\xfe\xfd\x80\n",
    b'{"timestamp":"2026-13-45T99:99:99","event_type":\n',
    b"<999>Nov 32 25:61:61 \xea\xb0 broken\n",
    b"-----BEGIN NOTHING-----\n",
    b"\xc3\x28,,,,\t\t;DROP\n",
)


def garbage(lines: list[bytes], number: float, rng: Random) -> tuple[list[bytes], int]:
    """Insert a line of garbage after every `number` valid lines on average."""
    spoilt: list[bytes] = []
    for line in lines:
        spoilt.append(line)
        if rng.random() * number < 1:
            spoilt.append(rng.choice(GARBAGE))
    return spoilt, len(spoilt) - len(lines)


def duplicates(lines: list[bytes], _: float, rng: Random) -> tuple[list[bytes], int]:
    """Append the first quarter of the lines again."""
    again = lines[: -(-len(lines) // 4)]
    return [*lines, *again], len(again)


def reordered(lines: list[bytes], _: float, rng: Random) -> tuple[list[bytes], int]:
    """Shuffle the lines."""
    spoilt = rng.sample(lines, len(lines))
    return spoilt, sum(one is not other for one, other in zip(lines, spoilt, strict=True))


def skewed(lines: list[bytes], number: float, _: Random) -> tuple[list[bytes], int]:
    """Shift all times by `number` seconds."""
    distance = timedelta(seconds=number)
    spoilt = [_TIMES.sub(lambda found: _shifted(found, distance), line) for line in lines]
    return spoilt, sum(one != other for one, other in zip(lines, spoilt, strict=True))


SPOILS: Mapping[str, Spoil] = {
    "skewed": skewed,
    "reordered": reordered,
    "duplicates": duplicates,
    "garbage": garbage,
}
"""Corruptions in the order in which they are applied."""

_MONTHS = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_TIMES = re.compile(
    rb"(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?=[.Z+]))"
    rb"|date=(?P<date>\d{4}-\d\d-\d\d) time=(?P<time>\d\d:\d\d:\d\d)"
    rb"|eventtime=(?P<nano>\d{19})"
    rb"|(?P<common>\d\d/" + _MONTHS + rb"/\d{4}:\d\d:\d\d:\d\d)"
    rb"|(?P<ctime>[A-Z][a-z]{2} " + _MONTHS + rb" [ \d]\d \d\d:\d\d:\d\d \d{4})"
    rb"|(?<=>)(?P<bsd>" + _MONTHS + rb" [ \d]\d \d\d:\d\d:\d\d)"
    rb'|(?<="ts":|ime":)(?P<epoch>\d{10})(?=\.\d)'
)
"""Every form of time that a generated line contains."""


def _shifted(found: re.Match[bytes], distance: timedelta) -> bytes:
    form = found.lastgroup
    text = found[0].decode()
    match form:
        case "iso":
            moment = datetime.fromisoformat(text) + distance
            return moment.isoformat(sep=text[10]).encode()
        case "nano":
            return b"eventtime=%d" % (int(found["nano"]) + round(distance.total_seconds() * 10**9))
        case "epoch":
            return b"%d" % (int(text) + int(distance.total_seconds()))
        case "common":
            return _form(text, "%d/%b/%Y:%H:%M:%S", distance)
        case "ctime":
            return _form(text, "%a %b %d %H:%M:%S %Y", distance, day=True)
        case "bsd":
            year = datetime.now(KST).year
            return _form(f"{year} {text}", "%Y %b %d %H:%M:%S", distance, day=True)[5:]
    return _form(text, "date=%Y-%m-%d time=%H:%M:%S", distance)


def _form(text: str, form: str, distance: timedelta, *, day: bool = False) -> bytes:
    """Return the shifted time in the same form; `day` pads days below ten with a space."""
    moment = datetime.strptime(text, form).replace(tzinfo=UTC) + distance
    written = moment.strftime(form.replace("%d", "%e") if day else form)
    return written.encode()
