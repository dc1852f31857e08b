"""Headers that somebody without the key has changed: fields for weaker ones, slots swapped, bytes flipped, all of them
with a right checksum. None may be taken for one that was written by a holder of the key."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.clock import SystemClock
from app.vault import header, vault
from app.vault.vault import FLOOR_COST
from tests.vault.test_custodians import CARDS

WORDS = "ferry lantern under the plum"
_CHANCE = 20261122


@dataclass
class Found:
    """`mutated`: headers that were changed; `weak`: those among them that cost less than the floor; `refused`: those
    that are no header any more; `faults`: those that would have been accepted."""

    mutated: int = 0
    weak: int = 0
    refused: int = 0
    unproven: int = 0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.mutated} headers: {self.refused} refused at sight ({self.weak} of them weaker than the floor),"
            f" {self.unproven} not authentic, {len(self.faults)} accepted"
        )


def run(count: int) -> Found:
    """Change a header in so many ways."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "vault"
        made = vault.create(folder, officer="Runa Okafor", passphrase=WORDS, cost=FLOOR_COST, cards=CARDS)
        made.unlocked.close()
        data = (folder / header.NAME).read_bytes()
        with vault.unlock(folder, WORDS, clock=SystemClock()) as unlocked:
            return _run(data, bytearray(unlocked._key), count)


def _run(data: bytes, key: bytearray, count: int) -> Found:
    found, chance = Found(), random.Random(_CHANCE)
    while found.mutated < count:
        body = json.loads(data.split(b"\n")[1])
        what = chance.choice(CHANGES)(body, chance)
        changed = _spelled(body, chance.choice((1, 2, 2, 2, 2, 2)))
        if changed == data:
            continue
        found.mutated += 1
        try:
            read = header.decode(changed)
        except header.Weakened:
            found.weak += 1
            found.refused += 1
            continue
        except (header.Damaged, header.Newer):
            found.refused += 1
            continue
        if not read.passphrase.cost.allowed() or header.authentic(read, key):
            found.faults.append(what)
        else:
            found.unproven += 1
    return found


def _spelled(body: dict[str, Any], version: int) -> bytes:
    text = b"holdfast vault header %d\n" % version
    text += json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    return text + b"sha256 " + hashlib.sha256(text).hexdigest().encode() + b"\n"


def _cost(body: dict[str, Any], chance: random.Random) -> str:
    name = chance.choice(("memory_mib", "passes", "lanes"))
    body["passphrase"][name] = chance.choice((0, 1, 2, 3, 8, 63, 64, 65, 2048, 4096, -1, chance.randrange(1 << 20)))
    return name


def _bytes(body: dict[str, Any], chance: random.Random) -> str:
    slot, name = chance.choice(
        [
            (body[slot], name)
            for slot in ("passphrase", "recovery", "custodians")
            for name in ("salt", "nonce", "wrapped")
        ]
        + [(body, "mac"), (body, "sealed"), (body, "nonce"), (body["custodians"], "names")]
    )
    raw = bytearray(base64.b64decode(slot[name]))
    raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
    slot[name] = base64.b64encode(bytes(raw)).decode()
    return name


def _swapped(body: dict[str, Any], chance: random.Random) -> str:
    one, other = chance.sample(("passphrase", "recovery", "custodians"), 2)
    name = chance.choice(("salt", "nonce", "wrapped"))
    body[one][name], body[other][name] = body[other][name], body[one][name]
    return f"{one} and {other}"


def _words(body: dict[str, Any], chance: random.Random) -> str:
    changes = (
        ("kdf", body["passphrase"], "argon2i"),
        ("device_secret", body["passphrase"], "system"),
        ("secret_name", body["passphrase"], "x"),
        ("kdf", body["recovery"], "none"),
        ("scheme", body["custodians"], "1 of 3, hpke-x25519"),
        ("practice_passphrase", body, "practice"),
        ("short_name", body, f"name {chance.randrange(1 << 30)}"),
        ("counter", body, chance.randrange(2, 1 << 40)),
        ("device_id", body, f"{chance.randrange(1 << 128):032x}"),
        ("laptop_id", body, f"{chance.randrange(1 << 128):032x}"),
        ("mac", body, ""),
    )
    name, place, value = chance.choice(changes)
    place[name] = value
    return name


def _custodians(body: dict[str, Any], chance: random.Random) -> str:
    slot = body["custodians"]
    how = chance.randrange(4)
    if how == 0:
        slot["keys"][chance.randrange(3)] = base64.b64encode(chance.randbytes(32)).decode()
    elif how == 1:
        slot["keys"] = chance.sample(slot["keys"], 3)
    elif how == 2:
        slot["halves"] = chance.sample(slot["halves"], 6)
    else:
        del body["custodians"]
    return "custodians"


CHANGES = (_cost, _cost, _bytes, _swapped, _words, _custodians)
