"""One table of settings: command line, then environment, then ``assistant.toml``, then default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from assistant.errors import SettingsError, reason_of

PREFIX = "ASSISTANT_"
SETTINGS_FILE = "assistant.toml"


def _setting(default: Any, help_: str) -> Any:
    return field(default=default, metadata={"help": help_})


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be chosen.  Building it reads no file and loads no model.

    >>> Settings().model
    'static-fr'
    """

    corpus: tuple[Path, ...] = _setting((Path("corpus"),), "dossiers de documents")
    index: Path = _setting(Path("index"), "dossier de l’index")
    knowledge: Path = _setting(Path("corpus"), "dossier du catalogue, des fiches et des sigles")
    fiches: bool = _setting(True, "utiliser les fiches")
    model: str = _setting("static-fr", "modèle de plongement : « static-fr », un dossier ou un nom de hub")
    query_prefix: str = _setting("", "préfixe des questions, pour les modèles qui en demandent un")
    passage_prefix: str = _setting("", "préfixe des passages")
    reranker: str = _setting("", "re-classeur (cross-encoder) : un dossier ou un nom de hub ; vide : aucun")
    rerank_top: int = _setting(20, "nombre de passages que lit le re-classeur")
    passage_max_chars: int = _setting(1200, "taille maximale d’un passage, en caractères")
    top: int = _setting(20, "nombre de passages rendus")
    min_confidence: float = _setting(
        -1.0, "confiance sous laquelle l’assistant répond « je ne trouve pas » (-1 : celle de l’étalonnage)"
    )
    host: str = _setting("127.0.0.1", "adresse d’écoute de la page")
    port: int = _setting(7860, "port de la page")
    users: Path = _setting(Path("users.toml"), "fichier des utilisateurs ; absent : pas de mot de passe")
    public: bool = _setting(False, "servir au-delà de cette machine sans mot de passe")
    hosts: str = _setting("", "noms par lesquels on joint la page, séparés par des virgules")
    session_idle: int = _setting(60, "minutes sans rien faire après lesquelles on se reconnecte")
    session_longest: int = _setting(720, "minutes après lesquelles on se reconnecte en tout cas")
    feedback: Path = _setting(Path("feedback.sqlite"), "fichier des avis, à côté du dossier de l’index")
    rate: int = _setting(240, "demandes par minute et par adresse ; 0 : sans limite")
    upload_max_mb: int = _setting(50, "taille maximale d’un document ajouté par la page, en Mo")
    upload_max_pages: int = _setting(1000, "nombre maximal de pages d’un document ajouté par la page")
    upload_quota_mb: int = _setting(1000, "place que peuvent prendre ces documents, en Mo")
    report: Path = _setting(
        Path("evals/results/report.json"), "rapport d’évaluation que montre l’onglet Qualité"
    )

    def __post_init__(self) -> None:
        if not self.corpus:
            raise SettingsError("Aucun dossier de documents. Donnez-en un : --corpus DOSSIER")
        for name, low, high in (
            ("passage_max_chars", 300, 10_000),
            ("top", 1, 1000),
            ("rerank_top", 1, 1000),
            ("port", 0, 65535),
            ("min_confidence", -1, 1),
            ("session_idle", 1, 1440),
            ("session_longest", 1, 43_200),
            ("rate", 0, 1_000_000),
            ("upload_max_mb", 1, 200),
            ("upload_max_pages", 1, 5000),
            ("upload_quota_mb", 1, 1_000_000),
        ):
            if not low <= getattr(self, name) <= high:
                raise SettingsError(
                    f"« {name} » doit être compris entre {low} et {high} (reçu : {getattr(self, name)})."
                )


def load_settings(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    path: Path = Path(SETTINGS_FILE),
) -> Settings:
    """Read the settings; values of ``overrides`` that are None count as not given.

    Raises:
        SettingsError: For an unknown name or a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    values = {**_from_file(path), **_from_environment(environ)}
    values |= {key: value for key, value in (overrides or {}).items() if value is not None}
    return Settings(**values)


def _from_file(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(
            f"« {path} » ne peut pas être lu : {reason_of(error)}. Donnez-vous le droit de le lire."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"« {path} » est illisible ({error}). Corrigez ce fichier.") from error
    return {_known(key, str(path)): _convert(key, value, str(path)) for key, value in table.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    names = {PREFIX + f.name.upper(): f.name for f in fields(Settings)}
    return {name: _convert(name, environ[key], key) for key, name in names.items() if environ.get(key)}


def _known(name: str, origin: str) -> str:
    names = [f.name for f in fields(Settings)]
    if name not in names:
        near = get_close_matches(name, names, 1)
        hint = f" Vouliez-vous dire « {near[0]} » ?" if near else ""
        raise SettingsError(f"Réglage inconnu dans {origin} : « {name} ».{hint}")
    return name


def _convert(name: str, value: Any, origin: str) -> Any:
    """Turn text or TOML into the type of the setting's default."""
    default: Any = next(f.default for f in fields(Settings) if f.name == name)
    try:
        if isinstance(default, tuple):
            parts = value.split(os.pathsep) if isinstance(value, str) else value
            return tuple(Path(part) for part in parts if part)
        if isinstance(default, bool):
            if isinstance(value, bool):
                return value
            return {"1": True, "true": True, "oui": True, "0": False, "false": False, "non": False}[
                str(value).lower()
            ]
        if isinstance(default, Path):
            return Path(value)
        return type(default)(value)
    except (ValueError, TypeError, KeyError) as error:
        raise SettingsError(f"Valeur incorrecte pour « {name} » ({origin}) : « {value} ».") from error
