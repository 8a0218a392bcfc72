"""Who is logged in, in the head line: name and role, the way to a new password, and the way out."""

from dash import html

from secmon.people.visitor import Visitor
from secmon.web.i18n import t
from secmon.web.panel import attributes


def badge(visitor: Visitor, language: str) -> html.Div:
    """The visitor's name and role; those with a password here have a link to choose another."""
    role = t(f"role.{visitor.role}", language)
    password = html.A(t("nav.password", language), href="/password", className="language") if visitor.local else None
    leave = html.Form(
        html.Button(t("nav.logout", language), type="submit", className="tool"), action="/logout", method="POST"
    )
    names = html.Div([html.Span(visitor.name, id="who", title=visitor.name), html.Small(role)])
    return html.Div([names, password, leave], className="whoami", **attributes(aria_label=f"{visitor.name}, {role}"))


def help_link(page: str, language: str) -> html.A:
    """The small question mark that leads to what a page is for and to its words."""
    said = t("nav.help", language)
    return html.A("?", href=f"/glossary?page={page}", className="tool help", title=said, **attributes(aria_label=said))
