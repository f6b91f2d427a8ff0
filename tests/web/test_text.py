"""Text as the page writes it."""

from __future__ import annotations

from assistant.web.text import say, words_to_html


def test_a_list_in_the_words_is_a_list() -> None:
    assert words_to_html("Il faut :\n- une barque ;\n- une rame.\nPuis partir.\n\nFin.") == (
        "<p>Il faut\u00a0:</p><ul><li>une barque\u00a0;</li><li>une rame.</li></ul><p>Puis partir.</p><p>Fin.</p>"
    )


def test_a_number_is_replaced_by_its_link_alone() -> None:
    assert words_to_html("Voir [1] et [2].", {"1": "<a>1</a>"}) == "<p>Voir <a>1</a> et [2].</p>"


def test_an_apostrophe_is_printed_as_one_and_a_quote_is_left() -> None:
    assert say("l'amiable d'abord, 'ensuite' non") == "l’amiable d’abord, &#x27;ensuite&#x27; non"
