"""Handing a case over, answering, reassigning: what each does to who has charge of it, and who may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.rules import access
from app.rules.access import CaseFacts, Officer
from app.rules.charge import NotAllowed, Step, after, steps

UNITS = {"top": "", "north": "top", "station": "north", "other": "top"}
GIVER, TAKER = Officer("giver", "officer", "station"), Officer("taker", "officer", "other")
LEADER, AUDITOR = Officer("leader", "supervisor", "north"), Officer("auditor", "auditor", "station")
COLLEAGUE = Officer("colleague", "officer", "station")
PEOPLE = {one.id: one for one in (GIVER, TAKER, LEADER, AUDITOR, COLLEAGUE)}
CASE = CaseFacts("giver", "giver", "station")
TO_TAKER, TO_UNIT = Step("h1", "offered", officer="taker"), Step("h1", "offered", unit="other")


def done(case: CaseFacts, *acts: tuple[Officer, Step]) -> CaseFacts:
    for who, step in acts:
        case = after(case, who, step, PEOPLE, UNITS)
    return case


def refused(case: CaseFacts, who: Officer, step: Step) -> str:
    with pytest.raises(NotAllowed) as reason:
        after(case, who, step, PEOPLE, UNITS)
    return str(reason.value)


def test_until_it_is_taken_it_stays_with_whoever_gave_it_and_both_have_it():
    offered = done(CASE, (GIVER, TO_TAKER))
    assert (offered.owner, offered.unit, offered.offered) == ("giver", "station", "taker")
    assert all(access.may(who, access.CHANGE, offered, UNITS) for who in (GIVER, TAKER))
    assert not access.may(TAKER, access.HOLD, CASE, UNITS)
    taken = done(offered, (TAKER, Step("h1", "accepted")))
    assert (taken.owner, taken.unit, taken.offer) == ("taker", "other", "")


@pytest.mark.parametrize("who, how", [(TAKER, "sent_back"), (GIVER, "withdrawn")])
def test_sent_back_or_withdrawn_it_is_as_before(who: Officer, how: str):
    assert done(CASE, (GIVER, TO_TAKER), (who, Step("h1", how))) == CASE


def test_whoever_of_the_unit_is_first_takes_it_and_the_second_may_not_any_more():
    offered = done(CASE, (GIVER, TO_UNIT))
    second = replace(TAKER, id="second")
    taken = done(offered, (TAKER, Step("h1", "accepted")))
    assert refused(taken, second, Step("h1", "accepted")) == "role"


def test_an_answer_to_a_hand_over_that_is_no_more_changes_nothing():
    again = done(CASE, (GIVER, TO_TAKER), (GIVER, replace(TO_TAKER, given="h2")))
    assert done(again, (TAKER, Step("h1", "accepted"))) == again


@pytest.mark.parametrize(
    "who, step, reason",
    [
        (COLLEAGUE, TO_TAKER, "role"),
        (TAKER, TO_TAKER, "role"),
        (TAKER, Step("h1", "accepted"), "role"),
        (GIVER, Step("h1", "something new"), ""),
        (GIVER, Step("h1", "reassigned", officer="colleague"), "role"),
        (GIVER, Step("h1", "offered"), "receiver"),
        (GIVER, Step("h1", "offered", officer="nobody"), "receiver"),
        (GIVER, Step("h1", "offered", officer="auditor"), "receiver"),
        (GIVER, Step("h1", "offered", unit="nowhere"), "receiver"),
        (GIVER, Step("h1", "offered", officer="taker", unit="other"), "receiver"),
        (LEADER, Step("h1", "reassigned", officer="taker"), "receiver"),
        (LEADER, Step("h1", "reassigned", unit="station"), "receiver"),
    ],
)
def test_who_may_not(who: Officer, step: Step, reason: str):
    if reason:
        assert refused(CASE, who, step) == reason
    else:
        assert done(CASE, (who, step)) == CASE


def test_a_supervisor_reassigns_within_the_units_and_offers_beyond():
    given = done(CASE, (LEADER, Step("h1", "reassigned", officer="colleague")))
    assert (given.owner, given.unit) == ("colleague", "station")
    assert done(CASE, (LEADER, TO_TAKER)).offered == "taker"


def test_a_case_for_few_is_handed_over_by_nobody_and_what_was_offered_is_offered_no_more():
    offered = replace(done(CASE, (GIVER, TO_TAKER)), restricted=True)
    assert refused(offered, GIVER, TO_TAKER) == refused(offered, TAKER, Step("h1", "accepted")) == "role"
    assert not access.may(TAKER, access.HOLD, offered, UNITS)


def test_what_entries_say():
    made = {"op": "append", "record": "h1", "type": "hand_over", "fields": {"how": "offered", "officer": "taker"}}
    answer = {
        "op": "append",
        "record": "x",
        "type": "hand_over_answer",
        "fields": {"hand_over": "h1", "answer": "accepted"},
    }
    assert steps([made, answer, {"op": "set", "record": "h1", "fields": {}}]) == [TO_TAKER, Step("h1", "accepted")]
    assert steps([{"op": "append", "record": "h", "type": "hand_over", "fields": {"officer": 7}}]) == [
        Step("h", "offered")
    ]
