"""The commands as a user runs them: exit code, stdout and stderr apart."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli import make_parser
from assistant.french import set_spaces
from assistant.settings import Settings

DOCS = Path(__file__).resolve().parent.parent / "docs"


@pytest.fixture
def places(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Make the tiny corpus the one of the environment."""
    monkeypatch.setenv("ASSISTANT_CORPUS", str(settings.corpus[0]))
    monkeypatch.setenv("ASSISTANT_KNOWLEDGE", str(settings.knowledge))
    monkeypatch.setenv("ASSISTANT_INDEX", str(settings.index))
    return settings


def test_an_answer_goes_to_stdout_with_its_quotation_and_place(places, run) -> None:
    run("index")

    code, out, err = run("ask", "qui juge si on se fâche avec la mairie ?")

    assert (code, err) == (0, "")
    assert "tribunal de Fontclaire" in out
    assert "Charte de Valmont — Charte › Article 3" in out


def test_asking_without_an_index_says_which_command_makes_one(places, run) -> None:
    code, out, err = run("ask", "qui tranche un différend ?")

    assert (code, out) == (1, "")
    assert err.endswith(f"assistant index --index {places.index}\n")


def test_an_index_that_is_outdated_or_damaged_is_built_again_where_it_is(places, run) -> None:
    run("index")
    remedy = set_spaces(f"Reconstruisez-le : assistant index --index {places.index}\n")
    assert run("ask", "q", "--no-fiches")[2].endswith(remedy)

    next(places.index.glob("*/manifest.json")).write_text("{", encoding="utf-8")

    assert run("ask", "q")[2].endswith(remedy)


@pytest.mark.parametrize("command", ["ask", "search", "explain"])
@pytest.mark.parametrize("question", ["", " \t "])
def test_an_empty_question_is_said(places, run, command, question) -> None:
    code, out, err = run(command, question)

    assert (code, out) == (1, "")
    assert "La question est vide" in err


@pytest.mark.parametrize(("lines", "code"), [(["{", "3"], 1), (["{", '{"question": "gilet"}'], 0), ([], 0)])
def test_a_batch_in_which_every_line_is_in_error_fails(places, run, tmp_path, lines, code) -> None:
    (tmp_path / "q.jsonl").write_text("\n".join(lines), encoding="utf-8")

    assert run("batch", tmp_path / "q.jsonl", tmp_path / "a.jsonl")[0] == code


def test_a_refusal_is_an_answer(places, run) -> None:
    run("index")

    code, out, _ = run("ask", "recette de la tarte aux pommes", "--json")

    assert code == 0
    assert (json.loads(out)["status"], json.loads(out)["citations"]) == ("not_found", [])


def test_the_summary_lists_skipped_files_with_the_reason(places, run) -> None:
    (places.corpus[0] / "vide.pdf").write_bytes(b"")
    (places.corpus[0] / "image.bmp").write_bytes(b"BM")

    code, out, err = run("index")

    assert code == 0
    assert "2 laissés de côté" in out
    assert "vide.pdf" in err
    assert "image.bmp" in err
    assert "2 documents" in out


def test_an_unchanged_corpus_is_not_built_again_but_its_problems_are_told(places, run) -> None:
    (places.corpus[0] / "vide.pdf").write_bytes(b"")
    run("index")
    before = (places.index / "current").read_text(encoding="ascii")

    _, out, err = run("index")

    assert "déjà à jour" in out
    assert "vide.pdf" in err
    assert before == (places.index / "current").read_text(encoding="ascii")


def test_a_deleted_document_is_gone_from_every_answer(places, run) -> None:
    run("index")
    assert "gilet" in run("search", "gilet orange")[1]
    (places.corpus[0] / "reglement-valmont-2015.md").unlink()

    run("index")

    assert "gilet orange fourni" not in run("search", "gilet orange")[1]


def test_other_folders_than_those_of_the_index_are_refused(places, run, tmp_path) -> None:
    run("index")
    (tmp_path / "other").mkdir()

    code, _, err = run("ask", "qui tranche un différend ?", "--corpus", tmp_path / "other")

    assert code == 1
    assert "assistant index" in err


def state_of(folder: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.name != "lock"}


@pytest.mark.parametrize("command", [("index",), ("serve",), ("batch", "q", "a")], ids=lambda c: c[0])
@pytest.mark.parametrize("given", ["option", "environment"])
def test_a_corpus_folder_that_does_not_exist_is_refused_and_the_index_kept(
    places, run, tmp_path, monkeypatch, command, given
) -> None:
    run("index")
    before = state_of(places.index)
    absent = tmp_path / "absent"
    monkeypatch.setenv("ASSISTANT_CORPUS", str(absent if given == "environment" else places.corpus[0]))
    options = ("--corpus", places.corpus[0], "--corpus", absent) if given == "option" else ()

    code, out, err = run(*command, *options)

    assert (code, out) == (1, "")
    assert set_spaces(f"« {absent} » ne peut pas être lu : il n’existe pas") in err
    assert "--corpus" in err
    assert state_of(places.index) == before
    assert before


