"""What the laptop holds of a case is compared with the server's digest; one that differs is mended, and only that one.

The history of the case is fetched whole and folded anew. What stood in it before is kept, and the server is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from app.clock import iso, parse_moment
from app.store import mending
from app.store.exchange import Arrived
from sync.client.asking import RefusedByServer
from sync.client.talk import AT_ONCE, Talk, arrived, breathe, parts
from sync.wire import limits, messages, signing

TO_MEND = "to mend"
"""Under which name the vault keeps the cases that differed and are not mended yet, with digest and number."""

Receive = Callable[[list[Arrived], dict[str, bytes], int], None]
"""Takes in entries without moving the place from which on is read: entries, keys, the server's time in ms."""


def compare(talk: Talk, page: messages.Pulled, receive: Receive) -> None:
    """Compare the digest of each case of a page and mend those that differ, also what an earlier round left over."""
    wanted = _wanted(talk)
    left_over = bool(wanted)
    for case, digest in page.digests.items():
        if mending.stands_by_entries(talk.store, case, page.cursor, digest, iso(talk.clock.now())):
            wanted.pop(case, None)
            talk.tell({case})
        elif mending.differs(talk.store, case, page.cursor, digest):
            wanted[case] = (digest, page.cursor)
        else:
            wanted.pop(case, None)
    if wanted or left_over:
        talk.store.remember(TO_MEND, json.dumps(wanted))
    for case in list(wanted):
        _mend(talk, case, *wanted.pop(case), receive)
        talk.store.remember(TO_MEND, json.dumps(wanted))


def want(talk: Talk, cases: dict[str, tuple[str, int]]) -> None:
    """Have cases mended by the next pull: by case its digest up to a number, and the number."""
    talk.store.remember(TO_MEND, json.dumps(_wanted(talk) | cases))


def _wanted(talk: Talk) -> dict[str, tuple[str, int]]:
    kept = json.loads(talk.store.recall(TO_MEND) or "{}")
    return {case: (digest, number) for case, (digest, number) in kept.items()}


def _mend(talk: Talk, case: str, digest: str, upto: int, receive: Receive) -> None:
    mending.keep_what_stands(talk.store, case, iso(talk.clock.now()))
    numbers = fetch(talk, case, receive)
    if numbers is not None:  # else what it is now comes with a later page
        fold(talk, case, numbers, digest, upto)


def fold(talk: Talk, case: str, numbers: dict[str, int], digest: str, upto: int) -> None:
    """Fold a case anew from its history, whose part up to a number has this digest."""
    at = iso(talk.clock.now())
    mending.keep_what_stands(talk.store, case, at)
    agrees = mending.fold_anew(talk.store, case, numbers, upto, digest, at)
    talk.done.mended.add(case)
    if not agrees:
        talk.done.differing.add(case)
    talk.tell({case})


def fetch(talk: Talk, case: str, receive: Receive) -> dict[str, int] | None:
    """Fetch all entries of a case and take in those that are missing; the number of each by its hash.

    None where the case is not this laptop's to hold, or the server tells another history than before.
    """
    numbers: dict[str, int] = {}
    after, more = 0, True
    while more:
        wanted = messages.WantHistory(protocol=limits.PROTOCOL, epoch=talk.member.epoch, case=case, after=after)
        try:
            answer = talk.ask("/v1/history", wanted, messages.History)
        except RefusedByServer as refused:
            if refused.refusal.code != "not_found":
                raise
            return None
        if talk.met_another(answer.epoch):
            return None  # the server was put back this very moment: the next pull meets its other history
        keys = {device: signing.from_text(key) for device, key in answer.keys.items()}
        server = parse_moment(answer.server_time) or talk.clock.now()
        found = [arrived(one) for one in answer.entries]
        numbers |= {one.signed.hash: one.number for one in found}
        for some in parts(found, AT_ONCE):
            receive(list(some), keys, int(server.timestamp() * 1000))
            breathe()
        after, more = (found[-1].number if found else answer.number), answer.more
    return numbers
