from __future__ import annotations

import re
from datetime import date

import pytest

from assistant.obligations import Duty
from assistant.records import DocumentInfo, Obligation
from assistant.web.duties import checklist_to_html, count_text, register_to_html, upcoming_to_html

TODAY = date(2026, 6, 15)
CHARTE = DocumentInfo("charte", "Charte <b>", valid_until=date(2030, 12, 31))


def duty(number: int = 0, document: DocumentInfo = CHARTE, **values: str) -> Duty:
    said = {"who": "Les médiateurs", "modality": "doit", "duty": f"ranger le gilet {number}"} | values
    return Duty(Obligation(**said), document, "Article 1", "f")


def page(duties: list[Duty], number: int = 1, **options: str) -> str:
    return register_to_html(duties, number, TODAY, lambda d: f"evidence/charte?x={d.id}&y", **options)


def test_everything_is_escaped() -> None:
    hostile = "<script>caught = 1</script>\" onmouseover='x'"
    found = Duty(
        Obligation(hostile, "doit", hostile, hostile, hostile, condition=hostile, event=hostile, delay="P1M"),
        DocumentInfo('c"<', hostile),
        hostile,
        "",
        span=(0, 1),
    )

    for html in (page([found]), checklist_to_html([found], (), TODAY), upcoming_to_html([(found, TODAY)])):
        assert "<script" not in html
        assert "onmouseover='" not in html
        assert "&lt;script&gt;" in html


def test_a_row_says_who_what_when_and_leads_to_its_evidence() -> None:
    html = page([duty(date="07-01", deadline="le 1er juillet", recurrence="annuel", condition="s’il pleut")])

    for said in (
        "Les médiateurs",
        "Obligation",
        "ranger le gilet 0",
        "le 1er juillet",
        "annuel",
        "Condition\u00a0: s’il pleut",
    ):
        assert said in html
    assert "prochaine\u00a0: <time" in html
    assert '<time datetime="2026-07-01">1er juillet 2026</time>' in html
    assert 'class="renvoi" href="evidence/charte?x=' in html
    assert "&amp;y" in html
    assert "Fait\u00a0: Les médiateurs doivent ranger le gilet 0" in html  # the name of its box


def test_what_rules_found_is_quoted_and_marked() -> None:
    found = Duty(Obligation("", "doit", "Il doit ranger ; vite."), CHARTE, "Article 1", "", span=(0, 9))

    html = page([found])

    assert '<q class="phrase">Il doit ranger ; vite.</q>' in html  # verbatim: no space added
    assert "trouvé par règle, non relu" in html
    assert "non précisé" in html
    assert "non relu" not in page([duty()])


def test_an_expired_document_is_said() -> None:
    old = DocumentInfo("old", "Règlement", valid_until=date(2019, 12, 31))

    assert "Document expiré le 31 décembre 2019" in page([duty(document=old)])
    assert "expiré" not in page([duty()])


@pytest.mark.parametrize(
    ("number", "first", "last", "shown"),
    [(1, 0, 19, 1), (2, 20, 39, 2), (3, 40, 44, 3), (9, 40, 44, 3), (0, 0, 19, 1)],
)
def test_a_page_has_twenty_rows_and_the_nearest_page_is_shown(
    number: int, first: int, last: int, shown: int
) -> None:
    html = page([duty(n) for n in range(45)], number)

    rows = re.findall(r"<span>ranger le gilet (\d+)</span>", html)
    assert (int(rows[0]), int(rows[-1])) == (first, last)
    assert f"45 obligations, page {shown} sur 3" in html
    assert f'data-page="{shown}" aria-current="page"' in html


def test_one_page_has_no_pager_and_none_says_so() -> None:
    assert "<nav" not in page([duty()])
    assert "Aucune obligation" in page([], empty="<p>x</p>")
    assert page([], empty="<p>x</p>").endswith("<p>x</p>")
    assert count_text(1) == "1 obligation"


def test_the_list_to_print_has_every_duty_with_its_box() -> None:
    duties = [duty(n) for n in range(45)]

    html = checklist_to_html(duties, {duties[3].id}, TODAY)

    assert html.count("<li>") == 45
    assert html.count("☑") == 1
    assert "☑</span> Les médiateurs doivent ranger le gilet 3<" in html
    assert "45 obligations, le 15 juin 2026" in html
