"""Sessions as signed cookies, and buckets that limit how often something is done.  All is in memory."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import secrets
import threading
import time
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.users import User

KEY_SECONDS = 3600  # a key signs for an hour, and is then kept for as long as what it signed may live
RENEWED_AFTER = 60  # seconds after which a request makes its session younger
MOST_BUCKETS = 10_000  # addresses remembered at once
KEPT_OF_IPV6 = 64  # bits: one machine has as many addresses as it likes in its own network


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in."""

    name: str
    id: str
    started: float
    seen: float
    mark: str  # of the user as they were when they signed in


class Sessions:
    """Makes and reads the tokens that a cookie holds.

    Nothing is stored save the keys and the sessions that were closed: a restart closes all.
    """

    def __init__(self, *, idle: float, longest: float, clock: Callable[[], float] = time.time) -> None:
        self.idle, self.longest, self.clock = idle, longest, clock
        self._keys: list[tuple[float, bytes]] = []  # (born, key), newest first
        self._closed: dict[str, float] = {}  # id → when it would have ended
        self._lock = threading.Lock()

    def open(self, user: User) -> str:
        """Start a session and return its token."""
        now = self.clock()
        return self._sign(Session(user.name, secrets.token_hex(8), now, now, user.mark))

    def read(self, token: str) -> Session | None:
        """Return the session of a token, or None when it is forged, too old or closed."""
        payload, _, signature = token.partition(".")
        with self._lock:
            keys = [key for _, key in self._current_keys()]
        given = signature.encode("utf-8", "surrogateescape")
        matches = [hmac.compare_digest(_signature(key, payload).encode(), given) for key in keys]  # all
        if not any(matches):
            return None
        session = Session(*json.loads(base64.urlsafe_b64decode(payload)))
        now = self.clock()
        old = now - session.seen > self.idle or now - session.started > self.longest
        return None if old or session.id in self._closed else session

    def renew(self, session: Session) -> str | None:
        """Return a younger token when the session has not been seen for a while."""
        now = self.clock()
        return self._sign(replace(session, seen=now)) if now - session.seen > RENEWED_AFTER else None

    def close(self, session: Session) -> None:
        """End a session, whatever copies of its token there are."""
        now = self.clock()
        with self._lock:
            self._closed = {key: end for key, end in self._closed.items() if end > now}
            self._closed[session.id] = session.started + self.longest

    def _sign(self, session: Session) -> str:
        values = [session.name, session.id, session.started, session.seen, session.mark]
        payload = base64.urlsafe_b64encode(json.dumps(values).encode()).decode()
        with self._lock:
            key = self._current_keys()[0][1]
        return f"{payload}.{_signature(key, payload)}"

    def _current_keys(self) -> list[tuple[float, bytes]]:
        now = self.clock()
        self._keys = [(born, key) for born, key in self._keys if now - born <= KEY_SECONDS + self.idle]
        if not self._keys or now - self._keys[0][0] > KEY_SECONDS:
            self._keys.insert(0, (now, secrets.token_bytes(32)))
        return self._keys


def _signature(key: bytes, payload: str) -> str:
    return hmac.new(key, payload.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


class Buckets:
    """A token bucket for each key: ``size`` at once, then ``per_second``.

    >>> buckets = Buckets(size=1, per_second=1, clock=lambda: 0.0)
    >>> buckets.take("a"), buckets.take("a"), buckets.take("b")
    (0, 1, 0)
    """

    def __init__(
        self, *, size: float, per_second: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.size, self.per_second, self.clock = size, per_second, clock
        self._left: dict[str, tuple[float, float]] = {}  # key → (tokens, at)
        self._lock = threading.Lock()

    def take(self, key: str) -> int:
        """Take one token; return 0, or the whole seconds to wait for the next one."""
        with self._lock:
            tokens = self._tokens(key)
            if tokens < 1:
                return max(1, math.ceil((1 - tokens) / self.per_second))
            self._left[key] = (tokens - 1, self.clock())
            if len(self._left) > MOST_BUCKETS:
                self._forget()
            return 0

    def give_back(self, key: str) -> None:
        """Put a token back."""
        with self._lock:
            self._left[key] = (min(self.size, self._tokens(key) + 1), self.clock())

    def _tokens(self, key: str) -> float:
        tokens, at = self._left.get(key, (self.size, self.clock()))
        return min(self.size, tokens + (self.clock() - at) * self.per_second)

    def _forget(self) -> None:
        """Drop the full buckets, which say nothing, then the fullest."""
        by_tokens = sorted(self._left, key=self._tokens)
        self._left = {key: self._left[key] for key in by_tokens[: MOST_BUCKETS // 2]}


def network_of(address: str) -> str:
    """Return what is counted as one visitor: an IPv4 address, or the network of an IPv6 one."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return str(ip.ipv4_mapped)
        return str(IPv6Address(int(ip) >> KEPT_OF_IPV6 << KEPT_OF_IPV6))
    return str(ip)
