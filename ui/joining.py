"""Joining a server beside the screens: over a connection of its own, in the pool."""

from __future__ import annotations

from collections.abc import Callable

from app.casework.desk import Desk, beside
from sync.client import enrolment
from sync.client.membership import Membership
from sync.client.sign_in import SignIn


def joining(desk: Desk, code: str, *, trial: bool, sign_in: SignIn | None = None) -> Callable[[], Membership]:
    """The work of joining with a code, for `ui.tasks.run_aside`; it needs nothing of the desk any more.

    `trial`, `sign_in` and the Problems that it raises: as of `enrolment.enrol`.
    """
    open_beside, laptop, author, clock = beside(desk), desk.unlocked.laptop_id, desk.officer, desk.clock

    def work() -> Membership:
        store = open_beside()
        try:
            return enrolment.enrol(store, code, laptop=laptop, author=author, clock=clock, trial=trial, sign_in=sign_in)
        finally:
            store.close()

    return work
