"""The Dash application: mount the pages on the server, route by path, choose the scripts of a page."""

from pathlib import Path
from typing import Any, NoReturn

import structlog
from dash import ClientsideFunction, Dash, Input, Output, State, ctx, html
from fastapi import FastAPI

from secmon.auth.roles import Permission
from secmon.errors import SecmonError
from secmon.web.gateway.current_user import requires
from secmon.web.i18n.texts import t
from secmon.web.pages import page_modules
from secmon.web.routing import Page
from secmon.web.shell import lazy_scripts
from secmon.web.shell.lazy_scripts import page_scripts, versioned_address
from secmon.web.shell.page_router import empty_layout, first_layout, language_of, render_page
from secmon.web.tour.sandbox import ContextSource

_log = structlog.get_logger(__name__)


def dashboard(contexts: ContextSource, server: FastAPI, assets: Path) -> Dash:
    """Mount the pages on `server`; routes registered before take precedence over Dash's catch-all."""
    lazy_scripts.serve_plotly(server, assets)
    app = _Pages(
        "secmon",
        server=server,  # type: ignore[arg-type]  # annotated for Flask only
        backend="fastapi",
        assets_folder=str(assets),
        assets_ignore=r".*\.txt|login\.css|first\.js|plotly-.*|regenerator-.*",
        serve_locally=True,
        suppress_callback_exceptions=True,
        update_title=None,  # type: ignore[arg-type]  # None is documented: the title stays
        title=t("app.title", contexts.live.language),
        index_string=_INDEX.replace("FIRST", versioned_address(assets, "first.js")),
        on_error=_told,
    )

    def root() -> html.Div:
        if not app.backend.has_request_context():
            return empty_layout(language_of("", {}, contexts.live.language))
        asked = app.backend.request_adapter()
        return first_layout(contexts.current(), asked.args.get("page", ""), asked.cookies)

    app.layout = root
    _register(app, contexts)
    for module in page_modules():
        module.register(app, contexts)
    # Dash sets itself up at the first request for / or /_dash-…: a first page at /site/… would lack scripts and styles.
    app._setup_server()  # type: ignore[no-untyped-call]  # noqa: SLF001
    return app


class _Pages(Dash):
    """Dash application whose pages load only the scripts they need at first."""

    def interpolate_index(
        self,
        metas: str = "",
        title: str = "",
        css: str = "",
        config: str = "",
        scripts: str = "",
        app_entry: str = "",
        favicon: str = "",
        renderer: str = "",
    ) -> str:
        """Render the index page; choose the scripts by the page that the access middleware found."""
        page: Page | None = self.backend.request_adapter().context.page
        kept = page_scripts(scripts, page, Path(self.config.assets_folder))
        made: str = super().interpolate_index(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
            metas, title, css, config, kept, app_entry, favicon, renderer
        )
        return made


def _told(error: Exception) -> NoReturn:
    """Log a failed callback: Dash answers 500 and logs nothing."""
    if not isinstance(error, SecmonError):
        _log.error("a callback of a page failed", exc_info=error)
    raise error


_INDEX = """<!DOCTYPE html>
<html lang="ko">
<head>{%metas%}
<script src="FIRST"></script><link rel="preload" href="/assets/fonts/PretendardVariable.woff2?m=1.3.9"
 as="font" type="font/woff2" crossorigin><title>{%title%}</title>{%favicon%}{%css%}</head>
<body>{%app_entry%}<footer>{%config%}{%scripts%}{%renderer%}</footer></body>
</html>"""


def _register(app: Dash, contexts: ContextSource) -> None:
    @app.callback(
        Output("frame", "children"),
        Output("words", "data"),
        Output("sites", "data"),
        Output("language", "data"),
        Output("title", "data"),
        Input("url", "pathname"),
        State("url", "search"),
        prevent_initial_call=True,  # the first page is part of the layout
    )
    @requires(Permission.VIEW)
    async def route(path: str, search: str | None) -> tuple[Any, ...]:
        drawn = render_page(contexts.current(), path, search or "", ctx.cookies)
        return drawn.frame, drawn.words, drawn.sites, drawn.language, drawn.title

    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "level"),
        Output("level", "children"),
        Output("level", "className"),
        Output("level-by", "children"),
        Input("live", "data"),
        Input("words", "data"),
    )
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("secmon", "page"),
        Output("page-drawn", "children"),
        Input("title", "data"),
        Input("live", "data"),
        Input("words", "data"),
        Input("language", "data"),
        Input("sites", "data"),
    )
