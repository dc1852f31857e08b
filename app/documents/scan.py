"""Finds in a text what must not leave with the victim: people, places, numbers of the case, words that betray it.

It reads; it removes nothing. A text without a finding can still be unwise: the officer reads it before it is given.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.documents.telling import CAPITALS, COMMON, HINTING, LEAVING, TELLING
from app.i18n import N_
from app.records.view import CaseView

PERSON, PLACE, NUMBER, TOLD, WAY = "person", "place", "number", "told", "way"
HINT, NAME_LIKE, SERVICE = "hint", "name_like", "service"
CODE_WORD_MODULE = "P05"
SENTENCES = {
    PERSON: N_("It names somebody of this case: {word}"),
    PLACE: N_("It holds a place, school or reference of this case: {word}"),
    NUMBER: N_("It holds a number that could be a telephone number: {word}"),
    SERVICE: N_("It names a service that says what the paper is about: {word}"),
    TOLD: N_("It holds a word that says what the paper is about: {word}"),
    WAY: N_("It tells at what time somebody leaves: {word}"),
    HINT: N_("It holds a word that could say what the paper is about: {word}"),
    NAME_LIKE: N_("It holds a word that could be a name: {word}"),
}

_WORDS = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", re.UNICODE)
_QUOTED = re.compile(r"[“”\"‘'«„]([^“”\"‘’'«»„]{2,40})[“”\"’'»]")
_NUMBERS = re.compile(r"\+?\d[\d \t()./\-]{4,}\d")
_TIME_OF_DAY = re.compile(
    r"\b(?:[01]?\d|2[0-3])[:.][0-5]\d\b|\b\d{1,2}\s?(?:am|pm|a\.m\.|p\.m\.|o'clock|h)(?![a-z])|\b(?:mid)?night\b|\bnoon\b|"
    r"\b(?:morning|afternoon|evening|dawn|dusk|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b"
)
_SENTENCE_ENDS = re.compile(r"(?:^|[.!?:;•–—\n\"“”(]|\s[-*]|\d[.)])\s*$")


@dataclass(frozen=True)
class Found:
    """One thing found: its kind and the word. What is `certain` keeps the text off the paper in any case."""

    kind: str
    word: str

    @property
    def certain(self) -> bool:
        return self.kind in {PERSON, PLACE, NUMBER, TOLD, WAY, SERVICE}


def unsafe_words(text: str, view: CaseView, services: Iterable[str] = ()) -> list[Found]:
    """What in the text would tell a finder of the paper who, where or why; each thing once, by kind.

    `services`: names of services that betray by themselves, such as a shelter's.
    """
    folded = f" {' '.join(_plain(word) for word in _WORDS.findall(text))} "
    digits = re.sub(r"\D", "", text)
    found = [Found(PERSON, word) for word in _names(view) if f" {_joined(word)} " in folded]
    found += [Found(PLACE, word) for word in _places(view) if _joined(word) and f" {_joined(word)} " in folded]
    found += [Found(PLACE, word) for word in _references(view) if word.casefold() in text.casefold()]
    found += [Found(NUMBER, word) for word in _phones(view) if word in digits]
    found += [Found(NUMBER, match.strip()) for match in _NUMBERS.findall(text) if len(re.sub(r"\D", "", match)) >= 6]
    found += [Found(SERVICE, name) for name in services if _joined(name) and f" {_joined(name)} " in folded]
    lowered = _plain(text)
    for kind, words in ((TOLD, TELLING), (HINT, HINTING)):
        found += [Found(kind, word) for word in words if re.search(rf"(?<![a-z]){re.escape(word)}", lowered)]
    leaving = [word for word in LEAVING if re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", lowered)]
    at = _TIME_OF_DAY.search(lowered)
    found += [Found(WAY, f"{word}, {at.group()}") if at else Found(HINT, word) for word in leaving]
    known = {_joined(f.word) for f in found}
    found += [Found(NAME_LIKE, word) for word in _capitals(text) if _plain(word) not in known]
    return list(dict.fromkeys(found))


def unsafe_label(label: str, view: CaseView, services: Iterable[str] = ()) -> Found | None:
    """Why a label may not stand beside a number on paper that leaves, or None. Doubtful words are allowed."""
    return next((f for f in unsafe_words(label, view, services) if f.certain and f.kind != NUMBER), None)


def _plain(text: str) -> str:
    """Lower case without accents and without a possessive ending."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return bare[:-2] if bare.endswith("'s") else bare


