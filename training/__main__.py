"""From data to weights: ``python -m training --data ../shared/training``."""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

from training.measure import PIAF, load_piaf, measure
from training.pairs import SOURCES, Pair, Source, load_source, missing_files, read_fiche_pairs

DATA = Path("../shared/training")
OUT = Path("src/assistant/models/static-fr")
_THREADS = 2  # a fixed number: sums in another order round differently


def main() -> int:
    """Train, write, and measure what was written."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, help=f"folder of the .jsonl.xz files (default: {DATA})"
    )
    parser.add_argument("--out", type=Path, default=OUT, help=f"folder of the weights (default: {OUT})")
    parser.add_argument("--fiches", type=Path, help="also learn from the questions of these fiches")
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
    if options.fiches and not options.fiches.is_dir():
        print(f"no such folder: {options.fiches} (--fiches)", file=sys.stderr)
        return 1

    import torch  # after the checks: it takes seconds

    from assistant.search.static_model import StaticModel
    from training.export import save
    from training.fit import Recipe, fit
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
    if options.fiches:
        source = Source("fiches", (), repeats=2)
        pairs[source] = list(read_fiche_pairs(options.fiches))
        data["fiches"] = hashlib.sha256(repr(pairs[source]).encode()).hexdigest()
    for source, listed in pairs.items():
        print(f"{source.name:16} {len(listed):8,} pairs, {source.repeats} times a pass")
    tokenizer = train_vocabulary(
        (text for listed in pairs.values() for pair in listed for text in pair), recipe.pieces
    )
    print(f"vocabulary       {tokenizer.get_vocab_size():8,} pieces", flush=True)
    vectors = fit(tokenizer, pairs, recipe)
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
