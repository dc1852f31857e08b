"""The force of the running server with real vaults of its officers, which speak to it as the program does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from app.casework.desk import Desk, beside, close_desk, create_vault
from app.clock import Clock, SystemClock
from app.problems import Problem
from app.vault.vault import FLOOR_COST
from sync.client import enrolment
from sync.client import round as rounds
from sync.client.membership import Membership
from sync.client.talk import Talk
from sync.client.transport import Answer, Https
from sync.server import administration, authority
from sync.wire import code as codes
from tests.sync.ground import Kept, backup, restore
from tests.sync.laptops import Force

PASSPHRASE = "amber kettle violin harbour seven"


class Police:
    """A force on the running server with the vaults of its officers."""

    def __init__(self, force: Force, folder: Path) -> None:
        self.force, self.folder = force, folder
        self.desks: list[Desk] = []

    def code(self, officer: str = "", minutes: int = 60, **other: Any) -> str:
        """An enrolment code as a person reads it. `other`: host, port or pin that are not the server's."""
        secret = self.force.secret(officer or self.force.officer(), minutes)
        pin = authority.pin(self.force.config.authority.read_bytes())
        return codes.write(
            codes.Code(**{"host": "127.0.0.1", "port": self.force.port, "pin": pin, **other}, secret=secret)
        )

    def vault(self, name: str = "") -> Desk:
        """A vault that belongs to no server."""
        n = len(self.desks)
        made, _ = create_vault(
            self.folder / str(n), officer=name or f"Officer {n}", passphrase=PASSPHRASE, cost=FLOOR_COST
        )
        self.desks.append(made)
        return made

    def enrolled(self, officer: str = "") -> Desk:
        """A vault of an officer of the one unit."""
        desk = self.vault()
        enrol(desk, self.code(officer))
        return desk

    def backup(self) -> Kept:
        """What a backup of the server holds of this force."""
        with self.force.owner() as owner:
            return backup(owner, self.force.org)

    def put_back(self, kept: Kept, *, says_so: bool = True) -> None:
        """The server is put back to a backup. `says_so`: and begins another epoch, as its guide says."""
        with self.force.owner() as owner:
            restore(owner, self.force.org, kept)
        if says_so:
            self.force.do(administration.new_epoch)

    def close(self) -> None:
        for desk in self.desks:
            close_desk(desk)


class Listening(Https):
    """The real way to the server, which notes what is asked. `cut`: paths that are not answered any more."""

    def __init__(self, *where: Any, asked: list[str], cut: Callable[[list[str]], bool] = lambda _asked: False) -> None:
        super().__init__(*where)
        self.asked, self.cut = asked, cut

    def ask(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        self.asked.append(path.removeprefix("/v1/"))
        if self.cut(self.asked):
            raise Problem("sync.unreachable")
        return super().ask(method, path, headers, body)


def enrol(desk: Desk, code: str, *, trial: bool = True) -> Membership:
    return enrolment.enrol(
        desk.store,
        code,
        laptop=desk.unlocked.laptop_id,
        author=desk.officer,
        clock=desk.clock,
        trial=trial,
    )


def sync(desk: Desk, clock: Clock | None = None, **more: Any) -> rounds.Round:
    """One round from a connection of its own, as the program does it. `more`: as for `rounds.run`."""
    store = beside(desk)()
    try:
        return rounds.run(store, clock or SystemClock(), **more)
    finally:
        store.close()


def code_of(work: Callable[[], object]) -> str:
    """The code of the Problem that this raises."""
    with pytest.raises(Problem) as problem:
        work()
    return problem.value.code


def answering(change: Callable[[Any], Any]) -> Any:
    """The server's answers, changed before the round sees them."""
    ask = Talk.ask

    def changed(self: Talk, path: str, message: Any, reply: Any) -> Any:
        return change(ask(self, path, message, reply))

    return mock.patch.object(Talk, "ask", changed)


def references(desk: Desk, case: str) -> list[str]:
    """Every value of the case's reference that stands."""
    return sorted(str(value) for value in desk.store.case(case).records[case].fields["reference"].live.values())
