"""Mechanisms of the exchange that can be switched off in a simulated world: its checks must find each out."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from app.notebook import fold
from app.store import exchange, identity, snapshots
from sync.client import charges
from sync.client import round as rounds
from sync.server import judge, scope
from tests.sync.ground import Ground
from tests.sync.world import Faults, story


def latest_wins(self: fold.FieldState, name: str, value: Any, saw: Any) -> None:
    """Whatever comes last stands alone."""
    self.live = {name: value}


def forget_what_was_not_named(original: Callable[..., Any]) -> Callable[..., Any]:
    """The laptop takes the whole push as accepted, whatever the answer names."""

    def noted(self: Any, outcomes: Any) -> Any:
        with self.store.transaction() as connection:
            connection.execute("UPDATE entry SET state = 'sent', number = 1 WHERE state = 'unsent'")
        return original(self, outcomes)

    return noted


def forget_it(self: identity._Again, first: int, *_: Any) -> None:
    """The copy gives up what it had not sent."""
    self.connection.execute("DELETE FROM entry WHERE device = ? AND first = ?", (self.old, first))


def cursor_first(original: Callable[..., Any]) -> Callable[..., Any]:
    """The place is kept before what it covers."""

    def take(self: Any, page: Any) -> None:
        self.set_cursor(page.cursor)
        original(self, page)

    return take


@contextlib.contextmanager
def without(mechanism: str) -> Iterator[None]:
    """With one mechanism switched off."""
    patches = {
        "both values stand": lambda: mock.patch.object(fold.FieldState, "write", latest_wins),
        "only what is named is sent": lambda: mock.patch.object(
            rounds._Exchange, "noted", forget_what_was_not_named(rounds._Exchange.noted)
        ),
        "the place comes with the data": lambda: mock.patch.object(
            rounds._Exchange, "take", cursor_first(rounds._Exchange.take)
        ),
        "a copy is noticed": lambda: mock.patch.object(judge, "_again", lambda one, place, grounds: accept(one)),
        "what was lost goes out again": lambda: mock.patch.object(exchange, "send_again", return_value=0),
        "what a copy has not sent is made anew": lambda: mock.patch.object(identity._Again, "make", forget_it),
        "a case that went is removed": lambda: mock.patch.object(snapshots, "remove", return_value=True),
        "who works for the police is heard": lambda: mock.patch.object(
            judge, "after_police", lambda _entry, _grounds, facts: facts
        ),
        "whoever may not have a case loses it": lambda: mock.patch.object(
            scope, "recompute_case", lambda _connection, _org, _case, _now, number: number
        ),
        "who has charge is kept": lambda: mock.patch.object(charges, "keep", return_value=set()),
        "what counts after all comes back": lambda: mock.patch.object(
            exchange, "_counts_after_all", return_value=False
        ),
    }
    with patches[mechanism]():
        yield


def accept(one: Any) -> judge.Verdict:
    """Whatever is sent again under a number is what was sent before."""
    return judge.Verdict(one, judge.ALREADY, held=judge.Held(one.hash, judge.ACCEPTED, 1, "x"), fresh=False)


MECHANISMS = (
    "both values stand",
    "only what is named is sent",
    "the place comes with the data",
    "a copy is noticed",
    "what was lost goes out again",
    "what a copy has not sent is made anew",
    "a case that went is removed",
)
OF_PEOPLE = (
    "who works for the police is heard",
    "whoever may not have a case loses it",
    "who has charge is kept",
    "what counts after all comes back",
)


def fails(server: Ground, seed: int, faults: Faults, *, people: bool = False) -> bool:
    """Whether a world does not come to its end as it must."""
    folder = Path(tempfile.mkdtemp(prefix="holdfast-world-"))
    try:
        story(seed, server, folder, faults=faults, people=people).close()
    except Exception:  # noqa: BLE001 - whatever it is, it was noticed
        return True
    return False
