"""The evidence panel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Answer, Citation, Document, DocumentInfo, Fiche, PageSpan, Passage
from assistant.search.index import Knowledge
from assistant.search.vocabulary import count_words
from assistant.web.evidence import (
    CHANGED,
    PAGE_CHARS,
    SURROUNDINGS_CHARS,
    Place,
    choose_range,
    place_of,
    place_to_html,
    text_to_html,
)

HEADINGS = ("Sorties", "La rivière")
HOSTILE = "<script>alert('x')</script> <img src=x onerror=alert(1)> & \"${alert(2)}\" {{alert(3)}}"


def evidence_to_html(answer: Answer, knowledge: Knowledge, *, today: date | None = None) -> str:
    """Return the evidence of each citation of an answer."""
    places = (place_of(citation, number) for number, citation in enumerate(answer.citations, 1))
    return "\n".join(place_to_html(place, knowledge, today=today) for place in places)


class Elements(HTMLParser):
    """The elements of a text, and what is inside those of some names."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.open: list[str] = []
        self.inside: dict[str, str] = {}
        self.ids: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        if tag != "img":  # it has no end
            self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.inside[tag] = self.inside.get(tag, "") + data


def without_space(text: str) -> str:
    return "".join(text.split())


def make_document(
    pages: Sequence[str], *, paged: bool, title: str = "Carnet de Lourmel", name: str = "carnet.pdf"
) -> Document:
    text = "\n".join(pages)
    spans, start = [], 0
    for number, page in enumerate(pages, 1):
        spans.append(PageSpan(number, start, start + len(page)))
        start += len(page) + 1
    return Document(
        info=DocumentInfo("carnet", title),
        path=PurePosixPath(name),
        sha256="0",
        text=text,
        pages=tuple(spans) if paged else (),
        raw_pages=(text,),
        raw_spans=np.zeros((len(text), 2), dtype=np.int32),
    )


def split_in(document: Document | None, count: int) -> tuple[Passage, ...]:
    """Cut a document in passages of the same length."""
    if document is None:
        return ()
    size = len(document.text) // count + 1
    starts = range(0, len(document.text), size)
    return tuple(
        Passage(f"p{n}", "carnet", start, start + size, document.text[start : start + size], HEADINGS)
        for n, start in enumerate(starts)
    )


def make_knowledge(
    document: Document | None,
    fiches: tuple[Fiche, ...] = (),
    passages: tuple[Passage, ...] | None = None,
) -> Knowledge:
    info = document.info if document else DocumentInfo("carnet", "Carnet de Lourmel")
    return Knowledge(
        infos={"carnet": info},
        documents={"carnet": document} if document else {},
        fiches=fiches,
        passages=split_in(document, 1) if passages is None else passages,
        places={},
        acronyms={},
        vocabulary=count_words([]),
    )


def cite(document: Document, quote: str, **others: object) -> Citation:
    start = document.text.index(quote)
    place = {"place": "Sorties › La rivière", "page": None, "note": ""} | others
    return Citation("carnet", quote=quote, start=start, end=start + len(quote), **place)


def answer_with(*citations: Citation) -> Answer:
    return Answer("Où ?", "answered", "…", 0.9, citations=citations)


def evidence(document: Document, *citations: Citation) -> str:
    return evidence_to_html(answer_with(*citations), make_knowledge(document))


# --- what is said of a citation --------------------------------------------------------------


def test_a_citation_is_shown_with_its_number_document_place_page_and_validity() -> None:
    document = make_document(["La barque part à l’aube."], paged=True)
    info = replace(document.info, valid_until=date(2020, 5, 1))
    document = replace(document, info=info)

    html = evidence(document, cite(document, "part à l’aube", page=1))

    assert Elements(html).ids == ["preuve-1"]
    assert "[1] Carnet de Lourmel" in html
    assert re.findall("<li>(.*?)</li>", html) == ["Sorties", "La rivière", "page 1"]
    assert '<p class="validite expire">Expiré le 1er mai 2020</p>' in html
    assert "✓ vérifié mot à mot" in html


def test_citations_are_numbered_in_order() -> None:
    document = make_document(["La barque part à l’aube. Elle revient le soir."], paged=False)

    html = evidence(document, cite(document, "part à l’aube"), cite(document, "revient le soir"))

    assert Elements(html).ids == ["preuve-1", "preuve-2"]
    assert html.index("part à l’aube</mark>") < html.index("revient le soir</mark>")


