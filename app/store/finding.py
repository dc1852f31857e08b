"""Finding by words: beginnings of names, places and references, and words that are nearly the ones typed.

Only reads. What is found is a record of a case and under which heading; nobody's text is returned.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from app.store.database import Connection
from app.store.spelling import MOST_ALIKE, Alike, How, Spellings
from app.store.words import TOGETHER, like_digits

FORGIVING = ("name", "place")
"""Headings under which spelling is forgiven. Of a reference only what `like_digits` says."""

_END = "\U0010ffff"
_BEGINS = "w.word >= ? AND w.word < ?"
_SELECT = "SELECT DISTINCT w.case_id, w.record_id, w.kind FROM word w WHERE "
_BESIDE = (
    " AND EXISTS (SELECT 1 FROM word o WHERE o.record_id = w.record_id AND o.case_id = w.case_id AND o.kind = w.kind"
    " AND ({}))"
)
_OTHER_BEGINS = "o.word >= ? AND o.word < ?"


class Hit(NamedTuple):
    """A record under one heading: name, reference or place."""

    case_id: str
    record_id: str
    kind: str


class NearHit(NamedTuple):
    """A record that was found under words nearly like the typed ones; the lower the cost, the nearer."""

    case_id: str
    record_id: str
    kind: str
    how: How
    cost: float


def beginnings(connection: Connection, words: Sequence[str], limit: int) -> list[Hit]:
    """Records in which each of the folded words begins some word, at most `limit`."""
    plain = list(words)
    digits = [like_digits(word) for word in words]
    if not plain:
        return []
    if digits == plain:
        return _beginnings(connection, plain, "", limit)
    found = _beginnings(connection, digits, " AND w.kind = 'reference'", limit)
    return (found + _beginnings(connection, plain, " AND w.kind <> 'reference'", limit))[:limit]


def _beginnings(connection: Connection, words: Sequence[str], only: str, limit: int) -> list[Hit]:
    # The longest word, of which there are fewest, is looked up; the others are looked for beside it.
    first, *others = sorted(words, key=len, reverse=True)
    query = _SELECT + _BEGINS + only + _BESIDE.format(_OTHER_BEGINS) * len(others) + " LIMIT ?"
    values = [bound for word in (first, *others) for bound in (word, word + _END)]
    return [Hit(*row) for row in connection.execute(query, (*values, limit)).fetchall()]


def whole_reference(connection: Connection, words: Sequence[str], limit: int) -> list[Hit]:
    """Records whose reference begins with all the words one after the other, wherever separators were typed."""
    joined = like_digits("".join(words))
    if len(words) < 2 or not any(c.isdigit() for c in joined):
        return []
    return _beginnings(connection, [joined], " AND w.kind = 'reference'", limit)


def spellings(connection: Connection) -> dict[str, Spellings]:
    """All different words under which something is found, by heading."""
    found = {}
    for kind in FORGIVING:
        words = connection.execute("SELECT word, sound FROM spelling WHERE kind = ? AND sound <> ''", (kind,))
        found[kind] = Spellings.of(words.fetchall())
    return found


def nearly(
    connection: Connection, known: dict[str, Spellings], words: Sequence[str], limit: int, without: Collection[Hit] = ()
) -> list[NearHit]:
    """Records that are found when one or more of the words are forgiven their spelling, nearest first.

    `without`: what was found exactly and is not to be found again.
    """
    found: list[NearHit] = []
    for kind in FORGIVING:
        exact = {hit[:2] for hit in without if hit.kind == kind}
        for way in _ways(words):
            if way != list(words):
                joined = _beginnings(connection, way, f" AND w.kind = '{kind}'", limit)
                found += [NearHit(*hit, "nearly", 0.5) for hit in joined if hit[:2] not in exact]
            found += _nearly(connection, known[kind], kind, way, limit, exact)
    best: dict[Hit, NearHit] = {}
    for hit in sorted(found, key=lambda one: one.cost):
        best.setdefault(Hit(*hit[:3]), hit)
    return list(best.values())[:limit]


def _ways(words: Sequence[str]) -> list[list[str]]:
    """The words as they are, and with two neighbours written as one."""
    ways = [list(words)]
    if 1 < len(words) <= TOGETHER:
        ways += [[*words[:n], words[n] + words[n + 1], *words[n + 2 :]] for n in range(len(words) - 1)]
    return ways


def _nearly(
    connection: Connection, known: Spellings, kind: str, words: list[str], limit: int, without: set[tuple[str, str]]
) -> list[NearHit]:
    most = max(4, MOST_ALIKE // len(words))
    options = [known.alike(word, most) for word in words]
    costs: dict[tuple[str, str], dict[int, Alike]] = {}
    for place, alike in enumerate(options):
        others = [(words[n], options[n]) for n in range(len(words)) if n != place]
        for one in alike:
            for row in _with_word(connection, kind, one.word, others, limit):
                if row not in without:
                    costs.setdefault(row, {}).setdefault(place, one)
            if len(costs) >= limit * 2:
                break
    return [
        NearHit(*row, kind, _how([one.how for one in hit.values()]), sum(one.cost for one in hit.values()))
        for row, hit in costs.items()
    ]


def _with_word(
    connection: Connection, kind: str, word: str, others: list[tuple[str, list[Alike]]], limit: int
) -> list[tuple[str, str]]:
    query, values = "SELECT w.case_id, w.record_id FROM word w WHERE w.word = ? AND w.kind = ?", [word, kind]
    for typed, alike in others:
        either = _OTHER_BEGINS + " OR o.word = ?" * len(alike)
        query += _BESIDE.format(either)
        values += [typed, typed + _END, *(one.word for one in alike)]
    return [tuple(row) for row in connection.execute(query + " LIMIT ?", (*values, limit)).fetchall()]


def _how(hows: list[How]) -> How:
    return "sounds" if all(how == "sounds" for how in hows) else "nearly"
