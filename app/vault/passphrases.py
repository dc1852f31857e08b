"""Passphrases: one of five plain words made by chance, and a look at the ones that people choose themselves.

A generated word is two short halves from our own lists (`resources/words/`), such as “mosslamp”: more than 20,000
words without a list of 20,000 to learn, so that five of them carry over 70 bits, where 7,776 words carry 64.6.
There are no rules about capitals, digits or signs: they make passphrases worse, not better.
"""

from __future__ import annotations

import math
import re
import secrets as random
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

from app import paths

if TYPE_CHECKING:
    from collections.abc import Iterable

LEAST_LENGTH = 15
MOST_LENGTH = 1000
# This many characters must be left when blocked words are taken out, and these many must differ: below that the rest
# is what people hang on a word to please a rule ("police2026!!").
_LEAST_OWN = 8
_LEAST_DIFFERENT = 6
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qwertzuiop", "1234567890", "abcdefghijklmnopqrstuvwxyz")
_LOOK_ALIKE = str.maketrans("0134578@$!|", "oieastbasii")


def generate(words: int = 5) -> str:
    """A passphrase of that many words, each chosen by the system's random source; about 14 bits a word."""
    first, second = _halves()
    return " ".join(random.choice(first) + random.choice(second) for _ in range(words))


def bits(words: int = 5) -> float:
    """How many bits a generated passphrase of that many words carries."""
    first, second = _halves()
    return words * math.log2(len(first) * len(second))


def weakness(passphrase: str, local_words: Iterable[str] = (), least_length: int = LEAST_LENGTH) -> str | None:
    """The code of the Problem that says why a passphrase is too easy to guess, or None.

    `local_words`: what somebody who knows the officer tries first (name, force, town, call signs).
    Codes: vault.weak_unreadable, vault.weak_short, vault.weak_long, vault.weak_pattern, vault.weak_local,
    vault.weak_common. Source of length and blocklist: NIST SP 800-63B-4.
    """
    if len(passphrase) > MOST_LENGTH:
        return "vault.weak_long"
    text = unicodedata.normalize("NFC", passphrase)
    if any(unicodedata.category(sign) in {"Cc", "Cs", "Cn"} for sign in text):
        return "vault.weak_unreadable"
    if len(text.strip()) < least_length:
        return "vault.weak_short"
    if _is_pattern(text):
        return "vault.weak_pattern"
    plain, local = _fold(text), {_fold(part) for name in local_words for part in (name, *re.split(r"\W+", name))}
    without_local = _without(plain, local)
    if _own(without_local) < _LEAST_OWN and without_local != plain:
        return "vault.weak_local"
    if _own(_without(without_local, _blocked())) < _LEAST_OWN:
        return "vault.weak_local" if _own(_without(plain, _blocked())) >= _LEAST_OWN else "vault.weak_common"
    return None


def _is_pattern(text: str) -> bool:
    signs = [sign for sign in text.casefold() if not sign.isspace()]
    if len(set(signs)) < _LEAST_DIFFERENT:
        return True
    whole = "".join(signs)
    period = (whole + whole).find(whole, 1)
    if period < len(whole) and period < LEAST_LENGTH:
        return True  # one short piece over and over
    walked = sum(a == b or _neighbours(a, b) for a, b in pairwise(whole))
    return len(whole) - walked < _LEAST_OWN


def _neighbours(a: str, b: str) -> bool:
    return any(a + b in row or b + a in row for row in _ROWS)


def _fold(text: str) -> str:
    """Letters and digits only, without case, accents and the digits that stand for letters."""
    flat = unicodedata.normalize("NFKD", text).casefold().translate(_LOOK_ALIKE)
    return "".join(sign for sign in flat if sign.isalnum())


def _without(plain: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=lambda word: (-len(word), word)):
        if len(word) > 2:
            plain = plain.replace(word, " ")
    return plain


def _own(text: str) -> int:
    return len(text) - text.count(" ")


def _blocked() -> frozenset[str]:
    lines = (paths.resources() / "words" / "blocklist.txt").read_text("utf-8").splitlines()
    return frozenset(_fold(line) for line in lines if line and not line.startswith("#"))


def _halves() -> tuple[list[str], list[str]]:
    return _list("first"), _list("second")


def _list(name: str) -> list[str]:
    lines = (paths.resources() / "words" / f"{name}.txt").read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]
