"""The login page and the page for a new password: plain HTML without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, StrictUndefined, Template

from secmon.people.accounts import Account
from secmon.people.password import LEAST
from secmon.sites.registry import load_provinces, load_sites
from secmon.web.i18n import t

_OTHER = {"ko": "en", "en": "ko"}


@dataclass(frozen=True, slots=True)
class _Button:
    account: str
    title: str
    note: str


def login(
    language: str, target: str, one_click: Sequence[Account], provider: str, error: str = "", seconds: int = 0
) -> str:
    """The login page; `error` is the key of a text, `seconds` fills its {seconds}."""
    return _filled(
        "login.html",
        language,
        target=target,
        other_href=f"/login?lang={_OTHER[language]}&next={quote(target, safe='')}",
        provider=provider,
        provider_href=f"/login/provider?next={quote(target, safe='')}",
        buttons=[_button(one, language) for one in sorted(one_click, key=lambda one: one.id)],
        error=t(error, language, seconds=seconds) if error else "",
    )


def password(language: str, error: str = "", seconds: int = 0) -> str:
    """The page for a new password."""
    said = t(error, language, seconds=seconds, least=LEAST) if error else ""
    return _filled("password.html", language, other_href=f"/password?lang={_OTHER[language]}", error=said, least=LEAST)


def safe_next(target: str) -> str:
    """A path of this server to go to after the login; '/' for anything that could lead elsewhere."""
    parts = urlsplit(target)
    plain = target.isprintable() and "\\" not in target and not target.startswith("//")
    if not target.startswith("/") or not plain or parts.scheme or parts.netloc or parts.path.startswith("/log"):
        return "/"
    return target


def _button(account: Account, language: str) -> _Button:
    ko = language == "ko"
    place = ""
    if account.site:
        place = next(site.ko if ko else site.en for site in load_sites() if site.code == account.site)
    elif account.province:
        place = next(one.ko if ko else one.en for one in load_provinces() if one.code == account.province)
    title = t(f"role.{account.role}", language)
    return _Button(account.name, f"{title} · {place}" if place else title, t(f"role.{account.role}.does", language))


def _filled(name: str, language: str, **values: Any) -> str:
    def text(key: str, **more: object) -> str:
        return t(key, language, **more)

    return _template(name).render(language=language, other=_OTHER[language], text=text, **values)


@cache
def _template(name: str) -> Template:
    source = (files("secmon.web") / "templates" / name).read_text(encoding="utf-8")
    frame = (files("secmon.web") / "templates" / "entrance.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    return environment.from_string(source, {"frame": environment.from_string(frame)})
