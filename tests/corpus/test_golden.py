"""Documents written for the purpose, each with traps met in real ones, and what becomes of them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from assistant.corpus.cleaning import clean
from assistant.corpus.passages import split_passages
from assistant.corpus.structure import parse_blocks
from assistant.records import Document, DocumentInfo, RawDocument

GOLDEN = Path(__file__).resolve().parent.parent / "golden"
TRAPS = ("convention", "schema", "pacte", "rapport", "etude", "markdown")


def describe(document: Document) -> str:
    """Return the clean text, the blocks and the passages, to be read by a person."""
    blocks = parse_blocks(document)
    lines = ["=== clean text", document.text.replace("\t", "→"), "", "=== blocks"]
    place: tuple[str, ...] | None = None
    for block in blocks:
        if block.headings != place:
            place = block.headings
            lines.append(f"[{' › '.join(place)}]")
        text = document.text[block.start : block.end].replace("\n", " ⏎ ").replace("\t", "→")
        header = f" (header: {block.header[1] - block.header[0]} characters)" if block.header else ""
        lines.append(f"  {block.kind}{header}: {text}")
    lines += ["", "=== passages"]
    for passage in split_passages(document, blocks, max_chars=500, min_chars=150):
        lines += [f"--- {passage.kind} [{passage.place}]", passage.text.replace("\t", "→")]
        if passage.header:
            lines.append(f"    header: {passage.header}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("trap", TRAPS)
def test_the_document_is_understood_as_reviewed(trap: str, request: pytest.FixtureRequest) -> None:
    raw = RawDocument(
        PurePosixPath(f"{trap}.txt"),
        "0",
        ((GOLDEN / f"{trap}.txt").read_text(encoding="utf-8"),),
        paged=False,
    )
    found = describe(clean(raw, DocumentInfo(id=trap, title=trap)))
    expected = GOLDEN / f"{trap}.golden"
    if request.config.getoption("--update-golden"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
