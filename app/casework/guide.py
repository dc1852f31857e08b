"""The guided practice case: where the officer is in its story, and which steps are done. Only in a practice vault.

The place in the story is kept in the vault, so that it survives a lock. A step that was done once stays done.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

import msgspec

from app import paths
from app.casework import contact, risk, undo
from app.casework.desk import Desk
from app.forms.guide import Condition, Guide, GuideStep, read_guide
from app.problems import Problem
from app.records.view import CaseView, Record

_NAME = "guide"


class Progress(msgspec.Struct, frozen=True):
    """Where the officer is. `known`: the cases that were there before; `left`: put aside for now."""

    begun: bool = False
    left: bool = False
    known: tuple[str, ...] = ()
    case: str = ""
    done: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    @property
    def running(self) -> bool:
        """Whether the guide is shown."""
        return self.begun and not self.left


@functools.cache
def guide() -> Guide:
    """The story as it is shipped."""
    return read_guide(paths.resources() / "help" / "guide.toml")


def offered(desk: Desk) -> bool:
    """Whether the guide is here: where every case is invented."""
    return desk.practice


def progress(desk: Desk) -> Progress:
    """Where the officer is; not begun where that cannot be read."""
    kept = desk.store.recall(_NAME)
    try:
        return msgspec.json.decode(kept, type=Progress) if kept and offered(desk) else Progress()
    except msgspec.DecodeError:
        return Progress()


def begin(desk: Desk) -> Progress:
    """Begin the story from its first step; what was made in an earlier run stays as a case among others."""
    return _keep(desk, Progress(begun=True, known=tuple(desk.store.cases())))


def leave(desk: Desk) -> Progress:
    """Put the guide aside; it can be taken up again."""
    return _change(desk, left=True)


def resume(desk: Desk) -> Progress:
    """Take the guide up where it was put aside."""
    _change(desk, left=False)
    return look(desk)


def skip(desk: Desk, step: str) -> Progress:
    """Go on without this step."""
    now = progress(desk)
    return _change(desk, skipped=(*now.skipped, step)) if now.begun else now


def note(desk: Desk, what: str) -> Progress:
    """Something happened at the screen: `hidden` and come back, `locked`, or a page was opened: `page:timeline`."""
    now = progress(desk)
    if not now.running or what in now.noted:
        return now
    _change(desk, noted=(*now.noted, what))
    return look(desk)


def look(desk: Desk) -> Progress:
    """Look which steps are done by now, and keep that."""
    now = progress(desk)
    if not now.running:
        return now
    case = now.case or _fresh_case(desk, now)
    view = desk.store.view(case) if case else None
    done = tuple(s.id for s in guide().steps if s.id in now.done or all(_met(desk, c, now, view) for c in s.done))
    found = msgspec.structs.replace(now, case=case, done=done)
    return _keep(desk, found) if found != now else now


def current(now: Progress) -> GuideStep | None:
    """The first step that is neither done nor left out; None at the end."""
    return next((s for s in guide().steps if s.id not in now.done and s.id not in now.skipped), None)


def _fresh_case(desk: Desk, now: Progress) -> str:
    return next((case for case in desk.store.cases() if case not in now.known), "")


def _keep(desk: Desk, now: Progress) -> Progress:
    desk.store.remember(_NAME, msgspec.json.encode(now).decode())
    return now


def _change(desk: Desk, **fields: object) -> Progress:
    return _keep(desk, msgspec.structs.replace(progress(desk), **fields))


# ---- by what it is known


def _met(desk: Desk, one: Condition, now: Progress, view: CaseView | None) -> bool:
    if one.happened:
        return one.happened in now.noted
    if one.page:
        return f"page:{one.page}" in now.noted
    if view is None:
        return False
    if one.fact:
        return FACTS[one.fact](desk, view)
    return any(_fits(record, one) for record in view.of(one.record))


def _fits(record: Record, one: Condition) -> bool:
    for name, code in one.where.items():
        value = record.get(name)
        if code not in (value if isinstance(value, list) else [value]):
            return False
    return all(record.get(name) not in (None, "", []) for name in one.filled)


def _contact_agreed(desk: Desk, view: CaseView) -> bool:
    return contact.rule(desk, view).agreed


def _first_answered(desk: Desk, view: CaseView) -> bool:
    answers = risk.picture(desk, view).answers
    first = risk.instrument(desk, view).first_factors
    return all(factor.code in answers and answers[factor.code].value for factor in first)


def _below_floor(desk: Desk, view: CaseView) -> bool:
    return risk.in_force(desk, view, risk.picture(desk, view)).request_open


def _not_below_floor(desk: Desk, view: CaseView) -> bool:
    force = risk.in_force(desk, view, risk.picture(desk, view))
    return force.given is not None and not force.request_open


def _taken_back(desk: Desk, view: CaseView) -> bool:
    try:
        return any(action.takes_back for action in undo.last_minutes(desk, view.id))
    except Problem:
        return False


FACTS: Mapping[str, Callable[[Desk, CaseView], bool]] = {
    "case_made": lambda _desk, _view: True,
    "contact_agreed": _contact_agreed,
    "first_answered": _first_answered,
    "below_floor": _below_floor,
    "not_below_floor": _not_below_floor,
    "taken_back": _taken_back,
}
