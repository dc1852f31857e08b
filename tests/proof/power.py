"""A report is written by a real process, and its power is cut at points spread over everything that it did to the disk.

Each state is laid out as files and opened by the program itself: all that was called saved is there, every page is
whole, and what is there is byte for byte what was written.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, field

from app.store.store import Store
from tests.home import in_memory
from tests.proof.frame import Proved
from tests.proof.report import looked, written
from tests.proof.report.written import REFUSED, How
from tests.vault.prove import recorded

PROMISE: str = "What was called saved survives a power cut, whatever of the unflushed writes reached the disk."
GOALS: tuple[str, ...] = ("G2",)
_CHANCE = 20261122
_WRITING = (
    # The log as long as the program lets it grow; the vault closed and opened in between, which empties the log.
    How(saves=160, seed=1, closings=1),
    # The log brought into the file every few answers.
    How(saves=160, seed=2, log_pages=40),
)
_THOROUGH = 100
"""Of how many states one is also verified to its last signature, folded anew, and written to."""


def gate() -> Proved:
    """3,000 states of two reports."""
    return _proved([_cut(how, 1500) for how in _WRITING])


def deep() -> Proved:
    """100,000 states of eight reports."""
    many = [How(**{**vars(how), "seed": how.seed + 2 * number}) for number in range(4) for how in _WRITING]
    return _proved([_cut(how, 12_500) for how in many])


def control() -> Proved:
    """Saved is said before it was flushed: `synchronous = NORMAL`."""
    return _proved([_cut(How(**{**vars(_WRITING[0]), "synchronous": "NORMAL"}), 200)])


@dataclass
class _Found:
    """`states` after a cut, `different` ones among them, which were opened, with `saves` in the report; `losing` some
    of what was called saved, `unreadable` or with something else in them; `faults` tells each."""

    saves: int = 0
    steps: int = 0
    states: int = 0
    different: int = 0
    losing: int = 0
    most_lost: int = 0
    unreadable: int = 0
    faults: list[str] = field(default_factory=list)

    def count(self, seen: looked.Looked, where: str) -> None:
        """One more that was opened."""
        self.different += 1
        self.losing += bool(seen.lost)
        self.most_lost = max(self.most_lost, seen.lost)
        self.unreadable += bool(seen.unreadable)
        if seen.lost:
            self.faults.append(f"{where}: {seen.lost} that were called saved are not there")
        if seen.unreadable:
            self.faults.append(f"{where}: {seen.unreadable}")


def _proved(found: list[_Found]) -> Proved:
    def total(name: str) -> int:
        return sum(getattr(one, name) for one in found)

    most = max(one.most_lost for one in found)
    figure = (
        f"{total('states'):,} states, {total('different'):,} of them different, of {len(found)} reports with"
        f" {total('saves'):,} saves in {total('steps'):,} steps:"
        f" {total('losing')} lost something{f', at most {most}' if most else ''}, {total('unreadable')} unreadable"
    )
    return Proved(figure, [fault for one in found for fault in one.faults])


def _cut(how: How, states: int) -> _Found:
    chance, result = random.Random(_CHANCE + how.seed), _Found()
    with in_memory() as place:
        folder, told = place / "vault", place / "told"
        key, device = written.make_vault(folder)
        command = ["-m", written.__name__, str(folder), str(told), *how.words()]
        found = recorded.record(folder, command, place / "trace", told)
        (place / "trace").unlink()
        store = Store.open(folder, key, device)
        known, said = looked.entries(store), told.read_text().splitlines()
        store.close()
        result.saves, result.steps = len(said), len(found.steps)
        result.faults += [line for line in said if line.startswith(REFUSED)]
        points = sorted(chance.choices(range(len(found.steps) + 1), k=states))
        opened: set[tuple[bytes, int]] = set()
        for point, files, before in recorded.cuts(found, points, chance):
            result.states += 1
            # The same disk with the same said before it tells nothing new.
            this = _name(files), len(before)
            if this in opened:
                continue
            opened.add(this)
            at = recorded.lay_out(files, place / "cut")
            thorough = result.different % _THOROUGH == 0
            seen = looked.look(at, key, device, before, known, thorough=thorough)
            result.count(seen, f"after step {point} of {len(found.steps)} of report {how.seed}")
    return result


def _name(files: dict[str, bytes]) -> bytes:
    """Another one for each other disk."""
    name = hashlib.blake2b(digest_size=16)
    for file, data in sorted(files.items()):
        name.update(f"{file} {len(data)} ".encode() + data)
    return name.digest()
