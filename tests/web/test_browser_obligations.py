"""The tab of obligations in a real browser: filters, pages, ticks, files, evidence."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from icalendar import Calendar
from in_browser import HOSTILE, Application, running_application, show_tab, watched_window

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from assistant.pipeline import Assistant

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
OBJECTS = (
    "gilet clé badge tente bâche lampe corde carnet stylo plan ballon filet chaise table banc tasse".split()
)
RULES = len(OBJECTS) * 2 + 2  # duties that rules find in the note
FICHES = 2  # duties of the fiches of the tiny corpus


def note() -> str:
    """Return a document without fiches that obliges much, and once this month."""
    today = date.today()
    lines = [f"Le gardien doit rendre chaque {thing} à la mairie." for thing in OBJECTS]
    lines += [f"Il est interdit de prêter un objet de type {thing}." for thing in OBJECTS]
    lines.append(f"Le trésorier doit payer au plus tard le {min(today.day, 28)} {MONTHS[today.month - 1]}.")
    lines.append(f"Le gardien doit lire ceci : {HOSTILE} et le ranger.".replace(" : ", " "))
    return "# Note de Valmont\n\n## Objets\n\n" + "\n\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def application(assistant: Assistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    folder = tmp_path_factory.mktemp("obligations")
    corpus = Path(shutil.copytree(assistant.settings.corpus[0], folder / "own"))
    (corpus / "note.md").write_text(note(), encoding="utf-8")
    with running_application(corpus, folder) as running:
        yield running


@pytest.fixture
def tab(window: Page) -> Page:
    show_tab(window, "Obligations")
    window.locator("table.registre").wait_for()
    return window


def title(tab: Page) -> Locator:
    return tab.locator("#registre-titre")


def wait_for_title(tab: Page, start: str) -> None:
    tab.wait_for_function(
        "s => document.querySelector('#registre-titre')?.innerText.startsWith(s)", arg=start
    )


def search(tab: Page, words: str) -> None:
    tab.get_by_label("Chercher dans les obligations").fill(words)


def test_the_register_shows_page_by_page(tab: Page) -> None:
    assert title(tab).inner_text() == f"{RULES + FICHES} obligations, page 1 sur 2"
    assert tab.locator("table.registre tbody tr").count() == 20

    tab.get_by_role("navigation", name="Pages du registre").get_by_role("button", name="Suivante").press(
        "Enter"
    )

    wait_for_title(tab, f"{RULES + FICHES} obligations, page 2")
    tab.wait_for_function("document.activeElement?.id === 'registre-titre'")
    assert tab.locator("table.registre tbody tr").count() == RULES + FICHES - 20
    assert tab.get_by_role("button", name="Suivante").is_disabled()


def test_it_is_filtered_and_searched_and_the_filters_are_taken_away(tab: Page) -> None:
    search(tab, "BADGES")
    wait_for_title(tab, "2 obligations")
    assert tab.get_by_role("status").filter(has_text="2 obligations").count() == 1  # said aloud
    assert tab.get_by_text("trouvé par règle, non relu").count() == 3  # twice, and the introduction

    tab.get_by_role("button", name="Filtres").click()
    tab.get_by_label("Interdiction").check()
    wait_for_title(tab, "1 obligation")
    assert "Il est interdit de prêter un objet de type badge." in tab.locator("table.registre").inner_text()

    tab.get_by_role("button", name="Effacer les filtres").click()
    wait_for_title(tab, f"{RULES + FICHES} obligations")
    tab.get_by_label("Autres acteurs").check()
    wait_for_title(tab, "2 obligations")
    assert "afficher les menus" in tab.locator("table.registre").inner_text()


def test_this_month_shows_what_is_due(tab: Page) -> None:
    tab.get_by_label("Ce mois-ci").check()

    # In July the menus are due too.
    tab.wait_for_function("document.querySelectorAll('table.registre tbody tr').length <= 2")
    assert tab.get_by_text("Le trésorier doit payer au plus tard").count() >= 1


def test_ticks_stay_in_the_browser_and_filter_the_list(tab: Page) -> None:
    search(tab, "arrangement")
    wait_for_title(tab, "1 obligation")
    box = tab.get_by_role(
        "checkbox", name="Fait : La ville et le prestataire doivent chercher un arrangement"
    )
    box.focus()
    tab.keyboard.press("Space")
    assert box.is_checked()

    tab.reload()
    show_tab(tab, "Obligations")
    tab.locator("table.registre").wait_for()
    tab.get_by_label("Faites").check()
    wait_for_title(tab, "1 obligation")
    assert tab.locator("[data-coche]").is_checked()
    tab.get_by_label("À faire").check()
    wait_for_title(tab, f"{RULES + FICHES - 1} obligations")

    tab.on("dialog", lambda dialog: dialog.accept())
    tab.get_by_role("button", name="Effacer mes coches").click()
    wait_for_title(tab, f"{RULES + FICHES} obligations")
    assert tab.evaluate("localStorage.getItem('assistant.coches.obligations')") == "{}"


def test_what_is_filtered_is_saved_as_files_that_others_open(tab: Page, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    search(tab, "trésorier")
    wait_for_title(tab, "1 obligation")
    tab.locator("[data-coche]").check()
    for button, name in (
        ("Tableur (XLSX)", "list.xlsx"),
        ("Texte (CSV)", "list.csv"),
        ("Calendrier (ICS)", "list.ics"),
    ):
        with tab.expect_download() as download:
            tab.get_by_role("button", name=button).click()
        assert download.value.suggested_filename == f"obligations-{date.today()}{Path(name).suffix}"
        download.value.save_as(tmp_path / name)
    assert tab.locator("#emporter-annonce").inner_text() == "1 obligation dans le fichier."

    rows = list(load_workbook(tmp_path / "list.xlsx").active.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[1][0] == "Le trésorier"
    assert rows[1][-1] == str(date.today())  # the day of the tick
    with (tmp_path / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["origine"] for row in csv.DictReader(file)] == ["trouvé par règle, non relu"]
    (event,) = Calendar.from_ical((tmp_path / "list.ics").read_bytes()).walk("VEVENT")
    assert event["dtstart"].dt == date.today().replace(day=min(date.today().day, 28))
    assert event["rrule"]["freq"] == ["YEARLY"]


def test_the_whole_list_is_printed_alone(tab: Page) -> None:
    tab.evaluate(
        "window.print = () => { window.printed = document.querySelectorAll('#impression li').length; }"
    )

    tab.get_by_role("button", name="Imprimer").click()

    tab.wait_for_function("window.printed")
    assert tab.evaluate("window.printed") == RULES + FICHES
    tab.emulate_media(media="print")
    assert not tab.locator("#onglets").is_visible()
    assert tab.locator("#impression").is_visible()
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("#impression").count() == 0


@pytest.mark.parametrize(
    ("words", "marked", "beside"),
    [
        (
            "arrangement",
            "Si un différend oppose la ville et le prestataire",
            "c’est le tribunal de Fontclaire qui décide",
        ),
        ("trésorier", "Le trésorier doit payer au plus tard", ""),
    ],
    ids=["fiche", "rule"],
)
def test_a_row_opens_its_evidence_on_the_right_words(tab: Page, words: str, marked: str, beside: str) -> None:
    search(tab, words)
    wait_for_title(tab, "1 obligation")

    tab.locator("table.registre a.renvoi").press("Enter")

    panel = tab.get_by_role("tabpanel").filter(has=tab.locator("table.registre")).locator(".panneau")
    panel.locator("mark").first.wait_for()
    assert " ".join(panel.locator("mark").all_inner_texts()).startswith(marked)
    assert beside in panel.inner_text()
    assert tab.url.startswith("http://127.0.0.1:")
    assert title(tab).is_visible()


def test_nothing_in_a_document_becomes_an_element(tab: Page) -> None:
    search(tab, "onerror")
    wait_for_title(tab, "2 obligations")  # in a sentence, and in the title of a document

    assert "<script>caught = 1</script>" in tab.locator("table.registre").inner_text()
    assert tab.locator("table.registre img, table.registre script").count() == 0
    assert tab.evaluate("window.caught") is None


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_each_row_is_a_card(chromium: Browser, application: Application, scheme: str) -> None:
    size = {"width": 320, "height": 720}
    with watched_window(chromium, application, color_scheme=scheme, viewport=size) as window:
        show_tab(window, "Obligations")
        window.locator("table.registre").wait_for()

        assert window.evaluate("document.documentElement.scrollWidth") == 320
        row = window.locator("table.registre tbody tr").first
        cells = [box for cell in row.locator("td").all() if (box := cell.bounding_box())]
        assert len({round(box["x"]) for box in cells}) == 1  # one under the other
        assert max(box["x"] + box["width"] for box in cells) <= 320
