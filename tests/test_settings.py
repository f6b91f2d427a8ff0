from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from assistant.errors import SettingsError
from assistant.settings import Settings, load_settings


def test_the_command_line_wins_over_the_environment_and_the_file(tmp_path: Path) -> None:
    path = tmp_path / "assistant.toml"
    path.write_text('port = 1\ntop = 1\nhost = "h"\n', encoding="utf-8")

    found = load_settings({"port": 3}, environ={"ASSISTANT_PORT": "2", "ASSISTANT_TOP": "2"}, path=path)

    assert (found.port, found.top, found.host) == (3, 2, "h")


def test_several_corpus_folders_are_separated_as_the_platform_does() -> None:
    found = load_settings(environ={"ASSISTANT_CORPUS": os.pathsep.join(["a", "b"])}, path=Path("none"))

    assert found.corpus == (Path("a"), Path("b"))


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"ASSISTANT_PORT": "abc"}, "port"),
        ({"ASSISTANT_PORT": "70000"}, "65535"),
        ({"ASSISTANT_FICHES": "peut-être"}, "fiches"),
        ({"ASSISTANT_MIN_CONFIDENCE": "2"}, "min_confidence"),
    ],
)
def test_a_wrong_value_is_refused_by_name(environ: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_settings(environ=environ, path=Path("none"))


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "assistant.toml"
    path.write_text("prot = 7860\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="« port »"):
        load_settings(environ={}, path=path)


def test_a_broken_file_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "assistant.toml"
    path.write_text("port = = 1", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"assistant\.toml"):
        load_settings(environ={}, path=path)


def test_every_setting_has_a_default_and_a_help() -> None:
    assert all(field.metadata["help"] for field in fields(Settings))
    assert Settings() == load_settings(environ={}, path=Path("none"))


def test_every_setting_is_documented() -> None:
    documented = (Path(__file__).resolve().parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")

    assert [f.name for f in fields(Settings) if f"`{f.name}`" not in documented] == []
