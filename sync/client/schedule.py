"""When the next round is due: within a minute, sooner after a write, later and later while it fails.

Pure but for where it is kept: the time and the chance are handed in. The waiting is kept in the vault, so that a laptop
that is started again does not press a server that is down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.clock import iso, parse_moment
from app.store.store import Store

INTERVAL_S = 45.0
"""With its spread less than a minute: so long after a revocation at the latest, a connected laptop hears of it."""
JITTER = 0.2
"""Rounds are spread by this share of the interval to both sides, so that laptops do not come all at once."""
NUDGE_S = 1.5
"""So long after a write the round follows, with what else was written meanwhile."""
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 45.0
"""With its spread less than a minute: so long after the server is back at the latest, what waits is on its way."""
KEPT = "next round"
"""Under which name the vault keeps how many rounds failed and when the next one is due."""


@dataclass(frozen=True)
class Schedule:
    """`due`: monotonic seconds of the next round; `failures`: how many rounds failed one after the other."""

    due: float = 0.0
    failures: int = 0

    def after_success(self, now: float, chance: float) -> Schedule:
        """`chance`: 0 to 1."""
        return Schedule(now + INTERVAL_S * (1 + JITTER * (2 * chance - 1)), 0)

    def after_failure(self, now: float, chance: float, retry_s: float = 0.0) -> Schedule:
        """Doubling from five seconds to three quarters of a minute; never sooner than the server asked for."""
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(self.failures, 12))
        return Schedule(now + max(wait * (1 + JITTER * (2 * chance - 1)), retry_s), self.failures + 1)

    def after_write(self, now: float) -> Schedule:
        """A write brings the next round forward, but not while the server is not there."""
        return self if self.failures else replace(self, due=min(self.due, now + NUDGE_S))

    def at_once(self, now: float) -> Schedule:
        """A person asks for it."""
        return replace(self, due=now)


def keep(store: Store, schedule: Schedule, now: float, wall: datetime) -> None:
    """Keep the waiting after a failed round; after a good one there is none. `wall`: the laptop's clock at `now`."""
    text = f"{schedule.failures} {iso(wall + timedelta(seconds=schedule.due - now))}" if schedule.failures else ""
    if text != (store.recall(KEPT) or ""):
        store.remember(KEPT, text)


def resumed(store: Store, now: float, wall: datetime) -> Schedule:
    """Where an earlier run of the program left off: due at once, or after what is left of the waiting.

    However wrong the laptop's clock is now or was then, it is never more than the longest wait.
    """
    failures, _, due = (store.recall(KEPT) or "").partition(" ")
    moment = parse_moment(due)
    if not failures or moment is None:
        return Schedule(now)
    left = (moment - wall).total_seconds()
    return Schedule(now + min(max(left, 0.0), LONGEST_WAIT_S * (1 + JITTER)), int(failures))
