"""Lower layers never import higher ones; heavy libraries enter by one door, late."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "assistant"
# From the lowest; a module may import its own layer and those before it.
LAYERS = (
    ("records", "errors", "progress"),
    ("french", "french_argparse", "settings", "users"),
    ("corpus",),
    ("search",),
    ("answers", "obligations", "overview", "quality", "register", "discovery"),
    ("rendering", "sheet"),
    ("pipeline",),
    ("authoring", "batch", "feedback", "integrations", "library"),
    ("web",),
    ("cli",),
    ("__main__", "__init__"),
)
DOORS = {
    "faiss": {"search/dense.py"},
    "bm25s": {"search/lexical.py"},
    "sentence_transformers": {"search/embedding.py", "search/rerank.py"},
    "torch": set(),
    "gradio": {
        "web/page.py",
        "web/conversation.py",
        "web/application.py",
        "web/documents.py",
        "web/quality.py",
        "web/obligations.py",
        "web/discover.py",
    },
    "fastapi": {
        "web/api.py",
        "web/application.py",
        "web/opinions.py",
        "web/routes.py",
        "web/serve.py",
        "web/sheets.py",
    },
    "uvicorn": {"web/serve.py"},
    "llama_index": {"integrations/llama_index.py"},
    "argon2": {"users.py"},
    "pypdfium2": {"corpus/printed.py"},
    "icalendar": {"obligations.py"},
    "openpyxl": {"obligations.py"},
}


def level(module: str) -> int:
    room = module.split(".", maxsplit=1)[0]
    return next(rank for rank, rooms in enumerate(LAYERS) if room in rooms)


def imports(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_its_own_layer_or_lower_ones(path: Path) -> None:
    own = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    higher = [
        name
        for name in imports(path)
        if name.startswith("assistant.") and level(name.removeprefix("assistant.")) > level(own)
    ]

    assert higher == []


@pytest.mark.parametrize("library", DOORS)
def test_a_heavy_library_has_one_door(library: str) -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if any(name.split(".")[0] == library for name in imports(path))
    }

    assert users <= DOORS[library]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from assistant.cli import make_parser; make_parser().format_help();"
        "print([m for m in ('numpy', 'faiss', 'bm25s', 'torch', 'gradio', 'llama_index') if m in sys.modules])"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"


def test_answering_imports_neither_torch_nor_gradio_nor_llama_index(settings: object) -> None:
    code = (
        "import sys, pathlib; from assistant.settings import Settings; from assistant.pipeline import *;"
        f"s = Settings(corpus=({str(settings.corpus[0])!r},) and (pathlib.Path({str(settings.corpus[0])!r}),),"
        f" knowledge=pathlib.Path({str(settings.knowledge)!r}), index=pathlib.Path({str(settings.index)!r}));"
        "update_index(s); print(Assistant.open(s).ask('qui juge ?').status);"
        "print([m for m in ('torch', 'gradio', 'llama_index', 'sentence_transformers') if m in sys.modules])"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert result.stdout.splitlines()[-1] == "[]"
