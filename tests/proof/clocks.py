"""The same worlds twice: with true clocks, and with clocks a year off, in 2001, and somewhere else at every entry."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from tests.home import in_memory
from tests.proof.frame import Proved
from tests.sync.ground import Ground, ground
from tests.sync.test_apart import latest_clock_wins
from tests.sync.world import Laptop, World, story

PROMISE: str = "Clocks decide nothing: with any clocks the same stands in the end as with true ones."
GOALS: tuple[str, ...] = ("G13",)
_IN_2001 = datetime(2001, 1, 1, tzinfo=UTC)


def gate() -> Proved:
    """Some worlds."""
    return _twice(range(8))


def deep() -> Proved:
    """Many."""
    return _twice(range(40))


def control() -> Proved:
    """Of two who disagree, the one with the later clock wins."""
    with latest_clock_wins():
        return _twice(range(4))


def _twice(seeds: range) -> Proved:
    values, faults = 0, []
    with ground() as server:
        for seed in seeds:
            true, wrong = (_lived(server, seed, wrong=wrong) for wrong in (False, True))
            values += sum(len(fields) for fields in true.values()) if isinstance(true, dict) else 0
            if true != wrong or not isinstance(true, dict):
                faults.append(f"seed {seed}: {_told(true, wrong)}")
    return Proved(f"{len(seeds)} worlds twice, {values:,} values: {len(faults)} differ", faults)


def _told(true: Any, wrong: Any) -> str:
    if not (isinstance(true, dict) and isinstance(wrong, dict)):
        return f"{true if isinstance(true, str) else wrong}"
    return f"{sum(true.get(key) != wrong.get(key) for key in true | wrong)} records differ"


def _lived(server: Ground, seed: int, *, wrong: bool) -> Any:
    """What stands in the end by case and record, on the first laptop that has the case; or why there was no end."""
    with in_memory() as place, _clocks(seed, wrong=wrong):
        try:
            world = story(seed, server, place)
        except AssertionError as error:
            return str(error)
        try:
            return {
                f"{case} {record}": {
                    name: sorted(str(value) for value in state.live.values()) for name, state in one.fields.items()
                }
                for laptop in world.laptops
                for case in laptop.store.cases()
                for record, one in laptop.store.case(case).records.items()
            }
        finally:
            world.close()


@contextlib.contextmanager
def _clocks(seed: int, *, wrong: bool) -> Iterator[None]:
    """What the seed decides stays the same; only the clocks are others."""
    chance, write = random.Random(f"clocks {seed}"), World.write

    def jump(world: World, laptop: Laptop) -> None:
        world.chance.choice((-1, 1))
        world.chance.randrange(9000)

    def written(world: World, laptop: Laptop, case: str, changes: list[Any]) -> None:
        if wrong:
            now = laptop.clock.now()
            to = chance.choice((now + timedelta(days=chance.randint(-366, 366)), _IN_2001))
            laptop.clock.advance((to - now).total_seconds())
        write(world, laptop, case, changes)

    with mock.patch.object(World, "jump", jump), mock.patch.object(World, "write", written):
        yield
