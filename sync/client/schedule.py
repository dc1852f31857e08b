"""When the next round is due: about once a minute, sooner after a write, later and later while it fails.

Pure: the time and the chance are handed in. The waiting is kept across restarts, so that a laptop that is started again
does not press a server that is down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

INTERVAL_S = 60.0
JITTER = 0.2
"""Rounds are spread by this share of the interval to both sides, so that laptops do not come all at once."""
NUDGE_S = 1.5
"""So long after a write the round follows, with what else was written meanwhile."""
FIRST_WAIT_S = 5.0
LONGEST_WAIT_S = 15 * 60.0


@dataclass(frozen=True)
class Schedule:
    """`due`: monotonic seconds of the next round; `failures`: how many rounds failed one after the other."""

    due: float = 0.0
    failures: int = 0

    def after_success(self, now: float, chance: float) -> Schedule:
        """`chance`: 0 to 1."""
        return Schedule(now + INTERVAL_S * (1 + JITTER * (2 * chance - 1)), 0)

    def after_failure(self, now: float, chance: float, retry_s: float = 0.0) -> Schedule:
        """Doubling from five seconds to a quarter of an hour; never sooner than the server asked for."""
        wait = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(self.failures, 12))
        return Schedule(now + max(wait * (1 + JITTER * (2 * chance - 1)), retry_s), self.failures + 1)

    def after_write(self, now: float) -> Schedule:
        """A write brings the next round forward, but not while the server is not there."""
        return self if self.failures else replace(self, due=min(self.due, now + NUDGE_S))

    def at_once(self, now: float) -> Schedule:
        """A person asks for it."""
        return replace(self, due=now)
