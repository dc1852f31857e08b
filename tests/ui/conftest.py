"""The shell under test: a real vault at the reading floor's cost, the real screens, a clock that waits to be told."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app.casework.desk import Desk, close_desk, create_vault
from app.clock import FixedClock
from app.vault.vault import FLOOR_COST
from ui import problems, tasks
from ui.start import Program, arguments

PASSPHRASE = "mosslamp tinkettle barnfog"
OFFICER = "Ilse Varga"


@pytest.fixture
def clock() -> FixedClock:
    """A Saturday evening in May."""
    return FixedClock(datetime(2026, 5, 16, 20, 0, tzinfo=UTC))


@pytest.fixture
def made_vault(vault_folder: Path, clock: FixedClock) -> tuple[Path, str]:
    """A closed vault and its recovery code."""
    desk, code = create_vault(vault_folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock)
    close_desk(desk)
    return vault_folder, code


@pytest.fixture
def desk(vault_folder: Path, clock: FixedClock) -> Desk:
    """An open desk of a new vault; the program that takes it over closes it."""
    return create_vault(vault_folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock)[0]


@pytest.fixture
def program(qtbot: Any, clock: FixedClock) -> Iterator[Callable[..., Program]]:
    """Makes programs; the last one's window is closed at the end of the test."""
    made: list[Program] = []

    def make(*argv: str, secrets: Any = None) -> Program:
        options: argparse.Namespace = arguments(argv)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        one = Program(app, options, clock=clock, cost=FLOOR_COST, secrets=secrets)
        one.secret_store = lambda: secrets  # type: ignore[method-assign]
        one.replaced = []  # type: ignore[attr-defined]
        one.replace = one.replaced.append  # type: ignore[attr-defined]
        made.append(one)
        return one

    yield make
    for one in made:
        if one.officer is not None and not one.officer.ended:
            one.officer._end()
        one.top.hide()
        one.top.deleteLater()
    tasks.finish()
    problems.uninstall()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    from PySide6.QtCore import Qt

    app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)


@pytest.fixture
def at_work(program: Callable[..., Program], desk: Desk, qtbot: Any) -> Callable[..., Program]:
    """Makes a program whose officer is at work already."""

    def make(*argv: str) -> Program:
        one = program("--vault", str(desk.unlocked.folder), *argv)
        one.top.resize(1366, 768)
        one.top.show()
        qtbot.waitUntil(one.top.isActiveWindow)
        one.enter_desk(desk)
        return one

    return make


def begin(program: Callable[..., Program], qtbot: Any, *argv: str) -> Program:
    """A program at its first screen, its window in front."""
    one = program(*argv)
    one.begin()
    qtbot.waitUntil(one.top.isActiveWindow)
    return one


def shown(widget: QWidget, kind: type) -> list[Any]:
    """The visible widgets of a kind in a widget."""
    return [part for part in widget.findChildren(kind) if part.isVisible()]
