"""The report as one HTML page: its styles and its drawings are inside, nothing is fetched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assistant.quality import CAUSES, CORPUS_NAMES, KIND_NAMES
from evals.report import MEASURES, shown, weak_points

COLOURS = {"all": "#1b5e8c", "originals": "#b5541c", "fiches": "#3b7a3b"}
STYLE = """
:root{color-scheme:light dark;--ink:#1d2733;--dim:#586374;--line:#d5dbe3;--paper:#fff;--soft:#f3f6f9}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--dim:#a3afbf;--line:#3a4554;--paper:#141a21;--soft:#1e2630}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:64rem;margin:2rem auto;
padding:0 1rem}
h1,h2,h3{line-height:1.25}table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.dim{color:var(--dim)}.tiles{display:flex;flex-wrap:wrap;gap:1rem}
.tile{background:var(--soft);border-radius:.5rem;padding:.8rem 1rem;flex:1 1 11rem}
.tile b{display:block;font-size:1.6rem}
svg{max-width:100%;height:auto}svg text{fill:var(--ink);font:13px system-ui,sans-serif}svg .axis{stroke:var(--line)}
details{border:1px solid var(--line);border-radius:.5rem;padding:.5rem 1rem;margin:.6rem 0}
summary{cursor:pointer;font-weight:600}.case{border-top:1px solid var(--line);padding:.6rem 0}
.ok{color:#2c7a2c}.bad{color:#b3261e}
@media(prefers-color-scheme:dark){.ok{color:#7fcf7f}.bad{color:#ff8a80}}
"""
Point = tuple[float, float]


def to_html(report: Mapping[str, Any]) -> str:
    """Return the whole page."""
    about, corpora = report["about"], report["corpora"]
    main = next(iter(corpora.values()))
    parts = [
        "<!doctype html>",
        '<html lang="fr"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>Évaluation de l’assistant</title><style>{STYLE}</style></head><body>",
        "<h1>Évaluation de l’assistant</h1>",
        f"<p>{about['questions']} questions de référence, posées comme les usagers les tapent, "
        "sur trois corpus au plus. Chaque question dit ce qu’une bonne réponse doit contenir et quel passage "
        "des documents le prouve ; rien n’est noté par un modèle de langue.</p>",
        f'<p class="dim">{escape(str(about["date"]))} · version {escape(about["commit"] or "inconnue")} · modèle '
        f"{escape(about['model'])} · Python {escape(about['python'])} · {about['cores']} cœurs</p>",
        _tiles(main["summary"]),
        "<h2>Où l’assistant est faible</h2>",
        _weak(corpora),
        "<h2>À quel rang arrive la preuve</h2>",
        "<p>Part des preuves attendues trouvées parmi les premiers passages, selon leur nombre.</p>",
        _lines_chart(
            {name: [(k, v) for k, v in enumerate(c["recall_curve"], 1)] for name, c in corpora.items()},
            "passages regardés",
            "preuves trouvées",
            right=20,
        ),
        "<h2>Toutes les mesures</h2>",
        _measures(corpora),
        _differences(corpora, report["baseline"]),
    ]
    for name, corpus in corpora.items():
        parts.append(_corpus(name, corpus, is_open=corpus is main))
    return "\n".join([*parts, "</body></html>"]) + "\n"


def _tiles(summary: Mapping[str, float]) -> str:
    tiles = (
        ("correct", "de bonnes réponses ou de refus à bon droit"),
        ("recall@5", "des preuves dans les 5 premiers passages"),
        ("verbatim", "des citations exactes, mot à mot"),
        ("refusal_recall", "des questions sans réponse refusées"),
        ("over_refusal", "des questions refusées à tort"),
    )
    inside = "".join(
        f'<div class="tile"><b>{shown(key, summary[key])}</b>{label}</div>'
        for key, label in tiles
        if key in summary
    )
    return f'<div class="tiles">{inside}</div>'


def _weak(corpora: Mapping[str, Any]) -> str:
    items = []
    for name, corpus in corpora.items():
        weak = ", ".join(
            f"<b>{escape(label)}</b> ({shown('correct', value)} de {count} questions)"
            for label, value, count in weak_points(corpus)
        )
        items.append(f"<li>{escape(CORPUS_NAMES[name])} : {weak or 'trop peu de questions'}</li>")
    return f"<ul>{''.join(items)}</ul>"


def _measures(corpora: Mapping[str, Any]) -> str:
    head = "".join(f'<th class="n" scope="col">{escape(CORPUS_NAMES[name])}</th>' for name in corpora)
    rows = []
    for name, (label, unit) in MEASURES.items():
        values = [corpus["summary"].get(name) for corpus in corpora.values()]
        if all(value is None for value in values):
            continue
        better = {"↑": "plus haut vaut mieux", "↓": "plus bas vaut mieux"}.get(unit[-1], "")
        cells = "".join(f'<td class="n">{shown(name, value)}</td>' for value in values)
        rows.append(f'<tr><td>{escape(label)}</td>{cells}<td class="dim">{better}</td></tr>')
    return f'<table><tr><th scope="col">mesure</th>{head}<th></th></tr>{"".join(rows)}</table>'


def _differences(corpora: Mapping[str, Any], baseline: Mapping[str, Any]) -> str:
    rows = [
        f"<tr><td>{escape(CORPUS_NAMES[name])}</td><td>{escape(MEASURES[key][0])}</td>"
        f'<td class="n">{100 * gap["mean"]:+.1f}</td>'
        f'<td class="n">de {100 * gap["low"]:+.1f} à {100 * gap["high"]:+.1f}</td>'
        f'<td class="n">{gap["cases"]}</td></tr>'
        for name, corpus in corpora.items()
        for key, gap in corpus["differences"].items()
    ]
    if not rows:
        return '<p class="dim">Pas de référence à laquelle comparer.</p>'
    return (
        f"<h2>Depuis la référence</h2><p>Référence du {escape(str(baseline['date']))}. En points ; intervalle à 95 % "
        "par rééchantillonnage des questions (un intervalle qui contient 0 ne dit ni mieux ni moins bien).</p>"
        '<table><tr><th>corpus</th><th>mesure</th><th class="n">écart</th><th class="n">intervalle</th>'
        f'<th class="n">questions</th></tr>{"".join(rows)}</table>'
    )


# --- one corpus ------------------------------------------------------------------------------


def _corpus(name: str, corpus: Mapping[str, Any], *, is_open: bool) -> str:
    counts = corpus["counts"]
    broken = corpus["broken"]
    invariants = (
        '<p class="ok">Garanties tenues : citations exactes, aucune citation dans le vide, aucun refus avec citation, '
        "mêmes réponses deux fois, aucune connexion au réseau.</p>"
        if not broken
        else f'<p class="bad">Garanties rompues : {len(broken)}</p><ul>'
        + "".join(f"<li>{escape(b['rule'])} — {escape(b['detail'])}</li>" for b in broken)
        + "</ul>"
    )
    charts = "".join(
        f"<h3>{title}</h3>{_bars(corpus['by'][key], COLOURS[name])}"
        for title, key in (
            ("Par document", "document"),
            ("Par genre de question", "kind"),
            ("Par difficulté", "difficulty"),
        )
    )
    return (
        f"<details{' open' if is_open else ''}><summary>Corpus : {escape(CORPUS_NAMES[name])}</summary>"
        f'<p class="dim">{counts["documents"]} documents, {counts["passages"]} passages, {counts["fiches"]} fiches.</p>'
        f"{invariants}{charts}"
        "<h3>La confiance affichée dit-elle vrai ?</h3>"
        "<p>Un point sur la diagonale : à ce niveau de confiance, l’assistant a raison aussi souvent qu’il le dit. "
        "Sous la diagonale, il est trop sûr de lui.</p>"
        f"{_calibration(corpus['calibration'], COLOURS[name])}"
        "<h3>Répondre moins pour se tromper moins</h3>"
        "<p>Part d’erreurs (passage en tête qui ne prouve pas la réponse) selon la part de questions auxquelles on "
        "répond, les plus sûres d’abord.</p>"
        f"{_lines_chart({name: corpus['risk_coverage']}, 'part des questions', 'part d’erreurs', right=1)}"
        f"<h3>Ce qui a échoué</h3>{_failures(corpus['failures'])}</details>"
    )


def _failures(failures: Sequence[Mapping[str, Any]]) -> str:
    if not failures:
        return "<p>Rien.</p>"
    parts = []
    for cause, label in CAUSES.items():
        inside = [failure for failure in failures if failure["cause"] == cause]
        if inside:
            cases = "".join(_failure(failure) for failure in inside)
            parts.append(f"<details><summary>{escape(label)} : {len(inside)}</summary>{cases}</details>")
    return "".join(parts)


def _failure(failure: Mapping[str, Any]) -> str:
    before = "".join(
        f"<br><span class='dim'>avant : {escape(question)}</span>" for question in failure["history"]
    )
    status = {
        "answered": "a répondu",
        "not_found": "« je ne trouve pas »",
        "refused": "a refusé",
        "error": "erreur",
    }
    rows = [
        ("attendu", failure["expected"]),
        ("faits indispensables", " ; ".join(failure["facts"])),
        ("montré", f"{status[failure['status']]}, confiance {failure['confidence']:.2f}. {failure['shown']}"),
        ("lieux cités", " ; ".join(failure["cited"])),
        ("premiers passages", " ; ".join(failure["hits"])),
        (
            "rang des preuves",
            ", ".join("absente" if rank is None else str(rank) for rank in failure["ranks"]),
        ),
    ]
    lines = "".join(
        f"<br><span class='dim'>{label} :</span> {escape(value)}" for label, value in rows if value
    )
    kind = KIND_NAMES.get(failure["kind"], failure["kind"])
    return (
        f'<div class="case"><b>{escape(failure["question"])}</b> <span class="dim">({escape(failure["id"])}, '
        f"{escape(kind)}, {escape(KIND_NAMES[failure['difficulty']])})</span>{before}{lines}</div>"
    )


# --- drawings --------------------------------------------------------------------------------


def _bars(categories: Mapping[str, Mapping[str, float]], colour: str) -> str:
    """Return horizontal bars: full for right answers, outlined for evidence among the first five."""
    rows = sorted(categories.items(), key=lambda item: item[1]["correct"])
    width, label, height = 760, 290, 30
    parts = []
    for place, (name, values) in enumerate(rows):
        y = place * height
        right, found = values["correct"], values.get("recall@5")
        text = f"{KIND_NAMES.get(name, name)} ({values['questions']:.0f})"
        span = width - label - 130
        parts.append(f'<text x="{label - 8}" y="{y + 19}" text-anchor="end">{escape(text)}</text>')
        parts.append(
            f'<rect x="{label}" y="{y + 6}" width="{span * right:.1f}" height="16" fill="{colour}"/>'
        )
        note = shown("correct", right)
        if found is not None:
            parts.append(
                f'<rect x="{label}" y="{y + 4}" width="{span * found:.1f}" height="20" fill="none" stroke="{colour}"/>'
            )
            note += f" / {shown('recall@5', found)}"
        parts.append(f'<text x="{label + span * max(right, found or 0) + 6:.1f}" y="{y + 19}">{note}</text>')
    legend = (
        "<p class='dim'>Barre pleine : bonne réponse ou bon refus. "
        "Contour : preuve dans les 5 premiers passages.</p>"
    )
    return legend + _svg(width, len(rows) * height + 6, parts, "Bonnes réponses par catégorie")


def _lines_chart(series: Mapping[str, Sequence[Point]], across: str, up: str, *, right: float) -> str:
    """Return curves over 0…right, heights from 0 to 1."""
    width, height, left, bottom = 720, 300, 60, 45
    parts = _frame(width, height, left, bottom, across, up, right)
    for place, (name, points) in enumerate(series.items()):
        path = " ".join(
            f"{left + (width - left - 20) * x / right:.1f},{height - bottom - (height - bottom - 15) * y:.1f}"
            for x, y in points
        )
        parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[name]}" stroke-width="2.5"/>')
        if len(series) > 1:
            y_legend = height - bottom - 14 - 18 * place
            parts.append(
                f'<rect x="{width - 250}" y="{y_legend - 9}" width="14" height="4" fill="{COLOURS[name]}"/>'
            )
            parts.append(f'<text x="{width - 230}" y="{y_legend}">{escape(CORPUS_NAMES[name])}</text>')
    return _svg(width, height, parts, f"{up} selon {across}")


def _calibration(bins: Sequence[Sequence[float]], colour: str) -> str:
    width, height, left, bottom = 420, 360, 60, 45
    parts = _frame(width, height, left, bottom, "confiance affichée", "part juste", 1)
    across, up = width - left - 20, height - bottom - 15
    parts.append(
        f'<line class="axis" x1="{left}" y1="{height - bottom}" x2="{left + across}" y2="15" stroke-dasharray="5 4"/>'
    )
    most = max((count for count, _, _ in bins), default=1)
    for count, sure, right in bins:
        x, y = left + across * sure, height - bottom - up * right
        radius = 4 + 10 * (count / most) ** 0.5
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{colour}" fill-opacity=".65"/>'
        )
        parts.append(f'<text x="{x:.1f}" y="{y - radius - 3:.1f}" text-anchor="middle">{count:.0f}</text>')
    return _svg(width, height, parts, "Part de réponses justes selon la confiance affichée")


def _frame(width: int, height: int, left: int, bottom: int, across: str, up: str, right: float) -> list[str]:
    """Return axes with their labels and five marks each."""
    parts = []
    for mark in range(6):
        y = height - bottom - (height - bottom - 15) * mark / 5
        x = left + (width - left - 20) * mark / 5
        value = f"{right * mark / 5:.0f}" if right > 1 else f"{100 * mark // 5} %"
        parts.append(f'<line class="axis" x1="{left}" x2="{width - 20}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * mark // 5} %</text>')
        parts.append(f'<text x="{x:.1f}" y="{height - bottom + 18}" text-anchor="middle">{value}</text>')
    parts.append(
        f'<text x="{(left + width) / 2:.0f}" y="{height - 6}" text-anchor="middle">{escape(across)}</text>'
    )
    parts.append(f'<text x="{left}" y="10">{escape(up)}</text>')
    return parts


def _svg(width: int, height: int, parts: Sequence[str], label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(label)}">{"".join(parts)}</svg>'
    )
