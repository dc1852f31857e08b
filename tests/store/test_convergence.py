"""Two real vault databases and a plain replica behind the same failing network: all agree, nothing vanishes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import settings

from app.clock import FixedClock
from app.notebook import entry as notebook
from app.notebook.entry import Change, Entry, SignedEntry
from app.notebook.fold import CaseState
from app.store import exchange, rows
from app.store.store import Author, Store
from tests.notebook.exchange import Crash, PlainDevice, Pulled, Pushed
from tests.notebook.machine import NAMES, START, Exchange
from tests.store.vaults import tables

AUTHOR = Author("Ilse Varga", "5" * 32)
KEYS = {name: bytes([number]) * 32 for number, name in enumerate(NAMES)}
ROWS = ("record", "word", "case_line")


class StoreDevice:
    """A device whose notebook and rows lie in an encrypted database."""

    def __init__(self, folder: Path, name: str, clock: FixedClock) -> None:
        self.folder, self.name, self.clock = folder, name, clock
        folder.mkdir()
        self.store = Store.create(folder, KEYS[name], name)

    def public_key(self) -> bytes:
        return self.store.public_key()

    def state(self, case: str) -> CaseState:
        return self.store.case(case)

    def write(self, case: str, changes: list[Change], crash: bool = False) -> Entry | None:
        if crash:
            # After the entry was inserted and before its rows are: neither may be there afterwards.
            self.dies(lambda: self.store.write(case, changes, AUTHOR, self.clock))
            return None
        self.store.write(case, changes, AUTHOR, self.clock)
        return notebook.read(exchange.outgoing(self.store, 10**6)[-1].signed.body)

    def waiting(self, limit: int) -> list[SignedEntry]:
        return [one.signed for one in exchange.outgoing(self.store, limit)]

    def deliver(self, answer: Pushed | Pulled, keys: dict[str, bytes], crash: bool = False) -> None:
        if crash:
            self.dies(lambda: self.deliver(answer, keys))
        elif isinstance(answer, Pushed):
            exchange.acknowledge(self.store, answer.accepted)
        elif answer.after <= self.position():
            place = f"epoch:{max(answer.upto, self.position())}"
            done = exchange.receive(self.store, answer.arrived, keys, place, answer.server_ms)
            assert not done.refused

    def dies(self, work) -> None:
        """The process ends in the middle of the transaction; what it held in memory is gone."""
        connection = self.store._connection
        with mock.patch.object(rows, "write_rows", side_effect=Crash), mock.patch.object(Store, "_roll_back"):
            try:
                work()
            except Crash:
                pass
        connection.close()
        self.restart()

    def position(self) -> int:
        kept = exchange.cursor(self.store)
        return int(kept.partition(":")[2]) if kept else 0

    def restart(self) -> None:
        self.store.close()
        self.store = Store.open(self.folder, KEYS[self.name], self.name)

    def check_itself(self, cases: tuple[str, ...]) -> None:
        self.store.verify()
        self.store.lines(lambda view: view.id.encode())
        before = tables(self.folder, ROWS, KEYS[self.name])
        states = {case: self.store.case(case).snapshot() for case in cases}
        self.store.rebuild()
        assert {case: self.store.case(case).snapshot() for case in cases} == states, "the rows hold something else"
        self.store.lines(lambda view: view.id.encode())
        assert tables(self.folder, ROWS, KEYS[self.name]) == before, "rebuilt rows differ"


class RealVaults(Exchange):
    """Two vault databases and one device in memory."""

    def make_devices(self):
        self.folder = Path(tempfile.mkdtemp())
        stores = [StoreDevice(self.folder / name, name, FixedClock(START)) for name in NAMES[:2]]
        return [*stores, PlainDevice(NAMES[2], FixedClock(START))]

    def teardown(self):
        try:
            super().teardown()
        finally:
            for device in self.devices[:2]:
                device.store.close()
            shutil.rmtree(self.folder, ignore_errors=True)


class TestRealVaults(RealVaults.TestCase):
    settings = settings(max_examples=25, stateful_step_count=30)
