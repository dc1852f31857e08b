"""An upgrade of a vault and a way back from it are killed at moments and at single calls of the system."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

from tests.proof.frame import Proved
from tests.proof_upgrade import cuts

PROMISE: str = "A killed upgrade or way back leaves the old format or the new one, with every entry."
GOALS: tuple[str, ...] = ("G7",)


def gate() -> Proved:
    """A small vault, some kills of each work."""
    return _kill(10, 20, cases=40)


def deep() -> Proved:
    """A vault with 1,000 cases."""
    return _kill(250, 250, cases=1000)


def control() -> Proved:
    """Vaults between two formats: a column without its table, an entry that is gone."""
    with tempfile.TemporaryDirectory() as place:
        ground, found = cuts.lay(Path(place), 2, with_previous=False), cuts.Found()
        with contextlib.closing(cuts.connect(ground.vault("upgrade") / cuts.FILE, cuts.KEY)) as half:
            half.execute("ALTER TABLE entry ADD COLUMN weight INTEGER NOT NULL DEFAULT 0")
        cuts._look(ground, "upgrade", ground.vault("upgrade"), found, "by hand")
        with contextlib.closing(cuts.connect(ground.vault("back") / cuts.FILE, cuts.KEY)) as lost:
            lost.execute("DELETE FROM entry WHERE first = (SELECT max(first) FROM entry)")
        cuts._look(ground, "back", ground.vault("back"), found, "by hand")
    return Proved(str(found), found.wrong)


def _kill(moments: int, calls: int, *, cases: int) -> Proved:
    found = cuts.Found()
    with tempfile.TemporaryDirectory() as place:
        ground = cuts.lay(Path(place), cases)
        for work in cuts.WORKS:
            cuts.cut(ground, work, moments, found)
            cuts.cut_at_calls(ground, work, calls, found)
    return Proved(str(found), found.wrong)
