"""The evidence panel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records import Answer, Citation, Document, DocumentInfo, Fiche, PageSpan
from assistant.search.index import Knowledge
from assistant.search.vocabulary import count_words
from assistant.web.evidence import (
    PAGE_CHARS,
    SURROUNDINGS_CHARS,
    choose_range,
    evidence_to_html,
    text_to_html,
)

HOSTILE = "<script>alert('x')</script> <img src=x onerror=alert(1)> & \"${alert(2)}\" {{alert(3)}}"


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
        self.open.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        for tag in set(self.open):
            self.inside[tag] = self.inside.get(tag, "") + data


def without_space(text: str) -> str:
    return "".join(text.split())


def make_document(pages: Sequence[str], *, paged: bool, title: str = "Carnet de Lourmel") -> Document:
    text = "\n".join(pages)
    spans, start = [], 0
    for number, page in enumerate(pages, 1):
        spans.append(PageSpan(number, start, start + len(page)))
        start += len(page) + 1
    return Document(
        info=DocumentInfo("carnet", title),
        path=PurePosixPath("carnet.pdf"),
        sha256="0",
        text=text,
        pages=tuple(spans) if paged else (),
        raw_pages=(text,),
        raw_spans=np.zeros((len(text), 2), dtype=np.int32),
    )


def make_knowledge(document: Document | None, fiches: tuple[Fiche, ...] = ()) -> Knowledge:
    info = document.info if document else DocumentInfo("carnet", "Carnet de Lourmel")
    return Knowledge(
        infos={"carnet": info},
        documents={"carnet": document} if document else {},
        fiches=fiches,
        passages=(),
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

    html = evidence(
        document, cite(document, "part à l’aube", page=1, note="Document expiré le 1er mai 2020.")
    )

    assert Elements(html).ids == ["preuve-1"]
    for said in (
        "[1] Carnet de Lourmel",
        "Sorties › La rivière — page 1",
        "Document expiré le 1er mai 2020.",
    ):
        assert said in html
    assert "vérifié mot à mot" in html


def test_citations_are_numbered_in_order() -> None:
    document = make_document(["La barque part à l’aube. Elle revient le soir."], paged=False)

    html = evidence(document, cite(document, "part à l’aube"), cite(document, "revient le soir"))

    assert Elements(html).ids == ["preuve-1", "preuve-2"]
    assert html.index("part à l’aube</mark>") < html.index("revient le soir</mark>")


def test_a_refusal_has_no_evidence() -> None:
    assert evidence_to_html(Answer("?", "not_found", "Je ne trouve pas.", 0.1), make_knowledge(None)) == ""


def test_without_the_original_the_fiche_stands_in_and_nothing_is_said_to_be_verified() -> None:
    fiche = Fiche(
        "barque", "La barque", "On part tôt.\n\nOn revient <tard>.", (), (), reviewed=date(2024, 1, 1)
    )
    citation = Citation("carnet", "Sorties", None, "", 0, 0, fiche_id="barque")

    html = evidence_to_html(answer_with(citation), make_knowledge(None, (fiche,)))

    assert "document d’origine non installé" in html
    assert "<p>On part tôt.</p>\n<p>On revient &lt;tard&gt;.</p>" in html
    assert "vérifié" not in html
    assert "mark" not in Elements(html).names


def test_a_quotation_that_is_not_at_its_place_is_not_said_to_be_verified() -> None:
    document = make_document(["La barque part à l’aube."], paged=False)
    wrong = Citation("carnet", "Sorties", None, "La barque part à midi", 0, 21)

    html = evidence(document, wrong)

    assert "vérifié" not in html
    assert "<mark>" not in html


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

    elements = Elements(evidence(document, citation))

    assert set(elements.names) == {"section", "h3", "p", "div", "mark"}
    assert elements.inside["mark"] == f"La barque {HOSTILE}"
    assert elements.inside["h3"] == f"[1] {HOSTILE}"
