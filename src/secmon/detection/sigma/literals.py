"""Text from rules as SQL string literals: the only way in which it enters a query."""

from sigma.exceptions import SigmaValueError

_PLAIN = frozenset(" _.,:=/@")


def literal(text: str) -> str:
    """Return the text as a ClickHouse string literal.

    Only letters, digits and a few harmless characters stay as they are; every other byte becomes a hexadecimal
    escape, so that neither the SQL lexer nor parameter binding (`{name:Type}`) nor comment stripping sees more
    than a value.
    """
    return "'" + "".join(map(_escaped, text)) + "'"


def text_list(texts: list[str]) -> str:
    """Return the texts as the inside of an IN list or an array."""
    return ", ".join(map(literal, texts))


def _escaped(character: str) -> str:
    if character in _PLAIN or character.isalnum():
        return character
    try:
        return "".join(f"\\x{byte:02X}" for byte in character.encode())
    except UnicodeEncodeError:
        raise SigmaValueError(f"value contains half a character (U+{ord(character):04X})") from None
