"""The file of users: names, hashed passwords, roles."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.users import UsersFile, add_user, check_password, load_users, remove_user

PASSWORD = "une phrase assez longue"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "users.toml"


def test_a_user_signs_in_with_their_password_alone(path: Path) -> None:
    add_user(path, "léa.d", PASSWORD)
    user = load_users(path)["léa.d"]

    assert check_password(user, PASSWORD)
    assert not check_password(user, PASSWORD + " ")
    assert not check_password(user, "")
    assert not check_password(None, PASSWORD)
    assert user.role == "reader"


def test_no_password_is_written_and_only_the_owner_reads_the_file(path: Path) -> None:
    add_user(path, "lea", PASSWORD)
    add_user(path, "chef", PASSWORD, administrator=True)

    text = path.read_text(encoding="utf-8")
    assert PASSWORD not in text
    assert text.count("$argon2id$") == 2
    assert load_users(path)["lea"].hash != load_users(path)["chef"].hash  # salted
    assert os.name != "posix" or path.stat().st_mode & 0o077 == 0
    assert [file.name for file in path.parent.iterdir()] == ["users.toml"]


def test_adding_a_user_again_changes_their_password_and_role(path: Path) -> None:
    before = add_user(path, "lea", PASSWORD)
    add_user(path, "lea", PASSWORD * 2, administrator=True)

    user = load_users(path)["lea"]
    assert user.role == "administrator"
    assert check_password(user, PASSWORD * 2)
    assert not check_password(user, PASSWORD)
    assert user.mark != before.mark


@pytest.mark.parametrize("name", ["", "a b", 'x"]\nhash = "', "a" * 65, "<b>"])
def test_a_name_that_could_break_the_file_is_refused(path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match="un nom a de 1 à 64"):
        add_user(path, name, PASSWORD)
    assert not path.exists()


def test_a_short_password_is_refused(path: Path) -> None:
    with pytest.raises(SettingsError, match="au moins 12 caractères"):
        add_user(path, "lea", "court")


@pytest.mark.parametrize(
    "text", ["[lea]\nrole = 'reader'", "[lea]\nhash = 'x'\nrole = 'root'", "lea = 1", "[lea", "hash = '"]
)
def test_a_malformed_file_is_told_and_lets_nobody_in(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SettingsError, match="users.toml"):
        load_users(path)
    assert UsersFile(path).get("lea") is None


def test_changes_are_seen_at_once_and_a_file_that_is_gone_lets_nobody_in(path: Path) -> None:
    add_user(path, "lea", PASSWORD)
    users = UsersFile(path)
    assert users.get("lea") is not None
    add_user(path, "chef", PASSWORD)
    assert users.get("chef") is not None
    remove_user(path, "lea")
    assert users.get("lea") is None
    path.unlink()
    assert users.get("chef") is None


# --- commands --------------------------------------------------------------------------------


@pytest.fixture
def typed(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the passwords that will be typed."""
    answers: list[str] = []
    monkeypatch.setenv("ASSISTANT_USERS", str(path))
    monkeypatch.setattr(getpass, "getpass", lambda *_: answers.pop(0))
    return answers


def test_the_commands_add_list_and_remove(path: Path, typed: list[str], run) -> None:
    typed += [PASSWORD] * 4
    assert run("users", "add", "chef", "--administrator")[0] == 0
    assert run("users", "add", "lea")[0] == 0

    code, out, _ = run("users", "list")
    assert (code, out) == (0, "chef    administrateur\nlea    lecteur\n")
    assert run("users", "remove", "chef")[0] == 0
    assert list(load_users(path)) == ["lea"]
    code, _, err = run("users", "remove", "chef")
    assert code == 1
    assert "assistant users list" in err


def test_a_password_is_typed_twice_alike(path: Path, typed: list[str], run) -> None:
    typed += [PASSWORD, PASSWORD + "?"]

    code, _, err = run("users", "add", "lea")

    assert code == 1
    assert "diffèrent" in err
    assert not path.exists()


def test_a_password_is_not_read_where_it_would_show(path: Path, monkeypatch, run) -> None:
    import warnings

    def show(_: str) -> str:
        warnings.warn("Can not control echo", getpass.GetPassWarning, stacklevel=2)
        return PASSWORD

    monkeypatch.setenv("ASSISTANT_USERS", str(path))
    monkeypatch.setattr(getpass, "getpass", show)

    code, _, err = run("users", "add", "lea")

    assert code == 1
    assert "terminal" in err
    assert not path.exists()
