"""The oldest version of the program that the server asks for: told to the officer in time."""

from __future__ import annotations

from app.store import standing
from app.store.store import Store
from app.version import program_version
from sync.client import lease
from sync.client.asking import RefusedByServer
from sync.client.talk import Talk
from sync.wire import limits, programs
from sync.wire.messages import Leased, Refusal, WantLease


def note(store: Store, least: str, since: str) -> None:
    """Keep that this program is too old for the server, from when on, or that it is not."""
    standing.want_update(store, since or "now" if programs.is_older(program_version(), least) else "")


def refused(talk: Talk, refusal: Refusal) -> None:
    """The server hands this program nothing more. Its work was sent before, and the lease goes on all the same: nobody
    is kept from their cases because a program was not updated in time."""
    note(talk.store, refusal.least_program, "")
    try:
        answer = talk.ask("/v1/lease", WantLease(protocol=limits.PROTOCOL), Leased)
    except RefusedByServer:
        return
    if talk.asking.holds(answer.lease):
        lease.keep(talk.store, answer.lease, answer.server_time, talk.clock)
