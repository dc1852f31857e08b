"""Which words are nearly the one that was typed: letters swapped, missing or other ones, or the same sound.

Digits are never forgiven. Nothing here knows a case; it only compares words that are folded already.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

How = Literal["exact", "sounds", "nearly"]
"""exact: begins so; sounds: another spelling of the same sound; nearly: a letter or two are different."""

LEAST = 3
"""Shorter words are not forgiven: nearly everything is like them."""
MOST_ALIKE = 12

_DOUBLED = re.compile(r"([a-z])\1+")
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^(?:dj|dzh|j(?=[aeiouy])|y)", "y"),
        (r"chr", "kr"),
        (r"tsch|sch|tch|tz|ts|cz|sz|zs|zh|sh|ch", "s"),
        (r"ck|kh|gh|qu|q|g", "k"),
        (r"ph|^w|v", "f"),
        (r"dt|th|d", "t"),
        (r"x", "ks"),
        (r"c(?=[eiy])|z", "s"),
        (r"c", "k"),
    )
)
_VOWELS = re.compile(r"(?<!^)[aeiouyhwj]")
_OPEN = re.compile(r"^[aeiou]")


@functools.lru_cache(maxsize=1024)
def sound_of(word: str) -> str:
    """What is left of a folded word when only its sound counts: its consonants. Empty for a word with other signs."""
    if not word.isascii() or not word.isalpha():
        return ""
    sound = _DOUBLED.sub(r"\1", word)
    for pattern, plain in _SOUNDS:
        sound = pattern.sub(plain, sound)
    return _VOWELS.sub("", _OPEN.sub("a", sound))


@dataclass(frozen=True)
class Alike:
    """A word that is nearly the typed one. The lower the cost, the nearer."""

    word: str
    cost: float
    how: How


@dataclass
class Spellings:
    """All different words of one kind that the vault holds with their sounds, by first sound and by first letter."""

    by_sound: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    by_letter: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, words: Iterable[tuple[str, str]]) -> Spellings:
        """From pairs of word and sound."""
        found = cls()
        for word, sound in words:
            found.by_sound.setdefault(sound[:1], []).append((word, sound))
            found.by_letter.setdefault(word[:1], []).append((word, sound))
        return found

    def alike(self, typed: str, most: int = MOST_ALIKE) -> list[Alike]:
        """Words that are nearly the typed one or begin nearly like it, nearest first. None that begins exactly so."""
        sound = sound_of(typed)
        if len(typed) < LEAST or not sound:
            return []
        swapped = typed[1] + typed[0]
        near = dict(self.by_sound.get(sound[0], ()))
        near.update(self.by_letter.get(typed[0], ()))
        near.update(pair for pair in self.by_letter.get(typed[1], ()) if pair[0].startswith(swapped))
        costs = _by_letters(typed, list(near))
        found = []
        for word, other in near.items():
            if word.startswith(typed):
                continue
            same = other == sound or (len(sound) >= LEAST and other.startswith(sound))
            cost = costs.get(word, _TOO_FAR)
            if same and cost == _TOO_FAR:
                cost = _by_sound(typed, word, whole=other == sound)
            if cost < _TOO_FAR:
                found.append(Alike(word, cost - 0.5 * same, "sounds" if same else "nearly"))
        return sorted(found, key=lambda one: (one.cost, abs(len(one.word) - len(typed)), one.word))[:most]


_TOO_FAR = 99.0


def _by_letters(typed: str, words: list[str]) -> dict[str, float]:
    """How many letters differ, of words where few do: one from four letters on, two where there are many letters."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    length = len(typed)
    if length <= LEAST:
        return {}
    most = 1 if length < 6 else 2
    found: dict[str, float] = {}
    # Whole words, and beginnings of the same length or one letter longer, for somebody who is still typing.
    for end in (None, length, length + 1):
        pieces = [word if end is None else word[:end] for word in words]
        for piece, cost, place in process.extract(typed, pieces, scorer=OSA.distance, score_cutoff=most, limit=None):
            if cost <= 1 or max(len(piece), length) > 6:
                beginning = 0.25 * (len(words[place]) > len(piece))
                found[words[place]] = min(found.get(words[place], _TOO_FAR), cost + beginning)
    return found


def _by_sound(typed: str, word: str, *, whole: bool) -> float:
    """The cost of a word that sounds the same: half of it is written the same, too, unless its script has no vowels."""
    from rapidfuzz.distance import OSA

    seen = word if whole else word[: len(typed) + 1]
    alike = OSA.normalized_similarity(typed, seen)
    if alike >= 0.5 or (len(seen) > LEAST and not re.search("[aeiou]", seen[1:])):
        return 2.0 + (1.0 - alike) + 0.25 * (not whole)
    return _TOO_FAR
