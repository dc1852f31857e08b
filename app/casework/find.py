"""Finding a case by a person's name, a reference or a place, in this vault only; spelling and script are forgiven.

What is typed stays in memory. A passer-by reads short names and the words that were looked for, nothing beyond.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.casework.cases import CaseLine, lines_of
from app.casework.desk import Desk
from app.records.names import full_name, short_name
from app.records.view import Record
from app.store.finding import Hit, NearHit
from app.store.spelling import How
from app.store.words import sought, words_of

NEARLY = 12
"""How many more are shown whose spelling was forgiven, however many there are."""
MOST_PEOPLE, MOST_CASES = 6, 200
"""Of how many of those found it is told what they are elsewhere, and in how many cases it is looked for."""


@dataclass(frozen=True)
class Found:
    """One hit: the case, what was found in it and why. `matched`: the words of it that were looked for."""

    line: CaseLine
    record_id: str
    kind: str
    how: How
    matched: str
    who: str
    roles: tuple[str, ...]
    archived: bool
    """What was found was put away: it is wrong, or does not belong into that case."""

    @property
    def case_id(self) -> str:
        """The case in which it was found."""
        return self.line.id


@dataclass(frozen=True)
class About:
    """What else tells a case from another: its last incident (ISO 8601 or empty), and whether it is linked."""

    last_incident: str
    linked: bool


@dataclass(frozen=True)
class Elsewhere:
    """Somebody who holds roles in several cases, or is a suspect in one: the cases of each role."""

    who: str
    victim_in: int
    suspect_in: int
    victims: int
    """How many different people are the victims of the cases in which this person is a suspect."""


def find(desk: Desk, text: str, limit: int = 50, nearly: int = NEARLY, *, only: str = "") -> list[Found]:
    """Cases in which every word of `text` begins some word of a name, a reference or a place; at most `limit`.

    After them come up to `nearly` whose words are only nearly these or sound like them, nearest first. `only`: under
    one of these three headings.
    """
    words = sought(text)
    exact = [hit for hit in desk.store.find(words, limit) if only in ("", hit.kind)]
    near = desk.store.find_nearly(words, nearly, exact, only) if nearly and words else []
    lines = {line.id: line for line in lines_of(desk, {hit.case_id for hit in exact} | {hit.case_id for hit in near})}
    found = [_found(desk, lines[hit.case_id], hit, "exact", words) for hit in exact]
    found.sort(key=lambda f: (f.how != "exact", f.kind != "reference", f.kind != "name", f.who, f.matched, f.case_id))
    return found + [_found(desk, lines[hit.case_id], hit, hit.how, (*words, *hit.words)) for hit in near]


def warm() -> None:
    """Load what forgiving needs, in the pool, before the first letter is typed."""
    from anyascii import anyascii
    from rapidfuzz import process

    anyascii("ж")
    process.extract("a", ["b"])


def _found(desk: Desk, line: CaseLine, hit: Hit | NearHit, how: How, words: Sequence[str]) -> Found:
    record = desk.store.find_record(hit.case_id, hit.record_id)
    texts = _texts(record, hit.kind) if record is not None else []
    person = record if record is not None and record.type == "person" else None
    if hit.kind == "reference":
        matched = texts[0] if texts else ""
        how = "exact" if all(word in _plain(matched) for word in words) else "nearly"
    else:
        matched = " ".join(_matching(texts, words))
    roles = tuple(person.get("roles", [])) if person is not None else ()
    archived = record is not None and record.archived
    return Found(line, hit.record_id, hit.kind, how, matched, short_name(person), roles, archived)


def _plain(reference: str) -> str:
    return "".join(words_of(reference))


def _texts(record: Record, kind: str) -> list[str]:
    """What of a record is found under a heading."""
    searched = [f.name for f in record.declared.fields if f.find == kind] if record.declared else []
    values = (standing.value for name in searched for standing in record.standing(name))
    return [text for value in values for text in (value if isinstance(value, list) else [value]) if text]


def _matching(texts: Iterable[str], words: Sequence[str]) -> list[str]:
    """The words of the texts that were looked for, as they are written; all of them where none stands alone."""
    pieces = list(dict.fromkeys(piece.strip(",;.") for text in texts for piece in str(text).split()))
    return [p for p in pieces if any(w.startswith(tuple(words)) for w in words_of(p))] or pieces


def about(desk: Desk, case_id: str) -> About:
    """What else a list shows of a case that was found."""
    records = [r for r in desk.store.records(case_id, ("incident", "link")) if not r.archived]
    incidents = [r for r in records if r.type == "incident"]
    days = [str(i.get("occurred_from") or i.get("reported_at") or i.created_at) for i in incidents]
    return About(max(days, default=""), any(r.type == "link" for r in records))


def elsewhere(desk: Desk, found: Iterable[Found]) -> list[Elsewhere]:
    """Whoever of those found is a suspect somewhere, or holds roles in several cases; suspects of most cases first."""
    people: dict[frozenset[str], Record] = {}
    for hit in found:
        person = desk.store.find_record(hit.case_id, hit.record_id) if hit.kind == "name" else None
        if person is not None and len(people) < MOST_PEOPLE:
            people.setdefault(_known_as(person), person)
    told = [_roles_of(desk, words, person) for words, person in people.items() if words]
    wanted = [one for one in told if one.suspect_in or one.victim_in > 1]
    return sorted(wanted, key=lambda one: (-one.suspect_in, -one.victim_in, one.who))


def _roles_of(desk: Desk, words: frozenset[str], like: Record) -> Elsewhere:
    cases: dict[str, set[str]] = {"victim": set(), "suspect": set()}
    for hit in desk.store.find(sought(full_name(like)), MOST_CASES):
        person = desk.store.find_record(hit.case_id, hit.record_id) if hit.kind == "name" else None
        if person is None or person.archived or _known_as(person) != words:
            continue
        for role in cases:
            cases[role] |= {hit.case_id} if role in person.get("roles", []) else set()
    several = cases["suspect"] if len(cases["suspect"]) > 1 else ()
    victims = {_victim(desk, case_id) for case_id in several}
    return Elsewhere(short_name(like), len(cases["victim"]), len(cases["suspect"]), max(1, len(victims)))


def _known_as(person: Record) -> frozenset[str]:
    return frozenset(words_of(full_name(person)))


def _victim(desk: Desk, case_id: str) -> object:
    """The victim of a case, so that the same one in two cases counts once; an unnamed one counts for each case."""
    people = [p for p in desk.store.records(case_id, ("person",)) if not p.archived]
    victim = next((p for p in people if "victim" in p.get("roles", [])), None)
    words = _known_as(victim) if victim is not None else None
    return (words, str(victim.get("born", ""))) if victim is not None and words else case_id
