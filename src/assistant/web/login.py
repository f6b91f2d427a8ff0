"""The page to sign in, and that of an error: plain HTML, without a script, without a request."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.users import ROLES

if TYPE_CHECKING:
    from assistant.web.access import Visitor

STYLE = """
:root { color-scheme: light dark; --fond: #fff; --texte: #1f2937; --bord: #6b7280; --lien: #1d4ed8;
  --alerte: #991b1b; }
@media (prefers-color-scheme: dark) { :root { --fond: #111827; --texte: #f3f4f6; --bord: #9ca3af;
  --lien: #a5c0ff; --alerte: #fca5a5; } }
body { background: var(--fond); color: var(--texte); font: 1rem/1.5 system-ui, sans-serif; margin: 0;
  padding: 1.5rem; }
main { max-width: 24rem; margin: 8vh auto 0; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; }
a { color: var(--lien); }
label { display: block; font-weight: 600; margin-top: 1rem; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem; margin-top: .25rem;
  color: inherit; background: transparent; border: 1px solid var(--bord); border-radius: 4px; }
button { font: inherit; font-weight: 600; margin-top: 1.5rem; padding: .6rem 1.2rem; color: #fff;
  background: #1d4ed8; border: 0; border-radius: 4px; }
:focus-visible { outline: 3px solid var(--lien); outline-offset: 2px; }
.erreur { color: var(--alerte); font-weight: 600; }
"""
TITLE = "Assistant de la prévention spécialisée"


def login_page(problem: str = "") -> str:
    """Return the page to sign in, with what went wrong the last time."""
    said = f'<p class="erreur" role="alert" id="probleme">{escape(problem)}</p>' if problem else ""
    wrong = ' aria-invalid="true" aria-describedby="probleme"' if problem else ""
    return html_page(
        f"{'Erreur : ' if problem else ''}Connexion",
        f"""<h1>{TITLE}</h1>
<h2>Connexion</h2>
{said}
<form method="post">
<label for="nom">Nom</label>
<input id="nom" name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required
 maxlength="64" autofocus{wrong}>
<label for="mot">Mot de passe</label>
<input id="mot" name="password" type="password" autocomplete="current-password" required
 maxlength="1000"{wrong}>
<button>Se connecter</button>
</form>""",
    )


def error_page(message: str) -> str:
    """Return a page that says what went wrong."""
    return html_page(
        "Erreur", f'<h1>{TITLE}</h1>\n<p class="erreur">{escape(message)}</p>\n<p><a href="/">Accueil</a></p>'
    )


def account_to_html(visitor: Visitor | None) -> str:
    """Return who is signed in, with the button to leave; nothing where nobody signs in."""
    if visitor is None or not visitor.name:
        return ""
    return (
        '<form method="post" action="/logout" class="compte">'
        f"<span>{escape(visitor.name)} ({ROLES[visitor.role]})</span> "
        "<button>Se déconnecter</button></form>"
    )


def html_page(title: str, body: str, *, style: str = "") -> str:
    """Return a whole page of our own."""
    return f"""<!doctype html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} – {TITLE}</title>
<link rel="icon" href="data:,">
<style>{STYLE}{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""
