"""An officer at work in a practice vault without cases, for tests of what is there for practice alone."""

from __future__ import annotations

from app.casework.desk import create_vault
from app.vault.vault import FLOOR_COST
from tests.ui.conftest import OFFICER, PASSPHRASE


def practice_desk(folder, clock):
    """The open desk of a new practice vault; the program that takes it over closes it."""
    return create_vault(
        folder, officer=OFFICER, passphrase=PASSPHRASE, practice_passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock
    )[0]


def at_practice(program, desk, qtbot, *argv):
    """A program whose officer is at work in that vault."""
    one = program("--vault", str(desk.unlocked.folder), "--practice", *argv)
    one.top.resize(1366, 768)
    one.top.show()
    qtbot.waitUntil(one.top.isActiveWindow)
    one.enter_desk(desk)
    return one
