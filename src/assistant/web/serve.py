"""Serving the page: this machine only unless told otherwise, and nothing asked from outside."""

from __future__ import annotations

import errno
import socket
import sys
import webbrowser
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from assistant.errors import SettingsError
from assistant.web.access import check_settings
from assistant.web.application import make_app
from assistant.web.asking import warm_up

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.pipeline import Assistant
    from assistant.settings import Settings

SHUTDOWN_SECONDS = 1  # given to open pages, which hold a connection for as long as they are shown


def serve(assistant: Assistant, settings: Settings, *, open_browser: bool = False) -> None:
    """Serve the page until interrupted.

    Raises:
        SettingsError: If the port is taken, the address is not one of this machine, or anybody could
            come in from another one.
        KeyboardInterrupt: When interrupted, once the server has stopped.
    """
    with listen(settings.host, settings.port) as listener:  # first: a taken port is said at once
        address = address_of(listener)
        loopback = is_loopback(listener)
        check_settings(settings, loopback=loopback)

        def announce() -> None:
            sys.stderr.write(f"La page est prête : {address} (Ctrl-C pour arrêter)\n")
            if not loopback and not settings.users.exists():
                sys.stderr.write("Attention : tout le réseau peut l’ouvrir, sans mot de passe.\n")
            sys.stderr.flush()
            if open_browser:
                webbrowser.open(address)
            warm_up(assistant)

        app = make_app(assistant, on_start=announce, loopback=loopback)
        make_server(app).run(sockets=[listener])


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
            f"« {host} » n’est pas une adresse de cette machine. Pour cette machine seulement : --host 127.0.0.1"
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
