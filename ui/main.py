"""The officer's session at the screen: window, hiding, idle and suspend watch, and locking, which ends the process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.casework import place, shift
from app.casework.cases import CaseLine
from app.casework.desk import Desk, close_desk, vault_check
from app.casework.paper import get_ready
from app.i18n import translator
from app.problems import Problem
from ui import orders, tasks, theme
from ui.exchange import Exchange
from ui.lease_watch import LeaseWatch
from ui.session import Session
from ui.shell.hide import Hiding
from ui.shell.idle import IdleWatch
from ui.shell.suspend import SuspendWatch, watch_system
from ui.shell.window import Window
from ui.widgets import clipboard

BEHIND_AFTER_MS = 1_500  # what can wait until the first screen stands


class Officer(QObject):
    """From the open desk to the lock. `program` is the part of the program that outlives the session's screens."""

    def __init__(
        self, program: Any, desk: Desk, lines: Iterable[CaseLine] | None = None, *, suspend: SuspendWatch | None = None
    ) -> None:
        super().__init__(program)
        self.program, self.desk = program, desk
        self._warned = self._waited = self._by_itself = False
        self.ended = False
        self._take_choices()
        self.session = Session(desk, program.translator, program.theme, self, lines=lines)
        self.session.asked_to_lock.connect(self.lock)
        self.lease = LeaseWatch(self.session, self)
        self.window = Window(self.session)
        self.lease.ended.connect(self.lock_all_the_same)
        self.lease.opened.connect(self.window.open_again)
        self.session.wants_lease.connect(self.lease.look)
        self.session.revoked.connect(self.destroy)
        self.hiding = Hiding(program, self.session, self.window, desk.policy.hide_key, self)
        self.idle = IdleWatch(desk.policy, desk.clock, self)
        self.idle.counting.connect(self.window.count_down)
        self.idle.stayed.connect(self.window.stop_count_down)
        self.idle.closing.connect(self.window.say_closing)
        self.idle.over.connect(self.lock_all_the_same)
        self.session.saved_at.connect(self.idle.acted)
        self.suspend = suspend or watch_system(self)
        self.suspend.going.connect(self._going_to_sleep)
        self.session.setting_chosen.connect(self._use)
        self.session.practice_wanted.connect(self.to_practice)
        self.exchange = Exchange(self.session, self)
        self.session.exchange_moved.connect(self.window.show_status)

    def begin(self) -> None:
        """Show the window where the officer stood."""
        program = self.program
        program.top.before_closing = self._before_closing
        program.top.show_screen(self.window)
        self.idle.start()
        self._begin_shift()
        for problem in self.desk.problems()[:1]:  # all of them stand under This vault
            self.session.say_problem(problem)
        self.window.go_back_to(place.place(self.desk))
        QTimer.singleShot(BEHIND_AFTER_MS, self, self._work_behind)

    def _begin_shift(self) -> None:
        try:
            shift.begin(self.desk)
        except Problem as problem:
            self.session.say_problem(problem)

    def _work_behind(self) -> None:
        """While the officer reads: check the vault's pages and newest entries, then load what paper needs."""
        if not self.ended:
            check = vault_check(self.desk)
            self.session.run(check, lambda _checked: tasks.run(get_ready, _nothing, _nothing))
            self.exchange.start()
            self.lease.start()

    # -- ends

    def lock(self) -> None:
        """Save everything and replace the process by a fresh one at the unlock screen.

        Where the last answer cannot be saved, that is said first; locking again then locks without it.
        """
        problem = self._save()
        if problem is not None and not self._warned:
            self._warn(problem)
            return
        self.session.noted.emit("locked")
        self._end()
        unsaved = problem is not None and self._by_itself
        self.program.replace(self.program.again(self.desk.unlocked.folder, unsaved=unsaved))

    def destroy(self) -> None:
        """The server orders this vault to be destroyed: what was typed is saved, what was not sent is sealed for the
        server, then the keys go, and a fresh program says so at the unlock screen.

        Where something cannot be saved, the screen is covered and it is tried again with the next round: whoever has
        the passphrase can still read it, nobody can put the order off by it.
        """
        problems = self.session.flush_all()
        if problems and not self._waited:
            self._waited = True
            because = problems[0].sentences(self.session.translator).happened
            self.session.say_problem(Problem("wipe.unsaved", because=because))
            self.hiding.hide()
            return
        desk = self.desk
        self.session.run(lambda: orders.carry_out(desk), _nothing, self._destroyed)

    def _destroyed(self, problem: Problem) -> None:
        if problem.code != "vault.wiped":
            self.session.say_problem(problem)  # the order stands; the next round begins with it again
        elif not self.ended:
            self._end()
            self.program.replace(self.program.again(self.desk.unlocked.folder))

    def to_practice(self) -> None:
        """Lock this vault and open the practice vault, which is made where there is none."""
        problem = self._save()
        if problem is not None:
            self.session.say_problem(problem)
            return
        self._end()
        self.program.replace(self.program.practice())

    def lock_all_the_same(self) -> None:
        """Lock without asking back: the laptop goes to sleep or nobody is there. What is lost by it is said at the
        unlock screen."""
        self._warned = self._by_itself = True
        self.lock()

    def _going_to_sleep(self) -> None:
        if self.desk.policy.lock_on_suspend:
            self.lock_all_the_same()

    def _use(self, name: str) -> None:
        """A setting has another value: whoever works by it works by it from now on."""
        if name == "scheme":
            self.program.theme.choose(self.desk.policy.scheme)
        elif name == "hide_key":
            self.hiding.keys.choose(self.desk.policy.hide_key)
        else:
            self.idle.use(self.desk.policy)

    def _before_closing(self) -> bool:
        problem = self._save()
        if problem is not None and not self._warned:
            self._warn(problem)
            return False
        self._end()
        return True

    def _warn(self, problem: Problem) -> None:
        self._warned = True
        because = problem.sentences(self.session.translator).happened
        self.session.say_problem(Problem("program.unsaved_at_lock", because=because))
        self.hiding.say_not_yet()

    def _save(self) -> Problem | None:
        problems = self.session.flush_all()
        try:
            self.program.next_language = self.desk.policy.language
            place.stand(self.desk, self.hiding.where())
        except Problem as problem:
            problems.append(problem)
        return problems[0] if problems else None

    def _end(self) -> None:
        if self.ended:
            return
        self.ended = True
        self.idle.stop()
        self.exchange.stop()
        self.lease.stop()
        self.program.top.hide()
        self.hiding.stop()
        self.window.stop()  # after the last field has lost the focus
        clipboard.clear_ours()
        tasks.finish()
        close_desk(self.desk)
        self.suspend.let_go()

    # -- looks and language

    def _take_choices(self) -> None:
        """Use the colours and the language that this officer chose, unless the command line names others."""
        program, options = self.program, self.program.options
        kept = self.desk.policy.scheme
        if kept in theme.SCHEMES and options.scheme == theme.SYSTEM:
            program.theme.choose(kept)
        language = self.desk.policy.language
        if language and not options.language and language != program.translator.language:
            program.translator = translator(language)
            app = QApplication.instance()
            if isinstance(app, QApplication):
                app.setLayoutDirection(
                    Qt.LayoutDirection.RightToLeft if program.translator.rtl else Qt.LayoutDirection.LeftToRight
                )


def _nothing(_result: object) -> None:
    """What is loaded early is found when it is needed; what cannot be loaded is said then."""
