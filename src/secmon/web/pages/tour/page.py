"""Guided tour page: prepare the tour for a delegation, and start it when the guests are seated."""

from dash import Dash, html

from secmon.auth.roles import Permission
from secmon.live.context import CentreContext
from secmon.web.components.panel import attributes, page_head, panel
from secmon.web.i18n.texts import t
from secmon.web.routing import Group, Page, Visit
from secmon.web.tour.chapters import CHAPTERS
from secmon.web.tour.sandbox import ContextSource

PAGE = Page("tour", r"/tour", Group.MANAGE, order=80, permission=Permission.PRESENT)


def layout(_context: CentreContext, visit: Visit) -> html.Div:
    """Return the layout of the page: the chapters and the button that prepares them; the tour script does the rest."""
    language = visit.language
    chapters = [
        html.Li([html.B(t(f"tour.{one.key}.title", language)), html.P(t(f"tour.{one.key}.text", language))])
        for one in CHAPTERS
    ]
    return html.Div(
        [
            page_head(t("nav.tour", language), t("tour.note", language)),
            html.Div(id="tour-start", className="wide", **attributes(data_tour="start")),
            panel(t("tour.chapters", language), html.Ol(chapters, className="chapters"), style="wide"),
            html.P(t("tour.keys", language), className="facts wide"),
        ],
        className="site tour",
    )


def register(_app: Dash, _contexts: ContextSource) -> None:
    """Register nothing: the page uses the API only."""
