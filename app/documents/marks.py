"""Where combining marks sit on their letters. Text without such marks passes untouched."""

from __future__ import annotations

import json
import unicodedata
from functools import lru_cache
from typing import Any

from app import paths
from app.documents.fonts import BOLD, fonts

LOWEST, HIGHEST = -300, 450
Piece = tuple[float, float, str]
"""How far to the right of the beginning, how far up, and the characters to draw there, in points."""


def has_marks(text: str) -> bool:
    """Whether a text holds a combining mark, which the PDF library would put at one fixed place."""
    return not text.isascii() and any(unicodedata.combining(character) for character in text)


def pieces(text: str, font: str, size: float) -> list[Piece]:
    """A text in pieces: runs of letters, and each mark by itself at its place on the letter or mark before it."""
    table, unit, width = _anchors("Bold" if font == BOLD else "Regular"), size / 1000, fonts().width
    found: list[Piece] = []
    run, start, letter, letter_at = "", 0.0, "", 0.0
    placed: list[tuple[str, float, float]] = []  # the marks on the letter so far
    for character in text:
        if not unicodedata.combining(character):
            run += character
            continue
        if run:
            found.append((start, 0.0, run))
            letter, letter_at, placed = run[-1], start + width(run[:-1], font, size), []
            start, run = start + width(run, font, size), ""
        x, y = _place(table, unit, (letter, letter_at), placed, character) or (start, 0.0)
        placed.append((character, x, y))
        found.append((x, y, character))
    return [*found, (start, 0.0, run)] if run else found


def _place(
    table: dict[str, Any], unit: float, letter: tuple[str, float], placed: list[tuple[str, float, float]], mark: str
) -> tuple[float, float] | None:
    """Where the mark is drawn: on the last mark of its side, else on the letter; None where the font knows no place."""
    over = str(ord(mark))
    for below, x, y in reversed(placed):
        if unicodedata.combining(below) == unicodedata.combining(mark):
            for marks_over, marks_under in zip(table["over"], table["under"], strict=True):
                if str(ord(below)) in marks_under and over in marks_over:
                    (ux, uy), (ox, oy) = marks_under[str(ord(below))], marks_over[over]
                    up = y + (uy - oy) * unit
                    # A tower of marks stays within its own line.
                    return x + (ux - ox) * unit, max(LOWEST * unit, min(up, HIGHEST * unit))
    points = table["letters"].get(str(ord(letter[0]))) if letter[0] else None
    known = table["marks"].get(over)
    if points is None or known is None or points[known[0]] is None:
        return None
    x, y = points[known[0]]
    return letter[1] + (x - known[1]) * unit, (y - known[2]) * unit


@lru_cache(maxsize=2)
def _anchors(weight: str) -> dict[str, Any]:
    read: dict[str, dict[str, Any]] = json.loads((paths.resources() / "fonts" / "marks.json").read_bytes())
    return read[weight]
