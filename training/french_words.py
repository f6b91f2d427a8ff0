"""List the stems of ordinary French words, which spelling leaves alone.

``python -m training.french_words --data ../shared/training`` counts the words of every training text
and writes the stems of those written at least twice in lower case.
"""

from __future__ import annotations

import argparse
import lzma
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from assistant.french import fold, stem
from assistant.search.spelling import FRENCH_STEMS

DATA = Path("../shared/training")
MIN_COUNT = 2  # a word written once is as often a slip
_WORD = re.compile(r"[^\W\d_]{3,}")


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Count the words as written: a capital may begin a name."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(_WORD.findall(text))
    return counts


def ordinary_stems(counts: Counter[str], min_count: int = MIN_COUNT) -> list[str]:
    """Return the sorted stems of words written in lower case ``min_count`` times or more."""
    by_stem: Counter[str] = Counter()
    for word, count in counts.items():
        if word.islower():
            by_stem[stem(fold(word))] += count
    return sorted(term for term, count in by_stem.items() if count >= min_count and term.isalpha())


def main() -> None:
    """Write the list."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=DATA, help=f"folder of .jsonl.xz files (default: {DATA})"
    )
    parser.add_argument("--out", type=Path, default=FRENCH_STEMS)
    options = parser.parse_args()
    files = sorted(options.data.glob("*.jsonl.xz"))
    if not files:
        parser.error(f"no .jsonl.xz file in {options.data} (give --data)")
    counts: Counter[str] = Counter()
    for path in files:
        with lzma.open(path, "rt", encoding="utf-8") as lines:
            counts += count_words(line.replace("\\n", " ") for line in lines)
    stems = ordinary_stems(counts)
    options.out.write_text("\n".join(stems) + "\n", encoding="utf-8")
    print(f"wrote {options.out}: {len(stems):,} stems of {len(counts):,} words")


if __name__ == "__main__":
    main()
