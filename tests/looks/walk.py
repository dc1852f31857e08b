"""A walk over every page of the program, found by the program's own lists: places, steps, and what opens over them.

What is yielded is a name and the window as it stands at that moment. Nothing here knows how a page is built.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.casework import cases, comparison, edit, steps
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.casework.practice import WRITTEN_AT, open_practice
from app.casework.recovery import Opening
from app.changed import Changed
from app.clock import FixedClock
from app.notebook import entry as notebook
from app.problems import Problem
from app.vault import vault, wiped
from app.vault.vault import FLOOR_COST
from tests.looks import joined
from ui import problems, tasks
from ui.pages.fold import Fold
from ui.pages.printing import Printing
from ui.shell.moved_out import MovedOut
from ui.shell.new_passphrase import AfterRecovery
from ui.shell.opened_by_others import OpenedByOthers
from ui.shell.unlock import Unlock
from ui.shell.window import PLACES, WITHIN
from ui.start import Program, arguments

PASSPHRASE = "mosslamp tinkettle barnfog"
CASE, APART = "NM-2026-0417", "NM-2026-0385"
PATIENCE_S = 20.0
Look = tuple[str, QWidget]


def settle() -> None:
    """Let everything come to rest: layouts, what the pool works on, pages that make their lower parts later."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    end = time.monotonic() + PATIENCE_S
    for _ in range(3):
        while tasks._waiting and time.monotonic() < end:
            tasks.finish(50)
            app.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        app.processEvents()


class Vaults:
    """Vaults, made once: the practice caseload, an officer's who has no case, one with a case just begun, one whose
    cases were closed, and what is left of one that was destroyed."""

    def __init__(self, folder: Path) -> None:
        self.clock = FixedClock(datetime.fromisoformat(WRITTEN_AT).astimezone(UTC))
        self.folder, self.full, self.empty = folder, folder / "1", folder / "2"
        self.begun, self.closed, self.destroyed = folder / "3", folder / "4", folder / "5"
        if not self.full.exists():
            close_desk(open_practice(self.full, clock=self.clock, cost=FLOOR_COST)[0])
            for made in (self.empty, self.begun, self.closed):
                desk, _code = create_vault(
                    made, officer="Ilse Varga", passphrase=PASSPHRASE, cost=FLOOR_COST, clock=self.clock
                )
                if made is not self.empty:
                    cases.new_case(desk, "NM-2026-0001")
                if made is self.closed:
                    joined.close_cases(desk)
                close_desk(desk)
            self.destroyed.mkdir()
            wiped.keep(self.destroyed, wiped.Wiped("Ilse Keira", "", b"", delivered=True))

    def open_full(self) -> Desk:
        """The practice caseload."""
        return open_practice(self.full, clock=self.clock, cost=FLOOR_COST)[0]

    def open(self, folder: Path) -> Desk:
        """One of the other vaults."""
        return open_desk(vault.unlock(folder, PASSPHRASE, clock=self.clock), clock=self.clock)

    def others(self) -> Iterator[tuple[Path, Callable[[AtTheProgram, Any], Iterator[Look]]]]:
        """Each of the vaults beside the caseload that are opened, and what is looked at in it."""
        yield from ((self.empty, nothing_yet), (self.begun, just_begun), (self.closed, cases_closed))


