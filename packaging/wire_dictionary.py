"""Train a dictionary for small messages of the exchange from the invented practice cases; made once a protocol version.

`python3 packaging/dev.py wire_dictionary NUMBER` writes `sync/wire/dictionaries/NUMBER.zdict`. A dictionary that was
released is never made anew: what was packed with it has to be readable for ever.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.casework import practice
from app.clock import SystemClock, iso
from app.notebook import entry as notebook
from app.notebook.entry import Entry, SignedEntry
from app.notebook.packing import pack
from app.store.store import Store
from app.vault.vault import FLOOR_COST
from sync.server.statements import Signer
from sync.wire import messages, packing, signing

SIZE = 24 << 10
FIRST = 40_000
"""Smaller ids are those of a public registry."""


def main(arguments: list[str]) -> int:
    """Open the practice caseload in a folder of its own, make messages of it as a working day does, and train."""
    number = int(arguments[0])
    with tempfile.TemporaryDirectory() as folder:
        desk, _ = practice.open_practice(Path(folder) / "vault", cost=FLOOR_COST)
        samples: list[Any] = [packed for packed in _messages(desk.store) if len(packed) <= packing.SMALL]
        desk.store.close()
    made = zstandard.train_dictionary(SIZE, samples, dict_id=FIRST + number, level=12)
    place = packing.FOLDER / f"{number}.zdict"
    if place.exists():
        print(f"{place.name} is there already and stays as it is.")
        return 1
    place.write_bytes(made.as_bytes())
    print(f"{place.name}: {len(made.as_bytes())} bytes from {len(samples)} messages")
    return 0


def _messages(store: Store) -> Iterator[bytes]:
    """What goes to and fro when somebody works on the cases: each field set once, some of them together."""
    chance, number = random.Random(1), 0
    for case in store.cases():
        for kept in store.entries(case):
            yield messages.encode(_push([kept.signed]))
        state = store.case(case)
        for record in state.records.values():
            number += 1
            wishes = {name: (field.live, record.seen(name)) for name, field in record.fields.items() if field.live}
            made = [
                _edit(store, case, number, [notebook.assign(record.id, {name: (next(iter(live.values())), seen)})])
                for name, (live, seen) in wishes.items()
            ]
            fields = {name: next(iter(live.values())) for name, (live, _) in wishes.items()}
            made.append(_edit(store, case, number, [notebook.create(record.id, record.type, fields)]))
            for one in made:
                yield messages.encode(_push([one]))
                yield messages.encode(_pulled(store, [one], number))
            some = chance.sample(made, min(len(made), 3))
            yield messages.encode(_push(some))
            yield messages.encode(_snapshot(case, number, {record.id: pack(record)}))
            yield messages.encode(_pulled(store, [], number))


def _edit(store: Store, case: str, number: int, changes: list[notebook.Change]) -> SignedEntry:
    now = SystemClock().now()
    entry = Entry(
        format=notebook.FORMAT,
        device=store.device,
        first=number,
        count=len(changes),
        author="Asha Quill",
        session=store.device,
        scope=0,
        case=case,
        hlc=(int(now.timestamp() * 1000), 0),
        wall=iso(now),
        schema=notebook.SCHEMA,
        previous=notebook.NO_PREVIOUS,
        changes=changes,
    )
    body = notebook.canonical(entry)
    return SignedEntry(body, store.sign(body))


def _push(entries: list[SignedEntry]) -> messages.Push:
    sent = [
        messages.SentEntry(entry=msgspec.Raw(one.body), signature=signing.to_text(one.signature)) for one in entries
    ]
    return messages.Push(protocol=1, epoch="", entries=sent)


def _pulled(store: Store, entries: list[SignedEntry], number: int) -> messages.Pulled:
    now = iso(SystemClock().now())
    signer = Signer(_key())
    return messages.Pulled(
        epoch=store.device,
        cursor=number,
        more=False,
        entries=[
            messages.PulledEntry(
                number=number,
                received_at=now,
                device=store.device,
                signature=signing.to_text(one.signature),
                entry=msgspec.Raw(one.body),
            )
            for one in entries
        ],
        notices=[],
        keys={store.device: signing.to_text(store.public_key())} if entries else {},
        digests={store.device: entries[0].hash} if entries else {},
        head=messages.Head(last=number, hash=notebook.NO_PREVIOUS),
        scope=0,
        lease=signer.lease(store.device, store.device, 7, SystemClock().now()),
        server_time=now,
        tree=messages.TreeHead(size=number, root=signing.to_text(bytes(32)), signature=signing.to_text(bytes(64))),
    )


def _snapshot(case: str, number: int, records: dict[str, bytes]) -> messages.Snapshots:
    now = iso(SystemClock().now())
    one = messages.Snapshot(
        case=case,
        number=number,
        changed_at=now,
        digest=notebook.NO_PREVIOUS,
        records={key: msgspec.Raw(state) for key, state in records.items()},
    )
    return messages.Snapshots(
        epoch=case, number=number, snapshots=[one], after="", more=False, missing=[], server_time=now
    )


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(32))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
