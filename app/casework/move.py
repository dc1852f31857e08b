"""Moving a record that was entered in the wrong case: made anew in the right one, archived here, and linked.

What crosses is the mistaken record itself, whole, and what hangs on it: with a person the records about that person,
with an order its breaches. That is no link between two lives but the mending of a mistake, so a person's own address
crosses with that person; it is logged in both cases. Somebody who is only named in it is matched with the same name
there, or goes along by name, as over a link: no address, number or school. A relationship crosses only if both people
are there. Never: how somebody is safely reached, which is agreed anew; and what belongs to an assessment, to the plan
or to the paper of this case, or was written once for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.casework import cases, edit, operations, todo, undo
from app.casework.desk import Desk
from app.changed import Changed
from app.i18n import N_
from app.notebook import ids
from app.notebook.entry import Change
from app.problems import Problem
from app.records.names import full_name
from app.records.view import CaseView, Record

STAYS = {
    "assessment": "move.assessment",
    "answer": "move.assessment",
    "victim_view": "move.assessment",
    "grade": "move.assessment",
    "sealed": "move.assessment",
    "safe_contact": "move.safe_contact",
    "consent": "move.for_good",
    "print": "move.for_good",
    "note": "move.for_good",
    "operation": "move.for_good",
    "case": "move.of_the_case",
    "plan": "move.of_the_case",
    "paper": "move.of_the_case",
    "no_action": "move.of_the_case",
    "hand_over": "move.of_the_case",
    "hand_over_answer": "move.of_the_case",
    "link": "move.of_the_case",
}
"""Types that never move, and the Problem that says what to do instead."""

CONTACT_STAYS = N_("The safe contact is archived here and does not cross: agree on it anew in the other case.")
CONSENT_STAYS = N_("Decisions on consent stay here: ask again in the other case.")
TIE_STAYS = N_("A relationship to somebody who is not in the other case is archived here.")
ORDER_STAYS = N_("Which order it was is not carried over: choose it in the other case.")
NO_VICTIM_ROLE = N_("The other case has a victim already, so the role “Victim” does not cross.")


@dataclass(frozen=True)
class Moving:
    """What a move does. `records`: those that are made anew there, the mistaken one first; `along`: archived only."""

    here: str
    there: str
    records: tuple[Record, ...]
    along: tuple[Record, ...]
    matched: Mapping[str, Record]
    """People who are only named, by their id here: the same person there."""
    copied: tuple[Record, ...]
    """People who are only named and go along by name."""
    left: tuple[str, ...]
    """What does not cross, in sentences (English message ids)."""


def movable(view: CaseView, record: Record) -> bool:
    """Whether a record may be moved to another case."""
    return _refusal(view, record) is None


def moving(desk: Desk, case_id: str, record_id: str, other_case: str) -> Moving:
    """What moving a record to another case would do; nothing is written.

    Raises Problem record.unknown, case.unknown, move.same_case, move.archived_case, move.archived, and move.* for what
    stays.
    """
    view, there = cases.read_case(desk, case_id), cases.read_case(desk, other_case)
    record = view.record(record_id)
    if record is None:
        raise Problem("record.unknown", record=record_id)
    if case_id == other_case:
        raise Problem("move.same_case")
    if there.case.archived:
        raise Problem("move.archived_case")
    refused = _refusal(view, record)
    if refused is not None:
        raise refused
    return _Plan(view, there, _whole(view, record)).moving()


def move(desk: Desk, case_id: str, record_id: str, other_case: str, reason: str = "") -> tuple[str, Changed]:
    """Move a record; returns its id in the other case. One signed entry in each case, both or none.

    Raises the Problems of `moving`.
    """
    planned = moving(desk, case_id, record_id, other_case)
    new, written = _written(desk, planned, reason)
    return new[planned.records[0].id], edit.write_together(desk, written)


def effects(desk: Desk, planned: Moving) -> dict[str, undo.Effect]:
    """What a move would do to floor and grade in both cases, without writing anything."""
    return {case_id: undo.effect_of(desk, case_id, changes) for case_id, changes in _written(desk, planned, "")[1]}


def _refusal(view: CaseView, record: Record) -> Problem | None:
    if record.declared is None or record.declared.immutable or record.type in STAYS:
        return Problem(STAYS.get(record.type, "move.for_good"))
    if record.type == "task" and record.id == todo.task_id(view.id, str(record.get("code", ""))):
        return Problem("move.of_the_case")
    return Problem("move.archived") if record.archived else None


def _whole(view: CaseView, record: Record) -> Record:
    """A child's own record moves as the person that it describes."""
    person = view.record(str(record.get("person") or "")) if record.type == "child" else None
    return person if person is not None and not person.archived else record