def _joined(text: str) -> str:
    return " ".join(_plain(word) for word in _WORDS.findall(text))


def _texts(value: Any) -> list[str]:
    return [str(v) for v in value if v] if isinstance(value, list) else [str(value)] if value else []


def _held(view: CaseView, kind: str, *fields: str) -> list[str]:
    """Every standing value of these fields, archived records included: what was once true still betrays."""
    return [
        text
        for record in view.of(kind, archived=True)
        for field in fields
        for standing in record.standing(field)
        for text in _texts(standing.value)
    ]


def _names(view: CaseView) -> list[str]:
    whole = _held(view, "person", "given_name", "family_name", "original_name", "aliases")
    whole += _held(view, "measure", "who")
    whole += _held(view, "safe_contact", "cover", "may_know")
    parts = [part for name in whole for word in _WORDS.findall(name) for part in (word, *word.split("-"))]
    return sorted({w for w in [*whole, *parts] if len(_joined(w)) >= 2 and _plain(w) not in COMMON and _capital(w)})


def _capital(name: str) -> bool:
    return any(not c.islower() for c in name if c.isalpha())


def _places(view: CaseView) -> list[str]:
    whole = [
        *_held(view, "person", "address", "employing_force"),
        *_held(view, "child", "school", "lives_with"),
        *_held(view, "safe_contact", "address"),
        *_held(view, "incident", "place"),
        *_held(view, "plan", "kept_where", "holder"),
        *_held(view, "task", "agency_name"),
        *_held(view, "consent", "recipient"),
    ]
    pieces = [" ".join(piece.split()) for text in whole for piece in (text, *re.split(r"[,;\n]", text))]
    telling = [
        p for p in pieces if any(_plain(w) not in COMMON for w in _WORDS.findall(p)) or len(_WORDS.findall(p)) > 2
    ]
    words = [word for text in whole for word in _WORDS.findall(text)]
    parts = [w for w in words if len(w) >= 4 and _plain(w) not in COMMON and w[0].isupper()]
    return sorted({*telling, *parts, *_code_words(view)})


def _code_words(view: CaseView) -> list[str]:
    """Agreed phrases, and words that stand in quotation marks in the measures about a code word."""
    agreed = _held(view, "safe_contact", "check_phrase", "text_wording")
    measures = [m for m in view.of("measure", archived=True) if m.get("module") == CODE_WORD_MODULE]
    said = [text for m in measures for field in ("what", "note") for s in m.standing(field) for text in _texts(s.value)]
    return [*agreed, *(word for text in said for word in _QUOTED.findall(text))]


def _references(view: CaseView) -> list[str]:
    held = [*_held(view, "case", "reference"), *_held(view, "incident", "crime_number")]
    held += _held(view, "link", "other_case")
    return sorted({text.strip() for text in held if len(text.strip()) >= 3})


def _phones(view: CaseView) -> list[str]:
    held = [*_held(view, "person", "phone"), *_held(view, "safe_contact", "number", "never_use")]
    # The last digits are the same with and without a country's prefix.
    numbers = [re.sub(r"\D", "", text) for text in held]
    return sorted({number[-8:] for number in numbers if len(number) >= 6})


def _capitals(text: str) -> list[str]:
    """Words with a capital inside a sentence: mostly names of people and places that the case does not know."""
    found = []
    for match in _WORDS.finditer(text):
        word = match.group()
        inside = any(c.isupper() for c in word)
        begins = bool(_SENTENCE_ENDS.search(text[: match.start()]))
        plain_capital = word[0].isupper() and not any(c.isupper() for c in word[1:])
        if inside and not (begins and plain_capital) and _plain(word) not in CAPITALS:
            found.append(word)
    return found
