"""How a command answers: JSON that any program reads, one object a line, or plain lines for a person."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from app.i18n import Translator, translator
from app.problems import Problem


def put_json(answer: Any) -> None:
    """One object on a line of its own, in signs that every terminal and pipe can carry."""
    print(json.dumps(answer, ensure_ascii=True, allow_nan=False), flush=True)


def put_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under their headings, in columns."""
    lines = [list(head), *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def problem_of(problem: Problem, words: Translator) -> dict[str, str]:
    """A Problem as an object: its code and its three sentences."""
    told = problem.sentences(words)
    return {"code": problem.code, "happened": told.happened, "safe": told.safe, "next": told.next}


def say(problem: Problem, language: str = "en") -> None:
    """A Problem's three sentences on standard error, one a line."""
    told = problem.sentences(translator(language))
    print(told.happened, told.safe, told.next, sep="\n", file=sys.stderr)