def test_a_refusal_has_no_evidence() -> None:
    assert evidence_to_html(Answer("?", "not_found", "Je ne trouve pas.", 0.1), make_knowledge(None)) == ""


def test_without_the_original_the_fiche_stands_in_and_nothing_is_said_to_be_verified() -> None:
    fiche = Fiche(
        "barque", "La barque", "On part tôt.\n\n- On revient <tard>.", (), (), reviewed=date(2024, 1, 1)
    )
    citation = Citation("carnet", "Sorties", None, "", 0, 0, fiche_id="barque")

    html = evidence_to_html(answer_with(citation), make_knowledge(None, (fiche,)))

    assert "document d’origine non installé" in html
    assert "<p>On part tôt.</p><ul><li>On revient &lt;tard&gt;.</li></ul>" in html
    assert "vérifié" not in html
    assert "mark" not in Elements(html).names


def test_a_quotation_that_is_no_longer_at_its_place_is_told_and_not_marked() -> None:
    document = make_document(["La barque part à l’aube. " * 3, "Autre."], paged=False)
    wrong = Citation("carnet", "Sorties", None, "La barque part à midi", 0, 21)

    html = place_to_html(place_of(wrong), make_knowledge(document, passages=()))

    assert CHANGED.replace(" :", "\u00a0:") in html
    assert "vérifié" not in html
    assert "<mark>" not in html


def test_the_fiche_stands_beside_with_its_questions_and_its_last_reading() -> None:
    document = make_document(["La barque part à l’aube."], paged=False)
    fiche = Fiche("barque", "La barque", "On part tôt.", ("qui ?", "quand ?"), (), reviewed=date(2024, 1, 1))

    html = place_to_html(Place("carnet", "p0", fiche_id="barque"), make_knowledge(document, (fiche,)))

    assert "<h4>Fiche\u00a0: La barque</h4><p>On part tôt.</p>" in html
    assert "2 questions y mènent, relue le 1er janvier 2024" in html


def test_the_passages_before_and_after_are_linked() -> None:
    document = make_document(["Un passage. Deux passage. Trois passage."], paged=False)
    knowledge = make_knowledge(document, passages=split_in(document, 3))

    def links(passage: str) -> list[str]:
        html = place_to_html(Place("carnet", passage), knowledge)
        return re.findall(r'class="renvoi (\w+)" href="([^"]*)"', html)

    assert links("p0") == [("suivant", "evidence/carnet?passage_id=p1")]
    assert links("p1") == [
        ("precedent", "evidence/carnet?passage_id=p0"),
        ("suivant", "evidence/carnet?passage_id=p2"),
    ]
    assert links("p2") == [("precedent", "evidence/carnet?passage_id=p1")]


def test_a_pdf_opens_at_its_page_and_shows_it_printed() -> None:
    document = make_document(["Première page.", "La barque part à l’aube."], paged=True)

    html = evidence(document, cite(document, "La barque", page=2))

    assert 'href="documents/carnet/file#page=2"' in html
    assert 'src="documents/carnet/pages/2.png?start=15&amp;end=24"' in html
    text = make_document(["La barque part."], paged=False, name="carnet.txt")
    assert 'href="documents/carnet/file"' in evidence(text, cite(text, "La barque"))
    assert "<img" not in evidence(text, cite(text, "La barque"))


@pytest.mark.parametrize("name", ["carnet.md", "carnet.txt"])
def test_the_marks_of_markdown_are_not_shown(name: str) -> None:
    document = make_document(["## La rivière\nLa **barque** part à __l’aube__."], paged=False, name=name)

    html = evidence(document, cite(document, "La **barque** part"))

    assert '<p class="intertitre">La rivière</p>\n<p><mark>La barque part</mark> à l’aube.</p>' in html


def test_a_star_in_a_pdf_is_a_star() -> None:
    document = make_document(["La **barque** part."], paged=True)

    assert "<mark>La **barque** part</mark>" in evidence(document, cite(document, "La **barque** part"))


def test_an_address_names_its_place_whatever_it_holds() -> None:
    place = Place("a/b ?&é", "p 1&x=2", 3, 9, "abc", 2, "fiche")

    address, _, query = place.href.partition("?")

    assert unquote(address) == "evidence/a/b ?&é"
    assert "/" not in address.removeprefix("evidence/")
    assert parse_qs(query) == {
        "passage_id": ["p 1&x=2"],
        "start": ["3"],
        "end": ["9"],
        "check": ["abc"],
        "number": ["2"],
        "fiche_id": ["fiche"],
    }


