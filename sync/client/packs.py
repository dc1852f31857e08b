"""Content packs from the server: asked for about once an hour, each checked by the laptop itself before it is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Protocol

from app.clock import iso, parse_moment
from app.problems import Problem
from sync.client.asking import RefusedByServer
from sync.client.talk import Talk
from sync.wire import limits, messages, signing

ASKED = "packs.asked_at"
EVERY = timedelta(hours=1)


class Shelf(Protocol):
    """Where packs are kept on this laptop."""

    def have(self) -> dict[str, int]:
        """The highest serial of each name."""

    def take(self, data: bytes) -> None:
        """Check a pack and keep it. Raises Problem."""


def fetch(talk: Talk, shelf: Shelf, *, now: bool = False) -> None:
    """Take what the server has and this laptop has not, where it is time to ask, or `now`.

    What cannot be taken is told in `talk.done.not_taken`, and asked for again the next time; so is why nothing can be
    told of what is here, which stays so until somebody mends it.
    """
    if not now and not _is_time(talk):
        return
    try:
        have = shelf.have()
    except Problem as problem:
        talk.done.not_taken.append(problem)
    else:
        _pages(talk, shelf, have)
    talk.store.remember(ASKED, iso(talk.clock.now()))


def _pages(talk: Talk, shelf: Shelf, have: dict[str, int]) -> None:
    try:
        while _page(talk, shelf, have):
            pass
    except RefusedByServer as refused:
        if refused.refusal.code != "not_found":  # a server of an earlier version has none
            raise


def _page(talk: Talk, shelf: Shelf, have: dict[str, int]) -> bool:
    wish = messages.WantPacks(protocol=limits.PROTOCOL, have=have)
    answer = talk.ask("/v1/packs", wish, messages.Packs)
    before = dict(have)
    for one in answer.packs:
        have[one.name] = max(one.serial, have.get(one.name, 0))
        try:
            shelf.take(signing.from_text(one.file))
            talk.done.packs += 1
        except Problem as problem:
            talk.done.not_taken.append(problem)
        except ValueError as error:
            raise Problem("sync.not_understood", what="Packs") from error
    return answer.more and have != before


def _is_time(talk: Talk) -> bool:
    asked, now = parse_moment(talk.store.recall(ASKED) or ""), talk.clock.now()
    # A clock that was put back must not put this off for ever.
    return asked is None or not timedelta(0) <= now - asked < EVERY
