"""The original documents: breadcrumbs, joins and sizes.  No sentence of theirs is written here."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path, PurePosixPath

import pytest

from assistant.corpus.cleaning import clean
from assistant.corpus.passages import split_passages
from assistant.corpus.structure import parse_blocks
from assistant.records import Block, Document, DocumentInfo, Passage, RawDocument

pytestmark = pytest.mark.originals

NAMES = {"convention": "000_", "rapport": "001_", "schema": "002_", "pacte": "003_", "etude": "004_"}


class Read:
    """A document with its blocks and passages, and the raw lines they come from."""

    def __init__(self, folder: Path, name: str) -> None:
        self.raw = next(folder.glob(f"{NAMES[name]}*.txt")).read_text(encoding="utf-8")
        start = time.process_time()
        raw = RawDocument(PurePosixPath(f"{name}.txt"), "0", (self.raw,), False)
        self.document: Document = clean(raw, DocumentInfo(id=name, title=name))
        self.blocks: list[Block] = parse_blocks(self.document)
        self.passages: list[Passage] = split_passages(self.document, self.blocks)
        self.seconds = time.process_time() - start
        self.line_starts = [0] + [match.end() for match in re.finditer("\n", self.raw)]

    def place(self, line: int) -> int:
        """Return the clean place of the first character of a raw line, counted from 1."""
        raw_line = self.raw[self.line_starts[line - 1] :]
        start = self.line_starts[line - 1] + len(raw_line) - len(raw_line.lstrip())
        return int((self.document.raw_spans[:, 0] < start).sum())

    def headings(self, line: int) -> str:
        """Return the breadcrumb of the block that holds a raw line."""
        place = self.place(line)
        return " › ".join(next(block.headings for block in self.blocks if block.start <= place < block.end))


@pytest.fixture(scope="module")
def read(originals: Path) -> dict[str, Read]:
    return {name: Read(originals, name) for name in NAMES}


@pytest.fixture(params=NAMES)
def one(request: pytest.FixtureRequest, read: dict[str, Read]) -> Read:
    return read[request.param]


def test_passages_are_slices_of_a_sensible_size_with_a_breadcrumb(one: Read) -> None:
    passages = one.passages

    assert all(one.document.text[p.start : p.end] == p.text and len(p.text) <= 1200 for p in passages)
    assert all(before.end <= after.start for before, after in pairwise(passages))
    assert sum(not p.headings for p in passages) <= 0.02 * len(passages)
    long_enough = [p for p in passages if p.kind == "term" or len(p.text) >= 250]
    assert len(long_enough) >= 0.8 * len(passages)
    assert sum(len(p.text) for p in passages) >= 0.98 * len(one.document.text)


def test_clean_words_are_found_at_their_raw_place(one: Read) -> None:
    words = list(re.finditer(r"[^\W\d_]{5,}", one.document.text))
    for match in words[:: max(1, len(words) // 400)]:
        start = int(one.document.raw_spans[match.start(), 0])
        end = int(one.document.raw_spans[match.end() - 1, 1])
        assert re.sub(r"-?\s+", "", one.raw[start:end]) == match[0]


def test_cleaning_twice_changes_nothing(one: Read) -> None:
    raw = RawDocument(PurePosixPath("a.txt"), "0", (one.document.text,), False)

    assert clean(raw, one.document.info).text == one.document.text


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("convention", 64, r"Délibération 2023-601 › Article 1$"),
        ("convention", 423, r"Convention type › Article 8\b.* › 8\.2 "),
        ("convention", 637, r"Convention type › Article 10\b"),
        ("convention", 720, r"Activité 2022 › Secteurs"),
        ("convention", 855, r"Activité 2022 › Composition.* › SPS Liévin$"),
        ("convention", 1271, r"Référentiel des pratiques › I\. .* › La pratique non institutionnelle$"),
        ("convention", 1703, r"Référentiel des pratiques › II\. .* › Travail de rue$"),
        ("convention", 2469, r"Annexes › Article L226-2-2$"),
        ("convention", 2661, r"Rapport n° 61 › Perspectives$"),
        ("rapport", 3, r"^I EDITO$"),
        ("rapport", 706, r"^V ACTIVITÉ DU SPS › Les activités de service$"),
        ("rapport", 639, r"^IV ORGANISATION ET FONCTIONNEMENT DU SPS › 3\. "),
        ("rapport", 3142, r"^VII PERSPECTIVES$"),
        ("schema", 1290, r"^ENGAGEMENT 1 .* › Fédérer .* › Dans une optique de consolidation$"),
        ("schema", 2853, r"Fiche N°3 .* › Modalités de mise en œuvre › Action 1 "),
        ("schema", 2885, r"Fiche N°3 .* › Résultats attendus$"),
        ("pacte", 2300, r"^Cahier N°1 .* › Orientation 1 .* › Priorité N°3 "),
        ("pacte", 7300, r"^Cahier N°2 .* › Orientation 2 .* › Fiche N°7 "),
        ("pacte", 16100, r"^Cahier N°4 .* › Orientation 2 "),
        ("pacte", 27764, r"^Cahier N°6 .* › LE TERRITOIRE DE L’ARRAGEOIS › I\. .* › C\. L’AUTONOMIE"),
        ("pacte", 28106, r"ARRAGEOIS › II\. .* › Défi N°1 .* › Priorité N°2 .* › Éléments de constat$"),
        ("pacte", 38300, r"^Cahier N°6 .* › TERRITOIRE DE LENS – HENIN › I\. "),
        ("pacte", 40600, r"^Cahier N°6 .* › TERRITOIRE DU MONTREUILLOIS-TERNOIS › I\. "),
        ("etude", 154, r"^8\. .* › a\. Orléans "),
        ("etude", 279, r"^10\. .* › d\. "),
        ("etude", 421, r"^ANNEXES .* › LOI N° 2016-297 .* › Article 5$"),
    ],
)
def test_known_places_have_their_breadcrumb(
    read: dict[str, Read], name: str, line: int, expected: str
) -> None:
    assert re.search(expected, read[name].headings(line))


@pytest.mark.parametrize("line", [279, 1134, 1210, 1595, 1861, 1999, 2300, 2422])
def test_sentences_go_on_over_the_page_breaks_of_the_convention(read: dict[str, Read], line: int) -> None:
    convention = read["convention"]
    place = convention.place(line)

    assert convention.document.text[place - 1] == " "


def test_the_territories_of_the_pacte_are_told_apart(read: dict[str, Read]) -> None:
    places = {title for block in read["pacte"].blocks for title in block.headings if "TERRITOIRE D" in title}
    names = {
        re.sub(r"^.*TERRITOIRE (?:DE L’|DE |DU )", "", title)
        for title in places
        if not re.match(r"[IV]+\.", title)
    }

    assert names == {
        "ARRAGEOIS", "ARTOIS", "AUDOMAROIS", "BOULONNAIS", "CALAISIS", "LENS – HENIN", "MONTREUILLOIS-TERNOIS",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "least"), [("convention", 16), ("pacte", 280)])
def test_glossaries_give_their_entries(read: dict[str, Read], name: str, least: int) -> None:
    assert sum(passage.kind == "term" for passage in read[name].passages) >= least


def test_the_contents_and_the_footers_are_gone(read: dict[str, Read]) -> None:
    assert "file:///" not in read["schema"].document.text
    assert not re.search(r"\.{8,} ?\d", read["schema"].document.text)
    assert not re.search(r"(?m)^Page? ?\d+ sur 582", read["pacte"].document.text)
    assert "\t05" not in read["etude"].document.text


def test_the_five_documents_take_a_few_seconds(read: dict[str, Read]) -> None:
    assert sum(one.seconds for one in read.values()) < 12  # 3 on a quiet core; the machine may be busy
