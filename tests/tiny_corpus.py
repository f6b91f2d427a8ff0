"""A tiny corpus, written for the tests: two short documents of an invented town, and two fiches."""

from __future__ import annotations

from pathlib import Path

CATALOGUE = """
[[document]]
id = "charte-valmont-2024"
title = "Charte des médiateurs de Valmont 2024-2030"
short_title = "Charte de Valmont"
kind = "charte"
issuer = "Ville de Valmont"
valid_from = 2024-01-01
valid_until = 2030-12-31

[[document.replaces]]
document = "reglement-valmont-2015"

[[document]]
id = "reglement-valmont-2015"
title = "Règlement des médiateurs de Valmont 2015"
kind = "règlement"
issuer = "Ville de Valmont"
valid_from = 2015-01-01
valid_until = 2019-12-31

[[document]]
id = "guide-absent"
title = "Guide de la colonie de Brécourt"
kind = "guide"
"""

CHARTE = """# Charte des médiateurs de Valmont

## Article 1 : Horaires

Les médiateurs travaillent du mardi au samedi, de quatorze heures à vingt-deux heures. En juillet et en août, ils commencent à seize heures. Une équipe compte toujours deux médiateurs au moins.

## Article 2 : Compte rendu

Le coordinateur remet à la mairie un compte rendu chaque trimestre, au plus tard le 15 du mois suivant. Le compte rendu décrit les lieux visités et le nombre de rencontres, sans aucun nom de personne.

## Article 3 : Désaccord

Si un différend oppose la ville et le prestataire, ils cherchent d'abord un arrangement pendant deux mois. Ensuite, le tribunal de Fontclaire tranche.
"""

REGLEMENT = """# Règlement des médiateurs de Valmont

## Article 1 : Horaires

Les médiateurs travaillent du lundi au vendredi, de neuf heures à dix-sept heures, hors jours fériés.

## Article 4 : Tenue

Chaque médiateur porte un gilet orange fourni par la ville et le rend en quittant le service. Un gilet perdu coûte trente euros à celui qui le portait.
"""

FICHE = """+++
id = "charte-desaccord"
title = "Quand la ville et le prestataire ne s'entendent plus"
questions = [
  "qui juge si on se fâche avec la mairie ?",
  "dispute ville prestataire tribunal",
  "combien de temps on essaie de s'arranger ?",
]
tags = ["litige"]

[[sources]]
document = "charte-valmont-2024"
place = "Charte › Article 3"
lines = "13-13"

[[obligations]]
who = "La ville et le prestataire"
modality = "doit"
duty = "chercher un arrangement"
deadline = "pendant deux mois"
delay = "P2M"
event = "début du différend"
+++
En cas de dispute, la ville et son prestataire essaient de s’arranger pendant deux mois. Passé ce temps, c’est le tribunal de Fontclaire qui décide.
"""

ORPHAN = """+++
id = "guide-repas"
title = "Les repas de la colonie"
questions = ["on mange à quelle heure à la colo ?", "heure du dîner Brécourt"]

[[sources]]
document = "guide-absent"
place = "Guide › Repas"
anchor = "12/6@0 0:0000000001 6:0000000002"

[[obligations]]
who = "L’intendant"
modality = "doit"
duty = "afficher les menus"
deadline = "le 1er juillet"
recurrence = "annuel"
date = "07-01"
+++
À la colonie de Brécourt, le dîner est servi à dix-neuf heures et le petit-déjeuner à huit heures.
"""

# Answered by a document, and by a fiche alone.
QUESTION = "Quel tribunal tranche un différend entre la ville et le prestataire ?"
MEAL = "on mange à quelle heure à la colo de Brécourt ?"


def write_corpus(folder: Path) -> Path:
    """Write the tiny corpus: two documents, one fiche on the first, one fiche on an absent document."""
    fiches = folder / "fiches" / "valmont"
    fiches.mkdir(parents=True)
    (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
    (folder / "acronyms.toml").write_text(
        '[acronyms]\nMTV = "médiateur de terrain de Valmont"\n', encoding="utf-8"
    )
    (folder / "charte-valmont-2024.md").write_text(CHARTE, encoding="utf-8")
    (folder / "reglement-valmont-2015.md").write_text(REGLEMENT, encoding="utf-8")
    (fiches / "charte-desaccord.md").write_text(FICHE, encoding="utf-8")
    (fiches / "guide-repas.md").write_text(ORPHAN, encoding="utf-8")
    return folder
