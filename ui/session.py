"""What every screen of an unlocked vault is handed: the desk, the words, the looks, and the ways to tell the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Protocol
from weakref import WeakSet

from PySide6.QtCore import QObject, Signal

from app.casework.cases import CaseLine, lines_of, list_cases
from app.casework.desk import Desk
from app.changed import Changed
from app.i18n import Translator
from app.policy import Policy
from app.problems import Problem
from sync.client.lease import Standing
from ui import tasks
from ui.theme import Theme


class Flushable(Protocol):
    """A page or an editor that may hold something typed a moment ago."""

    def flush(self) -> None: ...


class Session(QObject):
    """One officer's session at the screen, from unlocking to locking.

    `changed(Changed)`: some action changed cases; `saved_at(datetime)`: something reached the disk;
    `problem(Problem)`: to be said by the window; `asked_to_go(dict)`: another place is wanted; `asked_to_lock`,
    `asked_to_hide`; `lease_moved`: how long the vault may be read without its server is said otherwise; `wants_lease`:
    it is to be looked at now; `revoked`: the server orders this vault to be destroyed; `setting_chosen(str)`: the
    setting of this name has another value from now on; `guide_wanted`, `guide_left`, `noted(str)`: for the guided
    practice case; `practice_wanted`: another vault, with invented cases.
    """

    changed = Signal(object)
    saved_at = Signal(object)
    problem = Signal(object)
    asked_to_go = Signal(object)
    asked_to_lock = Signal()
    asked_to_hide = Signal()
    wants_exchange = Signal()
    exchange_moved = Signal()
    lease_moved = Signal()
    wants_lease = Signal()
    revoked = Signal()
    setting_chosen = Signal(str)
    guide_wanted = Signal()
    guide_left = Signal()
    noted = Signal(str)
    practice_wanted = Signal()

    def __init__(
        self,
        desk: Desk,
        translator: Translator,
        theme: Theme,
        parent: QObject | None = None,
        *,
        lines: Iterable[CaseLine] | None = None,
    ) -> None:
        super().__init__(parent)
        self.desk, self.translator, self.theme = desk, translator, theme
        self.exchange_problem: Problem | None = None
        """What kept the last round with the server from its end."""
        self.lease: Standing | None = None
        """How long this vault may be read without its server; None without one."""
        self._editors: WeakSet[Any] = WeakSet()
        self._lines: dict[str, CaseLine] | None = None if lines is None else {line.id: line for line in lines}
        self._stale: set[str] = set()
        self.changed.connect(self._outdate)

    @property
    def policy(self) -> Policy:
        """The settings in use now."""
        return self.desk.policy

    @property
    def closed(self) -> bool:
        """Whether the cases are closed: only those may be opened that were begun since."""
        return self.lease is not None and self.lease.closed

    def run(self, function: Callable[[], Any], done: tasks.Done, failed: tasks.Failed | None = None) -> None:
        """Run something slow in the pool; a Problem is said by the window unless `failed` takes it."""
        tasks.run(function, done, failed or self.say_problem)

    def case_lines(self) -> list[CaseLine]:
        """All cases, last changed first: read once, then kept up with what changes."""
        if self._lines is None:
            self._lines = {line.id: line for line in list_cases(self.desk)}
        elif self._stale:
            fresh = {line.id: line for line in lines_of(self.desk, self._stale)}
            for gone in self._stale - fresh.keys():
                self._lines.pop(gone, None)  # it left this laptop
            self._lines |= fresh
        self._stale = set()
        return sorted(self._lines.values(), key=lambda line: line.changed_at, reverse=True)

    def read_lines_again(self) -> None:
        """All cases may be opened again, or none any more: their lines are read when they are next wanted."""
        self._lines = None

    def _outdate(self, changed: Changed) -> None:
        self._stale |= changed.cases

    def open_case(self, case_id: str, step: str | None = None, record: str = "") -> None:
        """Go to a case, at a step of it or where it was left; there to a record or an item of a list."""
        wanted = {"place": "case", "case": case_id, "step": step, "record": record}
        self.go({name: value for name, value in wanted.items() if value})

    def go(self, place: str | dict[str, Any]) -> None:
        """Go to a place: today, cases, find, new, or one with details."""
        self.asked_to_go.emit({"place": place} if isinstance(place, str) else place)

    def say_problem(self, problem: Problem) -> None:
        """Let the window say a Problem."""
        self.problem.emit(problem)

    def saved(self, moment: datetime) -> None:
        """Something reached the disk at `moment`."""
        self.saved_at.emit(moment)

    def tell(self, changed: Changed) -> None:
        """Tell every screen that something was saved and what it changed."""
        self.saved(self.desk.clock.now())
        self.changed.emit(changed)

    def lock(self) -> None:
        """Save everything and end the process."""
        self.asked_to_lock.emit()

    def hide(self) -> None:
        """Show a neutral page at once; the work stays as it is."""
        self.asked_to_hide.emit()

    def watch(self, editor: Flushable) -> None:
        """Flush this one, too, before the page changes, at lock and at the end."""
        self._editors.add(editor)

    def flush_all(self) -> list[Problem]:
        """Save what was typed a moment ago, everywhere; returns the Problems that kept something from being saved."""
        problems: list[Problem] = []
        for editor in list(self._editors):
            try:
                editor.flush()
            except Problem as problem:
                problems.append(problem)
            except RuntimeError:
                self._editors.discard(editor)  # Qt has deleted the widget; what it held was flushed when it went
        return problems
