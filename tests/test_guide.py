"""The user guide: its images, and French as it is printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "guide.md"
MAX_BYTES = 200_000
_IMAGE = re.compile(r"images/([\w-]+\.png)")
_NOT_PROSE = re.compile(r"```.*?```|\]\([^)]*\)|<img[^>]*>", re.DOTALL)


def test_each_image_is_there_small_and_shown() -> None:
    shown = _IMAGE.findall(GUIDE.read_text(encoding="utf-8"))
    held = {path.name: path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()}

    assert set(shown) == set(held)
    assert set(_IMAGE.findall((ROOT / "README.md").read_text(encoding="utf-8"))) <= set(held)
    assert {name: size for name, size in held.items() if size > MAX_BYTES} == {}


def test_each_link_leads_somewhere() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    for link in re.findall(r"\]\(([^)]+)\)", text):
        assert link[1:] in headings if link.startswith("#") else (GUIDE.parent / link).is_file(), link


@pytest.mark.parametrize("wrong", [r" [:;?!»]", r"« ", r"\w'\w", r'"'])
def test_the_guide_is_printed_as_french_is(wrong: str) -> None:
    prose = _NOT_PROSE.sub("", GUIDE.read_text(encoding="utf-8"))

    assert re.findall(f".{{0,20}}{wrong}.{{0,20}}", prose) == []


def test_what_the_guide_quotes_of_the_page_is_on_it() -> None:
    """A button that is renamed is renamed in the guide."""
    text = GUIDE.read_text(encoding="utf-8")
    web = ROOT / "src" / "assistant" / "web"
    page = "\n".join(
        path.read_text(encoding="utf-8") for path in web.iterdir() if path.suffix in {".py", ".js"}
    )
    for name in (
        "Aller au contenu", "Arrêter", "Conversations gardées", "Copier", "Découvrir", "Donner un avis",
        "Effacer mes coches", "Imprimer", "Modifier la question", "Obligations", "Parcourir", "Passage précédent",
        "Passage suivant", "Poser une question à ce document", "Pour continuer", "Qualité", "Relancer",
        "Revenir à la liste", "Revenir à la réponse", "Se déconnecter",
    ):  # fmt: skip
        assert f"«\u00a0{name}" in text, name
        assert name in page, name
