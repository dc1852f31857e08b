"""Where a suspect works for the police: to whom such a case goes, however and whenever that is said.

That the server does what the one table of rights says, cell by cell: `tests/proof/access.py`.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from sync.server import administration
from sync.wire import limits, messages
from tests.sync.laptops import Force, Laptop, RefusedError


def outcomes(answer: Any) -> list[tuple[str, str]]:
    return [(one.outcome, one.reason) for one in answer.outcomes]


# ---- A suspect who works for the police ---------------------------------------------------------------------------


def person(laptop: Laptop, case: str, role: str, **fields: str) -> str:
    record = random_id()
    laptop.write(case, notebook.create(record, "person", fields), notebook.add(record, "roles", role))
    return record


def held_by(laptop: Laptop, case: str) -> bool:
    return laptop.snapshots(case).missing == []


@pytest.mark.parametrize("role, few", [("suspect", True), ("victim", False), ("witness", False)])
def test_only_a_suspect_who_works_for_the_police_keeps_colleagues_away(
    force: Force, laptop: Laptop, role: str, few: bool
):
    mate = force.laptop()
    case = laptop.new_case()
    somebody = person(laptop, case, role, given_name="Jon")
    laptop.push()
    assert held_by(mate, case)
    laptop.set(case, "police_employee", "yes", record=somebody)
    laptop.push()
    assert held_by(mate, case) is not few


def test_in_whatever_order_and_from_whichever_laptop_it_is_said(force: Force, laptop: Laptop):
    mate = force.laptop()

    def begun() -> tuple[str, str]:
        case, record = laptop.new_case(), random_id()
        laptop.write(case, notebook.create(record, "person", {"given_name": "Jon"}), notebook.add(record, "roles", "x"))
        laptop.push()
        mate.pull()
        return case, record

    parts = (
        lambda who, case, record: who.write(case, notebook.assign(record, {"police_employee": ("yes", [])})),
        lambda who, case, record: who.write(case, notebook.add(record, "roles", "suspect")),
    )
    for order in itertools.permutations(parts):
        for first, second in itertools.product((laptop, mate), repeat=2):
            case, record = begun()
            order[0](first, case, record)
            first.push()
            order[1](second, case, record)
            second.push()
            assert held_by(laptop, case)
            assert not held_by(mate, case)


def test_nobody_else_gets_a_byte_a_count_or_another_answer(force: Force, laptop: Laptop):
    """Two worlds, one in which such a case is written meanwhile: a colleague's laptop is told the same in both."""
    worlds = []
    for secret in (False, True):
        mate = force.laptop()
        laptop.new_case("seen by all")
        laptop.push()
        mate.pull()
        seen = len(mate.snapshots().snapshots)
        case = laptop.new_case("secret", police_suspect="yes") if secret else random_id()
        if secret:
            laptop.push()
        page, snapshots = mate.pull_page(), mate.snapshots(case)
        answers: list[Any] = [page.entries, page.notices, page.charges, page.digests, page.keys, page.scope, page.order]
        answers += [page.more, len(mate.snapshots().snapshots) - seen, snapshots.snapshots, len(snapshots.missing)]
        for wish in (_want_history(mate, case), _want_proof(page.cursor if secret else 1 << 40)):
            path = "/v1/proof" if isinstance(wish, messages.WantProof) else "/v1/history"
            with pytest.raises(RefusedError) as refused:
                mate.ask(path, wish, messages.Proof)
            answers += [refused.value.status, refused.value.refusal]
        mate.write(case, notebook.assign(case, {"reference": ("x", [])}))
        answers += outcomes(mate.push())
        worlds.append(answers)
    assert worlds[0] == worlds[1]
    noted = force.rows("SELECT DISTINCT case_id FROM event WHERE org_id = %s AND kind = 'refused_access'", force.org)
    assert noted == [(case,)]


def _want_history(laptop: Laptop, case: str) -> messages.WantHistory:
    return messages.WantHistory(protocol=limits.PROTOCOL, epoch=laptop.epoch, case=case)


def _want_proof(number: int) -> Any:
    return messages.WantProof(protocol=limits.PROTOCOL, number=number)


def test_who_is_in_charge_and_raises_it_keeps_it_and_anybody_else_in_charge_does_not(force: Force, laptop: Laptop):
    keeps, loses = force.laptop(), force.laptop()
    for owner, raises in ((keeps, keeps), (loses, laptop)):
        case = laptop.new_case()
        laptop.push()
        force.do(lambda c, org, case=case, owner=owner: administration.transfer(c, org, case, owner.officer))
        owner.pull()
        raises.set(case, "police_suspect", "yes")
        raises.push()
        assert held_by(laptop, case)
        assert held_by(owner, case) is (owner is raises)
    marked = force.rows("SELECT officer_id FROM event WHERE org_id = %s AND kind = 'restricted'", force.org)
    assert {officer for (officer,) in marked} == {keeps.officer, laptop.officer}


def test_set_late_it_goes_from_every_laptop_in_the_order_of_the_entries(force: Force, laptop: Laptop):
    mate, leader = force.laptop(), force.laptop("supervisor")
    case = laptop.new_case()
    laptop.set(case, "reference", "before")
    laptop.push()
    mate.pull()
    # One of them has a conflict about it open: the more cautious value counts.
    mate.set(case, "police_suspect", "no")
    mate.push()
    laptop.set(case, "police_suspect", "yes")
    laptop.set(case, "reference", "after")
    laptop.push()
    for one in (mate, leader):
        came = [notebook.read(bytes(e.entry)) for e in one.pull()]
        assert one.notices[-1].kind == "left"
        assert all("after" not in str(entry.changes) and "'yes'" not in str(entry.changes) for entry in came)
    # A laptop that synchronises for the first time now hears nothing of it.
    assert force.laptop().snapshots().snapshots == []


def test_a_refused_write_and_a_refused_proof_are_heard_of_too(force: Force, laptop: Laptop):
    mate = force.laptop()
    case = laptop.new_case(police_suspect="yes")
    laptop.push()
    mate.write(case, notebook.assign(case, {"reference": ("x", [])}))
    assert outcomes(mate.push()) == [("refused", "scope")]
    query = "SELECT device_id FROM event WHERE org_id = %s AND kind = 'refused_access'"
    assert force.rows(query, force.org) == [(mate.device,)]
    other = force.laptop()
    with pytest.raises(RefusedError):
        other.ask("/v1/proof", _want_proof(1), messages.Proof)
    assert sorted(force.rows(query, force.org)) == sorted([(mate.device,), (other.device,)])
