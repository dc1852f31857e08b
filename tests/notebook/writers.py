"""Devices that write real, signed entries, for tests of the notebook: no disk, no clock of the machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.notebook import entry as notebook
from app.notebook.entry import Change, Entry, SignedEntry
from app.notebook.fold import CaseState
from app.notebook.hybrid import ZERO, Stamp, tick

CASE = "c" * 32
RECORD = "d" * 32


def key_of(device: str) -> Ed25519PrivateKey:
    """The same key for the same device in every run."""
    return Ed25519PrivateKey.from_private_bytes(device.encode().ljust(32, b"-")[:32])


@dataclass
class Writer:
    """One device with its own notebook and its own replica of each case."""

    device: str
    number: int = 0
    previous: str = notebook.NO_PREVIOUS
    clock: Stamp = ZERO
    entries: list[SignedEntry] = field(default_factory=list)
    states: dict[str, CaseState] = field(default_factory=dict)

    @property
    def public(self) -> Ed25519PublicKey:
        return key_of(self.device).public_key()

    def state(self, case: str = CASE) -> CaseState:
        return self.states.setdefault(case, CaseState(case))

    def entry(self, changes: list[Change], case: str = CASE, now_ms: int = 1_700_000_000_000) -> Entry:
        """The next entry of this device, not yet signed."""
        stamp = tick(self.clock, now_ms)
        return Entry(
            format=notebook.FORMAT,
            device=self.device,
            first=self.number + 1,
            count=len(changes),
            author=f"Officer {self.device}",
            session="s",
            scope=0,
            case=case,
            hlc=(stamp.milliseconds, stamp.counter),
            wall="2026-11-14T01:10:00+00:00",
            schema=notebook.SCHEMA,
            previous=self.previous,
            changes=changes,
        )

    def write(self, *changes: Change, case: str = CASE, now_ms: int = 1_700_000_000_000) -> Entry:
        """Sign the next entry, keep it and take it in here."""
        made = self.entry(list(changes), case, now_ms)
        signed = notebook.sign(made, key_of(self.device))
        self.entries.append(signed)
        self.number, self.previous, self.clock = self.number + len(changes), signed.hash, made.stamp
        self.state(case).apply(made)
        return made

    def put(self, field_name: str, value: Any, record: str = RECORD, case: str = CASE, now_ms: int = 1_700_000_000_000):
        """Set one field, having seen what stands here."""
        known = self.state(case).records.get(record)
        saw = known.seen(field_name) if known else []
        return self.write(notebook.assign(record, {field_name: (value, saw)}), case=case, now_ms=now_ms)

    def read(self, *entries: Entry) -> None:
        """Take in entries of others."""
        for made in entries:
            self.state(made.case).apply(made)
