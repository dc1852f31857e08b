"""Cases that leave this laptop: a few as officers and units change; many only by an order that names their number.

So no slip of a server, and nobody who answers in its place, empties a laptop.
"""

from __future__ import annotations

import msgspec

from app.problems import Problem
from sync.client.talk import Talk
from sync.wire import messages

MANY, SHARE = 20, 10
"""More cases than this, or more than one in so many, go by an order alone."""
REMOVAL = "removal"


def check(talk: Talk, page: messages.Pulled) -> None:
    """Count what a page takes away with what the round took before; beyond a few, its order has to hold.

    Raises Problem sync.removal; then nothing of the page is taken in.
    """
    leaving = [notice.case for notice in page.notices if notice.kind != "joined"]
    if not leaving:
        return
    talk.leaving += len(set(leaving) & set(talk.store.cases()))
    few = talk.leaving <= MANY and talk.leaving * SHARE <= talk.held
    if not few and not _ordered(talk, page, len(leaving)):
        raise Problem("sync.removal", n=talk.leaving)


def _ordered(talk: Talk, page: messages.Pulled, cases: int) -> bool:
    """Whether the server signed that this page, and no other, takes this many cases from this device."""
    if page.order is None or not talk.asking.holds(page.order):
        return False
    try:
        said = messages.statement(page.order)
    except msgspec.DecodeError:
        return False
    wanted = {"kind": REMOVAL, "device": talk.store.device, "epoch": page.epoch, "cursor": page.cursor, "cases": cases}
    return {name: said.get(name) for name in wanted} == wanted
