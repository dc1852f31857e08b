"""Finding by words: beginnings of names, places and references, and words that are nearly the ones typed.

Only reads. What is found is a record of a case and under which heading; nobody's text is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from app.store.connection import Connection
from app.store.spelling import LEAST, MOST_ALIKE, Alike, How, Spellings
from app.store.words import TOGETHER, like_digits

FORGIVING = ("name", "place")
"""Headings under which spelling is forgiven. Of a reference only what `like_digits` says."""

MOST_RECORDS = 4000
"""Of one word no more records are looked at: somebody who typed so little goes on typing."""
MOST_LOOKED_AT = 100

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
    """A record that was found under `words` nearly like the typed ones; the lower the cost, the nearer."""

    case_id: str
    record_id: str
    kind: str
    how: How
    cost: float
    words: tuple[str, ...] = ()


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


def spellings(connection: Connection, kind: str) -> Spellings:
    """All different words under which something is found under a heading."""
    words = connection.execute("SELECT word, sound FROM spelling WHERE kind = ? AND sound <> ''", (kind,))
    return Spellings.of(words.fetchall())


def nearly(
    connection: Connection,
    known: Callable[[str], Spellings],
    words: Sequence[str],
    limit: int,
    without: Collection[Hit] = (),
    only: str = "",
) -> list[NearHit]:
    """Records that are found when one or more of the words are forgiven their spelling, nearest first.

    `known` gives the words under a heading. `without`: what was found exactly and is not to be found again. `only`:
    under one heading.
    """
    found: list[NearHit] = []
    if not any(len(word) >= LEAST for word in words):
        return found
    for kind in FORGIVING if not only else {only} & set(FORGIVING):
        exact = {hit[:2] for hit in without if hit.kind == kind}
        for way in _ways(words):
            if way != list(words):
                joined = _beginnings(connection, way, f" AND w.kind = '{kind}'", limit)
                found += [NearHit(*hit, "nearly", 0.5) for hit in joined if hit[:2] not in exact]
            found += _nearly(connection, known(kind), kind, way, limit, exact)
    best: dict[Hit, NearHit] = {}
    for hit in sorted(found, key=_nearness):
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
    # Ranges of the index lie together; looking beside each hit for the other words would open a page for each.
    most = MOST_ALIKE if len(words) == 1 else 4
    options = [known.alike(word, most) for word in words]
    if not any(options):
        return []
    long = [place for place, word in enumerate(words) if len(word) >= LEAST]
    held = [_records(connection, kind, words[n], options[n], exact=len(words) > 1) for n in long]
    rows = set(held[0]).intersection(*held[1:]) - without
    hits = [_judged(row, kind, [one[row] for one in held]) for row in rows]
    forgiven = sorted((hit for hit in hits if hit.words), key=_nearness)
    short = [word for word in words if len(word) < LEAST]
    if not short:
        return forgiven[:limit]
    return [hit for hit in forgiven[:MOST_LOOKED_AT] if _has(connection, hit, short)][:limit]


def _records(
    connection: Connection, kind: str, typed: str, alike: list[Alike], *, exact: bool
) -> dict[tuple[str, str], Alike]:
    """The records of one typed word with what it was found under; cost 0 where it begins exactly so."""
    query = "SELECT case_id, record_id FROM word WHERE word {} AND kind = ? LIMIT ?"
    found: dict[tuple[str, str], Alike] = {}
    for one in alike:
        for row in connection.execute(query.format("= ?"), (one.word, kind, MOST_RECORDS)):
            found.setdefault(row, one)
    if exact:
        begins = (typed, typed + _END, kind, MOST_RECORDS)
        rows = connection.execute(query.format(">= ? AND word < ?"), begins).fetchall()
        found |= dict.fromkeys(rows, Alike(typed, 0.0, "exact"))
    return found


def _judged(row: tuple[str, str], kind: str, words: list[Alike]) -> NearHit:
    forgiven = [one for one in words if one.how != "exact"]
    how: How = "sounds" if all(one.how == "sounds" for one in forgiven) else "nearly"
    return NearHit(*row, kind, how, sum(one.cost for one in forgiven), tuple(one.word for one in forgiven))


def _has(connection: Connection, hit: NearHit, beginnings: list[str]) -> bool:
    """Whether a record has words that begin so."""
    query = "SELECT word FROM word WHERE record_id = ? AND case_id = ? AND kind = ?"
    words = [word for (word,) in connection.execute(query, (hit.record_id, hit.case_id, hit.kind))]
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)


def _nearness(hit: NearHit) -> tuple[float, str, str]:
    # The same words give the same order every time, so that a line does not move under the hand.
    return hit.cost, hit.case_id, hit.record_id
