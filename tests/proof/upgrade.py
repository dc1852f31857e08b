"""An upgrade of a vault and a way back from it: killed at moments and at single calls, and the power cut under them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.home import in_memory
from tests.proof.frame import Proved
from tests.proof_upgrade import cuts

PROMISE: str = "Stopped anywhere, an upgrade or way back leaves the old format or the new one, with every entry."
GOALS: tuple[str, ...] = ("G7",)


def gate() -> Proved:
    """A small vault, some of each."""
    return _stop(moments=4, calls=8, power=60, cases=20)


def deep() -> Proved:
    """A vault with 500 cases for the kills, 500 power cuts."""
    killed, cut = _stop(moments=20, calls=20, power=0, cases=500), _stop(moments=0, calls=0, power=500, cases=20)
    return Proved(f"{killed.figure}; of 20 cases {cut.figure}", killed.faults + cut.faults)


def control() -> Proved:
    """An upgrade that flushes nothing before it goes on."""
    found = cuts.Found()
    with in_memory() as place:
        ground = cuts.lay(place, 20, with_previous=False)
        for work in cuts.WORKS:
            cuts.cut_power(ground, work, 40, found, without="flush")
    return Proved(str(found), found.wrong)


def _stop(*, moments: int, calls: int, power: int, cases: int) -> Proved:
    found = cuts.Found()
    with tempfile.TemporaryDirectory() as name:
        ground = cuts.lay(Path(name), cases)
        for work in cuts.WORKS:
            if moments:
                cuts.cut(ground, work, moments, found)
            if calls:
                cuts.cut_at_calls(ground, work, calls, found)
            if power:
                cuts.cut_power(ground, work, power, found)
    return Proved(str(found), found.wrong)
