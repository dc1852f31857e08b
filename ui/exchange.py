"""The exchange while somebody works: a round within each minute and soon after each write, beside the screens.

The round has a connection of its own. What it changed is told to the screens; what is being typed stays as it is.
"""

from __future__ import annotations

import contextlib
import random
import time
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from app.casework import cases, status
from app.casework import desk as casework
from app.changed import Changed
from app.packs.arriving import Arriving
from app.problems import Problem
from sync.client import histories, schedule
from sync.client import round as rounds
from ui import tasks
from ui.session import Session
from ui.trial import TrialBeside

TELL_MS = 400
"""For so long what a round changed is gathered before the screens show it."""


class Exchange(QObject):
    """When rounds are done. After each one the session is told how it went. A vault without a server never begins."""

    _heard = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.session = session
        self.running = False
        self._schedule = schedule.Schedule(due=time.monotonic())
        self._stopped = False
        self._wrote = False  # something was written since the round began, perhaps after it had sent
        self._open = ""  # the case that is open: its history comes first
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)
        self._changed: set[str] = set()
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.timeout.connect(self._tell_now)
        self._heard.connect(self._tell)  # queued: the round is told from the pool
        self._trial = TrialBeside(session, self)
        self._trial.joined.connect(self.at_once)
        session.saved_at.connect(self._written)
        session.wants_exchange.connect(self.at_once)
        session.asked_to_go.connect(self._went)

    def start(self) -> None:
        """Begin where the vault belongs to a server: at once, or after what an earlier run left of its waiting."""
        if self._stopped:
            return
        if status.waiting(self.session.desk).enrolled:
            self._schedule = schedule.resumed(self.session.desk.store, time.monotonic(), self.session.desk.clock.now())
            self._wait()
        else:
            self._trial.start()

    def at_once(self) -> None:
        """Have a round now: a person asks for it, or the vault has just joined a server."""
        if not self._stopped and status.waiting(self.session.desk).enrolled:
            self._schedule = self._schedule.at_once(time.monotonic())
            self._wait()

    def stop(self) -> None:
        """The session ends. A round that is still running is cut off with the program; nothing is lost by that."""
        self._stopped = True
        self._timer.stop()
        self._trial.stop()

    def _wait(self) -> None:
        if not self.running and not self._stopped:
            self._timer.start(max(0, int((self._schedule.due - time.monotonic()) * 1000)))

    def _written(self, _moment: object) -> None:
        if status.waiting(self.session.desk).enrolled:
            self._wrote = True
            self._schedule = self._schedule.after_write(time.monotonic())
            self._wait()

    def _went(self, where: dict[str, Any]) -> None:
        """A case is opened: what was recorded in it before its snapshot is fetched now, where it is not here yet."""
        case = str(where.get("case") or "")
        if not case or case == self._open or self._stopped:
            return
        self._open = case
        if not self._schedule.failures and not histories.is_whole(self.session.desk.store, case):
            self._wrote = True
            self.at_once()

    def _begin(self) -> None:
        if self.running or self._stopped:
            return
        self.running, self._wrote = True, False
        open_beside, clock, heard = casework.beside(self.session.desk), self.session.desk.clock, self._heard
        wanted, desk = [self._open] if self._open else [], self.session.desk

        shelf = Arriving(desk.force, clock.now().astimezone().date())

        def work() -> Any:
            store = open_beside()

            def told(changed: set[str]) -> None:
                cases.make_lines(desk, store, changed)  # here, or the window would stand still for it
                heard.emit(changed)

            try:
                return rounds.run(store, clock, told=told, most=histories.AT_A_TIME, wanted=wanted, shelf=shelf)
            finally:
                store.close()

        tasks.run_aside(work, self._done, self._failed)

    def _tell(self, changed: set[str]) -> None:
        """Cases changed: shown with what else comes within a moment, for in a first round thousands come."""
        self._changed |= changed
        if not self._telling.isActive():
            self._telling.start(TELL_MS)

    def _tell_now(self) -> None:
        changed, self._changed = self._changed, set()
        if changed and not self._stopped:
            self.session.changed.emit(Changed(frozenset(changed)))

    def _done(self, done: Any) -> None:
        self._over(None)
        for problem in done.not_taken[:1]:
            if not self._stopped:
                self.session.say_problem(problem)
        later = self._schedule.after_success(time.monotonic(), random.random())
        self._next(later.after_write(time.monotonic()) if self._wrote else later)

    def _failed(self, problem: Problem) -> None:
        self._over(problem)
        if problem.code == "sync.revoked" and not self._stopped:
            self.session.revoked.emit()
        retry = float(str(problem.facts.get("retry_s") or 0))
        self._next(self._schedule.after_failure(time.monotonic(), random.random(), retry))

    def _next(self, later: schedule.Schedule) -> None:
        self._schedule = later
        if self._stopped:
            return
        desk = self.session.desk
        with contextlib.suppress(Problem):  # a full disk is said where somebody writes
            schedule.keep(desk.store, later, time.monotonic(), desk.clock.now())
        self._wait()

    def _over(self, problem: Problem | None) -> None:
        self.running = False
        self._tell_now()
        if not self._stopped:
            self.session.desk.store.look_again()  # the round may have taken another device identity
            self.session.exchange_problem = problem
            self.session.exchange_moved.emit()