# --- the passage -----------------------------------------------------------------------------


def test_a_page_is_shown_whole_and_alone() -> None:
    pages = ["Première page.", "La barque part à l’aube.\n\nElle revient le soir.", "Troisième page."]
    document = make_document(pages, paged=True)

    html = evidence(document, cite(document, "part à l’aube", page=2))

    assert "<p>La barque <mark>part à l’aube</mark>.</p>\n<p>Elle revient le soir.</p>" in html
    assert "Première" not in html
    assert "Troisième" not in html
    assert "[…]" not in html


def test_a_quotation_over_two_pages_is_shown_in_both() -> None:
    document = make_document(["Avant. La barque", "part à l’aube. Après.", "Autre."], paged=True)

    html = evidence(document, cite(document, "La barque\npart à l’aube", page=1))

    assert "<p>Avant. <mark>La barque</mark></p>\n<p><mark>part à l’aube</mark>. Après.</p>" in html
    assert "Autre" not in html


@pytest.mark.parametrize(("paged", "size"), [(True, PAGE_CHARS), (False, SURROUNDINGS_CHARS)])
def test_a_long_text_is_cut_around_the_quotation_at_line_ends(paged: bool, size: int) -> None:
    lines = [f"Ligne {number} du carnet, où rien ne se passe." for number in range(400)]
    document = make_document(["\n".join(lines)], paged=paged)

    html = evidence(document, cite(document, "Ligne 200 du carnet"))

    shown = [unescape(re.sub(r"</?mark>", "", line)) for line in re.findall(r"<p>(.*?)</p>", html)]
    assert set(shown) <= set(lines)
    assert shown == lines[lines.index(shown[0]) : lines.index(shown[-1]) + 1]
    assert size * 0.9 < len("\n".join(shown)) <= size
    assert html.count("[…]") == 2


def test_a_quotation_longer_than_the_room_is_shown_whole() -> None:
    document = make_document(["Avant.\n" + "mot " * 1000 + "\nAprès."], paged=True)
    quote = ("mot " * 1000).strip()

    assert Elements(evidence(document, cite(document, quote, page=1))).inside["mark"] == quote


texts = st.text(st.sampled_from("abé <>&\"'\n\t$`*_#|"), max_size=300)


@given(texts, st.data(), st.integers(1, 80))
def test_what_is_shown_holds_the_quotation_within_bounds(text: str, data: st.DataObject, size: int) -> None:
    low, start, end, high = sorted(data.draw(st.integers(0, len(text))) for _ in range(4))

    first, last = choose_range(text, (start, end), (low, high), size)

    assert low <= first <= start <= end <= last <= high
    assert last - first <= max(size, end - start)


@given(texts, st.data())
def test_the_text_and_the_mark_are_those_of_the_document(text: str, data: st.DataObject) -> None:
    first, start, end, last = sorted(data.draw(st.integers(0, len(text))) for _ in range(4))

    elements = Elements(text_to_html(text, (first, last), mark=(start, end)))

    assert set(elements.names) <= {"p", "mark"}
    assert without_space(elements.inside.get("p", "")) == without_space(text[first:last])
    assert without_space(elements.inside.get("mark", "")) == without_space(text[start:end])


# --- hostile texts ---------------------------------------------------------------------------


def test_nothing_in_a_document_becomes_an_element() -> None:
    document = make_document([f"{HOSTILE}\nLa barque {HOSTILE} part."], paged=True, title=HOSTILE)
    citation = cite(document, f"La barque {HOSTILE}", place=HOSTILE, page=1, note=HOSTILE)

    fiche = Fiche("barque", HOSTILE, HOSTILE, (HOSTILE,), ())
    passage = replace(split_in(document, 1)[0], headings=(HOSTILE,))

    html = evidence_to_html(
        answer_with(replace(citation, fiche_id="barque")), make_knowledge(document, (fiche,), (passage,))
    )

    elements = Elements(html)
    ours = "section h3 h4 nav ol li p div mark details summary img a aside".split()
    assert set(elements.names) == set(ours)
    assert elements.names.count("img") == 1
    assert re.findall(r'<img[^>]* src="([^"]*)"', html)[0].startswith("documents/carnet/pages/1.png?")
    assert elements.inside["mark"] == f"La barque {HOSTILE}"
    assert elements.inside["h3"] == f"[1] {HOSTILE}"