class AtTheProgram:
    """One program in this process, in one language."""

    def __init__(self, vaults: Vaults, language: str, scheme: str, *argv: str) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        given = ["--language", language, "--scheme", scheme, *argv]
        self.program = Program(app, arguments(given), clock=vaults.clock, cost=FLOOR_COST)
        self.program.secret_store = lambda: None  # type: ignore[method-assign]
        self.program.replace = lambda _command: None
        self.top = self.program.top
        self.desk: Desk | None = None
        self.top.show()

    def enter(self, desk: Desk) -> Any:
        """The officer's screens on a desk."""
        self.desk = desk
        self.program.enter_desk(desk)
        self.program.officer.exchange.stop()  # no server is asked
        settle()
        return self.program.officer.window

    def end(self) -> None:
        """Close everything."""
        if self.program.officer is not None and not self.program.officer.ended:
            self.program.officer._end()
        self.top.hide()
        self.top.deleteLater()
        tasks.finish()
        problems.uninstall()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        settle()
        # Widgets that stayed would have their looks worked out anew with each program after this one.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def before_unlocking(at: AtTheProgram, vaults: Vaults) -> Iterator[Look]:
    """The screens before the work."""
    program = at.program
    program.options.vault = vaults.full
    program.show_unlock()
    yield "unlock practice", at.top
    program.options.vault = vaults.empty
    program.show_unlock()
    yield "unlock", at.top
    program.top.screen_shown._failed(Problem("vault.wrong_passphrase", wait_s=8))  # type: ignore[union-attr]
    yield "unlock refused", at.top
    program.top.screen_shown.other_way.click()  # type: ignore[union-attr]
    yield "unlock by code", at.top
    program.options.vault = vaults.folder / "none"
    program.show_new_vault()
    yield "new vault", at.top
    program.top.screen_shown.choice.switch.click()  # type: ignore[union-attr]
    yield "new vault own passphrase", at.top
    program.top.screen_shown._show_code((None, "0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV"))  # type: ignore[union-attr]
    yield "recovery code", at.top
    program.top.before_closing = lambda: True
    program.top.show_screen(AfterRecovery(program, SimpleNamespace(officer="Ilse Varga")))
    yield "after the recovery code", at.top
    openings = [Opening(("Maud Ferrier", "Iden Sorley"), WRITTEN_AT)]
    program.top.show_screen(OpenedByOthers(program, SimpleNamespace(), openings))
    yield "opened by custodians", at.top
    program.top.show_screen(MovedOut(program, SimpleNamespace(), WRITTEN_AT))
    yield "moved out", at.top
    program.top.show_screen(Unlock(program, [vaults.empty, vaults.full, vaults.destroyed]))
    yield "unlock whose vault", at.top
    program.top.show_screen(Unlock(program, [vaults.destroyed]))
    yield "unlock destroyed", at.top


