"""What attackers write into fields that people look at, by what it is made for."""

from html.parser import HTMLParser

HOSTILE = {
    "script": "<script>window.__x=1</script>",
    "handler": "<img src=x onerror=window.__x=1>",
    "attribute": '" onmouseover="window.__x=1" \'><svg/onload=window.__x=1>',
    "address": "javascript:window.__x=1",
    "template": "{{7*7}}${7*7}{%print(7*7)%}",
    "ansi": "\x1b[31mred\x1b[0m\x1b]0;title\x07",
    "formula": "=cmd('calc')!A1",
    "formula behind blanks": "  =cmd('calc')!A1",
    "formula behind a tab": "\t@SUM(1+1)",
    "formula in wide letters": "\uff1dcmd('calc')!A1",
    "bidi": "\u202egnp.exe\u202c\u2066left\u2069",
    "zero width": "pay\u200bload\u2060\ufeffed",
    "typst": '#read("/etc/passwd") $x$ *bold* #panic()',
    "stix": "x'] OR [file:name = 'y",
}
"""None has a line end, so each can stand in a line of a log."""

SPLITTING = "first\r\nBcc: all@example.com\r\n\r\n=second"
"""A text that would end a line, a header or a row."""


def printable(text: str, instead: str) -> str:
    """The text with something else for what cannot be seen."""
    return "".join(sign if sign.isprintable() else instead for sign in text)


class Markup(HTMLParser):
    """What a page is made of: its tags, the names and values of their attributes, and the text between them."""

    def __init__(self, page: str) -> None:
        """Read the whole page."""
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str]] = set()
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag with its attributes."""
        self.tags.add(tag)
        self.attributes |= {(name, value or "") for name, value in attrs}

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.text += data

    @property
    def active(self) -> bool:
        """Whether anything in it could run or load."""
        by_name = any(name.startswith("on") for name, _ in self.attributes)
        by_address = any(value.lower().startswith("javascript:") for _, value in self.attributes)
        return by_name or by_address or bool(self.tags & {"script", "iframe", "object", "svg"})
