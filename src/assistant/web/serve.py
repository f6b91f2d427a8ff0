"""Serving the page: this machine only unless told otherwise, and nothing asked from outside."""

from __future__ import annotations

import errno
import inspect
import os
import socket
import sys
import webbrowser
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from fastapi import FastAPI
    from gradio.themes import ThemeClass as Theme

    from assistant.pipeline import Assistant
    from assistant.settings import Settings

HERE = Path(__file__).parent
SHUTDOWN_SECONDS = 1  # given to open pages, which hold a connection for as long as they are shown


def serve(assistant: Assistant, settings: Settings, *, open_browser: bool = False) -> None:
    """Serve the page until interrupted.

    Raises:
        SettingsError: If the port is taken, or the address is not one of this machine.
        KeyboardInterrupt: When interrupted, once the server has stopped.
    """
    with listen(settings.host, settings.port) as listener:  # first: a taken port is said at once
        address = address_of(listener)

        def announce() -> None:
            sys.stderr.write(f"La page est prête : {address} (Ctrl-C pour arrêter)\n")
            if not is_loopback(listener):
                sys.stderr.write("Attention : tout le réseau peut l’ouvrir, sans mot de passe.\n")
            sys.stderr.flush()
            if open_browser:
                webbrowser.open(address)

        app = make_app(assistant, on_start=announce)
        make_server(app).run(sockets=[listener])


def make_app(assistant: Assistant, *, on_start: Callable[[], None] = lambda: None) -> FastAPI:
    """Return the web application: the page and its endpoints."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    with gradio_files_left_alone():
        import gradio as gr
    from fastapi import FastAPI

    from assistant.web.page import build_page

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        on_start()
        yield

    # The pages that document an API load scripts from outside.
    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(
        app,
        build_page(assistant),
        path="/",
        theme=_theme(),
        css_paths=[HERE / "style.css"],
        head=f"<script>{(HERE / 'page.js').read_text(encoding='utf-8')}</script>",
        show_error=False,  # an unforeseen error says nothing of itself to the page
        footer_links=[],
        run_history=False,  # nothing of the conversation is kept
        max_file_size=1,  # nothing is uploaded
        mcp_server=False,
        ssr_mode=False,
        pwa=False,
        enable_monitoring=False,
    )
    return app


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
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        block_label_text_color="*neutral_600",
        block_info_text_color="*neutral_600",
    )
    return theme


def make_server(app: FastAPI) -> Any:
    """Return a server for the application; it logs neither questions nor requests."""
    import uvicorn

    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
    )


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one.

    Raises:
        SettingsError: With the option that mends it.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"Le port {port} est déjà pris, peut-être par une autre page de l’assistant. "
                "Choisissez-en un autre : --port (0 : n’importe lequel)"
            ) from error
        if error.errno == errno.EACCES:
            raise SettingsError(
                f"Le port {port} est réservé au système. Choisissez-en un d’au moins 1024 : --port"
            ) from error
        raise SettingsError(
            f"« {host} » n’est pas une adresse de cette machine ({error.strerror}). "
            "Pour cette machine seulement : --host 127.0.0.1"
        ) from error


def address_of(listener: socket.socket) -> str:
    """Return where a browser of this machine finds the page."""
    host, port = listener.getsockname()[:2]
    if ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def is_loopback(listener: socket.socket) -> bool:
    """Whether only this machine can reach a socket."""
    return ip_address(listener.getsockname()[0]).is_loopback
