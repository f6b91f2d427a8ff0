"""Addresses, ports and the end of the server."""

from __future__ import annotations

import pytest

from assistant.errors import SettingsError
from assistant.web.serve import address_of, is_loopback, listen


def test_any_free_port_may_be_asked_for() -> None:
    with listen("127.0.0.1", 0) as one, listen("127.0.0.1", 0) as other:
        assert address_of(one) != address_of(other)
        assert address_of(one) == f"http://127.0.0.1:{one.getsockname()[1]}/"
        assert is_loopback(one)


def test_a_taken_port_is_told_with_the_option_that_mends_it() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"Le port {port} est déjà pris.*--port"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(
        SettingsError, match=r"« 203\.0\.113\.7 » n’est pas une adresse de cette machine.*--host"
    ):
        listen("203.0.113.7", 0)


def test_an_address_open_to_the_network_is_known_as_such() -> None:
    with listen("0.0.0.0", 0) as listener:
        assert not is_loopback(listener)
        assert address_of(listener).startswith("http://127.0.0.1:")
