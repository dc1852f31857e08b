"""Cases that leave this laptop: a few as officers and units change; many only by an order that names their number.

So no slip of a server, and nobody who answers in its place, empties a laptop.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.problems import Problem
from app.store import snapshots
from sync.client.talk import Talk
from sync.wire import messages

MANY, SHARE = 20, 10
"""More cases than this, or more than one in so many, go by an order alone."""
REMOVAL, SCOPE = "removal", "scope"


def check(talk: Talk, page: messages.Pulled) -> None:
    """Count what a page takes away with what the round took before; beyond a few, its order has to hold.

    Raises Problem sync.removal; then nothing of the page is taken in.
    """
    leaving = [notice.case for notice in page.notices if notice.kind != "joined"]
    if not leaving:
        return
    talk.leaving += len(set(leaving) & set(talk.store.cases()))
    if not _few(talk.leaving, talk.held) and not _ordered(talk, page, len(leaving)):
        raise Problem("sync.removal", n=talk.leaving)


def check_lost(talk: Talk, lost: int, page: messages.Snapshots) -> None:
    """Count the cases that a server which was put back does not know as this laptop's any more.

    Beyond a few, the server has to have signed that this laptop holds as many as it confirmed, and no more.

    Raises Problem sync.removal; then every case is shown as before.
    """
    if not _few(lost, len(talk.store.cases())) and not _whole(talk, page):
        raise Problem("sync.removal", n=lost)


def _few(leaving: int, held: int) -> bool:
    return leaving <= MANY and leaving * SHARE <= held


def _ordered(talk: Talk, page: messages.Pulled, cases: int) -> bool:
    """Whether the server signed that this page, and no other, takes this many cases from this device."""
    said = _said(talk, page.order)
    wanted = {"kind": REMOVAL, "device": talk.store.device, "epoch": page.epoch, "cursor": page.cursor, "cases": cases}
    return {name: said.get(name) for name in wanted} == wanted


def _whole(talk: Talk, page: messages.Snapshots) -> bool:
    """Whether the server signed how many cases are this laptop's, and all of them came.

    A case that left between two pages was confirmed and is not counted: the notice of it comes with the next pull.
    """
    said = _said(talk, page.scope)
    wanted = {"kind": SCOPE, "device": talk.store.device, "epoch": talk.member.epoch, "number": page.number}
    cases = said.get("cases")
    if {name: said.get(name) for name in wanted} != wanted or not isinstance(cases, int):
        return False
    return cases <= snapshots.confirmed(talk.store)


def _said(talk: Talk, signed: messages.Signed | None) -> dict[str, Any]:
    """What a statement of the server says; nothing where there is none that holds."""
    if signed is None or not talk.asking.holds(signed):
        return {}
    try:
        return messages.statement(signed)
    except msgspec.DecodeError:
        return {}
