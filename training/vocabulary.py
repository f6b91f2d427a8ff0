"""The vocabulary: words folded as in ``assistant.french.fold``, whole when frequent, else cut in pieces."""

from __future__ import annotations

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

UNKNOWN = "<unk>"
_MIN_COUNT = 3  # of a piece in the data; fewer teach nothing
_ALPHABET = 80  # letters and digits; the 81st most frequent character is foreign to French


def empty_tokenizer() -> Tokenizer:
    """Return a tokenizer without pieces: what it folds and where it cuts words.

    Case, accents, ligatures and punctuation vanish; an apostrophe or a hyphen separates two words.
    """
    tokenizer = Tokenizer(models.WordPiece(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.NFKD(),
            normalizers.StripAccents(),
            normalizers.Lowercase(),
            normalizers.Replace("œ", "oe"),  # NFKD leaves these two whole
            normalizers.Replace("æ", "ae"),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"\W+"), "removed")
    return tokenizer


def train_vocabulary(texts: Iterable[str], size: int) -> Tokenizer:
    """Learn the pieces.  Deterministic for the same texts in the same order."""
    tokenizer = empty_tokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        special_tokens=[UNKNOWN],
        min_frequency=_MIN_COUNT,
        limit_alphabet=_ALPHABET,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer
