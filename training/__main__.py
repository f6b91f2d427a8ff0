"""From data to weights: ``python -m training --data ../shared/training --corpus ../shared/corpus``."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from training.measure import PIAF, load_piaf, measure
from training.pairs import SOURCES, Pair, Source, load_source, missing_files

DATA = Path("../shared/training")
KNOWLEDGE = Path("corpus")
ORIGINALS = Path("../shared/corpus")
OUT = Path("src/assistant/models/static-fr")
_THREADS = 2  # a fixed number: sums in another order round differently


def main() -> int:
    """Train, write, and measure what was written."""
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
        "--start", type=Path, help="folder of a model of the first stage: go on from it, with its vocabulary"
    )
    parser.add_argument(
        "--piaf", type=Path, default=PIAF, help=f"benchmark, measured if there (default: {PIAF})"
    )
    parser.add_argument("--passes", type=int, help="over the data, instead of the recipe's")
    options = parser.parse_args()
    if missing := missing_files(options.data):
        print(
            f"no training data: {options.data} lacks {', '.join(missing)}. Give their folder: --data",
            file=sys.stderr,
        )
        return 1
    import torch  # after the checks: it takes seconds

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
    originals = options.corpus if options.corpus.is_dir() else None
    fiches = [
        fiche
        for fiche in read_fiche_texts(options.knowledge, originals, cross=options.cross)
        if fiche.document not in options.without
    ]
    data["fiches"] = hashlib.sha256(repr(fiches).encode()).hexdigest()
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
            (text for listed in pairs.values() for pair in listed for text in pair), recipe.pieces
        )
        print(f"vocabulary       {tokenizer.get_vocab_size():8,} pieces", flush=True)
        vectors = fit(tokenizer, pairs, recipe)
    vectors = refine(tokenizer, vectors, pairs, fiches, recipe)
    config = save(options.out, tokenizer, vectors, recipe, data)
    print(f"wrote {options.out}, revision {config['revision']}")
    if options.piaf.is_dir():
        piaf = load_piaf(options.piaf)
        exact = measure(StaticModel(tokenizer, vectors, name="float32", revision="").embed, piaf)
        written = measure(StaticModel.load(options.out).embed, piaf)
        print("PIAF         float32  int8")
        for name, value in exact.items():
            print(f"{name:12} {value:.4f}   {written[name]:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
