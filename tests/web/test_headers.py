"""Which requests a browser may not make of us."""

from __future__ import annotations

import pytest

from assistant.web.headers import comes_from_elsewhere, host_of, is_known_host, security_headers


@pytest.mark.parametrize(
    "header", ["localhost", "localhost:7860", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST.", "127.9.9.9"]
)
def test_the_names_of_this_machine_are_known(header: str) -> None:
    assert is_known_host(header, known=(), any_address=False)


@pytest.mark.parametrize(
    "header",
    ["", "evil.example", "evil.example:7860", "localhost.evil.example", "localhost@evil.example", "10.0.0.1",
     "127.0.0.1.evil.example", "localhost/evil", "localhost:x", "[::1", "a b"],
)  # fmt: skip
def test_a_name_made_to_lead_here_is_not(header: str) -> None:
    assert not is_known_host(header, known=("assistant.example",), any_address=False)


def test_names_and_addresses_may_be_added() -> None:
    assert is_known_host("Assistant.example:80", known=("assistant.example",), any_address=False)
    assert is_known_host("10.0.0.1", known=(), any_address=True)
    assert not is_known_host("evil.example", known=(), any_address=True)
    assert host_of("10.0.0.1:0") == ""


HOST = {"host": "127.0.0.1:7860"}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        (
            "POST",
            {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
        ),
        ("POST", {"sec-fetch-site": "same-site"}),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}),
        ("POST", {"origin": "http://evil.example"}),
        ("POST", {"origin": "null"}),
        ("POST", {"origin": "http://127.0.0.1:8000"}),
    ],
)
def test_another_site_makes_no_request(method: str, headers: dict[str, str]) -> None:
    assert comes_from_elsewhere(method, HOST | headers)


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}),
        ("POST", {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:7860"}),
        ("GET", {"sec-fetch-site": "none"}),
        ("POST", {"origin": "http://127.0.0.1:7860"}),
        ("POST", {}),  # a program
    ],
)
def test_our_own_pages_links_and_programs_do(method: str, headers: dict[str, str]) -> None:
    assert not comes_from_elsewhere(method, HOST | headers)


def test_the_policy_names_no_other_host_and_no_inline_script() -> None:
    policy = security_headers("NONCE")["content-security-policy"]

    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["script-src"] == "'self' 'nonce-NONCE' 'unsafe-eval'"
    assert directives["frame-ancestors"] == "'none'"
    assert directives["object-src"] == "'none'"
    assert "http" not in policy
    assert "*" not in policy
