"""A real program at a virtual screen on a vault of its own; its pictures go where HOLDFAST_PICTURES says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.screen.driver import OFFICER, PASSPHRASE, AtTheScreen


@pytest.fixture
def closed_vault(vault_folder: Path) -> Path:
    """A new vault, closed, at the least cost that is read."""
    desk, _code = create_vault(vault_folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST)
    close_desk(desk)
    return vault_folder


@pytest.fixture
def at_screen(
    virtual_screen: dict[str, str], closed_vault: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[AtTheScreen]:
    """The program at its unlock screen."""
    wanted = os.environ.get("HOLDFAST_PICTURES")
    pictures = Path(wanted) / request.node.name if wanted else None
    at = AtTheScreen(virtual_screen, closed_vault, tmp_path, pictures=pictures)
    yield at
    at.close()


@pytest.fixture
def opened(closed_vault: Path) -> Iterator[Callable[[], Desk]]:
    """Opens the vault after the program has let go of it; closed at the end."""
    desks: list[Desk] = []

    def open_now() -> Desk:
        clock = SystemClock()
        desks.append(open_desk(vault.unlock(closed_vault, PASSPHRASE, clock=clock), clock=clock))
        return desks[-1]

    yield open_now
    for desk in desks:
        close_desk(desk)
