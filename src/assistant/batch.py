"""Answering a file of questions in one process."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from assistant.errors import QuestionsError, reason_of
from assistant.records import Turn
from assistant.rendering import answer_to_dict

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.pipeline import Assistant


def answer_file(assistant: Assistant, questions: Path, answers: Path) -> tuple[int, int]:
    """Answer each line of a JSON Lines file, in order.

    Returns:
        How many questions there were, and how many are in error.

    Raises:
        QuestionsError: If a file cannot be read or written.
    """
    try:
        lines = questions.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(
            f"« {questions} » est illisible. Donnez un fichier JSON Lines en UTF-8."
        ) from error
    done = failed = 0
    try:
        with answers.open("w", encoding="utf-8") as out:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                result = answer_line(assistant, line, number)
                done += 1
                failed += result["status"] == "error"
                out.write(json.dumps(result, ensure_ascii=False) + "\n")
    except OSError as error:
        reason = reason_of(error, absent="son dossier n’existe pas")
        raise QuestionsError(
            f"« {answers} » ne peut pas être écrit : {reason}. Choisissez un autre fichier de réponses."
        ) from error
    return done, failed


def answer_line(assistant: Assistant, line: str, number: int) -> dict[str, Any]:
    """Answer one line; a mistake in it, or in answering it, is a result and stops nothing."""
    identifier: Any = None
    try:
        item = parse_json(line)
        if not isinstance(item, dict):
            raise QuestionsError("la ligne n’est pas un objet JSON.")
        identifier = item.get("id")
        question, history = parse_item(item)
        begin = time.perf_counter()
        answer = assistant.ask(question, history)
        seconds = time.perf_counter() - begin
        result = answer_to_dict(answer, places=assistant.index.knowledge.places)
        return {"id": identifier, **result, "seconds": round(seconds, 4)}
    except QuestionsError as error:
        return {"id": identifier, "status": "error", "message": f"ligne {number} : {error}"}
    except Exception as error:  # one question must not take the others down
        return {
            "id": identifier,
            "status": "error",
            "message": f"ligne {number} : {type(error).__name__}: {error}",
        }


def parse_json(line: str) -> Any:
    """Return what one line of JSON holds.

    Raises:
        QuestionsError: If it is not JSON; json's own messages are English.
    """
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise QuestionsError(f"ce n’est pas du JSON (colonne {error.colno}).") from error


def parse_item(item: dict[str, Any]) -> tuple[str, list[Turn]]:
    """Return the question and the history of one object.

    Raises:
        QuestionsError: If a field is missing or of the wrong kind.
    """
    question = item.get("question")
    if not isinstance(question, str) or not question.strip():
        raise QuestionsError("« question » manque ou est vide.")
    history = item.get("history") or []
    if not isinstance(history, list) or not all(
        isinstance(turn, dict) and isinstance(turn.get("question"), str) for turn in history
    ):
        raise QuestionsError("« history » doit être une liste d’objets avec « question ».")
    return question, [Turn(turn["question"], str(turn.get("answer") or "")) for turn in history]
