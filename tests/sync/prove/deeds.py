"""What the officers of a proof write, and what stands on a laptop in words that can be compared."""

from __future__ import annotations

import hashlib
import json
import random
from typing import Any

from app.clock import Clock
from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.store import exchange
from app.store.store import Author, Store

FIELDS = {"answer": ("value", "note"), "case": ("grade", "reference"), "person": ("given_name", "custody")}
VALUES = ("yes", "no", "unknown", "high", "medium", "Mira", "Jon", "in_custody", "at_large", "")


def one(store: Store, author: Author, clock: Clock, chance: random.Random) -> str:
    """One action on what this laptop shows; returns the entry's hash once it is on the disk."""
    cases = sorted(store.cases())
    if not cases or chance.random() < 0.15:
        case = random_id()
        made = [
            notebook.create(case, "case", {"reference": f"NM-{chance.randrange(10_000)}"}),
            notebook.create(random_id(), "person", {"given_name": "Mira"}),
        ]
    else:
        case = chance.choice(cases)
        made = [_change(store, case, chance)]
    return _written(store, case, made, author, clock)


def small(store: Store, author: Author, clock: Clock, chance: random.Random) -> str:
    """A short entry in one case, so that a thousand of them cost the same."""
    cases = sorted(store.cases())
    case = cases[0] if cases else random_id()
    if not cases:
        return _written(store, case, [notebook.create(case, "case", {"reference": "NM-1"})], author, clock)
    seen = store.case(case).records[case].seen("grade")
    made = notebook.assign(case, {"grade": (chance.choice(("standard", "medium", "high")), seen)})
    return _written(store, case, [made], author, clock)


def _written(store: Store, case: str, made: list[notebook.Change], author: Author, clock: Clock) -> str:
    store.write(case, made, author, clock)
    with store.reading() as connection:
        row = connection.execute(
            "SELECT hash FROM entry WHERE device = ? AND case_id = ? ORDER BY first DESC LIMIT 1", (store.device, case)
        ).fetchone()
    return str(row[0])


def _change(store: Store, case: str, chance: random.Random) -> notebook.Change:
    state = store.case(case)
    factor = f"F{chance.randrange(3):02d}" + case[:8]
    if chance.random() < 0.2 and factor not in state.records:
        # Answers meet: two laptops may make the same one.
        known = {device: last for device, last in state.known().items() if device != store.device}
        return notebook.knowing(notebook.create(factor, "answer", {"factor": "F01", "value": "yes"}), known)
    record = chance.choice([record for _, record in sorted(state.records.items())])
    name = chance.choice(FIELDS.get(record.type, ("archived",)))
    value = chance.choice(VALUES)
    if chance.random() < 0.1:
        # Long and hard to pack, so that a request does not go in one piece.
        value = chance.randbytes(chance.randrange(1000, 15_000)).hex()
    return notebook.assign(record.id, {name: (value, record.seen(name))})


def hashes(store: Store, state: str) -> list[str]:
    """The hashes of this laptop's own entries in a state."""
    with store.reading() as connection:
        found = connection.execute("SELECT hash FROM entry WHERE device = ? AND state = ?", (store.device, state))
        return [name for (name,) in found.fetchall()]


def what_stands(store: Store) -> dict[str, Any]:
    """Of a laptop at rest: what waits, the cases with what stands in each and the words they are found by.

    Also whether the rows follow from the entries, the chain holds, and nothing is there twice.
    """
    store.verify()
    with store.reading() as connection:
        words = connection.execute("SELECT case_id, record_id, kind, word FROM word ORDER BY 1, 2, 3, 4").fetchall()
        twice = connection.execute(
            "SELECT a.device, a.first FROM entry AS a JOIN entry AS b ON a.device = b.device AND a.first < b.first"
            " AND a.first + a.count > b.first"
        ).fetchall()
        aside = connection.execute("SELECT reason FROM aside").fetchall()
        states = connection.execute("SELECT state, count(*) FROM entry GROUP BY 1").fetchall()
    before = {case: said(store.load(case).snapshot()) for case in store.cases()}
    store.rebuild()
    return {
        "waiting": len(exchange.outgoing(store, 10_000)),
        "states": dict(states),
        "cases": before,
        "rebuilt": {case: said(store.load(case).snapshot()) for case in store.cases()},
        "words": {case: [row[1:] for row in words if row[0] == case] for case in before},
        "twice": twice,
        "aside": aside,
        "own": hashes(store, "sent"),
    }


def said(state: dict[str, Any]) -> str:
    """A case's state as one short text."""
    return hashlib.sha256(json.dumps(state, sort_keys=True).encode()).hexdigest()
