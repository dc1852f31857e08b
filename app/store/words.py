"""How a text is folded into words to find it by: case, accents, punctuation and the script do not matter.

Other scripts are written in Latin letters, one sign after the other, so that beginnings stay beginnings.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

FOLDING = 2
"""Raised with every change of how words are folded: an older vault's words are then made anew when it is opened."""
LONGEST = 40
MOST = 64
"""No record is found under more words than this, so that a pasted book cannot fill the index."""
TOGETHER = 4
"""A name of up to so many words is found as one word, too: Mac Donald as Macdonald."""

_WORD = re.compile(r"\w+", re.UNICODE)
_SYLLABLES = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]{2,4}")
_STROKES = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ə": "e", "ŋ": "n"}
)
_ALEPHS = dict.fromkeys("اعةىאע", "a")
"""Letters that stand for an open vowel and which a table of single signs leaves out."""
_LIKE_DIGITS = str.maketrans({"o": "0", "i": "1", "l": "1"})


def fold_text(text: str) -> str:
    """Lower case, without accents and strokes, in Latin letters."""
    if text.isascii():
        return text.lower()
    # Letters of a special style are capitals only once they are taken for ordinary letters.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_STROKES)
    if plain.isascii():
        return plain
    # Syllables of Hangul are put together again: as single strokes they would be read otherwise.
    return "".join(_latin(c) for c in unicodedata.normalize("NFC", plain))


@lru_cache(maxsize=4096)
def _latin(sign: str) -> str:
    if sign.isascii() or not (sign.isalnum() or unicodedata.category(sign).startswith("M")):
        return sign
    if sign in _ALEPHS:
        return _ALEPHS[sign]
    from anyascii import anyascii

    latin = "".join(c for c in anyascii(sign).lower() if c.isalnum())
    return latin or (sign if sign.isalnum() else "")


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once, at most MOST, cut at LONGEST characters.

    A name such as `Mac Donald` is found by its parts and also as one word; of a name that is written in syllables the
    first one and the rest are found by themselves, too.
    """
    cut = text[:4000]
    folded = fold_text(cut)
    found = _parts(folded)
    joined = ["".join(_parts(piece)) for piece in folded.split() if len(_parts(piece)) > 1]
    joined += ["".join(found)] if 1 < len(found) <= TOGETHER else []
    joined += [fold_text(part) for name in _SYLLABLES.findall(cut) for part in (name[:1], name[1:])]
    return list(dict.fromkeys(word[:LONGEST] for word in (*found, *joined) if word))[:MOST]


def reference_words(text: str) -> list[str]:
    """The words under which a reference is found: from each of its parts on without separators, O as 0 and I as 1."""
    parts = _parts(fold_text(text[:4000]))
    whole = ["".join(parts[place:]) for place in range(len(parts))] if len(parts) <= 2 * TOGETHER else []
    return list(dict.fromkeys(like_digits(word)[:LONGEST] for word in (*parts, *whole)))[:MOST]


def indexed(kind: str, text: str) -> list[str]:
    """The words under which a text is found as a name, a place or a reference."""
    return reference_words(text) if kind == "reference" else words_of(text)


def like_digits(word: str) -> str:
    """A word of a reference as it is compared: O is 0, I and l are 1; every other sign stays."""
    return word.translate(_LIKE_DIGITS)


def sought(text: str) -> list[str]:
    """The folded words that somebody who looks for `text` wants to find beginnings of, at most six.

    Only the parts: `2026-04` finds `NM-2026-0417`, and `Anna-Lucja` finds who is kept as Anna Lucja.
    """
    return list(dict.fromkeys(word[:LONGEST] for word in _parts(fold_text(text[:4000]))))[:6]


def _parts(folded: str) -> list[str]:
    return _WORD.findall(folded.replace("_", " "))
