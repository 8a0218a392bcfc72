"""The guided tour. Whoever receives a delegation prepares it here, and begins when the guests sit down."""

from dash import Dash, html

from secmon.web.console import Console
from secmon.web.i18n import t
from secmon.web.panel import attributes, page_head, panel
from secmon.web.sitemap import Visit
from secmon.web.tour_script import CHAPTERS


def layout(_console: Console, visit: Visit) -> html.Div:
    """What will be shown, and the button that prepares it; the script of the tour does the rest."""
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


def register(_app: Dash, _console: Console) -> None:
    """Nothing is asked of the server but through the API."""
