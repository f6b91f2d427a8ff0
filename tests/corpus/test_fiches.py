from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_corpus import FICHE

from assistant.corpus.fiches import MODALITIES, find_fiches, format_fiche, load_fiche, parse_fiche
from assistant.errors import FicheError
from assistant.records import Anchor, Fiche, Obligation, Source

PATH = Path("charte-desaccord.md")


def test_a_fiche_is_read_whole() -> None:
    fiche = parse_fiche(FICHE, PATH)

    assert fiche.id == "charte-desaccord"
    assert len(fiche.questions) == 3
    assert fiche.sources == (Source("charte-valmont-2024", "Charte › Article 3", None, (13, 13)),)
    assert fiche.obligations[0].delay == "P2M"
    assert fiche.body.startswith("En cas de dispute")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param("+++\nid", "id", "en-tête", id="no_front_matter"),
        pytest.param('title = "', 'title = ', "TOML", id="broken_toml"),
        pytest.param('id = "charte-desaccord"', 'id = "autre"', "nom du fichier", id="id_is_not_the_file_name"),
        pytest.param("tags =", "tagz =", "tagz", id="unknown_key"),
        pytest.param('tags = ["litige"]', 'tags = "litige"', "tags", id="a_text_for_a_list"),
        pytest.param('place = "Charte › Article 3"\n', "", "place", id="source_without_place"),
        pytest.param('lines = "13-13"', 'lines = "treize"', "lines", id="lines_are_not_a_range"),
        pytest.param('tags = ["litige"]', "answered_by = [2]", "answered_by", id="sentences_are_not_lists"),
        pytest.param('tags = ["litige"]', "answered_by = [[0]]", "answered_by", id="sentences_count_from_one"),
        pytest.param('tags = ["litige"]', "answered_by = [[1]]", "3 questions", id="a_question_without_answer"),
        pytest.param('tags = ["litige"]', "answered_by = [[1], [9], []]", "phrase 9", id="a_sentence_too_many"),
        pytest.param('lines = "13-13"', 'anchor = "x"', "ancre", id="anchor_is_unreadable"),
        pytest.param('modality = "doit"', 'modality = "faut"', "modality", id="unknown_modality"),
        pytest.param('delay = "P2M"', 'delay = "2 mois"', "delay", id="delay_is_not_iso"),
        pytest.param('duty = "chercher un arrangement"\n', "", "duty", id="obligation_without_duty"),
        pytest.param(FICHE.split("+++\n")[2], "", "corps", id="no_body"),
    ],
)  # fmt: skip
def test_a_malformed_fiche_says_what_is_wrong(old: str, new: str, message: str) -> None:
    assert old in FICHE

    with pytest.raises(FicheError, match=message) as caught:
        parse_fiche(FICHE.replace(old, new), PATH)

    assert caught.value.path == PATH


def test_a_file_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(FICHE.encode("cp1252", "replace"))

    with pytest.raises(FicheError, match=r"a\.md.*illisible"):
        load_fiche(path)


def test_windows_line_ends_change_nothing() -> None:
    assert parse_fiche(FICHE.replace("\n", "\r\n"), PATH) == parse_fiche(FICHE, PATH)


def test_only_markdown_files_one_folder_down_are_fiches(corpus_dir: Path) -> None:
    (corpus_dir / "fiches" / "valmont" / "README.md").write_text("notes", encoding="utf-8")

    assert [path.stem for path in find_fiches(corpus_dir)] == ["charte-desaccord", "guide-repas"]


_TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool)
_LISTS = st.lists(_TEXT, min_size=1, max_size=3).map(tuple)


@given(
    title=_TEXT,
    body=_TEXT.filter(lambda body: "+++" not in body),
    questions=_LISTS,
    tags=_LISTS,
    modality=st.sampled_from(MODALITIES),
    who=_TEXT,
    reviewed=st.none() | st.dates(date(2000, 1, 1)),
)
def test_what_is_written_is_read_again(title, body, questions, tags, modality, who, reviewed) -> None:
    fiche = Fiche(
        id="charte-desaccord",
        title=title,
        body=body,
        questions=questions,
        sources=(Source("d", "Lieu", Anchor(12, 6, 3, ((0, 5), (6, 7)))), Source("e", "Lieu", None, (1, 2))),
        obligations=(Obligation(who=who, modality=modality, duty="faire"),),
        tags=tags,
        unanswered=tags,
        answered_by=((), *((1,) for _ in questions[1:])),
        reviewed=reviewed,
    )

    assert parse_fiche(format_fiche(fiche), PATH) == fiche
