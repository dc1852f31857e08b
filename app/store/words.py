"""How text is folded into words to find it by: case, accents and punctuation do not matter."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40
MOST = 64
"""No record is found under more words than this, so that a pasted book cannot fill the index."""

_WORD = re.compile(r"\w+", re.UNICODE)
_STROKES = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th", "ı": "i", "ə": "e", "ŋ": "n"}
)


def fold_text(text: str) -> str:
    """Lower case, without accents and strokes."""
    # Letters of a special style are capitals only once they are taken for ordinary letters.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_STROKES)


def words_of(text: str) -> list[str]:
    """The folded words of a text, each once, at most MOST, cut at LONGEST characters.

    A reference such as `NM-2026-0417` is found by its parts and also as one word without its signs.
    """
    folded = fold_text(text[:4000])
    found = [word[:LONGEST] for word in _WORD.findall(folded.replace("_", " "))]
    joined = ["".join(_WORD.findall(piece))[:LONGEST] for piece in folded.split() if len(_WORD.findall(piece)) > 1]
    return list(dict.fromkeys(found + joined))[:MOST]


def sought(text: str) -> list[str]:
    """The folded words that somebody who looks for `text` wants to find beginnings of, at most six.

    Only the parts: `2026-04` finds `NM-2026-0417`, and `Anna-Lucja` finds who is kept as Anna Lucja.
    """
    found = [word[:LONGEST] for word in _WORD.findall(fold_text(text[:4000]).replace("_", " "))]
    return list(dict.fromkeys(found))[:6]
