"""Many worlds, each from its seed, in two processes: `python -m tests.sync.simulate 0 10000`.

Prints the seeds in which something did not hold, and what; ends with 1 where there are any.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tests.sync.ground import ground
from tests.sync.world import LENGTH, story


def live(seeds: Sequence[int], length: int = LENGTH) -> list[tuple[int, str]]:
    """Live through some seeds on a ground of their own, each for so many steps; returns what did not hold."""
    found = []
    memory = Path("/dev/shm")
    with ground() as server:
        for seed in seeds:
            folder = Path(tempfile.mkdtemp(prefix="holdfast-world-", dir=memory if memory.is_dir() else None))
            try:
                story(seed, server, folder, length).close()
            except Exception as error:  # noqa: BLE001 - told with its seed, and the others go on
                where = traceback.extract_tb(error.__traceback__)[-1]
                found.append((seed, f"{type(error).__name__} {error} ({where.name}, line {where.lineno})"))
    return found


def all_of(first: int, last: int, length: int = LENGTH, processes: int = 2) -> list[tuple[int, str]]:
    """Live through the seeds from `first` to before `last`; returns what did not hold, by seed."""
    parts = [range(first + n, last, processes) for n in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return sorted(one for found in pool.map(partial(live, length=length), parts) for one in found)


def _slices(first: int, last: int, size: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last, size):
        yield start, min(last, start + size)


if __name__ == "__main__":
    begun, bad = time.monotonic(), 0
    for start, end in _slices(int(sys.argv[1]), int(sys.argv[2]), 200):
        for seed, what in all_of(start, end):
            bad += 1
            print(f"seed {seed}: {what}", flush=True)
        print(f"{end - int(sys.argv[1])} seeds, {bad} did not hold, {time.monotonic() - begun:.0f} s", flush=True)
    sys.exit(1 if bad else 0)
