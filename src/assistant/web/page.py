"""The page: a title, and a tab for each thing people come for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from assistant.web.access import visitor_of
from assistant.web.conversation import build_conversation
from assistant.web.discover import build_discover
from assistant.web.documents import build_documents
from assistant.web.login import account_to_html
from assistant.web.obligations import build_obligations
from assistant.web.quality import build_quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.pipeline import Assistant

TITLE = "Assistant de la prévention spécialisée"
HOUR, DAY = 3600, 86_400
# Someone without a mouse need not go through the tabs each time.
HEADER = f'<a class="evitement" href="#onglets">Aller au contenu</a><h1>{TITLE}</h1>'
# In the order shown: name → what adds its components to the page being built.
TABS: dict[str, Callable[[Assistant], None]] = {
    "Conversation": build_conversation,
    "Obligations": build_obligations,
    "Documents": build_documents,
    "Découvrir": build_discover,
    "Qualité": build_quality,
}


def build_page(assistant: Assistant) -> gr.Blocks:
    """Return the page and its endpoints; the caller serves it."""
    page: gr.Blocks
    with gr.Blocks(
        title=TITLE,
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(HOUR, DAY),  # files that were sent and never added
    ) as page:
        gr.HTML(HEADER, elem_id="titre", padding=False)
        if assistant.settings.users.exists():
            account = gr.HTML("", elem_id="compte", padding=False)
            private: Any = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
            page.load(show_account, None, account, **private)
        with gr.Tabs(elem_id="onglets", overflow_behavior="wrap"):
            for name, build in TABS.items():
                with gr.Tab(name):
                    build(assistant)
    return page


def show_account(request: gr.Request) -> str:
    """Say who is signed in, with a button to leave."""
    return account_to_html(visitor_of(request))
