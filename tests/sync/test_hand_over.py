"""Handing cases over between real vaults by way of a running server: what each officer sees and may do, and when."""

from __future__ import annotations

import msgspec
import pytest

from app.casework import cases, charge, edit, find, refused
from app.casework.charge import Receiver, Standing
from app.casework.desk import Desk
from app.i18n import translator
from app.rules import access
from app.rules.access import CaseFacts, Officer
from app.store import charges
from sync.server import administration
from tests.sync.police import Police, code_of, sync

WORDS = translator("en")


class Two:
    """Two officers in different units, and a case of the first."""

    def __init__(self, police: Police) -> None:
        force = police.force
        self.police, self.force = police, force
        self.elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "West"))
        self.giver = police.enrolled(force.officer(name="Officer 0"))
        self.taker = police.enrolled(force.officer(unit=self.elsewhere, name="Officer 1"))
        self.case = cases.new_case(self.giver, "NM-1")
        edit.create(self.giver, self.case, "person", {"roles": ["victim"], "given_name": "Mira", "family_name": "Oake"})
        self.rounds()

    def rounds(self) -> None:
        for _ in range(2):
            for desk in (self.giver, self.taker):
                sync(desk)

    def to(self, name: str, desk: Desk | None = None) -> Receiver:
        desk = desk or self.giver
        found = charge.receivers(desk, desk.store.view(self.case), WORDS)
        return next(one for one in found if one.name == name)

    def stands(self, desk: Desk) -> Standing:
        return charge.standing(desk, desk.store.view(self.case))

    def waits(self, desk: Desk) -> list[tuple[str, bool]]:
        """What waits for whoever sits at this desk, as its list shows it."""
        mine = charge.is_for(desk)
        found = [line for line in cases.list_cases(desk) if line.waiting and charge.is_meant(line.waiting, mine)]
        return [(line.reference, line.waiting.sent_back) for line in found if line.waiting]


@pytest.fixture
def two(police: Police) -> Two:
    return Two(police)


def test_it_is_offered_seen_and_taken(two: Two):
    assert two.stands(two.giver).mine
    charge.hand_over(two.giver, two.case, two.to("Officer 1"), "specialist", "The court date is on Monday.")
    # Nothing has left this laptop yet, and that is said.
    offer = two.stands(two.giver).offer
    assert offer is not None
    assert (offer.to, offer.sent) == ("Officer 1", False)
    assert two.waits(two.taker) == []
    two.rounds()
    assert two.waits(two.taker) == [("NM-1", False)]
    assert two.waits(two.giver) == []
    seen = two.stands(two.taker)
    assert seen.offer is not None
    assert (seen.owner, seen.mine, seen.offer.by, seen.offer.note) == (
        "Officer 0",
        False,
        "Officer 0",
        "The court date is on Monday.",
    )
    assert two.stands(two.giver).mine
    charge.answer(two.taker, two.case, "accepted")
    # As it will be judged: whoever has taken a case may write in it and hand it on, still without a signal.
    assert two.stands(two.taker).mine
    two.rounds()
    assert two.waits(two.taker) == []
    assert [two.stands(desk).owner for desk in (two.giver, two.taker)] == ["Officer 1", "Officer 1"]
    assert [two.stands(desk).mine for desk in (two.giver, two.taker)] == [False, True]
    assert [line.officer for line in cases.list_cases(two.giver)] == ["Officer 1"]


def test_it_is_sent_back_with_a_reason_and_goes_from_the_laptop(two: Two):
    charge.hand_over(two.giver, two.case, two.to("Officer 1"), "shift_ends")
    two.rounds()
    assert find.find(two.taker, "Mira") != []
    assert code_of(lambda: charge.answer(two.taker, two.case, "sent_back", "  ")) == "charge.why_back"
    charge.answer(two.taker, two.case, "sent_back", "I am on leave from tomorrow.")
    two.rounds()
    assert two.taker.store.cases() == []
    assert find.find(two.taker, "Mira") == []
    assert two.waits(two.giver) == [("NM-1", True)]
    assert two.stands(two.giver).sent_back == ("Officer 1", "I am on leave from tomorrow.")
    # Handed over again, what was sent back is history.
    charge.hand_over(two.giver, two.case, two.to("West"), "other_unit")
    assert two.waits(two.giver) == []
    two.rounds()
    assert two.waits(two.taker) == [("NM-1", False)]


def test_the_giver_takes_the_offer_back(two: Two):
    charge.hand_over(two.giver, two.case, two.to("Officer 1"), "shift_ends")
    two.rounds()
    charge.answer(two.giver, two.case, "withdrawn")
    charge.answer(two.taker, two.case, "accepted")
    # Both without a signal: whoever reaches the server first is first, and the other one is told.
    two.rounds()
    assert two.stands(two.giver).mine
    assert two.stands(two.giver).offer is None
    assert [line.why for line in refused.refused(two.taker, WORDS)] == [WORDS.text(refused.REASONS["role"])]


