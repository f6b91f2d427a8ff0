"""The same anchors find the same passages in every rendition of a document."""

from __future__ import annotations

from pathlib import Path

import pytest
from make_documents import write_document

from assistant.corpus.anchors import WordMap, locate, make_anchor
from assistant.corpus.cleaning import clean
from assistant.corpus.loading import load_document
from assistant.records import Document, DocumentInfo

ARTICLES = {
    "Article 1 : Les permanences": [
        "Les éducateurs tiennent une permanence le mercredi après-midi dans le local de la place du marché, "
        "de quatorze à dix-huit heures, sauf pendant les congés d’été où elle a lieu le matin.",
        "Le coordinateur affiche les dates un mois à l’avance et prévient la mairie de tout changement.",
    ],
    "Article 2 : Les sorties": [
        "Chaque sortie est préparée avec les jeunes. Elle donne lieu à une autorisation écrite des parents, "
        "à remettre trois jours avant le départ au plus tard.",
        "Le nombre d’accompagnateurs est d’un pour huit participants, de deux au moins quelle que soit la taille du groupe.",
        "Les frais sont partagés : la commune paie le transport, l’association les repas et les entrées.",
    ],
    "Article 3 : Le bilan": [
        "Un bilan d’ensemble est rédigé en janvier. Il décrit les permanences, les sorties et l’œuvre commune "
        "des équipes, puis il est présenté au conseil municipal de Saint-Aubin-du-Gué.",
        "Une synthèse de deux pages est envoyée aux familles qui le souhaitent.",
    ],
}
BLOCKS = [("h1", "Règlement des équipes de rue")]
for _title, _paragraphs in ARTICLES.items():
    BLOCKS += [("h2", _title), *(("p", text) for text in _paragraphs)]
BLOCKS.append(
    ("li", "Une copie du présent règlement est remise à chaque nouvel éducateur le jour de son arrivée.")
)


def read(folder: Path, suffix: str) -> Document:
    path = write_document(folder, "reglement", BLOCKS, suffix)
    return clean(load_document(path, root=folder), DocumentInfo("reglement", "Règlement"))


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".odt", ".html", ".md"])
def test_anchors_made_from_the_text_find_their_passages(tmp_path: Path, suffix: str) -> None:
    text, other = read(tmp_path, ".txt"), read(tmp_path, suffix)
    words, other_words = WordMap(text.text), WordMap(other.text)
    for paragraphs in ARTICLES.values():
        start = text.text.index(paragraphs[0][:40])
        end = text.text.index(paragraphs[-1][-40:]) + 40

        found = locate(other_words, make_anchor(words, start, end))

        assert found is not None
        assert found.is_unique
        passage = " ".join(other.text[found.start : found.end].split())
        assert passage.startswith(paragraphs[0][:40])
        assert passage.endswith(paragraphs[-1][-40:])


@pytest.mark.originals
def test_the_fiches_of_the_convention_are_found_in_a_pdf_of_its_text(originals: Path, tmp_path: Path) -> None:
    from assistant.corpus.ingest import read_fiches

    source = next(originals.glob("000_*.txt"))
    blocks = [("p", line.strip()) for line in source.read_text(encoding="utf-8").split("\n") if line.strip()]
    path = write_document(tmp_path, "convention", blocks, ".pdf")
    document = clean(load_document(path, root=tmp_path), DocumentInfo("convention-2023-601", "Convention"))
    words = WordMap(document.text)
    knowledge = Path(__file__).resolve().parents[2] / "corpus"

    anchors = [
        source.anchor
        for fiche in read_fiches(knowledge)[0]
        for source in fiche.sources
        if source.document == "convention-2023-601" and source.anchor
    ]
    lost = [anchor for anchor in anchors if locate(words, anchor) is None]

    assert len(anchors) > 150
    assert len(lost) <= len(anchors) // 100  # a very short passage may break over a page
