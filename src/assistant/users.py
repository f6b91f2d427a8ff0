"""Who may open a shared page: a file of names and hashed passwords, read again when it changes."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant.errors import SettingsError, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from argon2 import PasswordHasher

Role = Literal["administrator", "reader"]
ROLES: dict[Role, str] = {"administrator": "administrateur", "reader": "lecteur"}  # as shown
NAME = re.compile(r"[\w.@-]{1,64}")
MIN_PASSWORD_CHARS = 12
MAX_PASSWORD_CHARS = 1000  # hashing takes time with the length
HEADER = "# Écrit par « assistant users » : les mots de passe n’y sont que hachés.\n"

_one_at_a_time = threading.Lock()  # a verification takes 64 MB


@dataclass(frozen=True, slots=True)
class User:
    """One person who may sign in."""

    name: str
    hash: str
    role: Role = "reader"

    @property
    def mark(self) -> str:
        """Changes with the password and the role: what was signed before no longer counts."""
        return hashlib.sha256(f"{self.hash}\0{self.role}".encode()).hexdigest()[:16]


def load_users(path: Path) -> dict[str, User]:
    """Read a file of users; none when there is no such file.

    Raises:
        SettingsError: If the file cannot be read or is malformed.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(
            f"« {path} » ne peut pas être lu : {reason_of(error)}. Corrigez le réglage « users »."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"« {path} » est illisible ({error}). Corrigez ce fichier.") from error
    return {name: _parse(name, value, path) for name, value in table.items()}


def _parse(name: str, value: Any, path: Path) -> User:
    if (
        not isinstance(value, dict)
        or not isinstance(value.get("hash"), str)
        or value.get("role") not in ROLES
        or not NAME.fullmatch(name)
    ):
        raise SettingsError(
            f"« {path} » : l’utilisateur « {name} » est mal décrit. "
            f"Retirez-le du fichier, puis : assistant users add {name}"
        )
    return User(name, value["hash"], value["role"])


def save_users(users: Iterable[User], path: Path) -> None:
    """Write a file of users that only its owner can read; it is replaced in one step.

    Raises:
        SettingsError: If it cannot be written.
    """
    parts = [f'["{user.name}"]\nhash = "{user.hash}"\nrole = "{user.role}"\n' for user in users]
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write("\n".join([HEADER, *parts]))
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise SettingsError(
            f"« {path} » ne peut pas être écrit : {reason_of(error)}. "
            "Choisissez un autre fichier : le réglage « users »."
        ) from error


def add_user(path: Path, name: str, password: str, *, administrator: bool = False) -> User:
    """Add a user, or give an existing one another password and role.

    Raises:
        SettingsError: If the name or the password will not do.
    """
    if not NAME.fullmatch(name):
        raise SettingsError(f"« {name} » : un nom a de 1 à 64 lettres, chiffres, points, @ ou tirets.")
    if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
        raise SettingsError(
            f"Un mot de passe a au moins {MIN_PASSWORD_CHARS} caractères. Choisissez une phrase."
        )
    user = User(name, _hasher().hash(password), "administrator" if administrator else "reader")
    save_users((load_users(path) | {name: user}).values(), path)
    return user


def remove_user(path: Path, name: str) -> None:
    """Remove a user; what they signed in to ends at once.

    Raises:
        SettingsError: If there is no such user.
    """
    users = load_users(path)
    if users.pop(name, None) is None:
        raise SettingsError(f"« {path} » n’a pas d’utilisateur « {name} ». Voir : assistant users list")
    save_users(users.values(), path)


def check_password(user: User | None, password: str) -> bool:
    """Whether a password is the user's; it takes as long for a user who does not exist."""
    from argon2.exceptions import InvalidHashError, VerificationError

    known = user.hash if user else _nobody()
    with _one_at_a_time:
        try:
            _hasher().verify(known, password[:MAX_PASSWORD_CHARS])
        except (VerificationError, InvalidHashError):
            return False
    return user is not None


class UsersFile:
    """The users of a file as they are now."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._state: tuple[int, ...] = ()
        self._users: dict[str, User] = {}

    def get(self, name: str) -> User | None:
        """Return a user, or None; nobody can sign in while the file is gone or malformed."""
        try:
            found = self.path.stat()
            state: tuple[int, ...] = (found.st_mtime_ns, found.st_size, found.st_ino)
        except OSError:
            state = ()
        if state != self._state:
            try:
                self._users = load_users(self.path)
            except SettingsError:
                self._users = {}
            self._state = state
        return self._users.get(name)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex())
