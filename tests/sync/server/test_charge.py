"""Handing over between laptops by way of the server: who has the case when, who is told, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.problems import Problem
from sync.server import administration
from tests.sync.ground import backup, restore
from tests.sync.laptops import Force, Laptop


def outcomes(answer: Any) -> list[tuple[str, str]]:
    return [(one.outcome, one.reason) for one in answer.outcomes]


def hand_over(giver: Laptop, case: str, how: str = "offered", **to: str) -> str:
    """An entry that hands a case over; returns its record."""
    record = random_id()
    giver.write(case, notebook.append(record, "hand_over", {"how": how, "to": "somebody", **to}))
    return record


def answer(taker: Laptop, case: str, record: str, said: str) -> None:
    taker.write(case, notebook.append(random_id(), "hand_over_answer", {"hand_over": record, "answer": said}))


def cases(laptop: Laptop) -> set[str]:
    """What the laptop would hold after all notices so far."""
    laptop.pull()
    held = laptop.cases() | set(laptop.writer.states)
    for notice in laptop.notices:
        held = held - {notice.case} if notice.kind == "left" else held | {notice.case}
    return held


def in_charge(force: Force, case: str) -> tuple[str, str, str, str]:
    return force.rows(
        "SELECT owner, unit_id, offered, offered_unit FROM held_case WHERE org_id = %s AND case_id = %s",
        force.org,
        case,
    )[0]


@pytest.fixture
def there(force: Force) -> Laptop:
    """A laptop of another unit."""
    return force.laptop(unit=force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere")))


def unit_of(force: Force, laptop: Laptop) -> str:
    return force.rows("SELECT unit_id FROM officer WHERE officer_id = %s", laptop.officer)[0][0]


def test_offered_both_have_it_and_taken_it_is_the_takers(force: Force, laptop: Laptop, there: Laptop):
    colleague = force.laptop()
    case = laptop.new_case()
    laptop.push()
    assert case in cases(colleague)
    record = hand_over(laptop, case, officer=there.officer)
    assert outcomes(laptop.push()) == [("accepted", "")]
    assert in_charge(force, case) == (laptop.officer, force.unit, there.officer, "")
    assert case in cases(there)
    there.set(case, "reference", "both work on it")
    answer(there, case, record, "accepted")
    assert set(outcomes(there.push())) == {("accepted", "")}
    assert in_charge(force, case) == (there.officer, unit_of(force, there), "", "")
    # Its author keeps it, the colleagues of the old unit do not.
    assert case in cases(laptop)
    assert case not in cases(colleague)


def test_sent_back_it_is_as_before_and_gone_from_whoever_sent_it_back(force: Force, laptop: Laptop, there: Laptop):
    case = laptop.new_case()
    record = hand_over(laptop, case, officer=there.officer)
    laptop.push()
    assert case in cases(there)
    answer(there, case, record, "sent_back")
    assert outcomes(there.push()) == [("accepted", "")]
    assert case not in cases(there)
    assert in_charge(force, case) == (laptop.officer, force.unit, "", "")
    laptop.pull()
    assert [c for c in laptop.charges if c.case == case][-1].offer == ""


def test_a_unit_is_offered_it_and_whoever_is_first_has_it(force: Force, laptop: Laptop, there: Laptop):
    second = force.laptop(unit=unit_of(force, there))
    case = laptop.new_case()
    laptop.push()
    record = hand_over(laptop, case, unit=unit_of(force, there))
    laptop.push()
    assert case in cases(there)
    assert case in cases(second)
    answer(second, case, record, "accepted")
    answer(there, case, record, "accepted")
    assert outcomes(second.push()) == [("accepted", "")]
    # Nothing is lost: it is kept apart, and a supervisor may look at it.
    assert outcomes(there.push()) == [("refused", "role")]
    assert in_charge(force, case)[0] == second.officer


def test_taken_and_handed_on_in_one_push_without_a_signal(force: Force, laptop: Laptop, there: Laptop):
    case = laptop.new_case()
    record = hand_over(laptop, case, officer=there.officer)
    laptop.push()
    there.pull()
    answer(there, case, record, "accepted")
    back = hand_over(there, case, officer=laptop.officer)
    assert outcomes(there.push()) == [("accepted", ""), ("accepted", "")]
    assert in_charge(force, case)[2] == laptop.officer
    answer(laptop, case, back, "accepted")
    laptop.push()
    assert in_charge(force, case)[:2] == (laptop.officer, force.unit)


def test_a_supervisor_reassigns_within_the_unit_and_what_was_written_meanwhile_is_taken_in(force: Force):
    leader, first, second = force.laptop("supervisor"), force.laptop(), force.laptop()
    case = first.new_case()
    first.push()
    leader.pull()
    hand_over(leader, case, "reassigned", officer=second.officer)
    assert outcomes(leader.push()) == [("accepted", "")]
    assert in_charge(force, case)[0] == second.officer
    first.set(case, "reference", "in good faith")
    hand_over(first, case, officer=leader.officer)
    # The work counts; whose case it is was no longer theirs to say.
    assert outcomes(first.push()) == [("accepted", ""), ("refused", "role")]


@pytest.mark.parametrize(
    "to, reason",
    [({"officer": "0" * 32}, "receiver"), ({"unit": "0" * 32}, "receiver"), ({}, "receiver")],
)
def test_to_nobody_it_is_handed_over_by_nobody(laptop: Laptop, to: dict[str, str], reason: str):
    case = laptop.new_case()
    laptop.push()
    hand_over(laptop, case, **to)
    assert outcomes(laptop.push()) == [("refused", reason)]


def test_who_is_not_in_charge_hands_nothing_over(force: Force, laptop: Laptop, there: Laptop):
    colleague = force.laptop()
    case = laptop.new_case()
    laptop.push()
    colleague.pull()
    hand_over(colleague, case, officer=there.officer)
    assert outcomes(colleague.push()) == [("refused", "role")]
    assert case not in cases(there)
    # And of a case that is not theirs a stranger hears what is said of one that is not there.
    hand_over(there, case, officer=there.officer)
    hand_over(there, random_id(), officer=there.officer)
    assert outcomes(there.push()) == [("refused", "scope"), ("refused", "scope")]


def test_what_a_case_file_tells_of_earlier_hand_overs_is_history(force: Force, laptop: Laptop, there: Laptop):
    case = random_id()
    laptop.writer.write(
        notebook.create(case, "case", {"reference": "A"}),
        notebook.append(random_id(), "hand_over", {"how": "offered", "officer": there.officer}),
        case=case,
    )
    assert outcomes(laptop.push()) == [("accepted", "")]
    assert case not in cases(there)


def test_laptops_are_told_who_has_charge_in_the_order_of_the_entries(force: Force, laptop: Laptop, there: Laptop):
    case, other = laptop.new_case(), laptop.new_case()
    laptop.push()
    there.pull()
    hand_over(laptop, case, officer=there.officer)
    laptop.push()
    page = there.pull_page()
    assert [(c.case, c.owner, c.offered) for c in page.charges] == [(case, laptop.officer, there.officer)]
    # Page by page it is the same; and a snapshot tells it, too, where it does not go without saying.
    told = []
    laptop.cursor = 0
    while True:
        page = laptop.pull_page(limit=1)
        told += [c.case for c in page.charges]
        laptop.cursor = page.cursor
        if not page.more:
            break
    assert told == [case]
    assert [c.case for c in there.snapshots(case).charges] == [case]
    assert [c.case for c in laptop.snapshots(case, other).charges] == [case]


def test_officers_and_units_are_told_once_and_again_when_they_change(force: Force, laptop: Laptop):
    force.officer("auditor")
    retired = force.officer(name="Somebody who left")
    force.do(lambda c, org: administration.move_officer(c, org, retired, "officer", force.unit, active=False))
    people = laptop.pull_page().people
    assert people is not None
    assert {one.id for one in people.officers} == {laptop.officer}
    assert {one.id for one in people.units} == {force.unit}
    assert laptop.pull_page(people=people.version).people is None
    new = force.officer(name="Somebody new")
    again = laptop.pull_page(people=people.version).people
    assert again is not None
    assert {one.id for one in again.officers} == {laptop.officer, new}
    assert (again.role, again.unit) == ("officer", force.unit)


def test_versions_of_officers_and_units_do_not_come_again_after_a_restore(force: Force, laptop: Laptop):
    with force.owner() as owner:
        kept = backup(owner, force.org)
        force.officer(name="Known before the restore alone")
        known = laptop.pull_page().people
        assert known is not None
        restore(owner, force.org, kept)
    new = force.officer(name="Known after it alone")
    again = laptop.pull_page(people=known.version).people
    assert again is not None
    assert {one.id for one in again.officers} == {laptop.officer, new}


def test_a_moved_officer_hears_of_many_cases_page_by_page(force: Force, laptop: Laptop):
    """Each has a number of its own: under one for all, a page that holds fewer would never come to its end."""
    made = {laptop.new_case() for _ in range(5)}
    laptop.push()
    laptop.pull()
    other = force.do(lambda c, org: administration.new_unit(c, org, "South"))
    force.do(lambda c, org: administration.move_officer(c, org, laptop.officer, "officer", other))
    told: list[str] = []
    for _ in range(20):
        page = laptop.pull_page(limit=2)
        assert len(page.charges) <= 2
        told += [one.case for one in page.charges]
        laptop.cursor = page.cursor
        if not page.more:
            break
    assert not page.more
    assert sorted(told) == sorted(made)


@pytest.mark.parametrize("whom", ["retired", "auditor", "unknown"])
def test_a_case_is_given_to_nobody_who_could_not_have_it(force: Force, laptop: Laptop, whom: str):
    case = laptop.new_case()
    laptop.push()
    taker = force.officer("auditor" if whom == "auditor" else "officer")
    if whom == "retired":
        force.do(lambda c, org: administration.move_officer(c, org, taker, "officer", force.unit, active=False))
    wanted = random_id() if whom == "unknown" else taker
    with pytest.raises(Problem, match=r"server\.(no_receiver|officer_unknown)"):
        force.do(lambda c, org: administration.transfer(c, org, case, wanted))
    assert force.rows("SELECT owner FROM held_case WHERE case_id = %s", case) == [(laptop.officer,)]
