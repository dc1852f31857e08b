"""What was kept apart is decided by people: it counts with its own bytes, or stays apart; nobody decides their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.problems import Problem
from app.rules.access import Officer
from sync.server import administration, deciding, enrol, marks
from tests.sync.conftest import Trial
from tests.sync.laptops import Force, Laptop

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def kept_apart(force: Force) -> list[deciding.Kept]:
    return force.do(deciding.waiting)


def who(force: Force, laptop: Laptop) -> Officer:
    role, unit = force.rows("SELECT role, unit_id FROM officer WHERE officer_id = %s", laptop.officer)[0]
    return Officer(laptop.officer, role, unit)


def count(force: Force, one: deciding.Kept, by: Officer, reason: str = "It was in good faith.") -> Any:
    return force.do(lambda c, org: deciding.let_count(c, org, one.device, one.first, by, reason, NOW))


def refused(work: Any) -> str:
    with pytest.raises(Problem) as problem:
        work()
    return problem.value.code


@pytest.fixture
def leader(force: Force) -> Laptop:
    return force.laptop("supervisor")


@pytest.fixture
def apart(force: Force, laptop: Laptop) -> tuple[str, Laptop]:
    """A case of this laptop, and a stranger's laptop whose two entries on it were kept apart."""
    stranger = force.laptop(unit=force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere")))
    case = laptop.new_case()
    laptop.push()
    stranger.write(case, notebook.assign(case, {"reference": ("seen at the door", [])}))
    stranger.write(case, notebook.append(random_id(), "note", {"words": "more of it"}))
    stranger.push()
    return case, stranger


def test_it_counts_from_now_on_with_its_own_bytes(force: Force, laptop: Laptop, leader: Laptop, apart: Any):
    case, stranger = apart
    first, second = kept_apart(force)
    assert (first.reason, first.case, first.decidable) == ("scope", case, True)
    by = who(force, leader)
    assert refused(lambda: count(force, second, by)) == "server.earlier_first"
    assert refused(lambda: count(force, first, by, " ")) == "server.reason_missing"
    count(force, first, by)
    assert [one.first for one in kept_apart(force)] == [second.first]
    # Everybody who has the case gets it as it was signed, and a push of it again hears its number.
    came = laptop.pull()
    assert [bytes(one.entry) for one in came] == [stranger.writer.entries[0].body]
    again = stranger.push(stranger.writer.entries[0]).outcomes[0]
    assert (again.outcome, again.number) == ("already", came[0].number)
    assert refused(lambda: count(force, first, by)) == "server.not_waiting"
    told = force.rows("SELECT kind, officer_id FROM event WHERE org_id = %s AND kind = 'counts'", force.org)
    assert told == [("counts", stranger.officer)]


def test_the_laptop_that_wrote_it_gets_it_back_where_it_has_the_case(force: Force, laptop: Laptop, leader: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    laptop.push()
    record = random_id()
    other.write(case, notebook.append(record, "hand_over", {"how": "offered", "officer": leader.officer}))
    other.push()
    other.pull()
    assert [one.reason for one in kept_apart(force)] == ["role"]
    count(force, kept_apart(force)[0], who(force, leader))
    assert [bytes(one.entry) for one in other.pull()] == [other.writer.entries[-1].body]
    # The words count; whose case it is does not change by them any more.
    assert force.rows("SELECT offer FROM held_case WHERE org_id = %s", force.org) == [("",)]


def test_nobody_decides_about_their_own_nor_about_another_units(force: Force, leader: Laptop, apart: Any):
    _, stranger = apart
    one = kept_apart(force)[0]
    elsewhere = force.laptop("supervisor", who(force, stranger).unit)
    colleague, auditor = force.laptop(), force.laptop("auditor")
    for somebody in (elsewhere, colleague, auditor, stranger):
        assert refused(lambda somebody=somebody: count(force, one, who(force, somebody))) == "server.not_to_decide"
    boss = force.laptop("supervisor")
    case = boss.new_case()
    boss.push()
    boss.write(case, notebook.append(random_id(), "hand_over", {"how": "offered", "officer": "0" * 32}))
    boss.push()
    mine = next(kept for kept in kept_apart(force) if kept.device == boss.device)
    assert refused(lambda: count(force, mine, who(force, boss))) == "server.not_to_decide"
    count(force, mine, who(force, leader))


def test_what_is_broken_or_forged_never_counts(force: Force, laptop: Laptop, leader: Laptop):
    case = laptop.new_case()
    laptop.push()
    laptop.write(case, notebook.assign(case, {"reference": ("x", [f"{laptop.device}:99"])}))
    laptop.push()
    one = kept_apart(force)[0]
    assert (one.reason, one.decidable) == ("unknown", False)
    assert refused(lambda: count(force, one, who(force, leader))) == "server.cannot_count"
    force.do(lambda c, org: deciding.leave_apart(c, org, one.device, one.first, who(force, leader), "It was a slip."))
    assert kept_apart(force) == []


def test_what_a_revoked_laptop_still_had_may_count(force: Force, laptop: Laptop, leader: Laptop):
    case = laptop.new_case()
    laptop.push()
    force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    laptop.set(case, "reference", "written before it was stolen")
    new = laptop.new_case("opened before it was stolen")
    laptop.push()
    by = who(force, leader)
    assert [one.reason for one in kept_apart(force)] == ["revoked", "revoked"]
    for one in kept_apart(force):
        count(force, one, by)
    leader.pull()
    assert new in leader.cases()
    assert leader.snapshots(case).snapshots[0].digest


def test_the_whole_history_still_fits_together(force: Force, laptop: Laptop, leader: Laptop, apart: Any, trial: Trial):
    for one in kept_apart(force):
        said = trial.command(
            "apart",
            "--organisation",
            force.name,
            "--count",
            f"{one.device}:{one.first}",
            "--by",
            leader.officer,
            "--reason",
            "It was in good faith.",
        )
        assert said.returncode == 0, said.stderr
    told = trial.command("verify", "--organisation", force.name)
    assert told.returncode == 0, told.stdout + told.stderr
    assert trial.command("apart", "--organisation", force.name).stdout == ""
    refusal = trial.command("apart", "--organisation", force.name, "--leave", "x:1", "--by", leader.officer)
    assert refusal.returncode == 1
    assert "waits for a decision" in refusal.stderr


@pytest.mark.parametrize("role", ["witness", ""])
def test_somebody_else_who_works_for_the_police_and_becomes_a_suspect_later_counts(
    force: Force, laptop: Laptop, leader: Laptop, role: str
):
    """Two people lifted the mark for somebody else: of a witness who works for the police they decided nothing, and of
    somebody of whom nobody had said yet what they are in the case, no more."""
    standards, case = force.laptop("professional_standards"), laptop.new_case(police_suspect="yes")
    witness = random_id()
    laptop.write(case, notebook.create(witness, "person", {"police_employee": "yes"}))
    if role:
        laptop.write(case, notebook.add(witness, "roles", role))
    laptop.push()
    for somebody in (standards, leader):
        force.do(lambda c, org, s=somebody: administration.involve(c, org, case, s.officer, "named"))
    reason = "It was another person."
    force.do(lambda c, org: marks.lift(c, org, case, who(force, standards), who(force, leader), reason))
    marked = "SELECT restricted FROM held_case WHERE case_id = %s"
    laptop.set(case, "reference", "later")
    laptop.push()
    assert force.rows(marked, case) == [(False,)]
    laptop.write(case, notebook.add(witness, "roles", "suspect"))
    laptop.push()
    assert force.rows(marked, case) == [(True,)]


def test_two_people_lift_the_mark_and_no_laptop_does(force: Force, laptop: Laptop, leader: Laptop):
    standards, case = force.laptop("professional_standards"), laptop.new_case(police_suspect="yes")
    laptop.push()

    def lift(one: Laptop, other: Laptop, reason: str = "It was another person.") -> None:
        force.do(lambda c, org: marks.lift(c, org, case, who(force, one), who(force, other), reason))

    laptop.set(case, "police_suspect", "no")
    laptop.push()
    assert leader.snapshots(case).missing == [case]
    assert refused(lambda: lift(standards, leader)) == "server.two_people"
    for somebody in (standards, leader):
        force.do(lambda c, org, s=somebody: administration.involve(c, org, case, s.officer, "named"))
    second = force.laptop("supervisor")
    assert refused(lambda: lift(standards, standards)) == "server.two_people"
    assert refused(lambda: lift(standards, second)) == "server.two_people"
    assert refused(lambda: lift(standards, leader, " ")) == "server.reason_missing"
    second.pull()
    lift(standards, leader)
    second.pull()
    assert [one.kind for one in second.notices if one.case == case] == ["joined"]
    # What is said from now on counts again.
    laptop.set(case, "reference", "still open")
    laptop.push()
    assert second.snapshots(case).missing == []
    laptop.set(case, "police_suspect", "yes")
    laptop.push()
    assert second.snapshots(case).missing == [case]
