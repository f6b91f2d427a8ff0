"""Signed sessions and buckets, with a clock of our own."""

from __future__ import annotations

import base64
import json

import pytest

from assistant.users import User
from assistant.web.sessions import KEY_SECONDS, RENEWED_AFTER, Buckets, Sessions, network_of

LEA = User("léa", "hash")


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(clock: Clock) -> Sessions:
    return Sessions(idle=600, longest=3 * KEY_SECONDS, clock=clock)


def test_a_token_tells_who_signed_in(sessions: Sessions) -> None:
    session = sessions.read(sessions.open(LEA))

    assert session is not None
    assert (session.name, session.mark) == ("léa", LEA.mark)


@pytest.mark.parametrize("token", ["", ".", "a.b", "é.é", "W10=.0", "\udcff.\udcff"])
def test_what_is_no_token_is_no_session(sessions: Sessions, token: str) -> None:
    sessions.open(LEA)

    assert sessions.read(token) is None


def test_a_changed_or_foreign_token_is_no_session(sessions: Sessions, clock: Clock) -> None:
    payload, _, signature = sessions.open(LEA).partition(".")
    values = json.loads(base64.urlsafe_b64decode(payload))
    forged = base64.urlsafe_b64encode(json.dumps(["chef", *values[1:]]).encode()).decode()

    assert sessions.read(f"{forged}.{signature}") is None
    assert sessions.read(f"{payload}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}") is None
    assert sessions.read(f"{payload}.") is None
    other = Sessions(idle=600, longest=6000, clock=clock)
    assert other.read(f"{payload}.{signature}") is None  # as after a restart


def test_a_session_ends_when_nothing_is_done(sessions: Sessions, clock: Clock) -> None:
    token = sessions.open(LEA)
    clock.now += 600
    assert sessions.read(token) is not None
    clock.now += 1
    assert sessions.read(token) is None


def test_a_session_that_is_used_lasts_over_several_keys_but_not_for_ever(
    sessions: Sessions, clock: Clock
) -> None:
    token, start = sessions.open(LEA), clock.now
    while session := sessions.read(token):
        token = sessions.renew(session) or token
        clock.now += 300

    assert 3 * KEY_SECONDS < clock.now - start <= 3 * KEY_SECONDS + 300


def test_a_session_is_not_renewed_at_each_request(sessions: Sessions, clock: Clock) -> None:
    session = sessions.read(sessions.open(LEA))
    assert session is not None
    clock.now += RENEWED_AFTER
    assert sessions.renew(session) is None
    clock.now += 1
    assert sessions.renew(session) is not None


def test_a_closed_session_ends_in_all_its_copies(sessions: Sessions, clock: Clock) -> None:
    first = sessions.open(LEA)
    session = sessions.read(first)
    assert session is not None
    clock.now += 120
    second = sessions.renew(session)
    other = sessions.open(LEA)

    sessions.close(session)

    assert second is not None
    assert sessions.read(first) is None
    assert sessions.read(second) is None
    assert sessions.read(other) is not None


def test_keys_are_replaced_and_forgotten(sessions: Sessions, clock: Clock) -> None:
    seen = set()
    for _ in range(6):
        sessions.open(LEA)
        seen |= {key for _, key in sessions._keys}
        clock.now += KEY_SECONDS + 1

    assert len(seen) == 6
    assert len(sessions._keys) <= 2


def test_a_bucket_gives_its_size_at_once_then_at_its_rate(clock: Clock) -> None:
    buckets = Buckets(size=3, per_second=0.5, clock=clock)

    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]
    assert buckets.take("b") == 0
    clock.now += 1
    assert buckets.take("a") == 1
    clock.now += 1
    assert [buckets.take("a"), buckets.take("a")] == [0, 2]
    buckets.give_back("a")
    assert buckets.take("a") == 0
    clock.now += 1000
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 2]


def test_many_addresses_take_little_memory_and_free_nobody_who_waits(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.web.sessions.MOST_BUCKETS", 100)
    buckets = Buckets(size=2, per_second=0.1, clock=clock)
    buckets.take("waits")
    buckets.take("waits")

    for number in range(1000):
        buckets.take(str(number))

    assert len(buckets._left) <= 101
    assert buckets.take("waits") > 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "testclient", False),
    ],
)
def test_an_ipv6_network_counts_as_one_visitor(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
