"""The notation of conditions in rules files, read into data. What a condition comes to for a case is app/rules' part.

either : both (or both)*          unary : not unary | possibly unary | atom
both   : unary (and unary)*       atom  : F06 | F04..F12 | name | name >= 3 | level = high | ( either )
"""

from __future__ import annotations

import re

from app.rules.conditions import AllOf, AnyOf, Compare, Condition, Is, Not, Possibly
from app.rules.definition import LEVELS

_TOKEN = re.compile(r"\s*(?:([A-Z]+\d+)(?:\.\.([A-Z]+\d+))?|([a-z_]+)|(\d+)|(>=|>|=)|([()]))")
MOST_CHARACTERS = 1000
MOST_DEPTH = 40


def read_condition(text: str) -> Condition:
    """The condition that a text states; ValueError with the mistake in words where it states none."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a condition has at most {MOST_CHARACTERS} characters")
    reader = _Reader(_tokens(text))
    condition = reader.either()
    if reader.here:
        raise ValueError(f"“{reader.here}” is not expected there")
    return condition


def _tokens(text: str) -> list[str]:
    tokens, at, text = [], 0, text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise ValueError(f"“{text[at:].strip()[:20]}” cannot be read")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


class _Reader:
    """Goes through the tokens from left to right."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    @property
    def here(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self, *wanted: str) -> bool:
        if self.here and self.here in wanted:
            self._at += 1
            return True
        return False

    def either(self) -> Condition:
        parts = [self._both()]
        while self._take("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Condition:
        parts = [self._unary()]
        while self._take("and"):
            parts.append(self._unary())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _unary(self) -> Condition:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise ValueError("the condition is nested too deeply")
        try:
            if self._take("not"):
                return Not(self._unary())
            if self._take("possibly"):
                return Possibly(self._unary())
            return self._atom()
        finally:
            self._depth -= 1

    def _atom(self) -> Condition:
        if self._take("("):
            inside = self.either()
            if not self._take(")"):
                raise ValueError("a bracket is not closed")
            return inside
        word = self.here
        if not word or not word[0].isalpha() or word in ("and", "or"):
            raise ValueError(
                f"a factor or a fact is expected before “{word}”" if word else "the condition is not complete"
            )
        self._at += 1
        if ".." in word:
            return AnyOf(tuple(Is(code) for code in _range(word)))
        how = self.here
        if how not in (">=", ">", "="):
            return Is(word)
        self._at += 1
        return Compare(word, how, self._limit())  # type: ignore[arg-type]

    def _limit(self) -> int:
        word = self.here
        self._at += 1
        if word in LEVELS:
            return LEVELS.index(word)
        if not word.isdigit():
            raise ValueError(f"a number or a level is expected instead of “{word}”")
        return int(word)


def _range(text: str) -> list[str]:
    first, _, last = text.partition("..")
    letters = first.rstrip("0123456789")
    if last.rstrip("0123456789") != letters or len(first) != len(last) or first >= last:
        raise ValueError(f"“{text}” is no range of factors")
    width = len(first) - len(letters)
    return [f"{letters}{n:0{width}d}" for n in range(int(first[len(letters) :]), int(last[len(letters) :]) + 1)]
