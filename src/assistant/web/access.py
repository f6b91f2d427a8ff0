"""Who may do what: what stands before the page and its endpoints.

Without a file of users the person at this machine may do everything, and whoever comes from another
one may read.  With it, nobody reads anything before signing in.
"""

from __future__ import annotations

import re
import secrets
import socket
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from assistant.errors import SettingsError
from assistant.settings import Settings
from assistant.users import MAX_PASSWORD_CHARS, UsersFile, check_password, load_users
from assistant.web.headers import PLAIN_POLICY, comes_from_elsewhere, is_known_host, security_headers
from assistant.web.login import error_page, login_page
from assistant.web.sessions import Buckets, Sessions, network_of

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from assistant.users import Role

COOKIE = "assistant"
KEY = "assistant.visitor"  # in the scope of a request
HEALTH, LOGIN, LOGOUT, UPLOAD = "/healthz", "/login", "/logout", "/gradio_api/upload"
COSTLY = ("/api/", "/documents/", "/evidence/")  # counted even when they are only read
MAX_BODY = 4 * 2**20  # bytes: a long conversation comes back with each question
MAX_UPLOAD = 512 * 2**20  # bytes of a request; the page that takes files sets the limit of each
# Failed sign-ins: five at once, then one in half a minute, from one address; more for one name, which
# several people may mistype, and which someone else may try to lock.
LOGIN_TRIES, LOGIN_TRIES_OF_NAME, LOGIN_RATE = 5, 20, 1 / 30
# Of gradio's routes, those the page and ``gradio_client`` use.  The others proxy, fetch from outside,
# edit the code of the page or measure it.
_OPEN = re.compile(
    r"/gradio_api/(?!(?:proxy|stream|deep_link|dev|vibe|undo-vibe|process_recording|component_server"
    r"|custom_component|monitoring|profiling|run-history|runs|openapi|token)\b)(?!file=\w+:/)"
)
_CLOSED = re.compile(r"/(?:monitoring|svelte|pwa_icon)\b|.*//", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who makes a request."""

    name: str = ""  # empty where nobody signs in
    role: Role = "reader"


def visitor_of(request: Any) -> Visitor | None:
    """Return who makes a request, of gradio or of the application, or None when nobody was recognised."""
    inner = getattr(request, "request", None) or request  # gradio wraps that of the application
    scope = getattr(inner, "scope", None)
    return scope.get(KEY) if isinstance(scope, dict) else None


def is_administrator(request: Any) -> bool:
    """Whether a request, of gradio or of the application, comes from an administrator."""
    visitor = visitor_of(request)
    return visitor is not None and visitor.role == "administrator"


def check_settings(settings: Settings, *, loopback: bool) -> None:
    """Refuse to serve where anybody could come in by mistake.

    Raises:
        SettingsError: With what to do.
    """
    chosen = settings.users != Settings().users
    if not settings.users.exists():
        if chosen:
            raise SettingsError(
                f"« {settings.users} » n’existe pas. Ajoutez-y quelqu’un : assistant users add NOM --administrator"
            )
        if not loopback and not settings.public:
            raise SettingsError(
                "Au-delà de cette machine, la page demande un mot de passe : "
                "assistant users add NOM --administrator. Pour l’ouvrir à tout le réseau : --public"
            )
    elif not load_users(settings.users):
        raise SettingsError(
            f"« {settings.users} » n’a aucun utilisateur. Ajoutez-en un : assistant users add NOM --administrator"
        )


class Guard:
    """Everything that stands before the application: an ASGI middleware."""

    def __init__(self, app: ASGIApp, *, settings: Settings, loopback: bool = True) -> None:
        self.app = app
        self.users = UsersFile(settings.users) if settings.users.exists() else None
        self.sessions = Sessions(
            idle=60 * min(settings.session_idle, settings.session_longest),
            longest=60 * settings.session_longest,
        )
        self.requests = Buckets(size=settings.rate, per_second=settings.rate / 60) if settings.rate else None
        self.tries = Buckets(size=LOGIN_TRIES, per_second=LOGIN_RATE)
        self.tries_of_name = Buckets(size=LOGIN_TRIES_OF_NAME, per_second=LOGIN_RATE)
        self.loopback = loopback
        names = {name.strip().lower() for name in settings.hosts.split(",")} - {""}
        self.any_host = not (loopback or names or self.users is None)  # a cookie keeps others out
        self.known_hosts = names if loopback else names | {socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with who makes it, or answer it."""
        from starlette.requests import Request

        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # a WebSocket is not answered: the page has none
        request = Request(scope, receive)
        nonce = secrets.token_urlsafe(16)
        request.state.nonce = nonce  # the page's template writes it
        session = self._session(request)
        fresh = self.sessions.renew(session) if session else None
        headers = security_headers(nonce)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = list(message.get("headers", ()))
                names = {name.lower() for name, _ in own}
                more = headers | _keeping(request.scope["path"], message["status"])
                own += [(k.encode(), v.encode()) for k, v in more.items() if k.encode() not in names]
                if fresh and b"set-cookie" not in names:
                    own.append((b"set-cookie", _cookie(request, fresh).encode()))
                message["headers"] = own
            await send(message)

        reply = self._refusal(request) or await self._own_page(request)
        if reply is None:
            scope[KEY] = self._visitor(request, session)
            reply = self._closed_to(request)
        await (reply or self.app)(scope, receive, send_guarded)

    # --- what is refused ---------------------------------------------------------------------

    def _refusal(self, request: Request) -> Response | None:
        """Return the refusal of a request that nobody should make, or None."""
        problem = self._strange(request) or self._too_much(request)
        return refuse(request, *problem) if problem else None

    def _strange(self, request: Request) -> tuple[int, str] | None:
        headers, method, path = request.headers, request.method, request.scope["path"]
        host = headers.get("host", "")
        if not self.any_host and not is_known_host(
            host, known=self.known_hosts, any_address=not self.loopback
        ):
            return (
                421,
                "Ce nom de machine n’est pas connu. Ajoutez-le au réglage « hosts » s’il est le vôtre.",
            )
        if comes_from_elsewhere(method, headers):
            return 403, "Cette demande vient d’un autre site."
        if method not in {"GET", "HEAD", "POST"}:
            return 405, "Cette méthode n’est pas acceptée."
        if _CLOSED.match(path) or (path.startswith("/gradio_api/") and not _OPEN.match(path)):
            return 404, "Cette page n’existe pas."
        return None

    def _too_much(self, request: Request) -> tuple[int, str, int] | None:
        headers, path = request.headers, request.scope["path"]
        counted = request.method == "POST" or path.startswith(COSTLY)
        if counted and self.requests and (wait := self.requests.take(_address(request))):
            return 429, f"Trop de demandes. Réessayez dans {_seconds(wait)}.", wait
        if "transfer-encoding" in headers:
            return 411, "La longueur de la demande manque (« Content-Length »).", 0
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > (MAX_UPLOAD if path == UPLOAD else MAX_BODY):
            return 413, "La demande est trop longue.", 0
        return None

    def _closed_to(self, request: Request) -> Response | None:
        """Return the refusal of a request that its visitor may not make, or None."""
        from starlette.responses import RedirectResponse

        path = request.scope["path"]
        if visitor_of(request) is None and path != HEALTH:
            if request.method == "GET" and _wants_html(request):
                return RedirectResponse(LOGIN, status_code=303)
            return refuse(request, 401, "Connectez-vous d’abord.")
        if path.startswith(UPLOAD) and not is_administrator(request):
            return refuse(request, 403, "Seul un administrateur peut déposer un fichier.")
        return None

    # --- who it is ---------------------------------------------------------------------------

    def _session(self, request: Request) -> Any:
        """Return the session of a request when its user still is who they were."""
        if self.users is None:
            return None
        session = self.sessions.read(request.cookies.get(COOKIE, ""))
        user = self.users.get(session.name) if session else None
        return session if session and user and user.mark == session.mark else None

    def _visitor(self, request: Request, session: Any) -> Visitor | None:
        if self.users is None:
            return Visitor(role="administrator" if _is_here(request) else "reader")
        user = self.users.get(session.name) if session else None
        return Visitor(user.name, user.role) if user else None

    # --- signing in and out ------------------------------------------------------------------

    async def _own_page(self, request: Request) -> Response | None:
        """Return the answer of the pages to sign in and out, or None for another one."""
        from starlette.responses import RedirectResponse

        path = request.scope["path"].rstrip("/")
        if path not in {LOGIN, LOGOUT}:
            return None
        home = RedirectResponse("/", status_code=303)
        if self.users is None or (path == LOGOUT and request.method == "GET"):
            return home
        if path == LOGOUT:
            if session := self._session(request):
                self.sessions.close(session)
            gone = RedirectResponse(LOGIN, status_code=303)
            gone.headers["set-cookie"] = _cookie(request, "")
            return gone
        if request.method != "POST":
            return home if self._session(request) else _html(login_page())
        return await self._sign_in(request, home)

    async def _sign_in(self, request: Request, home: Response) -> Response:
        from starlette.concurrency import run_in_threadpool
        from starlette.responses import JSONResponse

        if self.users is None:  # nobody signs in
            return home
        name, password = _credentials(await request.body())
        address = _address(request)
        # Taken first and given back on success: many tries at once count as many.
        wait = self.tries.take(address) or self.tries_of_name.take(name)
        user = self.users.get(name)
        if wait:
            return self._not_signed_in(
                request, 429, f"Trop d’essais. Réessayez dans {_seconds(wait)}.", wait=wait
            )
        if not await run_in_threadpool(check_password, user, password) or user is None:
            return self._not_signed_in(request, 401, "Ce nom ou ce mot de passe n’est pas le bon.")
        self.tries.give_back(address)
        self.tries_of_name.give_back(name)
        reply = home if _wants_html(request) else JSONResponse({"success": True})
        reply.headers["set-cookie"] = _cookie(request, self.sessions.open(user))
        return reply

    def _not_signed_in(self, request: Request, status: int, message: str, *, wait: int = 0) -> Response:
        if not _wants_html(request):
            return refuse(request, status, message, wait=wait)
        reply = _html(login_page(message), status)
        if wait:
            reply.headers["retry-after"] = str(wait)
        return reply


def guard(app: Starlette, settings: Settings, *, loopback: bool) -> None:
    """Put the guard before an application."""
    app.add_middleware(Guard, settings=settings, loopback=loopback)


def refuse(request: Request, status: int, message: str, wait: int = 0) -> Response:
    """Return an error: a page for a person, JSON for a program (gradio reads ``detail``)."""
    from starlette.responses import JSONResponse

    if _wants_html(request):
        reply = _html(error_page(message), status)
    else:
        reply = JSONResponse({"status": "error", "message": message, "detail": message}, status)
    if wait:
        reply.headers["retry-after"] = str(wait)
    return reply


def _keeping(path: str, status: int) -> dict[str, str]:
    """Tell how long a browser keeps an answer: not ours; for good, what gradio names by its content."""
    if path.startswith("/assets/") and status == HTTPStatus.OK:
        return {"cache-control": "private, max-age=31536000, immutable"}
    return {} if path.startswith(("/assets/", "/static/")) else {"cache-control": "no-store"}


def _html(text: str, status: int = 200) -> Response:
    from starlette.responses import HTMLResponse

    return HTMLResponse(text, status, {"content-security-policy": PLAIN_POLICY})


def _seconds(wait: int) -> str:
    return f"{wait} seconde{'s' if wait > 1 else ''}"


def _wants_html(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _address(request: Request) -> str:
    return network_of(request.client.host) if request.client else ""


def _is_here(request: Request) -> bool:
    """Whether the person is at this machine, and not behind a proxy on it."""
    if any(name in request.headers for name in ("forwarded", "x-forwarded-for", "x-real-ip", "via")):
        return False
    try:
        address = ip_address(_address(request))
    except ValueError:
        return False
    host = request.headers.get("host", "")
    return address.is_loopback and is_known_host(host, known=(), any_address=False)


def _credentials(body: bytes) -> tuple[str, str]:
    """Return the name and the password of a form."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        fields = {}
    name, password = (fields.get(key, [""])[0] for key in ("username", "password"))
    return name[:64], password[: MAX_PASSWORD_CHARS + 1]


def _cookie(request: Request, token: str) -> str:
    parts = [f"{COOKIE}={token}", "Path=/", "HttpOnly", "SameSite=Strict"]
    if request.url.scheme == "https":
        parts.append("Secure")
    if not token:
        parts.append("Max-Age=0")
    return "; ".join(parts)