def at_work(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """Every place and step on the caseload, and everything that lies over them."""
    desk = window.session.desk
    for place in (*PLACES, *WITHIN):
        go(window, place)
        yield place, at.top
    window.go({"place": "find"})
    window.find_box.setText("Keira")
    window._find()
    yield "find with words", at.top
    window._ask_reason({"place": "case"})
    yield "reason", at.top
    window.find_box.clear()
    window._find()
    window.session.open_case(case_called(desk, CASE))
    for step in window.case_frame.steps.buttons:
        show_step(window, step)
        yield f"step {step}", at.top
    yield from on_paper(at, window)
    window.case_frame.toggle_help()
    show_step(window, "risk")
    yield "help turned", at.top
    window.case_frame.toggle_help()
    other = with_comparison(desk)
    if other:
        window.session.open_case(other)
        show_step(window, "grade")
        yield "comparison", at.top
    yield from recorded_differently(at, window)
    yield from joined.with_a_server(at, window, case_called(desk, APART), go)
    yield from over_everything(at, window)


def recorded_differently(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """A case in which two officers wrote different values: each of them to decide, and the marks on the steps."""
    desk = window.session.desk
    case = case_called(desk, APART)
    write_apart(desk, case)
    window.session.changed.emit(Changed(frozenset({case})))
    window.session.open_case(case, "conflicts")
    page = window.case_frame.page
    yield "conflicts", at.top
    for key in list(page.found):
        page.stand_at(key)
        yield f"conflict {key.partition(':')[2]}", at.top
    page.deciding.sides.cards[-1].keep.click()
    page.problem_bar.show_problem(Problem("conflict.reason_missing"))
    yield "conflict chosen", at.top
    page.problem_bar.clear()
    page.deciding.other.click()
    yield "conflict other value", at.top
    for step in ("people", "risk", "grade", "timeline"):
        show_step(window, step)
        yield f"step {step} differs", at.top
    for place in ("today", "cases", "reviews"):
        go(window, place)
        yield f"{place} differs", at.top


def write_apart(desk: Desk, case: str) -> None:
    """Values beside those that stand, as somebody writes them who knew of none; once."""
    view = cases.read_case(desk, case)
    if view.conflicts():
        return
    suspect, incident, current = view.people("suspect")[0], view.latest("incident"), view.latest("assessment")
    assert incident is not None
    assert current is not None
    answer = next(one for one in view.of("answer") if one.get("assessment") == current.id and one.get("value") == "yes")
    for record, fields in (
        (case, {"grade": "standard" if view.case.get("grade") == "high" else "high", "grade_reason": "Keira"}),
        (suspect.id, {"custody": "in_custody" if suspect.get("custody") != "in_custody" else "at_large"}),
        (incident.id, {"narrative": f"{incident.get('narrative')} Keira {incident.get('place')}"}),
        (answer.id, {"value": "no"}),
    ):
        edit.write(desk, case, [notebook.assign(record, {name: (value, []) for name, value in fields.items()})])


def on_paper(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """Paper with a preview, scrolled to it."""
    show_step(window, "paper")
    page = window.case_frame.page
    page.decision.choose("card")
    part = next(part for part in page.findChildren(Printing) if part.isVisible())
    part.look.click()
    settle()
    page.sheet.ensureWidgetVisible(part.preview, 0, 400)
    yield "paper preview", at.top
    page.decision.choose("nothing")


def over_everything(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """A Problem, the countdown, immediate danger, the sheet of keys, the neutral page."""
    window.session.open_case(case_called(window.session.desk, CASE), "happened")
    window.problem_bar.show_problem(Problem("store.full", file="vault.db"))
    yield "problem", at.top
    window.problem_bar.clear()
    window.count_down(27)
    yield "countdown", at.top
    window.stop_count_down()
    frame = window.case_frame
    frame.immediate_danger()
    yield "danger", at.top
    frame.take_danger_back()
    window.show_keys()
    sheet = open_dialog()
    yield "keys", at.top
    if sheet is not None:
        sheet.close()
    hiding = at.program.officer.hiding
    hiding.hide()
    yield "hidden", at.top
    hiding._come_back()


def nothing_yet(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """Every place without a case."""
    for place in (*PLACES, *WITHIN):
        go(window, place)
        yield f"{place} empty", at.top
    window.go({"place": "find"})
    window.find_box.setText("Nobody")
    window._find()
    yield "find nothing", at.top
    window.find_box.clear()
    window._find()


def just_begun(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """Every step of a case that was just begun, and the pages beside them."""
    window.session.open_case(cases.list_cases(window.session.desk)[0].id)
    for step in (*window.case_frame.steps.buttons, *steps.BESIDE):
        show_step(window, step)
        yield f"step {step} empty", at.top


def cases_closed(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """What stands in the place of the cases once the lease has ended."""
    yield from joined.cases_closed(at, window, go)


def unfolded(at: AtTheProgram, window: Any) -> Iterator[Look]:
    """Each step whole: the window as high as its page, everything open that can be opened."""
    desk, before = window.session.desk, at.top.size()
    window.session.open_case(case_called(desk, CASE))
    for step in window.case_frame.steps.buttons:
        show_step(window, step)
        page = window.case_frame.page
        for fold in page.findChildren(Fold):
            fold.set_open(True)
        settle()
        high = page.sheet.widget().sizeHint().height() + at.top.height() - page.sheet.viewport().height()
        at.top.resize(before.width(), min(16_000, max(before.height(), high)))
        settle()
        yield f"whole {step}", at.top
        at.top.resize(before)


def go(window: Any, place: str) -> None:
    """A place with all of its parts made."""
    window.go({"place": place})
    finish(window.pages[place])


def show_step(window: Any, step: str) -> None:
    """A step with all of its parts made."""
    window.case_frame.show_step(step)
    finish(window.case_frame.page)


def finish(page: Any) -> None:
    """Have a long page make at once what it makes after its first paint."""
    make: Callable[[], None] | None = getattr(page, "finish", None)
    if make is not None:
        make()


def open_dialog() -> QWidget | None:
    """The window that lies over the program's own, if there is one."""
    return next(
        (one for one in QApplication.topLevelWidgets() if one.isVisible() and one.inherits("QDialog")),
        None,
    )


def case_called(desk: Desk, reference: str) -> str:
    """The id of a case of the caseload."""
    return next(line.id for line in cases.list_cases(desk) if line.reference == reference)


def with_comparison(desk: Desk) -> str:
    """A case in which there is something to compare with, or nothing."""
    for line in cases.list_cases(desk):
        view = cases.read_case(desk, line.id)
        if comparison.changed_since(view, None, ()) is not None:
            return line.id
    return ""
