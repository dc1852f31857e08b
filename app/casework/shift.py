"""The shift: when it began, what was done in it, and what of it is open, promised, unfinished and unsent.

A shift begins with the first unlocking after the last one was ended, or with the first one fourteen hours after it
began. Nothing depends on ending it: everything is on the disk already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.casework import operations
from app.casework.cases import CaseLine
from app.casework.desk import Desk
from app.casework.due import DANGER, in_words
from app.casework.today import NEXT_DAYS, WITHIN_A_DAY, DueLine, due_lines
from app.casework.todo import OPEN
from app.clock import iso, parse_moment
from app.i18n import N_, Translator
from app.records.view import CaseView, Record

LONGEST = timedelta(hours=14)
"""After this a shift that nobody ended is over."""
PROMISED = frozenset({"contact", "task", "release"})
"""What falls due because somebody promised it: it is said for the next days, all else for the next day."""
_BEGAN = "shift.began"
_SAID = frozenset({"in_hand", "provisional"})
"""What goes without saying where an assessment is to be completed by a certain time."""


@dataclass(frozen=True)
class Open:
    """One thing that is open: a message with its facts, by when (ISO 8601, or empty), and whether that is past."""

    kind: str
    message: str
    facts: dict[str, str] = field(default_factory=dict)
    at: str = ""
    overdue: bool = False

    def said(self, words: Translator) -> str:
        """In words, with the moment by which it is due."""
        what = in_words(self.message, self.facts, words)
        if not self.at:
            return what
        if self.kind == DANGER:
            return words.text(N_("{what}: {when}"), what=what, when=words.moment(self.at))
        message = N_("{what}: was due {when}") if self.overdue else N_("{what}: due {when}")
        return words.text(message, what=what, when=words.moment(self.at))


@dataclass(frozen=True)
class ShiftCase:
    """One case in a shift. `done`: actions of this vault's officer; without any it was only looked at or is due."""

    line: CaseLine
    done: int
    open: tuple[Open, ...]
    unsent: int

    @property
    def proposed(self) -> bool:
        """Whether handing it over is proposed: it was worked on and something is open, or something is overdue."""
        return bool(self.open) and (self.done > 0 or any(one.overdue for one in self.open))


def begin(desk: Desk) -> datetime:
    """The vault was unlocked: the shift goes on, or a new one begins now. Raises the Problems of the store."""
    now, known = desk.clock.now(), _kept(desk)
    if known is not None and known <= now < known + LONGEST:
        return known
    desk.store.remember(_BEGAN, iso(now))
    return now


def began(desk: Desk) -> datetime:
    """When this shift began; now, where nobody has said."""
    return _kept(desk) or desk.clock.now()


def end(desk: Desk) -> None:
    """The shift is over; logged in the vault's own notebook. The next unlocking begins another one."""
    operations.log(desk, desk.device_id, "alteration", "shift ended")
    desk.store.remember(_BEGAN, "")


def cases_of(desk: Desk, known: Iterable[CaseLine]) -> list[CaseLine]:
    """The cases that belong on the list of this shift: changed or looked at in it, unfinished, or due within a day."""
    since, now = iso(began(desk)), desk.clock.now()
    lines = [line for line in known if not line.archived]
    day = iso(now + WITHIN_A_DAY)
    due = {one.case.id for one in due_lines(lines, now) if one.overdue or one.due.at <= day}
    found = [line for line in lines if line.changed_at >= since or line.in_hand or line.conflicts or line.id in due]
    hurts: dict[str, int] = {}
    for place, one in enumerate(sorted(due_lines(lines, now), key=DueLine.hurts)):
        hurts.setdefault(one.case.id, place)
    return sorted(found, key=lambda line: (line.changed_at < since, hurts.get(line.id, len(hurts)), line.reference))


def of_case(desk: Desk, line: CaseLine) -> ShiftCase:
    """What was done in a case since the shift began, and what is open in it."""
    since = iso(began(desk))
    done = _done(desk, line.id, since) if line.changed_at >= since else 0
    view = desk.store.view(line.id)
    due = list(_due(desk, line))
    completing = any(one.kind == "completion" for one in due)
    found = [*due, *_tasks(view), *(one for one in _unfinished(view, line) if not (completing and one.kind in _SAID))]
    return ShiftCase(line, done, tuple(found), line.unsent)


def _kept(desk: Desk) -> datetime | None:
    return parse_moment(desk.store.recall(_BEGAN) or "")


def _done(desk: Desk, case_id: str, since: str) -> int:
    """Actions of this vault, without having looked at the case or printed from it."""
    entries = (kept.entry for kept in desk.store.entries(case_id) if kept.entry.wall >= since)
    return sum(
        1
        for entry in entries
        if desk.wrote(entry) and any(change.get("type") != "operation" for change in entry.changes)
    )


def _due(desk: Desk, line: CaseLine) -> Iterator[Open]:
    now = desk.clock.now()
    day, days = iso(now + WITHIN_A_DAY), iso(now + NEXT_DAYS)
    for one in sorted(due_lines([line], now), key=DueLine.hurts):
        due = one.due
        if one.overdue or due.at <= (days if due.kind in PROMISED else day):
            yield Open(due.kind, due.message, due.facts, due.at, one.overdue)


def _tasks(view: CaseView) -> Iterator[Open]:
    """Open tasks that somebody owns or that were begun without a time by which they are due."""
    for task in view.of("task"):
        if task.get("status", OPEN) == OPEN and not task.get("due"):
            yield Open("task", _task_words(task), _task_facts(task))


def _task_words(task: Record) -> str:
    return N_("Task {task}, {owner}") if task.get("owner") else N_("Task {task}")


def _task_facts(task: Record) -> dict[str, str]:
    title = " ".join(str(part) for part in (task.get("code"), task.get("title")) if part and part != "OTHER")
    return {"task": title, "owner": str(task.get("owner") or "")}


def _unfinished(view: CaseView, line: CaseLine) -> Iterator[Open]:
    if line.in_hand:
        yield Open("in_hand", N_("The assessment is not completed"))
    if line.provisional:
        yield Open("provisional", N_("The grade is provisional: too much is still open"))
    if line.grade is None and view.of("incident"):
        yield Open("not_graded", N_("Nobody has graded yet"))
    if line.conflicts:
        yield Open("conflict", N_("Recorded differently, to be decided: {n}"), {"n": str(line.conflicts)})
