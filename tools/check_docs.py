"""Keep the docs true: tables are made from the code, commands and links in the README must exist."""

import argparse
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import typer
from click import Group
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.main import get_command

from secmon.auth.roles import PERMISSIONS
from secmon.cli.main import cli
from secmon.detection.sigma.ruleset import load_rules
from secmon.settings import DigestRecipient, FeedSource, IdentityProvider, MailServer, Settings, SyslogListener
from secmon.store.formats import FORMATS
from secmon.web.i18n.texts import t
from secmon.web.pages import all_pages

ROOT = Path(__file__).parents[1]
_MARK = re.compile(r"(<!-- table: (\w+) -->\n)(.*?)\n?<!-- end -->", re.DOTALL)


def settings_table() -> str:
    """One row a setting."""
    rows = ["| setting | environment | default | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "" if field.default in ("", None, ()) else f"`{field.default}`"
        rows.append(f"| `{name}` | `SECMON_{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def feed_table() -> str:
    """One row a key of a feed."""
    rows = ["| key | meaning |", "|---|---|"]
    rows += [f"| `{name}` | {field.description} |" for name, field in FeedSource.model_fields.items()]
    return "\n".join(rows)


def listener_table() -> str:
    """One row a key of a listener."""
    rows = ["| key | default | meaning |", "|---|---|---|"]
    for name, field in SyslogListener.model_fields.items():
        default = "" if field.is_required() or field.default is None else f"`{field.default}`"
        rows.append(f"| `{name}` | {default} | {field.description} |")
    return "\n".join(rows)


def mail_table() -> str:
    """One row a key of the mail server."""
    return _keys(MailServer)


def recipient_table() -> str:
    """One row a key of a recipient."""
    return _keys(DigestRecipient)


def oidc_table() -> str:
    """One row a key of the identity provider."""
    return _keys(IdentityProvider)


def _keys(model: type[BaseModel]) -> str:
    rows = ["| key | default | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        empty = field.is_required() or field.default in ("", None, (), PydanticUndefined)
        default = "" if empty else f"`{field.default}`"
        rows.append(f"| `{name}` | {default} | {field.description} |")
    return "\n".join(rows)


def formats_table() -> str:
    """One row a log format, in the order they are tried in."""
    rows = ["| format | is |", "|---|---|"]
    rows += [f"| `{entry.name}` | {entry.title} |" for entry in FORMATS]
    return "\n".join(rows)


def rules_table() -> str:
    """One row a rule, the gravest first."""
    rows = ["| rule | severity | title | 제목 | ATT&CK |", "|---|---|---|---|---|"]
    for rule in sorted(load_rules().signatures, key=lambda rule: (-rule.severity, rule.name)):
        attack = ", ".join(rule.attack_uids)
        rows.append(f"| `{rule.name}` | {rule.severity.name.lower()} | {rule.title_en} | {rule.title_ko} | {attack} |")
    return "\n".join(rows)


def pages_table() -> str:
    """Return one row per page: its name, its folder, its permission and the roles that have it."""
    rows = ["| screen | module | permission | roles |", "|---|---|---|---|"]
    for page in all_pages():
        roles = ", ".join(role.value for role, permissions in PERMISSIONS.items() if page.permission in permissions)
        name = t(f"nav.{page.name}", "en")
        rows.append(f"| {name} | `web/pages/{page.name}/` | `{page.permission}` | {roles} |")
    return "\n".join(rows)


TABLES = {
    "settings": settings_table,
    "feed": feed_table,
    "listener": listener_table,
    "oidc": oidc_table,
    "mail": mail_table,
    "recipient": recipient_table,
    "formats": formats_table,
    "rules": rules_table,
    "pages": pages_table,
}


def filled(text: str) -> str:
    """The page with its marked tables made anew."""
    return _MARK.sub(lambda match: f"{match[1]}{TABLES[match[2]]()}\n<!-- end -->", text)


def stale_pages(write: bool) -> Iterator[str]:
    """Pages whose tables differ from the code; mended when `write`."""
    for page in sorted((ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        fresh = filled(text)
        if fresh == text:
            continue
        if write:
            page.write_text(fresh, encoding="utf-8")
        else:
            yield f"{page.relative_to(ROOT)}: a table differs from the code; run tools/check_docs.py --write"


def wrong_commands(readme: str, makefile: str) -> Iterator[str]:
    """Commands and make targets in the README that do not exist, or have no such option."""
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    for target in re.findall(r"\bmake ([a-z]+)\b", readme):
        if target not in targets:
            yield f"README.md: make {target} is no target of the Makefile"
    root = get_command(cli)
    for line in re.findall(r"`(secmon [^`]+)`", readme):
        yield from _wrong(root, shlex.split(line)[1:], line)


def _wrong(command: object, words: list[str], line: str) -> Iterator[str]:
    while words and isinstance(command, Group | typer.core.TyperGroup) and not words[0].startswith("-"):
        found = command.commands.get(words[0])
        if found is None:
            yield f"README.md: `{line}`: no command {words[0]}"
            return
        command, words = found, words[1:]
    options = {option for parameter in getattr(command, "params", ()) for option in parameter.opts}
    for word in words:
        if word.startswith("--") and word not in options | {"--help"}:
            yield f"README.md: `{line}`: no option {word}"


def unlisted_commands(readme: str) -> Iterator[str]:
    """Commands that the README does not name."""
    root = get_command(cli)
    for name in getattr(root, "commands", {}):
        if f"`secmon {name}" not in readme:
            yield f"README.md: the command secmon {name} is not listed"


def dead_links(page: Path) -> Iterator[str]:
    """Relative links and pictures that lead nowhere."""
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        if not (page.parent / target).exists():
            yield f"{page.relative_to(ROOT)}: {target} does not exist"


def main() -> int:
    """Check, or with --write make the tables anew; 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="make the tables anew")
    write: bool = parser.parse_args().write
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    problems = [
        *stale_pages(write),
        *wrong_commands(readme, (ROOT / "Makefile").read_text(encoding="utf-8")),
        *unlisted_commands(readme),
        *(problem for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")] for problem in dead_links(page)),
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
