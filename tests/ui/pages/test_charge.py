"""Who has a case: handed over, taken and sent back by keys, and only what the officer may do is offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.casework import charge, edit
from app.store import charges
from app.store.charges import Charge
from tests.ui.looking import cut, nameless
from tests.ui.pages.conftest import Stage
from ui.session import Session

ME, TOVE, UNIT, WEST = "1" * 32, "2" * 32, "a" * 32, "b" * 32
OWN = Charge(ME, ME, UNIT)


def belongs(session: Any, role: str = "officer") -> None:
    """This vault belongs to a server, which has told of two officers and two units."""
    store = session.desk.store
    store.remember("server", msgspec.json.encode({"officer": ME, "role": role, "unit": UNIT}).decode())
    people = {
        "role": role,
        "unit": UNIT,
        "officers": [
            {"id": ME, "name": "Ilse Varga", "role": role, "unit": UNIT},
            {"id": TOVE, "name": "Tove Lindqvist", "role": "specialist", "unit": UNIT},
        ],
        "units": [{"id": UNIT, "name": "North station"}, {"id": WEST, "name": "West station"}],
    }
    charges.keep_people(store, 1, msgspec.json.encode(people).decode())


def told(session: Any, case: str, kept: Charge) -> None:
    """The server says who has charge of the case."""
    charges.keep(session.desk.store, {case: msgspec.json.encode(kept).decode()})


def offered(session: Session, case: str) -> None:
    """Tove Lindqvist has this case and offers it to this vault's officer."""
    fields = {"how": "offered", "to": "Ilse Varga", "officer": ME, "reason": "shift_ends", "note": "Call before nine."}
    record, _ = edit.create(session.desk, case, "hand_over", fields)
    told(session, case, Charge(TOVE, TOVE, UNIT, offer=record, offered=ME))


def said(page: Any) -> str:
    return " ".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def test_it_is_handed_over_by_keys_to_whoever_stands_on_the_button(session: Session, case: str, stage: Stage):
    belongs(session)
    page = stage.open("charge", case)
    assert "You have this case." in said(page)
    stage.type("tove")
    assert not page.giving.give.isEnabled()  # no reason yet
    stage.tab_to("Reason")
    stage.key(Qt.Key.Key_Down)
    stage.fill("Note", "She may be called on the safe number only.")
    assert page.giving.give.text() == "Hand over to Tove Lindqvist"
    assert not page.giving.at_once.isVisibleTo(page)
    stage.press("Hand over to Tove Lindqvist")
    offer = charge.standing(session.desk, session.desk.store.view(case)).offer
    assert offer is not None
    assert (offer.to, offer.reason, offer.note) == (
        "Tove Lindqvist",
        "shift_ends",
        "She may be called on the safe number only.",
    )
    assert "Offered to Tove Lindqvist" in said(page)
    # And taken back again.
    stage.press("Take the offer back")
    assert charge.standing(session.desk, session.desk.store.view(case)).offer is None


def test_what_was_offered_is_taken_or_sent_back_with_a_reason(session: Session, case: str, stage: Stage):
    belongs(session)
    offered(session, case)
    assert [line.waiting.by for line in session.case_lines() if line.waiting] == ["Ilse Varga"]
    page = stage.open("charge", case)
    assert "Call before nine." in said(page)
    assert not page.giving.isVisibleTo(page)
    stage.press("Send it back")
    stage.press("Send it back now")
    assert page.problem_bar.isVisibleTo(page)
    stage.tab_to("Why it goes back")
    stage.type("I am on leave.")
    stage.press("Send it back now")
    assert charge.standing(session.desk, session.desk.store.view(case)).sent_back == ("Ilse Varga", "I am on leave.")


@pytest.mark.parametrize(
    "role, kept, offers",
    [
        ("officer", OWN, {"give"}),
        ("supervisor", Charge(TOVE, TOVE, UNIT), {"give", "at_once"}),
        ("officer", Charge(TOVE, TOVE, UNIT), set()),
        ("officer", Charge(ME, ME, UNIT, restricted=True), set()),
        ("auditor", OWN, set()),
    ],
)
def test_only_what_the_officer_may_do_is_offered(
    session: Session, case: str, stage: Stage, role: str, kept: Charge, offers: set[str]
):
    belongs(session, role)
    told(session, case, kept)
    page = stage.open("charge", case)
    assert {name for name in ("give", "at_once") if getattr(page.giving, name).isVisibleTo(page)} == offers
    assert page.none.isVisibleTo(page) is not bool(offers)


def test_without_a_server_it_says_why_there_is_nothing_to_do(case: str, stage: Stage):
    assert "This vault belongs to no server" in said(stage.open("charge", case))


@pytest.mark.parametrize("language, scheme", [("en", "night"), ("xx", "light"), ("xx-rtl", "dark")])
def test_nothing_is_cut_and_nothing_has_no_name(
    stage_in: Callable[[str, str], Stage], session: Session, case: str, language: str, scheme: str
):
    belongs(session, "supervisor")
    offered(session, case)
    stage = stage_in(language, scheme)
    page = stage.open("charge", case)
    page.offer._ask_why()
    assert cut(page) == []
    assert nameless(page) == []


@pytest.mark.parametrize(
    "kept, stays", [(OWN, True), (Charge(TOVE, ME, UNIT), True), (Charge(TOVE, TOVE, UNIT), False)]
)
def test_whoever_marks_a_case_is_told_before_whether_it_leaves_this_laptop(
    session: Session, case: str, stage: Stage, kept: Charge, stays: bool
):
    belongs(session)
    told(session, case, kept)
    edit.create(session.desk, case, "person", {"roles": ["suspect"], "police_employee": "yes"})
    page = stage.open("people", case)
    assert page.police.isVisibleTo(page)
    assert ("It leaves this laptop then" in page.police.label.text()) is not stays
