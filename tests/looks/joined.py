"""The looks of a vault that belongs to a server: joining it, what waits and why, who has a case, the lease and its end.

No server is asked: what one would have told is kept in the vault for as long as the look lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest import mock

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PySide6.QtWidgets import QWidget

from app.casework import cases, edit
from app.casework.desk import Desk
from app.casework.practice import WRITTEN_AT
from app.changed import Changed
from app.clock import iso
from app.problems import Problem
from app.store import charges, exchange, standing
from app.store.charges import Charge
from app.store.exchange import SERVER
from sync.client import lease
from sync.server.statements import Signer
from ui.pages.charge import ChargePage
from ui.shell import server

ME, TOVE, UNIT, WEST = "1" * 32, "2" * 32, "a" * 32, "b" * 32
MEMBER = {
    "host": "127.0.0.1",
    "port": 1,
    **dict.fromkeys(("authority", "server_key", "epoch"), ""),
    "officer": ME,
    "unit": UNIT,
    "organisation": "Keira",
    "name": "Ilse Varga",
    "role": "officer",
    "enrolled_at": WRITTEN_AT,
    "trial": True,
}
OFFERED = "BT-2026-0233"
DAYS = 7
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
Look = tuple[str, QWidget]
Go = Callable[[Any, str], None]


def join(desk: Desk, role: str = "officer") -> None:
    """This vault belongs to a server, which has told of two officers and two units."""
    desk.store.remember(SERVER, msgspec.json.encode(MEMBER).decode())
    people = {
        "version": 1 + len(role),
        "role": role,
        "unit": UNIT,
        "officers": [
            {"id": ME, "name": "Ilse Varga", "role": role, "unit": UNIT},
            {"id": TOVE, "name": "Ilse Keira", "role": "specialist", "unit": UNIT},
        ],
        "units": [{"id": UNIT, "name": "Keira"}, {"id": WEST, "name": "Varga"}],
    }
    charges.keep_people(desk.store, 1 + len(role), msgspec.json.encode(people).decode())


def leave(desk: Desk) -> None:
    """It belongs to none again."""
    for name in (SERVER, charges.PEOPLE, charges.VERSION, lease.LEASE, lease.TIME, lease.SECRET):
        desk.store.remember(name, "")
    standing.watch(desk.store, None)


def meet(desk: Desk, days_ago: float) -> None:
    """The server answered last so many days ago, and has said what time it is now."""
    now = desk.clock.now()
    signed = SIGNER.lease(desk.device_id, ME, DAYS, now - timedelta(days=days_ago))
    lease.keep(desk.store, signed, iso(now), desk.clock)
    lease.keep_secret(desk.store, SIGNER.extension_secret(desk.device_id).hex())


def with_a_server(at: Any, window: Any, case: str, go: Go) -> Iterator[Look]:
    """Joining, the page about the server in every state, who has a case, and Today when the lease is nearly over."""
    desk, session = window.session.desk, window.session
    yield from joining(at, window, go)
    join(desk)
    if not exchange.refused(desk.store):
        exchange.refuse(desk.store, [exchange.Refused(exchange.outgoing(desk.store)[-1].first, "scope")])
    for name, problem in (("joined", Problem("sync.unreachable")), ("revoked", Problem("sync.revoked"))):
        session.exchange_problem = problem
        session.exchange_moved.emit()
        go(window, "server")
        yield f"server {name}", at.top
    session.exchange_problem = None
    meet(desk, 1)
    session.exchange_moved.emit()
    yield "server waiting", at.top
    meet(desk, DAYS - 1)
    standing.watch(desk.store, standing.Watched(exchange.outgoing(desk.store)[0].first, 99, WRITTEN_AT))
    standing.note_offset(desk.store, 900)
    session.exchange_moved.emit()
    yield "server stuck", at.top
    go(window, "today")
    yield "today before the end", at.top
    yield from in_charge(at, window, case, go)
    leave(desk)
    session.changed.emit(Changed())
    session.exchange_moved.emit()


def joining(at: Any, window: Any, go: Go) -> Iterator[Look]:
    """The sign-in in the browser, with and without one, and what can come of it."""
    go(window, "server")
    page = window.pages["server"]
    for opened, name in ((True, "server sign in"), (False, "server sign in without a browser")):
        with mock.patch.object(server, "QDesktopServices") as system:
            system.openUrl.return_value = opened
            page._open_browser("https://127.0.0.1/sign-in")
        yield name, at.top
    for code, name in (("enrol.not_the_server", "server not joined"), ("enrol.trial", "server is a trial")):
        page._not_joined(Problem(code))
        yield name, at.top
    page._say_trial(told=False)
    page.join_state.hide()


def in_charge(at: Any, window: Any, case: str, go: Go) -> Iterator[Look]:
    """Who has a case: to hand it over, to give it at once, to answer an offer, and nothing to do; and what waits."""
    desk, session = window.session.desk, window.session
    told(desk, case, Charge(ME, ME, UNIT))
    session.open_case(case, "charge")
    yield "charge", at.top
    join(desk, "supervisor")
    told(desk, case, Charge(TOVE, TOVE, UNIT))
    page = shown(session, window, case)
    page.giving.reason.set_value("shift_ends")
    page.giving._follow()
    yield "charge at once", at.top
    join(desk)
    told(desk, case, Charge(TOVE, TOVE, UNIT, restricted=True, named=True))
    shown(session, window, case)
    yield "charge of few", at.top
    told(desk, case, None)
    other = next(line.id for line in cases.list_cases(desk) if line.reference == OFFERED)
    offer(desk, other)
    page = shown(session, window, other)
    page.offer._ask_why()
    yield "charge offered", at.top
    go(window, "today")
    yield "today waits", at.top
    told(desk, other, None)


def shown(session: Any, window: Any, case: str) -> ChargePage:
    """The page anew."""
    session.changed.emit(Changed(frozenset({case})))
    session.open_case(case, "charge")
    page: ChargePage = window.case_frame.page
    page.show_case()
    return page


def told(desk: Desk, case: str, kept: Charge | None) -> None:
    """The server says who has charge of the case."""
    desk.store.remember(charges.CHARGE + case, msgspec.json.encode(kept).decode() if kept else "")


def offer(desk: Desk, case: str) -> None:
    """Another officer has this case and offers it to this vault's."""
    known = cases.read_case(desk, case).of("hand_over")
    fields = {"how": "offered", "to": "Ilse Varga", "officer": ME, "reason": "shift_ends", "note": "Keira"}
    record = known[0].id if known else edit.create(desk, case, "hand_over", fields)[0]
    told(desk, case, Charge(TOVE, TOVE, UNIT, offer=record, offered=ME))


def close_cases(desk: Desk) -> None:
    """The lease of this vault has come to its end. To be done before it is opened."""
    join(desk)
    meet(desk, DAYS + 1)


def cases_closed(at: Any, window: Any, go: Go) -> Iterator[Look]:
    """What stands in the place of cases once the lease has ended, and where the work goes on all the same."""
    desk, session = window.session.desk, window.session
    session.exchange_problem = Problem("sync.unreachable")
    go(window, "today")
    page = window.pages["today"]
    page.refresh()
    yield "closed", at.top
    page.code.setText("AAAA-AAAA")
    page.open_button.click()
    yield "closed code refused", at.top
    page.said.hide()
    page.code.set_value("")
    for place in ("new", "server"):
        go(window, place)
        window.pages[place].refresh()
        yield f"{place} while closed", at.top
    if not session.case_lines():
        cases.new_case(desk, "NM-2026-0002")
        session.read_lines_again()
    session.exchange_problem = None
    go(window, "today")
    page.refresh()
    yield "closed with a new case", at.top
    stands = session.lease
    session.lease = replace(stands, by_clock=True)
    page.refresh()
    yield "closed by the clock", at.top
    session.lease = stands
