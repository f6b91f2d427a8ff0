"""Read what fiches teach: their questions, and the texts that these lead to."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from assistant.corpus.catalogue import load_catalogue
from assistant.corpus.ingest import read_documents, read_fiches
from assistant.corpus.placement import place_fiches
from assistant.pipeline import CATALOGUE, scan_corpus
from assistant.settings import Settings

VIEWS = ("title", "body", "passage")


class FicheTexts(NamedTuple):
    """The texts of one fiche; the passage is the original's, empty when it is not installed."""

    id: str
    document: str
    questions: tuple[str, ...]
    title: str
    body: str
    passage: str = ""


def read_fiche_texts(
    knowledge: Path, originals: Path | None = None, *, cross: bool = False
) -> list[FicheTexts]:
    """Read all fiches of a folder.

    Args:
        knowledge: Folder of the catalogue and the fiches.
        originals: Folder of the documents that the fiches explain, where it is there.
        cross: Also take their ``cross_questions``: not where these measure.

    Raises:
        ValueError: If a fiche cannot be read.
    """
    fiches, errors = read_fiches(knowledge)
    if errors:
        raise ValueError("\n".join(map(str, errors)))
    passages: dict[str, str] = {}
    if originals is not None:
        scan = scan_corpus(Settings(corpus=(originals,), fiches=False))
        documents, _ = read_documents(scan.documents, load_catalogue(knowledge / CATALOGUE))
        texts = {document.id: document.text for document in documents}
        for place in reversed(place_fiches(documents, fiches).placements):  # the first source is the main one
            passages[place.fiche_id] = texts[place.document_id][place.start : place.end]
    return [
        FicheTexts(
            fiche.id,
            fiche.sources[0].document,
            fiche.asked if cross else fiche.questions,
            fiche.title,
            fiche.body,
            passages.get(fiche.id, ""),
        )
        for fiche in fiches
    ]
