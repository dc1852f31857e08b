"""Policies changed at random: none that is weaker than what was signed, or than the floors, is ever in force.

By hand: `python -m tests.force.prove 10000`. The last line says what was found; exit code 1 if anything was accepted.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from app.force.places import KEY_FILE, POLICY_FILE, SIGNATURE_FILE
from app.policy import Policy, strict
from tests.force.made import DAY, KEY, OTHER, TEXT, Laptop, laptop, signature

FILES = (POLICY_FILE, SIGNATURE_FILE, KEY_FILE)
NAMES = ("idle_lock_s", "idle_countdown_s", "passphrase_least_length", "safe_contact_days", "undo_minutes")
VALUES = (
    "0",
    "-1",
    "1",
    "14",
    "901",
    "100000",
    "1e9",
    "300.0",
    "true",
    '"900"',
    "[900]",
    "0x7fffffff",
    "nan",
    "99999999999999999999",
)
LINES = (
    "idle_lock_s = 900",
    "locked = []",
    "serial = 8",
    "[settings]",
    "expires = 2099-01-01",
    "\x00",
    "[[settings]]",
    "idle_lock_s.x = 1",
)


def floors_hold(found: Policy) -> bool:
    """Whether every value is within the floors; written down here once more, so that a changed declaration is seen."""
    return (
        type(found.idle_lock_s) is int
        and 60 <= found.idle_lock_s <= 900
        and type(found.idle_countdown_s) is int
        and 10 <= found.idle_countdown_s <= 60
        and type(found.lock_on_suspend) is bool
        and type(found.passphrase_least_length) is int
        and 15 <= found.passphrase_least_length <= 64
        and type(found.safe_contact_days) is int
        and 1 <= found.safe_contact_days <= 365
        and type(found.undo_minutes) is int
        and 1 <= found.undo_minutes <= 60
        and type(found.local_words) is tuple
        and (found.locked is None or type(found.locked) is frozenset)
    )


def garbled(data: bytes, chance: random.Random) -> bytes:
    """Bytes with one to three changes: flipped, cut, doubled, moved, or a line put in."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(changed) + 1)
        match chance.randrange(6):
            case 0 if place < len(changed):
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                del changed[place : place + chance.randint(1, 40)]
            case 2:
                changed[place:place] = changed[place : place + chance.randint(1, 40)]
            case 3:
                changed[place:place] = f"\n{chance.choice(LINES)}\n".encode()
            case 4 if place < len(changed):
                changed[place] = ord(chance.choice("0123456789"))
            case _:
                lines = bytes(changed).split(b"\n")
                chance.shuffle(lines)
                changed[:] = b"\n".join(lines)
    return bytes(changed)


def rewritten(chance: random.Random) -> str:
    """The policy with other values, as an author might write them by mistake."""
    lines = TEXT.splitlines()
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(lines))
        line = f"{chance.choice(NAMES)} = {chance.choice(VALUES)}"
        lines[place : place + chance.randint(0, 1)] = [chance.choice((line, chance.choice(LINES)))]
    return "\n".join(lines)


def run(times: int, seed: int = 1) -> tuple[Counter[str], list[str]]:
    """So many changed policies; what became of them, and what was wrongly accepted."""
    chance, counted, faults = random.Random(seed), Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        here = laptop(Path(folder))
        whole = here.load()
        assert whole.problem is None, whole.problem
        assert whole.idle_lock_s == 240
        good = {name: (Path(folder) / name).read_bytes() for name in FILES}
        for number in range(times):
            fault = _one(here, whole, good, chance, counted)
            if fault:
                faults.append(f"{seed}/{number}: {fault}")
    return counted, faults


def _one(here: Laptop, whole: Policy, good: dict[str, bytes], chance: random.Random, counted: Counter[str]) -> str:
    for name, data in good.items():
        here.put(name, data)
    kind = chance.choice(("garbled", "rewritten", "foreign", "signed"))
    if kind == "garbled":
        name = chance.choice(FILES)
        here.put(name, garbled(good[name], chance))
    else:
        text = rewritten(chance)
        try:
            said = signature(text, OTHER if kind == "foreign" else KEY)
        except ValueError:
            return ""
        here.put(POLICY_FILE, text)
        if kind != "rewritten":
            here.put(SIGNATURE_FILE, said)
    found = here.load(DAY)
    if found.problem is not None and found == strict(found.problem):
        counted[f"{kind}: refused, {found.problem.code}"] += 1
        return ""
    counted[f"{kind}: in force"] += 1
    if not floors_hold(found):
        return f"beyond a floor: {found}"
    if kind != "signed" and replace(found, problem=None) != whole:
        return f"not what was signed: {found}"
    return ""


def main(arguments: list[str]) -> int:
    """So many mutations, told by kind."""
    times = int(arguments[0]) if arguments else 10_000
    counted, faults = run(times)
    for what, count in sorted(counted.items()):
        print(f"{count:7} {what}")
    print(*faults[:10], sep="\n")
    print(f"{times} changed policies, {len(faults)} weakened parameters accepted")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
