"""What each answer of the server tells browsers, and which requests they may not make of us."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # not less: the origin of a form is checked
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex",
}
# Besides our own host: scripts that bear the nonce of the page, and the code that gradio makes out of
# texts (the template of gr.HTML, ``js=`` of events: hence 'unsafe-eval').  No script in the markup, no
# handler in an attribute: what a document or a user wrote cannot run.  Gradio styles its components
# with attributes.
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; "
    "worker-src 'self' blob:; connect-src 'self'; object-src 'none'; frame-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Of pages of our own: not a script.
PLAIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


def security_headers(nonce: str) -> dict[str, str]:
    """Return the headers of an answer whose scripts bear a nonce."""
    return FIXED | {"content-security-policy": POLICY.format(nonce=nonce)}


def host_of(header: str) -> str:
    """Return the name of a Host header, without its port, or nothing when it is malformed.

    >>> host_of("[::1]:7860"), host_of("Localhost"), host_of("a/b")
    ('::1', 'localhost', '')
    """
    try:
        parts = urlsplit(f"//{header}")
        port = parts.port
    except ValueError:
        return ""
    plain = parts.netloc == header and parts.username is None and port != 0
    return (parts.hostname or "").rstrip(".") if plain else ""


def is_known_host(header: str, *, known: Collection[str], any_address: bool) -> bool:
    """Whether a request is meant for us, and not for a name that someone made lead here (DNS rebinding).

    Args:
        header: The Host header.
        known: The names of this server, besides those of this machine.
        any_address: Whether any IP address will do: an address cannot be made to lead elsewhere.
    """
    host = host_of(header)
    if host in LOOPBACK_NAMES or host in known:
        return bool(host)
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any_address or address.is_loopback


def comes_from_elsewhere(method: str, headers: Mapping[str, str]) -> bool:
    """Whether another site makes a browser send this request (CSRF, or reading what is not its own).

    Following a link to the page is allowed.  A program sends neither header and is let through: it
    acts for whoever runs it.
    """
    site = headers.get("sec-fetch-site")
    if site is None:  # an old browser, or a page without https on another machine
        origin = headers.get("origin")
        return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()
    follows_a_link = (
        method in {"GET", "HEAD"}
        and headers.get("sec-fetch-mode") == "navigate"
        and headers.get("sec-fetch-dest") == "document"
    )
    return site not in {"same-origin", "none"} and not follows_a_link