def test_a_file_is_no_corpus_folder(places, run) -> None:
    code, _, err = run("index", "--corpus", places.corpus[0] / "charte-valmont-2024.md")

    assert code == 1
    assert "ce n’est pas un dossier" in err
    assert not places.index.exists()


def test_the_fiches_answer_for_an_empty_corpus_folder(places, run, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "more").mkdir()
    folders = ("--corpus", tmp_path / "empty", "--corpus", tmp_path / "more")

    code, out, _ = run("index", *folders)

    assert code == 0
    assert "0 documents" in out
    _, out, _ = run("ask", "à quelle heure on mange à la colo ?", "--json", *folders)
    assert json.loads(out)["citations"][0]["document"] == "guide-absent"


def test_without_fiches_the_texts_alone_answer(places, run) -> None:
    run("index", "--no-fiches")

    _, out, _ = run("search", "tribunal de Fontclaire", "--no-fiches", "--json")

    assert all(hit["fiche"] is None for hit in json.loads(out))


def test_search_gives_the_number_of_hits_asked_for(places, run) -> None:
    run("index")

    assert len(json.loads(run("search", "médiateurs", "--json", "--top", 1)[1])) == 1


def test_batch_builds_what_it_needs(places, run, tmp_path) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"id": 1, "question": "qui tranche un différend ?"}\n', encoding="utf-8"
    )

    code, out, err = run(
        "batch", tmp_path / "q.jsonl", tmp_path / "a.jsonl", "--index", tmp_path / "other-index"
    )

    assert (code, out) == (0, "")
    assert "1 questions, 0 en erreur" in err
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))["status"] == "answered"


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("table", "La ville et le prestataire doivent"),
        ("json", "["),
        ("csv", "qui,modalité"),
        ("ics", "BEGIN:VCALENDAR"),
    ],
)
def test_the_register_of_obligations_has_four_forms_of_text(places, run, tmp_path, form, start) -> None:
    run("index")

    code, out, _ = run("obligations", "--format", form)
    written = run("obligations", "--format", form, "--output", tmp_path / "register")

    assert code == 0
    assert out.startswith(start)
    assert written[:2] == (0, "")
    assert (tmp_path / "register").read_bytes().decode().startswith(start)


def test_the_register_as_a_sheet_is_a_file(places, run, tmp_path) -> None:
    from openpyxl import load_workbook

    run("index")

    code, out, _ = run("obligations", "--format", "xlsx", "--output", tmp_path / "register.xlsx")

    assert (code, out) == (0, "")
    assert load_workbook(tmp_path / "register.xlsx").active["A1"].value == "qui"


def test_a_register_that_cannot_be_written_is_said(places, run, tmp_path) -> None:
    run("index")

    code, out, err = run("obligations", "--output", tmp_path / "absent" / "register.txt")

    assert (code, out) == (1, "")
    assert set_spaces("ne peut pas être écrit : son dossier n’existe pas") in err
    assert err.endswith("--output\n")


@pytest.mark.parametrize(
    ("name", "reason"), [("absent/s.html", "son dossier n’existe pas"), ("", "c’est un dossier")]
)
def test_a_sheet_that_cannot_be_written_is_said_in_french_with_its_own_option(
    places, run, tmp_path, name, reason
) -> None:
    run("index")

    code, _, err = run("ask", "qui tranche un différend ?", "--sheet", tmp_path / name)

    assert code == 1
    said = f"ne peut pas être écrit : {reason}. Choisissez un autre fichier : --sheet\n"
    assert err.endswith(set_spaces(said))


