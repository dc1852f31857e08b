"""Measures at the real screens, in a process of its own: the list, a page, keys, and how long all else stood still.

`python packaging/bench_screen.py VAULT CASE` prints one JSON object. The vault's key derivation is not measured.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_caseload import PASSPHRASE
from pulse import Pulse
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.casework import cases, place
from app.casework.desk import close_desk, open_desk
from app.clock import SystemClock
from app.vault import vault
from ui import tasks
from ui.start import Program, arguments


def until(app: QApplication, holds: Callable[[], bool], seconds: float = 20.0) -> None:
    """Let the program run until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the screen did not come to what was waited for")
        app.processEvents()
        time.sleep(0.0005)


def focused(app: QApplication) -> QWidget:
    """The widget that the next key reaches."""
    widget = app.focusWidget()
    assert widget is not None, "nothing has the focus"
    return widget


def calm(app: QApplication, seconds: float) -> None:
    """Let the program run for a while, as it does while nobody types."""
    end = time.monotonic() + seconds
    until(app, lambda: time.monotonic() > end, seconds + 5)


def _opened(unlocked: vault.Unlocked, clock: SystemClock) -> tuple[Any, Any]:
    desk = open_desk(unlocked, clock=clock)
    place.stand(desk, {"place": "cases"})
    return desk, cases.list_cases(desk)


def main(folder: Path, case_id: str) -> dict[str, Any]:
    """Open the vault on its list of cases, then a case at its questions; type; return the milliseconds."""
    app = QApplication(["holdfast"])
    pulse, found = Pulse(), {}
    clock = SystemClock()
    program = Program(app, arguments(["--vault", str(folder), "--scheme", "light", "--language", "en"]))
    program.begin()
    calm(app, 1.5)  # what the unlock screen loads while a passphrase is typed
    unlocked = vault.unlock(folder, PASSPHRASE, clock=clock)
    pulse.begin()
    begun, worked = time.perf_counter(), time.process_time()
    arrived: list[Any] = []
    tasks.run(lambda: _opened(unlocked, clock), arrived.append, program._say)  # in the pool, as the unlock screen does
    until(app, lambda: bool(arrived))
    desk, lines = arrived[0]
    program.enter_desk(desk, lines)
    window = program.officer.window
    page = window.pages["cases"]
    until(app, lambda: page.isVisible() and page.list.model().rowCount() > 0)
    page.repaint()
    found["list_ms"] = (time.perf_counter() - begun) * 1000
    found["list_processor_ms"] = (time.process_time() - worked) * 1000
    calm(app, 0.3)
    found["list_stall_ms"] = pulse.end()

    opened, processor = [], []
    for _ in range(5):
        window.go({"place": "today"})
        calm(app, 0.2)
        window.pages.pop("case", None)
        pulse.begin()
        begun, worked = time.perf_counter(), time.process_time()
        program.officer.session.open_case(case_id, "risk")
        until(app, lambda: window.place == "case")
        window.repaint()
        opened.append((time.perf_counter() - begun) * 1000)
        processor.append((time.process_time() - worked) * 1000)
        calm(app, 0.8)
        found["page_stall_ms"] = max(found.get("page_stall_ms", 0.0), pulse.end())
    found["page_first_ms"], found["page_ms"] = opened[0], sorted(opened)[len(opened) // 2]
    found["page_processor_ms"] = sorted(processor)[len(processor) // 2]

    found |= typing(app, pulse, window, desk)
    found |= seeking(app, pulse, window)
    program.officer.window.session.flush_all()
    tasks.finish()
    close_desk(desk)
    return found


def typing(app: QApplication, pulse: Pulse, window: Any, desk: Any) -> dict[str, Any]:
    """Answers by key: from the press to the end of the transaction, and to the end of everything that follows."""
    committed, done, real = [], [], desk.store.write_together
    saved_at = [0.0]

    def write(*args: Any) -> Any:
        result = real(*args)
        saved_at[0] = time.perf_counter()
        return result

    desk.store.write_together = write
    step = window.pages["case"].pages["risk"]
    step.first_focus()
    app.processEvents()
    pulse.begin()
    keys = [Qt.Key.Key_Y, Qt.Key.Key_N, Qt.Key.Key_K]
    for number in range(215):
        saved_at[0] = 0.0
        begun = time.perf_counter()
        QTest.keyClick(focused(app), keys[number % 3])
        after = time.perf_counter()
        if saved_at[0]:
            committed.append((saved_at[0] - begun) * 1000)
            done.append((after - begun) * 1000)
        app.processEvents()
        QTest.keyClick(focused(app), Qt.Key.Key_Down)
        if number % 43 == 42:
            step.cards[0].focus_first()
        app.processEvents()
    calm(app, 0.3)
    desk.store.write_together = real
    return {"key_ms": committed, "key_done_ms": done, "key_stall_ms": pulse.end()}


def seeking(app: QApplication, pulse: Pulse, window: Any) -> dict[str, Any]:
    """A name typed into the find box, and who is new typed into a new attendance."""
    window.go({"place": "find"})
    calm(app, 0.3)
    window.find_box.setFocus()
    pulse.begin()
    for letters in ("mira", "kalo ba", "sa", "x"):
        window.find_box.clear()
        for letter in letters:
            QTest.keyClicks(window.find_box, letter)
            calm(app, 0.12)
    found = {"find_stall_ms": pulse.end()}
    window.go({"place": "new"})
    page = window.pages["new"]
    calm(app, 0.5)
    pulse.begin()
    for field, letters in ((page.given_name, "mirra"), (page.family_name, "kaloba"), (page.place, "vunne street")):
        field.setFocus()
        for letter in letters:
            QTest.keyClicks(field, letter)
            calm(app, 0.12)
    return {**found, "new_stall_ms": pulse.end()}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
