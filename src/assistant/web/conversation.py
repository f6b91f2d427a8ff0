"""The conversation, and beside it the evidence: the frame that ``page.js`` fills.

The conversations themselves are kept by each browser; the server keeps nothing of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.events import api

from assistant.errors import AssistantError
from assistant.rendering import answer_to_dict
from assistant.web.asking import MAX_QUESTION_CHARS, Asked, ask_now
from assistant.web.text import NO_BREAK, set_spaces

if TYPE_CHECKING:
    from assistant.pipeline import Assistant

INTRODUCTION = set_spaces(
    "Posez une question sur les documents : la réponse cite les passages qui la prouvent. "
    "Cliquez sur un numéro pour voir le passage dans sa page."
)
FRAME = f"""
<p id="introduction">{INTRODUCTION}</p>
<div id="colonnes">
  <section id="conversation" aria-labelledby="titre-conversation">
    <div class="barre">
      <h2 id="titre-conversation">Conversation</h2>
      <button type="button" id="nouvelle">Nouvelle conversation</button>
    </div>
    <details id="historique">
      <summary>Conversations gardées (<span id="nombre">0</span>)</summary>
      <p class="discret">Elles ne sont gardées que dans ce navigateur.</p>
      <ul id="gardees"></ul>
      <button type="button" id="tout-supprimer">Tout supprimer</button>
    </details>
    <div id="accueil"></div>
    <div id="fil"></div>
    <form id="saisie">
      <label for="question">Votre question</label>
      <p id="modification" hidden>Vous modifiez une question{NO_BREAK}: la suite de la conversation sera
        remplacée. <button type="button" id="annuler">Annuler</button></p>
      <p id="remarque" hidden></p>
      <div class="ligne">
        <textarea id="question" rows="2" maxlength="{MAX_QUESTION_CHARS}" enterkeyhint="send"
          autocomplete="off" aria-describedby="aide remarque"
          placeholder="{set_spaces("Par exemple : qui doit prévenir le Département, et quand ?")}"></textarea>
        <button type="submit" id="demander">Demander</button>
        <button type="button" id="arreter" hidden>Arrêter</button>
      </div>
      <div class="pied">
        <details id="filtre">
          <summary>Documents{NO_BREAK}: <span id="choisis">tous</span></summary>
          <fieldset><legend>Chercher seulement dans</legend><div id="documents"></div></fieldset>
          <button type="button" id="tous">Tous les documents</button>
        </details>
        <p id="aide" class="discret">Entrée pour envoyer, Maj + Entrée pour aller à la ligne.</p>
      </div>
    </form>
    <p id="annonce" class="lu" role="status"></p>
  </section>
  <section id="preuves" aria-labelledby="titre-preuves">
    <div class="barre">
      <h2 id="titre-preuves">Preuves</h2>
      <button type="button" id="retour" hidden>Revenir à la réponse</button>
    </div>
    <div id="panneau" class="panneau">
      <p class="vide">Les passages cités s’affichent ici.</p>
    </div>
  </section>
</div>
"""


def build_conversation(assistant: Assistant) -> None:
    """Add the conversation to the page that is being built, with its endpoint ``/ask``."""

    def ask(question: str, history: list[dict[str, str]] | None = None) -> dict[str, Any]:
        """Answer a question; the same dictionary as ``assistant ask --json``."""
        try:
            answer, index = ask_now(assistant, Asked.read({"question": question, "history": history}))
        except AssistantError as error:
            raise gr.Error(str(error), print_exception=False) from error
        return answer_to_dict(answer, places=index.knowledge.places)

    gr.HTML(FRAME, elem_id="cadre", padding=False)
    api(ask, api_name="ask", concurrency_limit=None)  # see `ask_now`, which keeps the order
