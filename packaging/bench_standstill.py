"""How long the window stands still while it takes in thousands of cases: the real program, in a process of its own.

`python packaging/bench_standstill.py JSON` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_laptop import a_round, laptop, say
from bench_screen import calm, until
from pulse import Pulse
from PySide6.QtWidgets import QApplication

from app.casework import cases, place
from app.casework.desk import close_desk
from ui import tasks
from ui.start import Program, arguments


def main(told: dict[str, Any]) -> None:
    """A new laptop with its window open on the list of cases, while everything comes; then the pool alone."""
    app = QApplication(["holdfast"])
    with tempfile.TemporaryDirectory(prefix="holdfast-laptop-") as folder:
        alone(Path(folder), app, told)
        window(Path(folder), app, told)


def alone(folder: Path, app: QApplication, told: dict[str, Any]) -> None:
    """The event loop beside a round in the pool, with nothing else to do."""
    desk = laptop(folder, "alone", told["codes"][0])
    done: list[Any] = []
    pulse = Pulse()
    calm(app, 0.5)
    pulse.begin()
    begun = time.perf_counter()
    tasks.run_aside(lambda: a_round(desk), done.append, done.append)
    until(app, lambda: bool(done), 600)
    say("alone", longest=pulse.end(), own=pulse.own, cases=len(done[0].changed), seconds=time.perf_counter() - begun)
    desk.store.close()


def window(folder: Path, app: QApplication, told: dict[str, Any]) -> None:
    """The real window on its list, which fills."""
    desk = laptop(folder, "window", told["codes"][1])
    program = Program(app, arguments(["--vault", str(folder / "window"), "--scheme", "light", "--language", "en"]))
    program.begin()
    calm(app, 1.5)
    place.stand(desk, {"place": "cases"})
    pulse = Pulse()
    pulse.begin()
    begun = time.perf_counter()
    program.enter_desk(desk, cases.list_cases(desk))
    shown = program.officer.window.pages["cases"]
    calm(app, 0.3)
    entered = pulse.end()
    pulse.begin()
    until(app, lambda: desk.store.recall("cursor") is not None, 600)
    took = time.perf_counter() - begun
    calm(app, 3)
    rows = shown.list.model().rowCount()
    say(
        "window",
        longest=pulse.end(),
        own=pulse.own,
        entered=entered,
        cases=len(desk.store.cases()),
        rows=rows,
        seconds=took,
    )
    program.officer.window.session.flush_all()
    tasks.finish()
    close_desk(desk)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
