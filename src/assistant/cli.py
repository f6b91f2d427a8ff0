"""Commands, exit codes and messages.  Results go to stdout, everything else to stderr.

Exit codes: 0 done (a refusal is an answer), 1 a problem the user can act on, 2 wrong usage,
130 interrupted.  Heavy modules are imported by the command that needs them.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import AssistantError, QuestionsError, SettingsError, reason_of
from assistant.french import set_spaces
from assistant.french_argparse import speak_french
from assistant.progress import no_progress
from assistant.settings import Settings, load_settings

if TYPE_CHECKING:
    from assistant.pipeline import Assistant, BuildReport

EXAMPLES = """exemples :
  assistant index
  assistant ask "Quel tribunal en cas de conflit ?"
  assistant obligations --format csv > obligations.csv
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):  # a Windows console or a pipe may default to cp1252
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = make_parser().parse_args(argv)
    handler = logging.StreamHandler()  # its own level: libraries raise that of their loggers
    handler.setLevel(logging.DEBUG if arguments.verbose else logging.ERROR)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=handler.level, handlers=[handler], force=True)
    try:
        code: int = arguments.run(arguments)
    except AssistantError as error:
        print(set_spaces(f"Erreur : {error}"), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrompu.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output left: not our problem
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    speak_french()
    parser = argparse.ArgumentParser(
        prog="assistant",
        description="Répond aux questions sur les documents de la prévention spécialisée, "
        "avec les passages qui le prouvent.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--verbose", action="store_true", help="écrire le détail de ce qui se passe")
    commands = parser.add_subparsers(title="commandes", metavar="COMMANDE", required=True)

    def command(
        name: str, run: Callable[[argparse.Namespace], int], help_: str, *, group: Any = commands
    ) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = group.add_parser(
            name, help=help_, description=help_[0].upper() + help_[1:] + "."
        )
        sub.set_defaults(run=run)
        sub.add_argument(
            "--corpus", action="append", type=Path, metavar="DOSSIER", help="dossier de documents (répétable)"
        )
        sub.add_argument("--index", type=Path, metavar="DOSSIER", help="dossier de l’index")
        sub.add_argument(
            "--no-fiches", dest="fiches", action="store_const", const=False, help="ne pas utiliser les fiches"
        )
        sub.add_argument("--model", metavar="NOM", help="modèle de plongement")
        return sub

    command("index", run_index, "construire ou mettre à jour l’index")
    for name, run, help_ in (
        ("ask", run_ask, "répondre à une question"),
        ("search", run_search, "montrer les passages trouvés, sans répondre"),
    ):
        sub = command(name, run, help_)
        sub.add_argument("question", metavar="QUESTION")
        sub.add_argument("--json", action="store_true", help="écrire du JSON")
        if name == "ask":
            sub.add_argument(
                "--sheet",
                type=Path,
                metavar="FEUILLE.html",
                help="écrire aussi une feuille à imprimer, à garder",
            )
        sub.add_argument("--top", type=positive, metavar="K", help="nombre de passages")
    verify = command("verify", run_verify, "dire si les citations d’une feuille de réponse tiennent encore")
    verify.add_argument("sheet", type=Path, metavar="FEUILLE.html")
    explain = command("explain", run_explain, "montrer comment une réponse se forme, étape par étape")
    explain.add_argument("question", metavar="QUESTION")
    batch = command("batch", run_batch, "répondre à un fichier de questions (JSON Lines)")
    batch.add_argument("questions", type=Path, metavar="QUESTIONS.jsonl")
    batch.add_argument("answers", type=Path, metavar="REPONSES.jsonl")
    batch.add_argument("--top", type=positive, metavar="K", help="nombre de passages par question")
    serve = command("serve", run_serve, "ouvrir la page et l’API")
    serve.add_argument(
        "--host", metavar="ADRESSE", help="adresse d’écoute (127.0.0.1 : cette machine seulement)"
    )
    serve.add_argument("--port", type=int, metavar="PORT", help="port d’écoute")
    serve.add_argument(
        "--public",
        action="store_const",
        const=True,
        help="servir au-delà de cette machine sans mot de passe",
    )
    duties = command("obligations", run_obligations, "afficher le registre des obligations")
    duties.add_argument(
        "--format", choices=("table", "json", "csv", "xlsx", "ics"), default="table", help="forme du registre"
    )
    duties.add_argument("--output", type=Path, metavar="FICHIER", help="écrire dans un fichier")
    command("settings", run_settings, "afficher les réglages en vigueur")

    _add_feedback(commands, command)
    _add_users(commands, command)
    _add_fiches(commands, command)
    return parser


def _add_feedback(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    opinions = commands.add_parser("feedback", help="lire les avis donnés sur les réponses")
    group = opinions.add_subparsers(title="commandes", metavar="COMMANDE", required=True)
    command("list", run_feedback_list, "lister les avis", group=group)
    export = command(
        "export", run_feedback_export, "en faire des brouillons de questions de référence", group=group
    )
    export.add_argument("file", type=Path, metavar="FICHIER.jsonl")
    delete = command("delete", run_feedback_delete, "supprimer des avis", group=group)
    delete.add_argument("numbers", nargs="*", type=positive, metavar="NUMÉRO")
    delete.add_argument("--all", action="store_true", help="tous")


def _add_users(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    people = commands.add_parser("users", help="dire qui peut ouvrir une page partagée")
    group = people.add_subparsers(title="commandes", metavar="COMMANDE", required=True)
    add = command("add", run_users_add, "ajouter quelqu’un, ou changer son mot de passe", group=group)
    add.add_argument("name", metavar="NOM")
    add.add_argument(
        "--administrator", action="store_true", help="peut aussi déposer et retirer des documents"
    )
    remove = command("remove", run_users_remove, "retirer quelqu’un", group=group)
    remove.add_argument("name", metavar="NOM")
    command("list", run_users_list, "lister qui peut ouvrir la page", group=group)


def _add_fiches(commands: Any, command: Callable[..., argparse.ArgumentParser]) -> None:
    fiches = commands.add_parser("fiches", help="vérifier et écrire des fiches")
    group = fiches.add_subparsers(title="commandes", metavar="COMMANDE", required=True)
    command("check", run_fiches_check, "vérifier toutes les fiches", group=group)
    anchor = command(
        "anchor", run_fiches_anchor, "faire l’ancre d’un passage, ou celles des brouillons", group=group
    )
    anchor.add_argument("document", nargs="?", metavar="DOCUMENT")
    anchor.add_argument(
        "start", nargs="?", metavar="DÉBUT", help="position dans le texte, ou ligne de l’original : L120"
    )
    anchor.add_argument("end", nargs="?", metavar="FIN", help="fin exclue, ou dernière ligne : L134")
    anchor.add_argument(
        "--drafts", action="store_true", help="remplacer « lines » par une ancre dans tous les brouillons"
    )
    uncovered = command(
        "uncovered", run_fiches_uncovered, "lister ce qu’aucune fiche n’explique", group=group
    )
    uncovered.add_argument("document", metavar="DOCUMENT")


def positive(text: str) -> int:
    """Read a whole number of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("un nombre d’au moins 1 est attendu")
    return value


def settings_of(arguments: argparse.Namespace) -> Settings:
    """Return the settings, the command line's first."""
    values = {
        name: getattr(arguments, name, None)
        for name in ("index", "fiches", "model", "host", "port", "public", "top")
    }
    corpus = getattr(arguments, "corpus", None)
    return load_settings(values | {"corpus": tuple(corpus) if corpus else None})


def open_assistant(settings: Settings, *, update: bool = False) -> Assistant:
    """Open the assistant, bringing its index up to date first if asked."""
    from assistant.pipeline import Assistant

    if update:
        build(settings)
    return Assistant.open(settings)


# --- index -----------------------------------------------------------------------------------


def build(settings: Settings) -> BuildReport:
    """Bring the index up to date, with a progress bar on a terminal; list what was skipped."""
    from assistant.pipeline import update_index

    with progress_bar() as progress:
        report = update_index(settings, progress=progress)
    if report.changed:
        for message in report.skipped:
            print(f"Laissé de côté : {message}", file=sys.stderr)
    return report


class progress_bar:  # noqa: N801  # used as a function
    """A progress bar on stderr when it is a terminal; nothing otherwise."""

    def __enter__(self) -> Callable[[str, int, int], None]:
        """Return what a build reports to."""
        self._bar: Any = None
        self._what = ""
        return self._show if sys.stderr.isatty() else no_progress

    def _show(self, what: str, done: int, total: int) -> None:
        from tqdm import tqdm

        if what != self._what:
            self.__exit__()
            self._what, self._bar = what, tqdm(total=total, desc=what, leave=False, file=sys.stderr)
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        """Remove the bar."""
        if self._bar is not None:
            self._bar.close()


def run_index(arguments: argparse.Namespace) -> int:
    """Build or update the index."""
    settings = settings_of(arguments)
    report = build(settings)
    state = "construit" if report.changed else "déjà à jour"
    print(
        f"Index {state} dans « {settings.index} » : {report.documents} documents, {report.passages} passages, "
        f"{report.fiches} fiches ; {len(report.skipped)} laissés de côté."
    )
    if not report.changed:
        for message in report.skipped:
            print(f"Laissé de côté : {message}", file=sys.stderr)
    return 0


# --- questions -------------------------------------------------------------------------------


def question_of(arguments: argparse.Namespace) -> str:
    """Return the question of the command line.

    Raises:
        QuestionsError: If it is empty.
    """
    question: str = arguments.question
    if not question.strip():
        raise QuestionsError("La question est vide. Écrivez-la entre guillemets, après la commande.")
    return question


def run_ask(arguments: argparse.Namespace) -> int:
    """Answer one question."""
    from assistant.rendering import answer_to_dict, answer_to_text

    question = question_of(arguments)
    assistant = open_assistant(settings_of(arguments))
    answer = assistant.ask(question)
    if arguments.sheet is not None:
        from datetime import date

        from assistant.sheet import make_sheet, sheet_to_html

        sheet = make_sheet(answer, assistant.index, today=date.today())
        write_file(arguments.sheet, sheet_to_html(sheet), given_by="--sheet")
    if arguments.json:
        write_json(answer_to_dict(answer, places=assistant.index.knowledge.places))
    else:
        print(answer_to_text(answer))
    return 0


def run_search(arguments: argparse.Namespace) -> int:
    """Show the passages found."""
    from assistant.rendering import hit_to_dict, hits_to_text

    question = question_of(arguments)
    assistant = open_assistant(settings_of(arguments))
    places = assistant.index.knowledge.places
    hits = assistant.search(question)
    if arguments.json:
        write_json([hit_to_dict(hit, places=places) for hit in hits])
    else:
        print(hits_to_text(hits, places=places) or "Aucun passage ne correspond.")
    return 0


def run_verify(arguments: argparse.Namespace) -> int:
    """Say whether the quotations of a sheet still stand, in the documents as they are now."""
    from assistant.search.storage import load_index
    from assistant.sheet import findings_to_text, read_sheet, verify_sheet

    settings = settings_of(arguments)
    file = read_sheet(arguments.sheet)
    sheet = file.sheet
    build(settings)
    findings = verify_sheet(sheet, load_index(settings.index).knowledge)
    print(f"{sheet.question}\nFeuille {sheet.id} du {sheet.made}")
    print(findings_to_text(findings) or "Cette réponse ne cite rien.")
    if not file.intact:
        print("Cette feuille a été modifiée depuis qu’elle a été faite.", file=sys.stderr)
    elif file.difference:
        problem = (
            f"Ce que montre cette feuille n’est pas ce que disent ses données : {file.difference}. "
            "Ne vous fiez pas à ce qu’elle montre : refaites-la (assistant ask --sheet)."
        )
        print(set_spaces(problem), file=sys.stderr)
    stands = all(finding.standing.stands for finding in findings)
    return 0 if file.intact and not file.difference and stands else 1


def run_explain(arguments: argparse.Namespace) -> int:
    """Show one question through every stage."""
    from assistant.rendering import explanation_to_text

    question = question_of(arguments)
    assistant = open_assistant(settings_of(arguments))
    answer = assistant.ask(question)
    print(explanation_to_text(answer, assistant.index.knowledge))
    return 0


def run_batch(arguments: argparse.Namespace) -> int:
    """Answer a file of questions."""
    from assistant.batch import answer_file

    assistant = open_assistant(settings_of(arguments), update=True)
    done, failed = answer_file(assistant, arguments.questions, arguments.answers)
    print(f"{done} questions, {failed} en erreur : « {arguments.answers} ».", file=sys.stderr)
    return 1 if done and failed == done else 0


def run_serve(arguments: argparse.Namespace) -> int:
    """Open the page."""
    from assistant.web.serve import serve

    settings = settings_of(arguments)
    serve(open_assistant(settings, update=True), settings)
    return 0


def run_obligations(arguments: argparse.Namespace) -> int:
    """Show the register of obligations, or write it to a file."""
    from datetime import date

    from assistant import obligations
    from assistant.search.storage import load_index

    if arguments.format == "xlsx" and arguments.output is None:
        return usage("« --format xlsx » demande « --output FICHIER.xlsx ».")
    duties = obligations.list_duties(load_index(settings_of(arguments).index).knowledge)
    today = date.today()
    content: str | bytes
    if arguments.format == "json":
        content = json.dumps(obligations.duties_to_json(duties), ensure_ascii=False, indent=2) + "\n"
    elif arguments.format == "csv":
        content = obligations.duties_to_csv(duties)
    elif arguments.format == "xlsx":
        content = obligations.duties_to_workbook(duties)
    elif arguments.format == "ics":
        content = obligations.duties_to_calendar(duties, today=today)
        without = len(duties) - len(obligations.to_come(duties, today))
        print(f"{without} obligations sans date à venir ne sont pas dans le calendrier.", file=sys.stderr)
    else:
        content = obligations.duties_to_table(duties) or "Aucune obligation : aucune fiche n’en décrit."
        content += "\n"
    if arguments.output is not None:
        write_file(arguments.output, content, given_by="--output")
    else:
        sys.stdout.write(str(content))
    return 0


def run_settings(arguments: argparse.Namespace) -> int:
    """Show the settings in force."""
    from dataclasses import fields

    settings = settings_of(arguments)
    for field in fields(Settings):
        value = getattr(settings, field.name)
        shown = os.pathsep.join(map(str, value)) if isinstance(value, tuple) else value
        print(f"{field.name} = {shown}    # {field.metadata['help']}")
    return 0


# --- feedback --------------------------------------------------------------------------------


def run_feedback_list(arguments: argparse.Namespace) -> int:
    """List the opinions."""
    from assistant.feedback import feedback_path, feedback_to_text, list_feedback

    given = list_feedback(feedback_path(settings_of(arguments)))
    print(feedback_to_text(given) or "Aucun avis.")
    return 0


def run_feedback_export(arguments: argparse.Namespace) -> int:
    """Write the opinions as draft reference questions."""
    from assistant.feedback import feedback_path, list_feedback, to_drafts

    drafts, left = to_drafts(list_feedback(feedback_path(settings_of(arguments))))
    lines = "".join(f"{json.dumps(draft, ensure_ascii=False)}\n" for draft in drafts)
    write_file(arguments.file, lines, given_by="assistant feedback export FICHIER.jsonl")
    print(
        f"{len(drafts)} brouillons dans « {arguments.file} » ; {len(left)} avis sans passage, laissés de côté."
    )
    return 0


def run_feedback_delete(arguments: argparse.Namespace) -> int:
    """Delete opinions."""
    from assistant.feedback import delete_feedback, feedback_path

    if bool(arguments.numbers) == arguments.all:
        return usage("donnez les numéros des avis, ou « --all ».")
    path = feedback_path(settings_of(arguments))
    done = delete_feedback(path, None if arguments.all else arguments.numbers)
    print(f"{done} avis supprimés.")
    return 0 if arguments.all or done == len(set(arguments.numbers)) else 1


# --- users -----------------------------------------------------------------------------------


def run_users_add(arguments: argparse.Namespace) -> int:
    """Add a user, asking for the password twice."""
    from assistant.users import ROLES, add_user

    path = settings_of(arguments).users
    user = add_user(path, arguments.name, ask_password(), administrator=arguments.administrator)
    print(f"« {user.name} » ({ROLES[user.role]}) est dans « {path} ».")
    return 0


def ask_password() -> str:
    """Read a new password twice, without showing it.

    Raises:
        SettingsError: If the two differ, or no terminal can hide what is typed.
    """
    import getpass
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            first, second = (getpass.getpass(f"Mot de passe{again} : ") for again in ("", " (encore)"))
    except (getpass.GetPassWarning, EOFError) as error:
        raise SettingsError(
            "Le mot de passe se tape dans un terminal. Lancez cette commande dans l’un."
        ) from error
    if first != second:
        raise SettingsError("Les deux mots de passe diffèrent. Recommencez.")
    return first


def run_users_remove(arguments: argparse.Namespace) -> int:
    """Remove a user."""
    from assistant.users import remove_user

    remove_user(settings_of(arguments).users, arguments.name)
    print(f"« {arguments.name} » ne peut plus ouvrir la page.")
    return 0


def run_users_list(arguments: argparse.Namespace) -> int:
    """List the users."""
    from assistant.users import ROLES, load_users

    path = settings_of(arguments).users
    users = load_users(path)
    for user in users.values():
        print(f"{user.name}    {ROLES[user.role]}")
    if not users:
        print(f"« {path} » n’a personne : la page s’ouvre sans mot de passe, sur cette machine seulement.")
    return 0


# --- fiches ----------------------------------------------------------------------------------


def run_fiches_check(arguments: argparse.Namespace) -> int:
    """Check all fiches."""
    from assistant.authoring import check_all
    from assistant.rendering import coverage_to_text

    report = check_all(settings_of(arguments))
    for problem in report.problems:
        print(problem)
    print(coverage_to_text(report))
    return 1 if report.problems else 0


def run_fiches_anchor(arguments: argparse.Namespace) -> int:
    """Make anchors."""
    from assistant.authoring import anchor_drafts, anchor_range

    settings = settings_of(arguments)
    given = [value for value in (arguments.document, arguments.start, arguments.end) if value is not None]
    if arguments.drafts and given:
        return usage("« --drafts » s’emploie seul, sans document ni positions.")
    if arguments.drafts:
        done = anchor_drafts(settings)
        print(f"{done} fiches ont reçu leur ancre.")
        return 0
    if len(given) != 3:
        return usage("donnez DOCUMENT DÉBUT FIN, ou « --drafts ».")
    print(anchor_range(settings, *given))
    return 0


def run_fiches_uncovered(arguments: argparse.Namespace) -> int:
    """List what no fiche explains."""
    from assistant.authoring import list_uncovered

    for line in list_uncovered(settings_of(arguments), arguments.document):
        print(line)
    return 0


# --- output ----------------------------------------------------------------------------------


def usage(message: str) -> int:
    """Report a wrong usage."""
    print(set_spaces(f"assistant : {message} Voir : assistant --help"), file=sys.stderr)
    return 2


def write_file(path: Path, content: str | bytes, *, given_by: str) -> None:
    """Write a file that the user named, by the option or the command ``given_by``.

    Raises:
        SettingsError: If it cannot be written.
    """
    try:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    except OSError as error:
        raise SettingsError(
            f"« {path} » ne peut pas être écrit : {reason_of(error, absent='son dossier n’existe pas')}. "
            f"Choisissez un autre fichier : {given_by}"
        ) from error


def write_json(value: object) -> None:
    """Print one JSON value."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
