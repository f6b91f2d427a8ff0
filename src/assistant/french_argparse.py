"""argparse in French: its own messages, which it hands to gettext, are looked up here first.

A table of ours and not a catalogue of gettext: that one follows the language of the machine.
"""

from __future__ import annotations

import argparse

from assistant.french import set_spaces

_MESSAGES = {
    "usage: ": "utilisation : ",
    "positional arguments": "arguments",
    "show this help message and exit": "afficher cette aide",
    "%(prog)s: error: %(message)s\n": "%(prog)s : %(message)s. Voir : %(prog)s --help\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s : %(message)s",
    "unrecognized arguments: %s": "de trop : %s",
    "the following arguments are required: %s": "il manque %s",
    "expected one argument": "une valeur est attendue",
    "ambiguous option: %(option)s could match %(matches)s": "%(option)s peut être %(matches)s",
    "ignored explicit argument %r": "« %s » est de trop",
    # The commands convert nothing but whole numbers, and paths, which always succeed.
    "invalid %(type)s value: %(value)r": "« %(value)s » n’est pas un nombre entier",
    "invalid choice: %(value)r (choose from %(choices)s)": "« %(value)s » n’existe pas (au choix : %(choices)s)",
}


def speak_french() -> None:
    """Have argparse say what it says in French, in this process; what the table lacks stays English."""
    argparse._ = _translate  # type: ignore[attr-defined]  # the name under which it calls gettext


def _translate(message: str) -> str:
    return set_spaces(_MESSAGES[message]) if message in _MESSAGES else message
