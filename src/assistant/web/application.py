"""The web application: the page, its endpoints, and what stands before both."""

from __future__ import annotations

import inspect
import os
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from fastapi import FastAPI
    from gradio.themes import ThemeClass as Theme

    from assistant.pipeline import Assistant

HERE = Path(__file__).parent
STYLES = ("style.css", "documents.css", "lists.css", "quality.css", "opinions.css")
SCRIPTS = ("page.js", "documents.js", "lists.js", "opinions.js")

_FRENCH = 'Object.defineProperty(navigator, "language", { get: () => "fr" });'
WORDS = {  # where gradio's French misleads: "télécharger" is to download
    "upload_text.click_to_upload": "Cliquez pour choisir des fichiers",
    "upload_text.drop_file": "Déposez des fichiers ici",
    "common.upload": "Choisir d’autres fichiers",  # it has none
}


def make_app(
    assistant: Assistant, *, on_start: Callable[[], None] = lambda: None, loopback: bool = True
) -> FastAPI:
    """Return the web application: the page and its endpoints, behind the guard.

    Args:
        assistant: What answers; its settings say who may come in.
        on_start: Called once the application serves.
        loopback: Whether only this machine can reach it.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    with gradio_files_left_alone():
        import gradio as gr
    from fastapi import FastAPI

    from assistant.library import MEGABYTE
    from assistant.web.access import guard
    from assistant.web.api import make_api
    from assistant.web.opinions import add_opinions
    from assistant.web.page import build_page
    from assistant.web.routes import conversation_routes
    from assistant.web.sheets import add_sheets

    _write_scripts()
    _fetch_nothing()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        on_start()
        yield

    # The pages that document an API load scripts from outside.
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    guard(app, assistant.settings, loopback=loopback)
    _add_own_routes(app)
    app.include_router(conversation_routes(assistant))
    add_sheets(app, assistant)
    add_opinions(app, assistant)
    app.mount("/api", make_api(assistant))
    gr.mount_gradio_app(
        app,
        build_page(assistant),
        path="/",
        theme=_theme(),
        css_paths=[HERE / name for name in STYLES],
        show_error=False,  # an unforeseen error says nothing of itself to the page
        footer_links=[],
        i18n=gr.I18n(fr=WORDS),
        run_history=False,  # nothing of the conversation is kept
        max_file_size=assistant.settings.upload_max_mb * MEGABYTE,
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
    )
    return app


def _add_own_routes(app: FastAPI) -> None:
    """Add what is neither the page nor the API."""
    from fastapi.responses import FileResponse

    def script(name: str) -> Callable[[], FileResponse]:
        return lambda: FileResponse(HERE / name, media_type="text/javascript")

    for name in SCRIPTS:
        app.get(f"/{name}", response_model=None)(script(name))

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the server answers."""
        return {"status": "ok"}


def _write_scripts() -> None:
    """Have gradio's template load our scripts, sign all of them for the request, and say the page's language.

    Ours stand in the document, where they run before gradio's modules, which wait for its end.  What
    ``head=`` of gradio adds comes whenever it comes: a page could be drawn, and be used, before them.
    Gradio asks the browser for its language, and this page has one.
    """
    from gradio.routes import templates
    from jinja2 import DictLoader

    name = "frontend/index.html"
    if (loader := templates.env.loader) and not isinstance(loader, DictLoader):
        source = loader.get_source(templates.env, name)[0]
        own = "".join(f'<script src="{name}"></script>' for name in SCRIPTS)
        source = source.replace("<head>", f"<head><script>{_FRENCH}</script>", 1)
        source = source.replace("</head>", f"{own}</head>", 1)
        source = source.replace("<script", '<script nonce="{{ request.state.nonce }}"')
        templates.env.loader = DictLoader({name: source.replace('lang="en"', 'lang="fr"', 1)})


def _fetch_nothing() -> None:
    """Keep gradio from fetching the file that a request names by its address on another machine."""
    from gradio import processing_utils

    async def refuse(*_: object, **__: object) -> str:
        raise PermissionError

    processing_utils.async_ssrf_protected_download = refuse


@contextmanager
def gradio_files_left_alone() -> Iterator[None]:
    """Keep gradio from writing again, as it is imported, the .pyi file of each of its components.

    That takes half of its import (2 of 4 seconds on two cores) and may write into the installed
    package.  It gives up where ``inspect`` does not know the file of a class.
    """
    find_file = inspect.getfile

    def find_other_file(thing: Any) -> str:
        if isinstance(thing, type) and thing.__module__.startswith("gradio."):
            raise OSError
        return find_file(thing)

    inspect.getfile = find_other_file  # type: ignore[assignment]
    try:
        yield
    finally:
        inspect.getfile = find_file


def _theme() -> Theme:
    """Return the default theme in blue, with the system's fonts and enough contrast (WCAG: 4.5)."""
    import gradio as gr

    theme = gr.themes.Default(
        primary_hue="blue", font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    theme.set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
        button_cancel_background_fill="#b91c1c",
        button_cancel_background_fill_dark="#b91c1c",
        button_cancel_background_fill_hover="#991b1b",
        button_cancel_background_fill_hover_dark="#991b1b",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        # The edge of what is ticked or typed in (WCAG: 3).
        checkbox_border_color="*neutral_500",
        checkbox_border_color_dark="*neutral_400",
        input_border_color="*neutral_500",
        input_border_color_dark="*neutral_400",
        block_label_text_color="*neutral_600",
        block_info_text_color="*neutral_600",
    )
    return theme
