"""From data to weights: ``python -m training --data ../shared/training --corpus ../shared/corpus``."""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path

from training.lexicon import LEXICON, SOURCE, concept_pairs, read_concepts
from training.measure import PIAF, load_piaf, measure
from training.pairs import SOURCES, Pair, Source, load_source, missing_files

DATA = Path("../shared/training")
KNOWLEDGE = Path("corpus")
ORIGINALS = Path("../shared/corpus")
OUT = Path("src/assistant/models/static-fr")
_THREADS = 2  # a fixed number: sums in another order round differently


def make_parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, help=f"folder of the .jsonl.xz files (default: {DATA})"
    )
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder of the weights (default: {OUT})")
    parser.add_argument(
        "--knowledge", type=Path, default=KNOWLEDGE, help=f"folder of the fiches (default: {KNOWLEDGE})"
    )
    parser.add_argument(
        "--corpus",
        type=Path,
        default=ORIGINALS,
        help=f"folder of the originals, used if there (default: {ORIGINALS})",
    )
    parser.add_argument(
        "--cross",
        action="store_true",
        help="learn from the cross questions too: they can measure nothing any more",
    )
    parser.add_argument(
        "--without", action="append", default=[], metavar="DOCUMENT", help="leave its fiches out; repeatable"
    )
    parser.add_argument(
        "--lexicon", type=Path, default=LEXICON, help="folder of everyday French (default: training/lexicon)"
    )
    parser.add_argument(
        "--start", type=Path, help="folder of a model of the first stage: go on from it, with its vocabulary"
    )
    parser.add_argument(
        "--each-without",
        type=Path,
        metavar="FOLDER",
        help="also write a model learned without the fiches of each document: what a new document gets",
    )
    parser.add_argument(
        "--piaf", type=Path, default=PIAF, help=f"benchmark, measured if there (default: {PIAF})"
    )
    parser.add_argument("--passes", type=int, help="over the data, instead of the recipe's")
    return parser


def main() -> int:
    """Train, write, and measure what was written."""
    options = make_parser().parse_args()
    if missing := missing_files(options.data):
        print(
            f"no training data: {options.data} lacks {', '.join(missing)}. Give their folder: --data",
            file=sys.stderr,
        )
        return 1
    import torch  # after the checks: it takes seconds

    from assistant.search.embedding import BUNDLED
    from assistant.search.static_model import StaticModel
    from training.export import save
    from training.fiches import read_fiche_texts
    from training.fit import Recipe, fit
    from training.refine import refine
    from training.vocabulary import train_vocabulary

    torch.set_num_threads(_THREADS)
    recipe = Recipe(passes=options.passes) if options.passes else Recipe()
    pairs: dict[Source, list[Pair]] = {
        source: load_source(source, options.data, recipe.seed) for source in SOURCES
    }
    data = {
        f"{name}.jsonl.xz": hashlib.sha256((options.data / f"{name}.jsonl.xz").read_bytes()).hexdigest()
        for source in SOURCES
        for name in source.files
    }
    concepts = read_concepts(options.lexicon)
    pairs[SOURCE] = concept_pairs(concepts, recipe.seed)
    data["lexicon"] = digest(concepts)
    originals = options.corpus if options.corpus.is_dir() else None
    fiches = [
        fiche
        for fiche in read_fiche_texts(options.knowledge, originals, cross=options.cross)
        if fiche.document not in options.without
    ]
    data["fiches"] = digest(fiches)
    for source, listed in pairs.items():
        print(f"{source.name:16} {len(listed):8,} pairs, {source.repeats} times a pass")
    print(
        f"fiches           {len(fiches):8,}, with {sum(len(fiche.questions) for fiche in fiches):,} questions"
    )
    if options.start:
        start = StaticModel.load(options.start)
        tokenizer, vectors = start.tokenizer, start.vectors
        data["start"] = start.revision
    else:
        tokenizer = train_vocabulary(
            (text for listed in pairs.values() for pair in listed for text in pair),
            recipe.pieces,
            whole=[form for concept in concepts for form in concept],
        )
        print(f"vocabulary       {tokenizer.get_vocab_size():8,} pieces", flush=True)
        vectors = fit(tokenizer, pairs, recipe)
    first = vectors
    vectors = refine(tokenizer, first, pairs, fiches, recipe)
    config = save(options.out, tokenizer, vectors, recipe, data)
    print(f"wrote {options.out}, revision {config['revision']}")
    if options.piaf.is_dir():
        piaf = load_piaf(options.piaf)
        exact = measure(StaticModel(tokenizer, vectors, name="float32", revision="").embed, piaf)
        written = measure(StaticModel.load(options.out).embed, piaf)
        print("PIAF         float32  int8")
        for name, value in exact.items():
            print(f"{name:12} {value:.4f}   {written[name]:.4f}")
    if options.each_without:
        for document in sorted({fiche.document for fiche in fiches}):
            others = [fiche for fiche in fiches if fiche.document != document]
            print(f"without {document}", flush=True)
            less = refine(tokenizer, first, pairs, others, recipe)
            folder = options.each_without / document / BUNDLED
            save(folder, tokenizer, less, recipe, data | {"fiches": digest(others)})
    return 0


def digest(values: Sequence[object]) -> str:
    """Identify what was learned from."""
    return hashlib.sha256(repr(values).encode()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