def test_no_message_is_in_the_words_of_the_system() -> None:
    sources = (DOCS.parent / "src" / "assistant").rglob("*.py")

    assert [path.name for path in sources if "strerror" in path.read_text(encoding="utf-8")] == []


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing",),
        ("ask",),
        ("search", "q", "--top", "0"),
        ("obligations", "--format", "pdf"),
        ("obligations", "--format", "xlsx"),
        ("fiches", "anchor", "doc"),
        ("fiches", "anchor", "doc", "1", "2", "--drafts"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_writes_nothing_to_stdout(places, run, arguments) -> None:
    code, out, err = run(*arguments)

    assert (code, out) == (2, "")
    assert err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "assistant : il manque COMMANDE."),
        (("ask",), "assistant ask : il manque QUESTION."),
        (("nothing",), "COMMANDE : « nothing » n’existe pas (au choix : 'index', 'ask',"),
        (("ask", "q", "r"), "de trop : r."),
        (("ask", "q", "--top"), "--top : une valeur est attendue."),
        (("ask", "q", "--top", "x"), "--top : « x » n’est pas un nombre entier."),
        (("ask", "q", "--top", "0"), "--top : un nombre d’au moins 1 est attendu."),
        (("serve", "--port", "x"), "--port : « x » n’est pas un nombre entier."),
        (("obligations", "--format", "pdf"), "--format : « pdf » n’existe pas (au choix : 'table',"),
        (("ask", "q", "--json=1"), "--json : « 1 » est de trop."),
        (("serve", "--p", "1"), "--p peut être --port, --public."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_usage_is_said_in_french(run, arguments, said) -> None:
    _, _, err = run(*arguments)

    assert err.startswith(set_spaces("utilisation : assistant"))
    assert set_spaces(said) in err
    assert "--help" in err
    assert re.search("usage|error|argument|invalid|expected|required|choose", err) is None


@pytest.mark.parametrize(
    "command", [(), ("ask",), ("fiches", "anchor"), ("feedback", "delete")], ids=" ".join
)
def test_help_has_no_english(run, command) -> None:
    code, out, _ = run(*command, "--help")

    assert code == 0
    assert out.startswith(set_spaces("utilisation : assistant"))
    assert "afficher cette aide" in out
    assert re.search("usage|show|positional|exit", out) is None


def test_drafts_get_anchors_that_find_the_same_place(places, run) -> None:
    run("index")
    before = run("ask", "qui tranche un différend ?", "--json")[1]

    code, out, _ = run("fiches", "anchor", "--drafts")
    run("index")

    assert (code, out) == (0, "1 fiches ont reçu leur ancre.\n")
    text = (places.knowledge / "fiches" / "valmont" / "charte-desaccord.md").read_text(encoding="utf-8")
    assert "anchor = " in text
    assert "lines = " not in text
    assert (
        json.loads(before)["citations"]
        == json.loads(run("ask", "qui tranche un différend ?", "--json")[1])["citations"]
    )


def test_lines_and_offsets_of_one_passage_give_one_anchor(places, run, assistant) -> None:
    text = assistant.index.knowledge.documents["charte-valmont-2024"].text
    start = text.index("Si un différend")
    end = text.index("tranche.") + len("tranche.")

    by_offset = run("fiches", "anchor", "charte-valmont-2024", start, end)
    by_line = run("fiches", "anchor", "charte-valmont-2024", "L13", "L13")

    assert by_offset == by_line
    assert re.fullmatch(r"\d+/6@\d+( \d+:[0-9a-f]{10})+\n", by_offset[1])


@pytest.mark.parametrize(
    ("document", "start", "end"), [("inconnu", 0, 5), ("charte-valmont-2024", "L900", "L901"), ("charte-valmont-2024", "a", 5)]
)  # fmt: skip
def test_a_range_that_does_not_exist_is_refused_by_name(places, run, document, start, end) -> None:
    code, out, err = run("fiches", "anchor", document, start, end)

    assert (code, out) == (1, "")
    assert document in err


def test_uncovered_lists_what_no_fiche_explains(places, run) -> None:
    _, out, _ = run("fiches", "uncovered", "charte-valmont-2024")

    assert "Article 2" in out
    assert "Si un différend" not in out


def test_check_fails_with_the_problems_and_the_coverage(places, run) -> None:
    code, out, _ = run("fiches", "check")

    assert code == 1
    assert "charte-desaccord : brouillon sans ancre" in out
    assert "| charte-valmont-2024 | 1 |" in out
    assert "guide-absent" in out.splitlines()[-1]


def test_help_is_french_and_every_command_is_documented(run) -> None:
    documented = (DOCS / "commands.md").read_text(encoding="utf-8")
    code, out, _ = run("--help")

    assert code == 0
    assert "Répond aux questions" in out
    names = next(a.choices for a in make_parser()._actions if hasattr(a, "choices") and a.choices)
    assert [name for name in names if f"assistant {name}" not in documented] == []


def test_a_question_is_not_written_anywhere(places, run, tmp_path) -> None:
    run("index")
    run("ask", "zyxwvutsr médiateurs")

    written = [path for path in tmp_path.rglob("*") if path.is_file() and b"zyxwvutsr" in path.read_bytes()]

    assert written == []


def test_output_into_a_closed_pipe_is_no_error(places) -> None:
    command = f"{sys.executable} -m assistant obligations | head -n 0"
    subprocess.run([sys.executable, "-m", "assistant", "index"], check=True, capture_output=True)

    result = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)

    assert "Traceback" not in result.stderr


def test_explain_shows_every_stage(places, run) -> None:
    run("index")

    code, out, _ = run("explain", "horaires MTV")

    assert code == 0
    assert "MTV = médiateur de terrain de Valmont" in out
    assert re.search(r"1\. \d\.\d\d  charte-valmont-2024", out)
    assert "Confiance :" in out
