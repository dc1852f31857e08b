"""The first synchronisation: what stands in every case in scope, newest activity first, usable page by page.

Cut off, it goes on after its last page. What is written meanwhile comes with the entries after its first page's number.
"""

from __future__ import annotations

from app.clock import iso
from app.store import exchange, snapshots
from sync.client import charges, mending, removal
from sync.client.talk import CASES_AT_ONCE, Talk, breathe, kept, parts
from sync.wire import limits, messages

FIRST = "first synchronisation"
"""Under which name the vault keeps where it stands."""
DONE, AGAIN = "done", "again"


def take_in(talk: Talk) -> None:
    """Take in all pages that are still missing; a vault that has been through it does nothing."""
    store = talk.store
    place = store.recall(FIRST) or ""
    if exchange.cursor(store) or place == DONE:
        return
    again = place.startswith(AGAIN)
    number, after = _page(place.removeprefix(AGAIN))
    more = True
    while more:
        wanted = messages.WantSnapshots(protocol=limits.PROTOCOL, epoch=talk.member.epoch, after=after)
        answer = talk.ask("/v1/snapshots", wanted, messages.Snapshots)
        if talk.met_another(answer.epoch):
            return
        if not number:
            # Kept before anything of the page is: begun anew after a crash, it still reads on from the first time, and
            # meets what has left since then.
            number = answer.number
            store.remember(FIRST, _place(again, number, ""))
        after, more = answer.after, answer.more
        take_page(talk, answer, {FIRST: _place(again, number, after)} if more else {})
    if again:
        set_aside_lost(talk, number, answer)
    with store.transaction():
        talk.set_cursor(number)
        store.remember(FIRST, DONE)


def take_page(talk: Talk, page: messages.Snapshots, here: dict[str, str]) -> None:
    """Take in a page, a few cases at a time; `here`: where to go on after it, kept with the last of them."""
    charges.keep(talk.store, page.charges)
    some = list(parts(page.snapshots, CASES_AT_ONCE)) or [[]]
    for n, one in enumerate(some, start=1):
        talk.tell(_taken(talk, [kept(each) for each in one], here if n == len(some) else {}))
        breathe()


def _taken(talk: Talk, some: list[snapshots.Snapshot], here: dict[str, str]) -> set[str]:
    """Take in some; a case whose snapshot cannot be opened is folded from its history by this round's pull."""
    try:
        return snapshots.take(talk.store, some, here)
    except ValueError:
        whole = [one for one in some if snapshots.opens(one)]
        mending.want(talk, {one.case_id: (one.digest, one.number) for one in some if one not in whole})
        return snapshots.take(talk.store, whole, here)


def set_aside_lost(talk: Talk, number: int, page: messages.Snapshots) -> None:
    """Cases that a server which was put back does not know as this laptop's any more: kept whole, shown nowhere.

    Many of them only by the server's signed word on the last page. Raises Problem sync.removal.
    """
    lost = snapshots.not_confirmed(talk.store)
    removal.check_lost(talk, len(lost), page)
    for case in lost:
        if snapshots.remove(talk.store, case, snapshots.LOST, number, iso(talk.clock.now())):
            talk.done.removed.add(case)
            talk.tell({case})


def _place(again: bool, number: int, after: str) -> str:
    """As the vault keeps it: the number from which entries are read afterwards, and the last page that was taken in."""
    return f"{AGAIN if again else ''}{number}:{after}"


def _page(place: str) -> tuple[int, str]:
    """The number and the last page; 0 where it has not begun."""
    number, _, after = place.partition(":")
    return int(number or 0), after
