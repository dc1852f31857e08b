"""Mechanisms that can be switched off, so that a proof shows that it would find out. Named by what they give."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

import msgspec

from app.rules import access
from app.store import exchange
from sync.client import round as rounds
from sync.client.asking import Asking
from sync.server import app, database, history, judge, patience, signed
from sync.server.door import Refused
from sync.server.exchange import Keeping
from sync.wire import limits as wire_limits


def _marked_before_the_answer() -> Any:
    """The laptop takes what it sends as sent, before anybody has answered."""
    ask = Asking.ask

    def hasty(self: Asking, path: str, message: Any, reply: Any) -> Any:
        if path == "/v1/push":
            with self._store.transaction() as connection:
                connection.execute("UPDATE entry SET state = 'sent', number = 1 WHERE state = 'unsent'")
        return ask(self, path, message, reply)

    return mock.patch.object(Asking, "ask", hasty)


@contextlib.contextmanager
def _forgetful_database() -> Iterator[None]:
    """The server confirms what its database has not yet written down, and does not look whether it does."""
    look = database._look_through

    def hasty(connection: Any, *more: Any) -> None:
        look(connection, *more)
        connection.execute("SET LOCAL synchronous_commit = off")

    with mock.patch.object(database, "_look_through", hasty), mock.patch.object(Keeping, "require"):
        yield


def _cursor_first() -> Any:
    """The place is kept before what it covers."""
    take = rounds._Exchange.take

    def hasty(self: Any, page: Any) -> None:
        self.set_cursor(page.cursor)
        take(self, page)

    return mock.patch.object(rounds._Exchange, "take", hasty)


def _once_is_enough() -> Any:
    """The laptop never sends again what was once acknowledged."""
    return mock.patch.object(exchange, "send_again", return_value=0)


@contextlib.contextmanager
def _sent_is_enough() -> Iterator[None]:
    """The laptop takes what it sends as sent, and never asks whether it is there."""
    with _marked_before_the_answer(), _once_is_enough():
        yield


def _everybody_may() -> Any:
    """The server asks nobody whose a case is."""
    return mock.patch.object(judge, "_in_scope", return_value=None)


def _any_signature() -> Any:
    """The server takes an entry whoever signed it."""
    return mock.patch.object(judge, "_content", _content_as_if_signed)


def _content_as_if_signed(one: Any, place: Any, grounds: Any, mine: Any, _signed: Any) -> Any:
    return _CONTENT(one, place, grounds, mine, lambda _: True)


def _open_door() -> Any:
    """The server takes a request whoever signed it."""
    return mock.patch.object(signed.Asked, "is_signed_with", return_value=True)


def _telling_door() -> Any:
    """What is not theirs is answered otherwise than what is not there."""
    there = history.is_there

    def telling(connection: Any, caller: Any, case: str) -> bool:
        found = connection.execute("SELECT set_config('holdfast.device', 'all', true)").rowcount
        query = "SELECT FROM held_case WHERE org_id = %s AND case_id = %s"
        if found and connection.execute(query, (caller.org, case)).fetchone() is not None:
            raise Refused(403, "not_found")
        return there(connection, caller, case)

    return mock.patch.object(history, "is_there", telling)


def _trusting_reader() -> Any:
    """The server takes it that whatever is signed is a message."""
    return mock.patch.object(app, "read", lambda body, kind: msgspec.json.decode(body, type=kind))


def _another_table() -> Any:
    """The server's officers may have what lies below their unit; laptops do not know of it."""
    wider = {**access._OFFICER, "below": access._WORK}
    return mock.patch.object(access, "_TABLE", {**access._TABLE, "officer": wider})


def _first_come() -> Any:
    """Whoever is connected stays so, whoever it is."""
    return mock.patch.object(patience, "protocol", return_value=patience.protocol(1 << 30))


_CONTENT = judge._content
_WITHOUT = {
    "only what was acknowledged is sent": _marked_before_the_answer,
    "what is confirmed is written down": _forgetful_database,
    "the place comes with the data": _cursor_first,
    "what was lost goes out again": _once_is_enough,
    "what is not there is sent again": _sent_is_enough,
    "a change is within its author's scope": _everybody_may,
    "an entry is signed by its device": _any_signature,
    "a request is signed by its device": _open_door,
    "what is not theirs is not there": _telling_door,
    "one table for both ends": _another_table,
    "strangers make room": _first_come,
    "what is no message is refused": _trusting_reader,
}


BY_THE_MINUTE = {"PUSHES_PER_MINUTE": 1 << 30, "REQUESTS_PER_MINUTE": 1 << 30, "TRIES_PER_MINUTE": 1 << 30}


@contextlib.contextmanager
def limits(others: dict[str, int]) -> Iterator[None]:
    """With other limits; without those by the minute, which have tests of their own."""
    with contextlib.ExitStack() as stack:
        for name, value in {**BY_THE_MINUTE, **others}.items():
            stack.enter_context(mock.patch.object(wire_limits, name, value))
        yield


@contextlib.contextmanager
def off(mechanism: str) -> Iterator[None]:
    """With one mechanism switched off; with all of them where none is named."""
    with _WITHOUT[mechanism]() if mechanism else contextlib.nullcontext():
        yield
