"""The guard before the application, around a small one that says who it sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_corpus import QUESTION

from assistant.errors import SettingsError
from assistant.pipeline import Assistant, update_index
from assistant.settings import Settings
from assistant.users import add_user, remove_user
from assistant.web.access import Guard, check_settings, is_administrator, visitor_of

PASSWORD = "une phrase assez longue"
HTML = {"accept": "text/html"}

MakeClient = Callable[..., Any]


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of two users, shared: hashing takes a while."""
    path = tmp_path_factory.mktemp("users") / "users.toml"
    add_user(path, "chef", PASSWORD, administrator=True)
    add_user(path, "lea", PASSWORD)
    return path


@pytest.fixture
def client(users: Path) -> MakeClient:
    """Return a function that makes a client of a small application behind the guard."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    def show(request: Request) -> JSONResponse:
        visitor = visitor_of(request)
        name = visitor.name if visitor else None
        return JSONResponse({"name": name, "administrator": is_administrator(request)})

    def make(
        *, path: Path = users, loopback: bool = True, address: str = "127.0.0.1", host: str = "127.0.0.1",
        scheme: str = "http", **settings: Any,
    ) -> Any:  # fmt: skip
        app = Starlette(routes=[Route("/{path:path}", show, methods=["GET", "POST"])])
        guarded = Guard(app, settings=Settings(users=path, **settings), loopback=loopback)
        return TestClient(
            guarded, base_url=f"{scheme}://{host}", client=(address, 5000), follow_redirects=False
        )

    return make


def sign_in(client: Any, name: str = "lea", password: str = PASSWORD) -> Any:
    return client.post("/login", data={"username": name, "password": password})


# --- with a file of users --------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/page.js",
        "/config",
        "/api/ask?question=q",
        "/gradio_api/info",
        "/assets/x.js",
        "/gradio_api/file=x",
    ],
)
def test_nothing_is_read_before_signing_in(client: MakeClient, path: str) -> None:
    browser = client()

    page = browser.get(path, headers=HTML)
    assert (page.status_code, page.headers["location"]) == (303, "/login")
    program = browser.get(path)
    assert program.status_code == 401
    assert program.json()["message"] == "Connectez-vous d’abord."
    assert browser.post(path).status_code == 401
    assert browser.get("/healthz").status_code == 200


def test_signing_in_and_out(client: MakeClient) -> None:
    browser = client()
    assert "Se connecter" in browser.get("/login", headers=HTML).text

    assert sign_in(browser).json() == {"success": True}
    assert browser.get("/").json() == {"name": "lea", "administrator": False}
    assert browser.get("/login", headers=HTML).headers["location"] == "/"
    token = browser.cookies["assistant"]

    assert browser.post("/logout").headers["location"] == "/login"
    assert browser.get("/").status_code == 401
    browser.cookies["assistant"] = token
    assert browser.get("/").status_code == 401


def test_a_browser_is_sent_to_the_page_after_signing_in(client: MakeClient) -> None:
    reply = client().post("/login", data={"username": "chef", "password": PASSWORD}, headers=HTML)

    assert (reply.status_code, reply.headers["location"]) == (303, "/")


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
def test_the_cookie_is_for_this_page_alone(client: MakeClient, scheme: str, secure: bool) -> None:
    cookie = sign_in(client(scheme=scheme)).headers["set-cookie"]

    assert "HttpOnly; SameSite=Strict" in cookie
    assert ("Secure" in cookie) is secure
    assert "Expires" not in cookie  # it goes with the browser


@pytest.mark.parametrize(
    ("name", "password"),
    [("lea", "faux"), ("personne", PASSWORD), ("", ""), ("lea", ""), ("<b>", "x" * 5000)],
)
def test_a_wrong_name_or_password_is_told_alike(client: MakeClient, name: str, password: str) -> None:
    browser = client()

    reply = browser.post("/login", data={"username": name, "password": password}, headers=HTML)

    assert reply.status_code == 401
    assert "Ce nom ou ce mot de passe n’est pas le bon." in reply.text
    assert "set-cookie" not in reply.headers
    assert browser.get("/").status_code == 401


@pytest.mark.parametrize("body", [b"", b"\xff&\xff=%zz", b"&".join([b"a=1"] * 100), b'{"username": "lea"}'])
def test_a_malformed_form_signs_nobody_in(client: MakeClient, body: bytes) -> None:
    assert client().post("/login", content=body).status_code == 401


def test_guessing_is_slowed_down_for_the_right_password_too(client: MakeClient) -> None:
    browser = client()
    assert [sign_in(browser, "lea", f"essai {n}").status_code for n in range(5)] == [401] * 5

    reply = sign_in(browser)

    assert reply.status_code == 429
    assert 0 < int(reply.headers["retry-after"]) <= 30
    assert "Réessayez dans" in reply.json()["message"]


def test_signing_in_well_is_not_slowed_down(client: MakeClient) -> None:
    browser = client()

    assert [sign_in(browser).status_code for _ in range(7)] == [200] * 7


def test_a_user_who_is_removed_or_changed_is_out_at_once(client: MakeClient, tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    add_user(path, "chef", PASSWORD, administrator=True)
    add_user(path, "lea", PASSWORD)
    browser = client(path=path)
    sign_in(browser, "chef")
    assert browser.get("/").json() == {"name": "chef", "administrator": True}

    add_user(path, "chef", PASSWORD)  # no longer an administrator
    assert browser.get("/").status_code == 401
    sign_in(browser, "chef")
    assert browser.get("/").json() == {"name": "chef", "administrator": False}
    remove_user(path, "chef")
    assert browser.get("/").status_code == 401
    path.unlink()
    assert browser.get("/").status_code == 401
    assert sign_in(browser, "lea").status_code == 401


def test_only_an_administrator_uploads(client: MakeClient) -> None:
    browser = client()
    sign_in(browser, "lea")
    assert browser.post("/gradio_api/upload").status_code == 403
    assert browser.get("/gradio_api/upload_progress").status_code == 403
    sign_in(browser, "chef")
    assert browser.post("/gradio_api/upload").status_code == 200


# --- without one -----------------------------------------------------------------------------


def test_without_users_the_person_at_this_machine_is_the_administrator(
    client: MakeClient, tmp_path: Path
) -> None:
    none = tmp_path / "users.toml"

    assert client(path=none).get("/").json() == {"name": "", "administrator": True}
    away = client(path=none, address="10.0.0.7", loopback=False, host="10.0.0.1")
    assert away.get("/").json() == {"name": "", "administrator": False}
    assert away.post("/gradio_api/upload").status_code == 403
    assert away.get("/login").headers["location"] == "/"
    proxied = client(path=none, hosts="assistant.example")
    assert proxied.get("/", headers={"host": "assistant.example"}).json()["administrator"] is False
    assert proxied.get("/", headers={"x-forwarded-for": "10.0.0.7"}).json()["administrator"] is False


def test_a_request_that_no_guard_saw_comes_from_no_administrator() -> None:
    from starlette.requests import Request

    assert not is_administrator(None)
    assert not is_administrator(Request({"type": "http"}))


def test_serving_to_others_without_users_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_settings(Settings(), loopback=True)
    check_settings(Settings(public=True), loopback=False)

    with pytest.raises(SettingsError, match="assistant users add NOM --administrator.*--public"):
        check_settings(Settings(), loopback=False)
    with pytest.raises(SettingsError, match="ailleurs.toml » n’existe pas"):
        check_settings(Settings(users=Path("ailleurs.toml")), loopback=True)
    Path("users.toml").write_text("", encoding="utf-8")
    with pytest.raises(SettingsError, match="aucun utilisateur"):
        check_settings(Settings(), loopback=True)
    add_user(Path("users.toml"), "lea", PASSWORD)
    check_settings(Settings(), loopback=False)


# --- for all ---------------------------------------------------------------------------------


@pytest.fixture
def here(client: MakeClient, tmp_path: Path) -> Any:
    """Return a client at this machine, without users."""
    return client(path=tmp_path / "none.toml")


def test_every_answer_says_what_browsers_may_do(here: Any, client: MakeClient) -> None:
    for reply in (here.get("/"), here.get("/gradio_api/proxy=x"), client().get("/"), client().get("/login")):
        assert "frame-ancestors 'none'" in reply.headers["content-security-policy"]
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "same-origin"
        assert "camera=()" in reply.headers["permissions-policy"]
        assert reply.headers["cache-control"] == "no-store"
    first, second = (here.get("/").headers["content-security-policy"] for _ in range(2))
    assert first != second  # a nonce serves once
    assert "immutable" in here.get("/assets/x.js").headers["cache-control"]
    assert "cache-control" not in here.get("/static/x.js").headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_a_name_made_to_lead_here_is_refused(
    here: Any, client: MakeClient, tmp_path: Path, host: str
) -> None:
    assert here.get("/", headers={"host": host}).status_code == 421
    public = client(path=tmp_path / "none.toml", loopback=False, address="10.0.0.7", host="10.0.0.1")
    assert public.get("/").status_code == 200
    assert public.get("/", headers={"host": host}).status_code == 421


def test_a_name_of_one_s_own_is_accepted(client: MakeClient, tmp_path: Path) -> None:
    named = client(
        path=tmp_path / "none.toml", host="assistant.example", hosts="assistant.example, autre.example"
    )

    assert named.get("/").status_code == 200


def test_another_site_cannot_post(here: Any) -> None:
    assert here.post("/x", headers={"origin": "https://evil.example"}).status_code == 403
    assert here.post("/x", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert here.post("/x", headers={"origin": "http://127.0.0.1"}).status_code == 200
    assert here.options("/x").status_code == 405
    assert here.delete("/x").status_code == 405


def test_too_many_requests_are_told_when_to_come_back(client: MakeClient, tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    here = client(path=tmp_path / "none.toml", rate=3)
    replies = [here.post("/x"), here.get("/api/ask"), here.post("/x"), here.post("/x")]

    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert replies[3].json()["message"].startswith("Trop de demandes. Réessayez dans ")
    assert 0 < int(replies[3].headers["retry-after"]) <= 20
    assert here.get("/assets/x.js").status_code == 200  # a page is many files
    other = TestClient(here.app, base_url="http://127.0.0.1", client=("10.0.0.9", 1))
    assert other.post("/x").status_code == 200
    assert all(client(path=tmp_path / "none.toml", rate=0).post("/x").status_code == 200 for _ in range(5))


def test_a_body_has_a_length_and_a_limit(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.web.access.MAX_BODY", 10)
    monkeypatch.setattr("assistant.web.access.MAX_UPLOAD", 20)

    assert here.post("/x", content=b"a" * 10).status_code == 200
    assert here.post("/x", content=b"a" * 11).status_code == 413
    assert here.post("/gradio_api/upload", content=b"a" * 20).status_code == 200
    assert here.post("/gradio_api/upload", content=b"a" * 21).status_code == 413
    assert here.post("/x", content=iter([b"a"])).status_code == 411
    assert here.post("/x", headers={"content-length": "-1"}).status_code == 413


@pytest.mark.parametrize(
    "path",
    [
        "proxy=https://x.hf.space/", "file=https://example.org/a.png", "file=http:/127.0.0.1/", "stream/1/2/3/playlist.m3u8",
        "deep_link", "vibe-edit/", "vibe-code", "undo-vibe-edit", "process_recording", "component_server",
        "runs", "run-history/records", "openapi.json", "token", "dev/reload", "profiling/summary", "monitoring",
        "custom_component/a/b/c/d", "/proxy=x",
    ],
)  # fmt: skip
def test_routes_of_gradio_that_the_page_does_not_use_are_closed(here: Any, path: str) -> None:
    for method in (here.get, here.post):
        assert method(f"/gradio_api/{path}").status_code == 404
    assert here.get("/monitoring").status_code == 404


@pytest.mark.parametrize(
    "path", ["queue/join", "queue/data", "run/predict", "call/ask", "call/ask/1", "heartbeat/1", "info",
             "startup-events", "file=/tmp/gradio/a/b.csv", "reset", "cancel"]
)  # fmt: skip
def test_those_it_uses_are_open(here: Any, path: str) -> None:
    assert here.get(f"/gradio_api/{path}").status_code == 200


# --- the page itself -------------------------------------------------------------------------


@pytest.fixture
def protected(settings: Settings, users: Path) -> Assistant:
    update_index(settings)
    return Assistant.open(replace(settings, users=users, min_confidence=0.0))


def test_gradio_client_signs_in(protected: Assistant, serve_page: Callable[[Assistant], str]) -> None:
    from gradio_client import Client
    from gradio_client.exceptions import AuthenticationError

    url = serve_page(protected)

    client = Client(url, auth=("lea", PASSWORD), verbose=False, analytics_enabled=False)
    assert client.predict(QUESTION, [], api_name="/ask")["status"] == "answered"
    with pytest.raises(AuthenticationError):
        Client(url, auth=("lea", "faux"), verbose=False, analytics_enabled=False)
    with pytest.raises(ValueError, match="401|[Uu]nauthorized|credentials"):
        Client(url, verbose=False, analytics_enabled=False)


def test_gradio_fetches_no_file_from_another_machine(page_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import json
    import urllib.error
    import urllib.request

    from gradio import processing_utils

    fetched: list[object] = []

    async def record(*arguments: object) -> None:
        fetched.append(arguments)

    monkeypatch.setattr(processing_utils, "async_ssrf_protected_get", record)
    with urllib.request.urlopen(f"{page_url}config") as reply:
        config = json.load(reply)
    respond = next(d for d in config["dependencies"] if len(d["inputs"]) >= 2)
    picture = {"path": "http://example.org/a.png", "meta": {"_type": "gradio.FileData"}}
    data: list[Any] = ["Qui ?"] + [None] * (len(respond["inputs"]) - 1)
    data[1] = [{"role": "user", "content": [{"type": "file", "file": picture}]}]
    request = urllib.request.Request(
        f"{page_url}gradio_api/run/predict",
        json.dumps({"data": data, "fn_index": respond["id"], "session_hash": "x"}).encode(),
        {"content-type": "application/json"},
    )
    with pytest.raises(urllib.error.HTTPError) as caught, urllib.request.urlopen(request):
        pass
    caught.value.close()

    assert caught.value.code == 500
    assert fetched == []
