"""The vocabulary: words folded as in ``assistant.french.fold``, whole when frequent, else cut in pieces."""

from __future__ import annotations

import string
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

UNKNOWN = "<unk>"
_MIN_COUNT = 3  # of a piece in the data; fewer teach nothing
_LETTERS = string.ascii_lowercase + string.digits
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


def train_vocabulary(texts: Iterable[str], size: int, whole: Iterable[str] = ()) -> Tokenizer:
    """Learn the pieces.  Deterministic for the same texts in the same order.

    Args:
        texts: Where frequent pieces are looked for.
        size: How many.
        whole: Texts whose words are pieces besides, however rare.
    """
    tokenizer = empty_tokenizer()
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        # Letters within a word are named first: else they are met in the order of a hash table, and of two pieces
        # as frequent the one or the other is made.
        special_tokens=[UNKNOWN, *(f"##{letter}" for letter in _LETTERS)],
        min_frequency=_MIN_COUNT,
        limit_alphabet=_ALPHABET,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    learned = sorted(set(tokenizer.get_vocab()) - {UNKNOWN})
    pieces = {piece: number for number, piece in enumerate([UNKNOWN, *learned])}
    tokenizer = empty_tokenizer()  # without special pieces, which would be looked for in what is typed
    for text in whole:
        for word in split_words(tokenizer, text):
            pieces.setdefault(word, len(pieces))
    tokenizer.model = models.WordPiece(pieces, unk_token=UNKNOWN)
    return tokenizer


def split_words(tokenizer: Tokenizer, text: str) -> list[str]:
    """Return the words of a text as the tokenizer folds and cuts them."""
    folded = tokenizer.normalizer.normalize_str(text)
    return [word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(folded)]
