"""Taking back what this officer did in the last minutes of this session, as a new entry; and doing it again.

Nothing is deleted: fields get what their author found, what was made is archived, what was archived comes back. What
somebody has changed since is never overwritten, and what was written once for good stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.casework import edit, risk
from app.casework.desk import Desk
from app.casework.inverse import Inverse
from app.casework.told import Told, is_log
from app.changed import Changed
from app.clock import iso, parse_moment
from app.notebook import entry as notebook
from app.notebook.entry import FORMAT, NO_PREVIOUS, SCHEMA, Change, Entry
from app.notebook.ids import Dot
from app.problems import Problem
from app.records.view import CaseView

TYPED = ("line", "words", "names", "number", "day", "moment")
"""Kinds of fields that are saved while they are typed in: what was typed in one go is taken back in one go."""
_HYPOTHETICAL = 1 << 60


@dataclass(frozen=True)
class Action:
    """Something that the officer did in one go: entries by case, mostly a single one."""

    name: Dot
    """The first change of its last entry in the case that was asked about."""
    at: str
    case_id: str
    parts: Mapping[str, tuple[Entry, ...]]
    takes_back: bool = False
    """It took back something else: taking it back does that again."""
    log: bool = False
    """It only logged an operation, such as opening the case."""
    told: Told | None = field(default=None, repr=False, compare=False)
    """The case as it was told when this was asked for, so that it is not read again for each action."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries in the case that was asked about."""
        return self.parts[self.case_id]


@dataclass(frozen=True)
class Standing:
    """What holds in a case: floor, grade in force, the flag extreme, the note of immediate danger."""

    floor: str
    grade: str | None
    extreme: bool
    danger: bool


@dataclass(frozen=True)
class Effect:
    """What taking something back does in one case."""

    before: Standing
    after: Standing


@dataclass(frozen=True)
class TakenBack:
    """What was taken back (or done again), what it changed, and what it did to floor and grade, by case."""

    action: Action
    changed: Changed
    effects: Mapping[str, Effect]
    name: Dot
    """The action that took it back: taking that back does it again."""


def last_minutes(desk: Desk, case_id: str) -> list[Action]:
    """What this officer did in this case in the last minutes of this session, latest first.

    What was taken back stands here as the action that took it back.
    """
    told, now = _told(desk, case_id), desk.clock.now()
    since = now - timedelta(minutes=desk.policy.undo_minutes)
    found: list[Action] = []
    before: Entry | None = None
    for entry in told.entries:
        action = _action(desk, told, entry, since)
        if action is not None and before is not None and _goes_on(desk, before, entry):
            parts = {case_id: (*found.pop().entries, entry)}
            action = Action(action.name, action.at, case_id, parts, told=told)
        if action is not None:
            found.append(action)
        before = entry if action is not None else None
    return found[::-1]


def refusal(desk: Desk, action: Action) -> Problem | None:
    """Why an action cannot be taken back, and what to do instead; None where it can."""
    try:
        inverse(desk, action)
    except Problem as problem:
        return problem
    return None


def inverse(desk: Desk, action: Action) -> list[tuple[str, list[Change]]]:
    """The changes that take an action back, by case. Raises Problem undo.*, todo.*."""
    written = []
    if any(set(entry.together) - set(action.parts) for entry in action.entries):
        raise Problem("undo.not_here")  # half of it would be taken back
    for case_id, entries in action.parts.items():
        told = action.told if case_id == action.case_id and action.told is not None else _told(desk, case_id)
        changes = Inverse(desk, case_id, told, entries).changes()
        written.append((case_id, notebook.taking_back(changes, [entry.dots()[0] for entry in entries])))
    return written


def effects(desk: Desk, action: Action) -> dict[str, Effect]:
    """What taking an action back would do to floor and grade, by case, without writing anything."""
    return {case_id: _effect(desk, case_id, changes) for case_id, changes in inverse(desk, action)}


def effect_of(desk: Desk, case_id: str, changes: list[Change]) -> Effect:
    """What some changes would do to floor and grade of a case, without writing anything."""
    return _effect(desk, case_id, changes)


def take_back(desk: Desk, case_id: str, name: Dot = "") -> TakenBack:
    """Take an action back, the latest one where none is named. One signed entry in each case it concerned.

    Raises Problem undo.nothing where nothing of the last minutes is left, undo.* where it cannot be taken back.
    """
    actions = last_minutes(desk, case_id)
    if name:
        wanted = [a for a in actions if name in {entry.dots()[0] for entry in a.entries}]
    else:
        wanted = [a for a in actions if not a.takes_back and not a.log]
    if not wanted:
        raise Problem("undo.nothing", minutes=desk.policy.undo_minutes)
    return _take(desk, wanted[0])