def test_what_was_written_in_good_faith_counts_though_somebody_else_has_the_case_by_now(two: Two):
    colleague = two.police.enrolled(two.force.officer(name="Officer 2"))
    sync(colleague)
    two.force.do(lambda c, org: administration.transfer(c, org, two.case, charge.is_for(two.taker)["officer"]))
    edit.set_field(colleague, two.case, two.case, "reference", "NM-1 good faith")
    two.rounds()
    sync(colleague)
    assert colleague.store.cases() == []
    assert refused.refused(colleague, WORDS) == []
    two.rounds()
    assert two.taker.store.view(two.case).case.get("reference") == "NM-1 good faith"


def test_a_supervisor_gives_it_to_somebody_of_the_unit_at_once_and_only_offers_it_beyond(two: Two):
    leader = two.police.enrolled(two.force.officer("supervisor", name="Officer 2"))
    mate = two.police.enrolled(two.force.officer(name="Officer 3"))
    for desk in (mate, leader):
        sync(desk)
    assert (
        code_of(lambda: charge.hand_over(mate, two.case, two.to("Officer 2", mate), "workload")) == "charge.not_yours"
    )
    beyond = two.to("Officer 1", leader)
    assert code_of(lambda: charge.hand_over(leader, two.case, beyond, "workload", at_once=True)) == "charge.beyond"
    charge.hand_over(leader, two.case, two.to("Officer 3", leader), "workload", at_once=True)
    sync(leader)
    sync(mate)
    assert two.stands(mate).mine
    two.rounds()
    assert not two.stands(two.giver).mine
    assert code_of(lambda: charge.hand_over(two.giver, two.case, two.to("West"), "workload")) == "charge.not_yours"


def test_a_case_of_a_police_suspect_is_handed_over_by_nobody(two: Two):
    edit.set_field(two.giver, two.case, two.case, "police_suspect", "yes")
    assert two.stands(two.giver).restricted
    assert code_of(lambda: charge.hand_over(two.giver, two.case, two.to("West"), "workload")) == "charge.few"
    edit.set_field(two.giver, two.case, two.case, "police_suspect", "no")
    two.rounds()
    # The server heard it once, and a later no frees nothing.
    assert two.stands(two.giver).restricted


def test_a_vault_of_no_server_hands_nothing_over_and_does_all_else(police: Police):
    desk = police.vault()
    case = cases.new_case(desk, "A")
    now = charge.standing(desk, desk.store.view(case))
    assert (now.enrolled, now.mine, now.may) == (False, True, frozenset())
    assert charge.receivers(desk, desk.store.view(case), WORDS) == []
    nobody = Receiver("x", "X", "")
    assert code_of(lambda: charge.hand_over(desk, case, nobody, "workload")) == "charge.no_server"
    assert charge.may(desk, desk.store.view(case), access.CHANGE)
    assert not charge.may(desk, desk.store.view(case), access.HAND_OVER)


UNITS = {"top": "", "north": "top", "station": "north", "other": "top"}
RELATED = {
    "own": {"author": "me"},
    "in_charge": {"owner": "me"},
    "assigned": {"assigned": True},
    "named": {"named": True},
    "offered": {"offer": "0" * 32, "offered": "me"},
    "unit": {"unit": "station"},
    "below": {"unit": "station"},
}


@pytest.mark.parametrize("role", access.ROLES)
def test_the_laptop_asks_the_same_table(police: Police, role: str):
    """Role × relation × flag × verb: what a screen offers is what the one table says, and so what the server takes."""
    desk = police.vault()
    case = cases.new_case(desk, "A")
    for relation, how in RELATED.items():
        for restricted in (False, True):
            unit = "north" if relation == "below" else "station"
            member = f'{{"officer": "me", "role": "{role}", "unit": "{unit}"}}'
            tree = ", ".join(f'{{"id": "{u}", "name": "{u}", "above": "{a}"}}' for u, a in UNITS.items())
            desk.store.remember("server", member)
            charges.keep_people(desk.store, hash((role, relation, restricted)) % 1000 + 1, f'{{"units": [{tree}]}}')
            told = charges.Charge(**{"author": "a", "owner": "b", "unit": "other", "restricted": restricted, **how})
            charges.keep(desk.store, {case: msgspec.json.encode(told).decode()})
            facts: CaseFacts = told.facts("me")
            for verb in access.VERBS:
                expected = access.may(Officer("me", role, unit), verb, facts, UNITS)
                assert charge.may(desk, desk.store.view(case), verb) is expected, (role, relation, restricted, verb)
