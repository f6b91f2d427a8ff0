"""How much of retrieval survives careless typing: noisy cross questions, with and without each step.

``python -m training.noise --index index`` draws cross questions, types them carelessly with a fixed seed,
and searches them while only the fiches' ``questions`` are indexed.  The noise shares no table with
``assistant.search``: what is undone there is not what is done here.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.french import fold
from assistant.records import Turn

if TYPE_CHECKING:
    from assistant.search.embedding import Embedder
    from assistant.search.index import Index

Noise = Callable[[str, random.Random], str]
TOP = 5
_WORD = re.compile(r"[^\W\d_]+")
_KEYBOARD = ("azertyuiop", "qsdfghjklm", "wxcvbn")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

# --- noises ----------------------------------------------------------------------------------


def without_accents(text: str, draw: random.Random) -> str:  # noqa: ARG001
    """Drop case and accents."""
    return fold(text)


def without_apostrophes(text: str, draw: random.Random) -> str:
    """Drop each apostrophe, or put a space in its place."""
    return re.sub(r"['’]", lambda _: draw.choice(("", " ")), text)


def with_slips(text: str, draw: random.Random) -> str:
    """Slip in a third of the words of five letters or more, at least one."""
    places = [match for match in _WORD.finditer(text) if len(match[0]) >= 5 and not match[0].isupper()]
    if not places:
        return text
    chosen = [match for match in places if draw.random() < 1 / 3] or [draw.choice(places)]
    for match in reversed(chosen):
        text = text[: match.start()] + slip(match[0], draw) + text[match.end() :]
    return text


def slip(word: str, draw: random.Random) -> str:
    """Swap, drop, double, replace or add one letter after the first."""
    at = draw.randrange(1, len(word) - 1)
    kind = draw.choice(("swap", "drop", "double", "neighbour", "add"))
    if kind == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    if kind == "double":
        return word[:at] + word[at] + word[at:]
    if kind == "neighbour":
        return word[:at] + _neighbour(fold(word[at]), draw) + word[at + 1 :]
    return word[:at] + draw.choice(_LETTERS) + word[at:]


def _neighbour(letter: str, draw: random.Random) -> str:
    row = next((row for row in _KEYBOARD if letter in row), letter)
    at = row.find(letter)
    return draw.choice([row[i] for i in (at - 1, at + 1) if 0 <= i < len(row)] or [letter])


def run_together(text: str, draw: random.Random) -> str:
    """Lose one space between two words."""
    places = [match.start() for match in re.finditer(r"(?<=[^\W\d_]) (?=[^\W\d_])", text)]
    at = draw.choice(places) if places else len(text)
    return text[:at] + text[at + 1 :]


_SHORT = {
    "qui": "ki", "quoi": "koi", "que": "ke", "quel": "kel", "quelle": "kel", "quels": "kels", "quelles": "kelles",
    "quand": "kan", "comment": "cmt", "pourquoi": "pk", "combien": "cb", "c'est": "c", "qu'est-ce": "kes",
    "dans": "ds", "pour": "pr", "avec": "avc", "beaucoup": "bcp", "tout": "tt", "tous": "ts", "nous": "ns",
    "vous": "vs",    "j'ai": "g", "nombre": "nbre", "association": "asso", "département": "dpt", "quartier": "kartié",
}  # fmt: skip
_BY_EAR = (
    (r"qu(?=[aeiou])", "k"), (r"ph", "f"), (r"tion", "sion"), (r"eau", "o"), (r"(?<=[a-z]{3})(?:er|ez)$", "é"),
    (r"(?<=[a-z]{4})(?:es|s|t|e)$", ""), (r"ss", "s"), (r"^h", ""), (r"(?<=[a-z])mm|nn", "n"),
)  # fmt: skip


def as_text_message(text: str, draw: random.Random) -> str:
    """Write common words short, a quarter of the others by ear."""
    words = []
    for token in fold(text).split():
        word = token.strip("?,.!()")
        if word in {fold(key) for key in _SHORT}:
            words.append(next(short for key, short in _SHORT.items() if fold(key) == word))
        elif len(word) >= 5 and word.isalpha() and draw.random() < 0.25:
            pattern, heard = draw.choice(_BY_EAR)
            words.append(re.sub(pattern, heard, word))
        else:
            words.append(token)
    return " ".join(words)


def in_a_hurry(text: str, draw: random.Random) -> str:
    """All of it, one after the other."""
    for noise in (without_apostrophes, as_text_message, with_slips):
        text = noise(text, draw)
    return text


NOISES: dict[str, Noise] = {
    "as written": lambda text, _: text,
    "no accents": without_accents,
    "no apostrophes": without_apostrophes,
    "slips": with_slips,
    "run together": run_together,
    "text message": as_text_message,
    "in a hurry": in_a_hurry,
}

# --- measuring -------------------------------------------------------------------------------


def strip_cross_questions(index: Index, embedder: Embedder) -> Index:
    """Return the index without the cross questions, in its vocabulary as well."""
    from assistant.search.index import build_index
    from assistant.search.vocabulary import count_words

    fiches = tuple(replace(fiche, cross_questions=()) for fiche in index.knowledge.fiches)
    texts = [passage.text for passage in index.knowledge.passages]
    texts += ["\n".join((fiche.title, fiche.body, *fiche.asked)) for fiche in fiches]
    knowledge = replace(index.knowledge, fiches=fiches, vocabulary=count_words(texts))
    return build_index(knowledge, embedder, index.manifest, previous=index)


def recall(
    index: Index, embedder: Embedder, asked: Sequence[tuple[str, str]], without: Sequence[str] = ()
) -> tuple[float, float]:
    """Return recall@1 and recall@5 of (question, fiche id)."""
    from assistant.search.retrieve import retrieve
    from assistant.search.understand import understand

    first = five = 0
    for question, fiche_id in asked:
        understanding = understand(question, (), index.knowledge, without=without)
        found = [hit.passage.fiche_id for hit in retrieve(understanding, index, embedder, top=TOP)]
        first += found[:1] == [fiche_id]
        five += fiche_id in found
    return first / len(asked), five / len(asked)


def altered_words(index: Index, questions: Sequence[str]) -> list[str]:
    """List what understanding changes in questions."""
    from assistant.search.understand import mend

    return [note for question in questions for note in mend(question, index.knowledge).notes]


def main() -> None:
    """Print the tables, in Markdown."""
    from assistant.search.embedding import load_embedder
    from assistant.search.storage import load_index
    from assistant.search.understand import STEPS, understand
    from training.measure import PIAF, load_piaf

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--index", type=Path, default=Path("index"), help="built with the originals and the fiches"
    )
    parser.add_argument("--sample", type=int, default=800, help="questions drawn (default: 800)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", choices=NOISES, action="append", help="only these (default: all)")
    parser.add_argument("--ablate", action="store_true", help="also leave out each step, on the last noise")
    parser.add_argument("--altered", action="store_true", help="list the changes in questions as written")
    parser.add_argument("--piaf", type=Path, default=PIAF)
    options = parser.parse_args()
    full = load_index(options.index)
    embedder = load_embedder(full.manifest.model)
    index = strip_cross_questions(full, embedder)
    pairs = [(question, fiche.id) for fiche in full.knowledge.fiches for question in fiche.cross_questions]
    pairs = random.Random(options.seed).sample(pairs, min(options.sample, len(pairs)))

    print("| typed | recall@1 | recall@5 | as typed: recall@1 | recall@5 |\n|---|---|---|---|---|")
    names = options.noise or list(NOISES)
    noisy: dict[str, list[tuple[str, str]]] = {}
    for name in names:
        draw = random.Random(f"{options.seed} {name}")
        noisy[name] = [(NOISES[name](question, draw), fiche) for question, fiche in pairs]
        figures = (*recall(index, embedder, noisy[name]), *recall(index, embedder, noisy[name], STEPS))
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in figures)} |", flush=True)
    if options.ablate:
        print("\n| left out | recall@1 | recall@5 |\n|---|---|---|")
        for step in STEPS:
            if step != "follow_up":
                figures = recall(index, embedder, noisy[names[-1]], (step,))
                print(f"| {step} | {figures[0]:.3f} | {figures[1]:.3f} |", flush=True)

    strays = sum(
        understand(question, [Turn(before)], index.knowledge).follow_up
        for (before, _), (question, _) in pairwise(pairs)
    )
    print(f"\n{strays} of {len(pairs) - 1} questions taken for a follow-up of one drawn at random")
    timings = []
    for question, _ in noisy[names[-1]]:
        start = time.perf_counter()
        understand(question, (), index.knowledge)
        timings.append((time.perf_counter() - start) * 1000)
    timings.sort()
    print(
        f"understanding: p50 {statistics.median(timings):.2f} ms, p95 {timings[len(timings) * 95 // 100]:.2f} ms"
    )
    sets = {"cross questions": [question for question, _ in pairs]}
    if options.piaf.is_dir():
        sets["PIAF"] = load_piaf(options.piaf).questions
    for name, questions in sets.items():
        notes = altered_words(index, questions)
        count = sum(len(_WORD.findall(question)) for question in questions)
        changes = sum(note.count("lu comme") for note in notes)
        print(f"{name}: {changes} of {count} words altered in {len(questions)} questions")
        if options.altered:
            print(*notes, sep="\n")


if __name__ == "__main__":
    main()
