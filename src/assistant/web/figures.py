"""The evaluation as HTML, for people who do not evaluate search engines.

Pure functions from records to text.  Everything that is not written in this module is escaped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.quality import CAUSES, KIND_NAMES, failures_by_cause
from assistant.search.validity import french_date
from assistant.web.catalogue import count, percent
from assistant.web.text import NO_BREAK, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.overview import Summary
    from assistant.quality import Category, CorpusReport, Failure, Figure, QualityReport
    from assistant.records import DocumentInfo

# Figure → its name, and what it means.
MEANINGS = {
    "correct": (
        "Bonne réponse",
        "La réponse contient tous les faits indispensables ; ou bien la question n’a pas de réponse dans les "
        "documents, et l’assistant le dit.",
    ),
    "recall@5": (
        "Preuve dans les 5 premiers",
        "Le passage qui prouve la réponse est parmi les 5 premiers que l’assistant trouve.",
    ),
    "vital_facts": (
        "Faits présents",
        "La part des faits indispensables (un délai, un montant, un acteur) que l’on trouve dans la réponse.",
    ),
    "verbatim": (
        "Citations mot à mot",
        "La part des citations montrées qui sont exactement le texte du document. En dessous de 100 %, "
        "l’évaluation échoue.",
    ),
    "refusal_recall": (
        "Refus à bon droit",
        "Parmi les questions auxquelles les documents ne répondent pas, celles où l’assistant dit qu’il ne "
        "trouve pas. Aux autres il a répondu à côté : d’où l’importance de lire la citation.",
    ),
    "over_refusal": (
        "Refus à tort",
        "Parmi les questions qui ont une réponse, celles où l’assistant dit qu’il ne trouve pas. "
        "Moins il y en a, mieux c’est.",
    ),
}
NO_REPORT = (
    "Aucun rapport d’évaluation n’est installé. Il se fait par la commande « python -m evals run » ; "
    "le réglage « report » dit où il est."
)
ABOUT_INTERVALS = (
    "Entre parenthèses : l’intervalle à 95 %. Avec d’autres questions du même genre, le chiffre serait "
    "probablement dans cet intervalle ; il est d’autant plus large que les questions sont peu nombreuses."
)
ABOUT_CORPORA = {
    "all": "C’est la situation normale : les documents d’origine et les fiches qui les expliquent.",
    "originals": "Ce que vaut l’assistant sur des documents sans fiches : un document que vous venez d’ajouter.",
    "fiches": "Ce que vaut l’assistant sur une machine neuve, avant que les documents d’origine y soient.",
}


def quality_to_html(
    report: QualityReport | None, summaries: Sequence[Summary], infos: Mapping[str, DocumentInfo]
) -> str:
    """Return the last evaluation, in plain words first, then in tables."""
    if report is None or not report.corpora:
        return f'<p class="vide">{say(NO_REPORT)}</p>{_not_covered(None, summaries)}'
    main = report.corpora[0]
    changed = report.version.endswith("+")
    version = report.version.rstrip("+") or "inconnue"
    about = (
        f"Évaluation du {french_date(report.date)}, version {version}"
        f"{' avec des modifications' if changed else ''}, modèle « {report.model} »."
    )
    method = (
        f"On pose à l’assistant {report.questions} questions dont la bonne réponse est connue, et on compare. "
        "L’évaluation porte sur les documents de référence, non sur ceux que vous avez ajoutés."
    )
    parts = [
        f'<p class="discret">{say(about)}</p><p>{say(method)}</p>',
        f'<h3>En bref</h3>{_figures(main)}<p class="discret">{say(ABOUT_INTERVALS)}</p>',
        f"<h3>Points faibles</h3>{_weak(main, infos)}",
        _not_covered(main, summaries),
        f"<h3>Avec et sans les fiches</h3>{_comparison(report.corpora)}",
        "<h3>Par document et par genre de question</h3>",
        *(_corpus(corpus, infos, is_open=corpus is main) for corpus in report.corpora),
    ]
    return "".join(parts)


# --- the main figures ------------------------------------------------------------------------


def _figures(corpus: CorpusReport) -> str:
    items = "".join(
        f"<div><dt>{say(MEANINGS[name][0])}</dt><dd>{_value(figure)}{_bar(figure.value)}"
        f"<p>{say(MEANINGS[name][1])}</p></dd></div>"
        for name, figure in corpus.figures.items()
        if name in MEANINGS
    )
    broken = "".join(f"<li>{say(rule)}</li>" for rule in corpus.broken)
    alarm = f'<p class="echec">{say("⚠ Des règles sont rompues :")}</p><ul>{broken}</ul>' if broken else ""
    return f'<dl class="figures">{items}</dl>{alarm}'


def _value(figure: Figure) -> str:
    """Return a share with its interval and the number of questions."""
    bounds = figure.interval
    if bounds is None:
        return f"<strong>{percent(figure.value)}</strong>"
    low, high = bounds
    return (
        f"<strong>{percent(figure.value)}</strong> "
        f'<span class="discret">({percent(low)} à {percent(high)}, sur {count(figure.questions, "question")})</span>'
    )


def _bar(share: float) -> str:
    return f'<span class="jauge" aria-hidden="true"><span style="width:{100 * share:.0f}%"></span></span>'


def _weak(corpus: CorpusReport, infos: Mapping[str, DocumentInfo]) -> str:
    items = "".join(
        f"<li>{say(_name(one.name, infos))}{NO_BREAK}: {percent(one.correct.value)} de bonnes réponses "
        f"sur {count(one.questions, 'question')}</li>"
        for one in corpus.weak
    )
    return f"<ul>{items}</ul>" if items else f"<p>{say('Aucun genre de question n’est assez fourni.')}</p>"


def _not_covered(main: CorpusReport | None, summaries: Sequence[Summary]) -> str:
    """Return what no answer can be expected about."""
    items = [
        "Seuls les documents de l’onglet « Documents » répondent : un texte qu’ils citent sans le reproduire "
        "(une loi, un règlement, une autre convention) n’est pas couvert."
    ]
    absent = [one.info.name for one in summaries if not one.installed]
    if absent:
        items.append(
            f"Documents d’origine non installés : {' ; '.join(absent)}. Rien n’y est cité mot à mot."
        )
    items += [f"{one.info.name} : {one.period}" for one in summaries if one.state == "expired"]
    bare = [
        f"{one.info.name} ({percent(1 - one.coverage)})"
        for one in summaries
        if one.coverage is not None and one.coverage < 1
    ]
    if bare:
        items.append(f"Part du texte qu’aucune fiche n’explique : {' ; '.join(bare)}.")
    wrong = sum(failure.cause == "should_refuse" for failure in main.failures) if main else 0
    if main and wrong:
        refusals = main.figures.get("refusal_recall")
        among = f" sur {refusals.questions}" if refusals else ""
        which = (
            "auxquelles les documents ne répondent pas ont"
            if wrong > 1
            else "à laquelle les documents ne répondent pas a"
        )
        items.append(
            f"{count(wrong, 'question')}{among} {which} reçu une réponse au lieu d’un refus : voir la liste des échecs."
        )
    return f"<h3>Ce que le corpus ne couvre pas</h3><ul>{''.join(f'<li>{say(item)}</li>' for item in items)}</ul>"


# --- tables ----------------------------------------------------------------------------------


def _comparison(corpora: Sequence[CorpusReport]) -> str:
    rows = [
        [MEANINGS[name][0], *(_cell(corpus.figures.get(name)) for corpus in corpora)]
        for name in MEANINGS
        if any(name in corpus.figures for corpus in corpora)
    ]
    notes = "".join(
        f"<li>{say(f'{one.title.capitalize()} : {ABOUT_CORPORA[one.name]}')}</li>"
        for one in corpora
        if one.name in ABOUT_CORPORA
    )
    heads = ["Mesure", *(corpus.title.capitalize() for corpus in corpora)]
    return _table("Les mesures selon ce qui est installé", heads, rows) + f"<ul>{notes}</ul>"


def _corpus(corpus: CorpusReport, infos: Mapping[str, DocumentInfo], *, is_open: bool) -> str:
    counts = ", ".join(
        count(corpus.counts[key], word)
        for key, word in (("documents", "document"), ("passages", "passage"), ("fiches", "fiche"))
        if key in corpus.counts
    )
    title = corpus.title.capitalize()
    return (
        f"<details{' open' if is_open else ''}><summary>{say(title)}</summary>"
        f'<p class="discret">{counts}.</p>'
        f"{_categories(f'Par document ({corpus.title})', 'Document', corpus.by_document, infos)}"
        f"{_categories(f'Par genre de question ({corpus.title})', 'Genre', corpus.by_kind, infos)}"
        f"{_failures(corpus.failures)}</details>"
    )


def _categories(
    caption: str, head: str, categories: Iterable[Category], infos: Mapping[str, DocumentInfo]
) -> str:
    rows = [
        [
            _name(one.name, infos),
            str(one.questions),
            _cell(one.correct),
            _share(one.evidence),
            _share(one.facts),
        ]
        for one in categories
    ]
    heads = [head, "Questions", "Bonne réponse", "Preuve dans les 5 premiers", "Faits présents"]
    return _table(caption, heads, rows)


def _failures(failures: Sequence[Failure]) -> str:
    if not failures:
        return f"<p>{say('Aucune question en échec.')}</p>"
    parts = []
    for cause, found in failures_by_cause(failures).items():
        items = "".join(f"<li><code>{say(one.id)}</code> {say(one.question)}</li>" for one in found)
        label = CAUSES.get(cause, cause)
        parts.append(f"<h4>{say(label[:1].upper() + label[1:])} ({len(found)})</h4><ul>{items}</ul>")
    title = f"Les {count(len(failures), 'question')} en échec, par cause"
    return f'<details class="echecs"><summary>{say(title)}</summary>{"".join(parts)}</details>'


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "—"
    bounds = figure.interval
    if bounds is None:
        return percent(figure.value)
    return f"{percent(figure.value)} ({percent(bounds[0])} à {percent(bounds[1])})"


def _share(value: float | None) -> str:
    return "—" if value is None else percent(value)


def _name(name: str, infos: Mapping[str, DocumentInfo]) -> str:
    """Return a document's or a kind's name as a reader knows it."""
    label = infos[name].name if name in infos else KIND_NAMES.get(name, name)
    return label[:1].upper() + label[1:]


def _cells(heads: Sequence[str], cells: Sequence[str]) -> str:
    named = zip(heads, cells, strict=True)
    return "".join(f'<td data-nom="{say(head)}">{say(cell)}</td>' for head, cell in named)


def _table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table that scrolls by itself, with the keyboard too; on a narrow screen each row is a card."""
    head = "".join(f'<th scope="col">{say(text)}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{say(first)}</th>{_cells(heads[1:], cells)}</tr>' for first, *cells in rows
    )
    return (
        f'<div class="tableau" role="region" tabindex="0" aria-label="{say(caption)}"><table>'
        f"<caption>{say(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