def do_again(desk: Desk, case_id: str) -> TakenBack:
    """Do again what was taken back last. Raises Problem undo.nothing_again, undo.* as `take_back`."""
    wanted = [a for a in last_minutes(desk, case_id) if a.takes_back]
    if not wanted:
        raise Problem("undo.nothing_again")
    return _take(desk, wanted[0])


def done_last(desk: Desk, case_id: str) -> Effect | None:
    """What the latest action did to floor and grade of a case; None where it cannot be told."""
    action = next((a for a in last_minutes(desk, case_id) if not a.log), None)
    if action is None or refusal(desk, action) is not None:
        return None
    back = effects(desk, action)[case_id]
    return Effect(back.after, back.before)


def latest(desk: Desk, case_id: str) -> Dot:
    """The name of the latest action in a case that altered it, so that a button can take back exactly that one."""
    return next((a.name for a in last_minutes(desk, case_id) if not a.log), "")


def _take(desk: Desk, action: Action) -> TakenBack:
    written = inverse(desk, action)
    done = {case_id: _effect(desk, case_id, changes) for case_id, changes in written}
    changed = edit.write_together(desk, written)
    return TakenBack(action, changed, done, latest(desk, action.case_id))


def _told(desk: Desk, case_id: str) -> Told:
    return Told(kept.entry for kept in desk.store.entries(case_id))


def _action(desk: Desk, told: Told, entry: Entry, since: datetime) -> Action | None:
    """The action that an entry belongs to, where it is this officer's and stands; None otherwise."""
    at = parse_moment(entry.wall)
    if entry.session != desk.session or not desk.wrote(entry) or at is None or at < since:
        return None
    if not told.stands(entry) or (entry.takes_back and not told.takes_back_an_action(entry)):
        return None
    log = all(is_log(change) for change in entry.changes)
    parts = {case: (one,) for case, one in _beside(desk, entry).items()}
    return Action(entry.dots()[0], entry.wall, entry.case, parts, bool(entry.takes_back), log, told)


def _beside(desk: Desk, entry: Entry) -> dict[str, Entry]:
    """The entries of one action on several cases, by case: they follow each other without a gap."""
    found = {entry.case: entry}
    written = [
        kept.entry
        for case in entry.together
        if case != entry.case
        for kept in desk.store.entries(case)
        if kept.entry.device == entry.device and kept.entry.together == entry.together
    ]
    grown = True
    while grown:
        grown = False
        for one in written:
            if one.case not in found and any(_follow(one, other) for other in found.values()):
                found[one.case] = one
                grown = True
    return found


def _follow(one: Entry, other: Entry) -> bool:
    return one.first == other.first + other.count or other.first == one.first + one.count


def _goes_on(desk: Desk, before: Entry, entry: Entry) -> bool:
    """Whether an entry only goes on typing in the field of the one before."""
    if entry.takes_back or before.takes_back:
        return False
    changes = [*before.changes, *entry.changes]
    if len(changes) != 2 or any(change["op"] != "set" or len(change["fields"]) != 1 for change in changes):
        return False
    first, second = changes
    if first["record"] != second["record"] or list(first["fields"]) != list(second["fields"]):
        return False
    record = desk.store.view(entry.case).record(first["record"])
    declared = record.declared if record is not None else None
    typed = declared.field(next(iter(first["fields"]))) if declared is not None else None
    return typed is not None and typed.kind in TYPED


def _effect(desk: Desk, case_id: str, changes: list[Change]) -> Effect:
    return Effect(_standing(desk, desk.store.view(case_id)), _standing(desk, _after(desk, case_id, changes)))


def _standing(desk: Desk, view: CaseView) -> Standing:
    seen = risk.picture(desk, view)
    force = risk.in_force(desk, view, seen)
    return Standing(seen.floor.level, force.grade, force.extreme, bool(view.case.get("danger_at")))


def _after(desk: Desk, case_id: str, changes: list[Change]) -> CaseView:
    """The case as it would stand after some changes; nothing is written."""
    now, state = desk.clock.now(), desk.store.load(case_id)
    entry = Entry(
        format=FORMAT,
        device=desk.device_id,
        first=_HYPOTHETICAL,
        count=len(changes),
        author=desk.officer,
        session=desk.session,
        scope=0,
        case=case_id,
        hlc=(int(now.timestamp() * 1000), 0),
        wall=iso(now),
        schema=SCHEMA,
        previous=NO_PREVIOUS,
        changes=changes,
    )
    state.apply(entry)
    return CaseView(state)
