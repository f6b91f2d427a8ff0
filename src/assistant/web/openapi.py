"""The page that describes the API, made from its OpenAPI document: plain HTML, nothing loaded."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from assistant.web.login import html_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STYLE = """main { max-width: 60rem; margin-top: 0; }
section { margin-top: 2.5rem; border-top: 1px solid var(--bord); }
table { border-collapse: collapse; width: 100%; } .large { overflow-x: auto; }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; }
code, pre { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; } form { max-width: 30rem; } caption { text-align: left; font-weight: 600; }"""
JSON_KINDS = {
    "string": "texte",
    "integer": "entier",
    "number": "nombre",
    "boolean": "oui ou non",
    "null": "rien",
}


def openapi_to_html(description: Mapping[str, Any]) -> str:
    """Return the page: each operation, its fields, its answers, and a form for those read by GET."""
    info = description["info"]
    parts = [
        f"<h1>{escape(info['title'])} – API</h1>",
        f"<p>{escape(info['description'])} "
        'Le même contenu pour les programmes : <a href="openapi.json">openapi.json</a>.</p>',
    ]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            parts.append("\n".join(_operation(path, method, operation)))
    parts.append("<section><h2>Formes</h2>")
    parts += [_schema(name, schema) for name, schema in description["components"]["schemas"].items()]
    parts.append("</section>")
    return html_page("API", "\n".join(parts), style=STYLE)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f"<section><h2><code>{method.upper()} /api{escape(path)}</code></h2>"
    yield f"<p>{escape(operation['summary'])}.</p>"
    parameters = operation.get("parameters", [])
    if parameters:
        fields = (
            (p["name"], _kind(p["schema"]), "oui" if p.get("required") else "", p.get("description", ""))
            for p in parameters
        )
        yield _table("Paramètres", ("nom", "forme", "nécessaire", "ce que c’est"), fields)
    if body := operation.get("requestBody"):
        yield f"<p>Corps : {_link(_content(body))}</p>"
    rows = (
        (status, _content(answer), answer["description"].replace("Successful Response", "La réponse."))
        for status, answer in operation["responses"].items()
    )
    yield _table("Réponses", ("code", "forme", "quand"), rows)
    if method == "get":
        yield from _form(path, operation["operationId"], parameters)
    yield "</section>"


def _form(path: str, name: str, parameters: list[Mapping[str, Any]]) -> Iterator[str]:
    yield f'<details><summary>Essayer</summary><form action="{escape(path.lstrip("/"))}">'
    for parameter in parameters:
        if parameter.get("required"):
            key = escape(parameter["name"])
            yield f'<label for="{name}-{key}">{key}</label><input id="{name}-{key}" name="{key}" required>'
    yield "<button>Envoyer</button></form></details>"


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = (
        (key, _kind(value), "oui" if key in needed else "", value.get("description", ""))
        for key, value in schema.get("properties", {}).items()
    )
    table = _table("Champs", ("nom", "forme", "toujours là", "ce que c’est"), rows)
    about = escape(schema.get("description", ""))
    return f'<h3 id="{escape(name)}">{escape(name)}</h3>\n<p>{about}</p>\n{table}'


def _table(title: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; the second column holds shapes."""
    lines = [f'<div class="large"><table><caption>{title}</caption><thead><tr>']
    lines += [f'<th scope="col">{name}</th>' for name in header]
    lines.append("</tr></thead><tbody>")
    for name, kind, *others in rows:
        cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
        lines.append(
            f'<tr><th scope="row"><code>{escape(name)}</code></th><td>{_link(kind)}</td>{cells}</tr>'
        )
    lines.append("</tbody></table></div>")
    return "".join(lines)


def _content(part: Mapping[str, Any]) -> str:
    content = part.get("content", {}).get("application/json", {})
    return _kind(content.get("schema", {}))


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the shape of a value in French; that of a model is its name."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema:
        return " ou ".join(_kind(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"liste de : {_kind(schema['items'])}"
    if "enum" in schema:
        return ", ".join(json.dumps(value, ensure_ascii=False) for value in schema["enum"])
    return JSON_KINDS.get(schema.get("type", ""), "")


def _link(kind: str) -> str:
    """Return a shape with its model linked to where it is described."""
    *before, name = kind.rsplit(" ", 1)
    if name[:1].isupper():
        return f'{escape("".join(f"{part} " for part in before))}<a href="#{escape(name)}">{escape(name)}</a>'
    return escape(kind)