class _Plan:
    """Finds what hangs on a record, and who is named in it."""

    def __init__(self, view: CaseView, there: CaseView, record: Record) -> None:
        self._view, self._there, self._first = view, there, record
        self._moved = {record.id: record}
        self._along: list[Record] = []
        self._left: list[str] = []

    def moving(self) -> Moving:
        """Everything that moves, is matched, goes along by name, or stays."""
        self._collect()
        named = [p for p in self._named() if p.id not in self._moved]
        matched = {p.id: found for p in named if (found := self._same(p)) is not None}
        if self._first.type == "person" and "victim" in self._first.get("roles", []) and self._there.victim is not None:
            self._left.append(NO_VICTIM_ROLE)
        return Moving(
            self._view.id,
            self._there.id,
            tuple(self._moved.values()),
            tuple(self._along),
            matched,
            tuple(p for p in named if p.id not in matched),
            tuple(dict.fromkeys(self._left)),
        )

    def _collect(self) -> None:
        grown = True
        while grown:
            grown = False
            for record in self._view:
                if record.id in self._moved or record in self._along or record.archived:
                    continue
                if any(value in self._moved for _, value in _references(record)):
                    grown = self._take(record) or grown

    def _take(self, record: Record) -> bool:
        """Whether what hangs on something that moves moves along."""
        if record.type == "consent":
            self._left.append(CONSENT_STAYS)
        elif record.type == "safe_contact":
            self._left.append(CONTACT_STAYS)
            self._along.append(record)
        elif record.type == "relationship" and not self._both_there(record):
            self._left.append(TIE_STAYS)
            self._along.append(record)
        elif _refusal(self._view, record) is None:
            self._moved[record.id] = record
            return True
        return False

    def _both_there(self, tie: Record) -> bool:
        ends = [self._view.record(str(tie.get(name) or "")) for name in ("from", "to")]
        return all(p is not None and (p.id in self._moved or self._same(p) is not None) for p in ends)

    def _named(self) -> list[Record]:
        found: dict[str, Record] = {}
        for record in self._moved.values():
            for kind, value in _references(record):
                other = self._view.record(value)
                if kind == "person" and other is not None and not other.archived:
                    found[value] = other
                elif kind == "record" and value not in self._moved:
                    self._left.append(ORDER_STAYS)
        return list(found.values())

    def _same(self, person: Record) -> Record | None:
        """The one person there of the same name, where no other day of birth is known."""
        name = full_name(person).casefold()
        found = [p for p in self._there.people() if name and full_name(p).casefold() == name]
        found = [p for p in found if not (p.get("born") and person.get("born") and p.get("born") != person.get("born"))]
        return found[0] if len(found) == 1 else None


def _references(record: Record) -> list[tuple[str, str]]:
    """(kind, id) of the people and records that a record names."""
    declared = record.declared
    if declared is None or record.type == "link":
        return []
    named = [(f.kind, record.get(f.name)) for f in declared.fields if f.kind in ("person", "record")]
    return [(kind, str(value)) for kind, value in named if value]


def _written(desk: Desk, planned: Moving, reason: str) -> tuple[dict[str, str], list[tuple[str, list[Change]]]]:
    """New ids by the old ones, and the changes in both cases."""
    now = desk.clock.now()
    new = {record.id: ids.new_id(now) for record in (*planned.copied, *planned.records)}
    other_victim = desk.store.view(planned.there).victim is not None
    known = {**new, **{old: found.id for old, found in planned.matched.items()}}
    changes: list[Change] = []
    for person in planned.copied:
        roles = _roles(person, other_victim)
        changes += edit.make("person", new[person.id], cases.copied_person(person, roles))
    for record in planned.records:
        changes += edit.make(record.type, new[record.id], _fields(record, known, other_victim))
    first = planned.records[0]
    log = operations.operation(desk, "combination", "moved record", reason)
    changes += [*_link(desk, planned.here, new[first.id], first, reason), log]
    here: list[Change] = []
    for record in (*planned.records, *planned.along):
        here += edit.assign(desk, planned.here, record.id, {"archived": "yes", "archive_reason": "moved"})
    link = {"other_case": planned.there, "kind": "moved", "record_here": first.id, "record_there": new[first.id]}
    here += edit.make("link", ids.new_id(now), {**link, "note": reason})
    here.append(operations.operation(desk, "combination", "moved record", reason))
    return new, [(planned.there, changes), (planned.here, here)]


def _link(desk: Desk, here: str, made: str, record: Record, reason: str) -> list[Change]:
    fields = {"other_case": here, "kind": "moved", "record_here": made, "record_there": record.id, "note": reason}
    return edit.make("link", ids.new_id(desk.clock.now()), fields)


def _fields(record: Record, known: Mapping[str, str], other_victim: bool) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in record.declared.fields if record.declared is not None else ():
        value = record.get(field.name)
        if field.name in ("archived", "archive_reason"):
            continue
        if field.kind in ("person", "record"):
            value = known.get(str(value))
        if field.name == "roles":
            value = _roles(record, other_victim)
        found[field.name] = value
    return found


def _roles(person: Record, other_victim: bool) -> list[str]:
    """A case has one victim: where there is one already, nobody becomes a second one by a move."""
    return [role for role in person.get("roles", []) if role != "victim" or not other_victim] or ["other"]
