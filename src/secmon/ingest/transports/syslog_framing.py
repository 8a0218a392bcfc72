"""Split a byte stream into syslog messages as RFC 6587 frames them: by octet count, or one per line."""

LONGEST = 1 << 20
"""Most octets of a message; a longer message is a framing error."""

_DIGITS = b"0123456789"
_COUNT = 8  # digits of the longest plausible count


class FramingError(ValueError):
    """The stream can no longer be split; `messages` were complete before the error, `rest` is the remaining data."""

    messages: tuple[bytes, ...] = ()
    rest: bytes = b""


class Frames:
    """Messages of one connection; each may use either framing, because some senders switch between them."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that `data` completes, without their frames; raise FramingError."""
        data = self._rest + data if self._rest else data
        messages: list[bytes] = []
        at = 0
        try:
            while (found := _next(data, at)) is not None:
                message, at = found
                if message := message.rstrip(b"\r\n\x00"):
                    messages.append(message)
        except FramingError as error:
            error.messages, error.rest, self._rest = tuple(messages), data[at:], b""
            raise
        self._rest = data[at:]
        return messages

    def end(self) -> list[bytes]:
        """Return the last line of a connection that closed without a line end.

        A message cut short of its octet count is returned as received.
        """
        rest, self._rest = self._rest.rstrip(b"\r\n\x00"), b""
        return [rest] if rest else []


def _next(data: bytes, at: int) -> tuple[bytes, int] | None:
    """Return the next message and the position after it; None while it is incomplete."""
    if at >= len(data):
        return None
    if data[at] in _DIGITS[1:]:
        start, length = _counted(data, at)
        return (data[start : start + length], start + length) if 0 <= start <= len(data) - length else None
    stop = data.find(b"\n", at)
    if stop < 0:
        if len(data) - at > LONGEST:
            raise FramingError(f"{len(data) - at} octets without a line end")
        return None
    return data[at:stop], stop + 1


def _counted(data: bytes, at: int) -> tuple[int, int]:
    """Return the start and length of a counted message; (-1, 0) while the count itself is incomplete."""
    stop = data.find(b" ", at, at + _COUNT + 1)
    if stop < 0:
        if len(data) - at > _COUNT or not data[at:].isdigit():
            raise FramingError("neither an octet count nor a priority")
        return -1, 0
    count = data[at:stop]
    if not count.isdigit() or int(count) > LONGEST:
        raise FramingError(f"octet count {count[:20]!r}")
    return stop + 1, int(count)
