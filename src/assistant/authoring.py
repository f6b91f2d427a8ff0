"""What the writer of fiches asks for: checks, anchors, what no fiche explains yet."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.corpus.anchors import WordMap, format_anchor, make_anchor
from assistant.corpus.checks import (
    CheckReport,
    Exceptions,
    check_fiches,
    excepted_spans,
    load_exceptions,
    uncovered_spans,
)
from assistant.corpus.fiches import find_fiches, format_fiche, load_fiche
from assistant.corpus.ingest import read_fiches
from assistant.corpus.placement import range_of_lines
from assistant.errors import AssistantError
from assistant.pipeline import knowledge_folder, update_index
from assistant.search.storage import load_index

if TYPE_CHECKING:
    from assistant.records import Document, Source
    from assistant.search.index import Knowledge
    from assistant.settings import Settings

EXCEPTIONS = "fiches/exceptions.toml"
START_WORDS = 12  # of an uncovered stretch, shown so that its place is recognised


def up_to_date(settings: Settings) -> Knowledge:
    """Return the documents as they are now."""
    update_index(settings)
    return load_index(settings.index).knowledge


def check_all(settings: Settings) -> CheckReport:
    """Run every check on every fiche; the installed documents decide how many there are."""
    knowledge = up_to_date(settings)
    fiches, malformed = read_fiches(knowledge_folder(settings))
    report = check_fiches(
        fiches, knowledge.documents, knowledge.infos, knowledge.acronyms, _exceptions(settings)
    )
    return replace(report, problems=(*map(str, malformed), *report.problems))


def anchor_range(settings: Settings, document_id: str, start: str, end: str) -> str:
    """Return the anchor of a range: offsets in the document's text, or raw lines "L120" "L134".

    Raises:
        AssistantError: If the document is unknown or the range holds no word.
    """
    document = _document(up_to_date(settings), document_id)
    lines = [re.fullmatch(r"[lL](\d+)", value) for value in (start, end)]
    try:
        if lines[0] and lines[1]:
            first, last = range_of_lines(document, int(lines[0][1]), int(lines[1][1]))
        else:
            first, last = int(start), int(end)
        return format_anchor(make_anchor(WordMap(document.text), first, last))
    except ValueError as error:
        raise AssistantError(
            f"« {start} » – « {end} » ne désigne aucun mot de « {document_id} ». "
            f"Donnez deux positions (de 0 à {len(document.text)}) ou deux lignes (L1 …)."
        ) from error


def anchor_drafts(settings: Settings) -> int:
    """Replace "lines" by an anchor in every fiche whose document is installed; return how many.

    Raises:
        AssistantError: If the lines of a draft hold no word.
    """
    knowledge = up_to_date(settings)
    maps = {document.id: WordMap(document.text) for document in knowledge.documents.values()}
    done = 0
    for path in find_fiches(knowledge_folder(settings)):
        fiche = load_fiche(path)
        sources = tuple(_anchored(source, knowledge, maps, fiche.id) for source in fiche.sources)
        if sources != fiche.sources:
            path.write_text(format_fiche(replace(fiche, sources=sources)), encoding="utf-8")
            done += 1
    return done


def list_uncovered(settings: Settings, document_id: str) -> list[str]:
    """Return a line for each stretch of a document that no fiche explains and no exception names."""
    knowledge = up_to_date(settings)
    document = _document(knowledge, document_id)
    excepted = excepted_spans(document, WordMap(document.text), _exceptions(settings))
    lines = []
    for passage in knowledge.passages:  # a passage never crosses the border of a fiche
        if passage.document_id != document_id or passage.fiche_id is not None:
            continue
        for start, end in uncovered_spans(
            passage.text, [(s - passage.start, e - passage.start) for s, e in excepted]
        ):
            first, last = (_raw_line(document, passage.start + offset) for offset in (start, end - 1))
            beginning = " ".join(passage.text[start:end].split()[:START_WORDS])
            lines.append(f"{passage.start + start}-{passage.start + end}  lignes {first}-{last}  {beginning}")
    return lines


def _anchored(source: Source, knowledge: Knowledge, maps: dict[str, WordMap], fiche_id: str) -> Source:
    document = knowledge.documents.get(source.document)
    if source.anchor is not None or source.lines is None or document is None:
        return source
    try:
        anchor = make_anchor(maps[document.id], *range_of_lines(document, *source.lines))
    except ValueError as error:
        raise AssistantError(
            f"Fiche « {fiche_id} » : les lignes {source.lines[0]}-{source.lines[1]} de « {document.id} » "
            "n’ont pas de texte. Corrigez « lines »."
        ) from error
    return replace(source, anchor=anchor, lines=None)


def _exceptions(settings: Settings) -> Exceptions:
    return load_exceptions(knowledge_folder(settings) / EXCEPTIONS)


def _document(knowledge: Knowledge, document_id: str) -> Document:
    try:
        return knowledge.documents[document_id]
    except KeyError:
        names = ", ".join(sorted(knowledge.documents)) or "aucun"
        raise AssistantError(f"« {document_id} » n’est pas installé. Documents présents : {names}.") from None


def _raw_line(document: Document, offset: int) -> int:
    """Return the line of the original, from 1, that a character of the clean text comes from."""
    return "".join(document.raw_pages).count("\n", 0, int(document.raw_spans[offset, 0])) + 1
