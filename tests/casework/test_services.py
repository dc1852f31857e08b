"""Services in a case: whose directories hold, what a victim would look for, what is noted, what comes onto a card."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.casework import cases, edit, paper, plan, services
from app.casework.desk import Desk, close_desk, create_vault
from app.casework.services import Wanted
from app.clock import FixedClock
from app.i18n import translator
from app.problems import Problem
from app.vault.vault import FLOOR_COST
from tests.casework.conftest import PASSPHRASE
from tests.documents.reading import flat, page_texts

WORDS = translator("en")


@pytest.fixture
def practice(tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    """The desk of a practice vault without cases."""
    desk, _ = create_vault(
        tmp_path / "practice",
        officer="Practice Officer",
        passphrase=PASSPHRASE,
        practice_passphrase=PASSPHRASE,
        cost=FLOOR_COST,
        clock=clock,
    )
    yield desk
    close_desk(desk)


def case_in(desk: Desk, **victim: object) -> str:
    """A case with a victim."""
    made = cases.new_case(desk, "NM-1")
    edit.create(desk, made, "person", {"roles": ["victim"], "given_name": "Noa", **victim})
    return made


def chosen(desk: Desk, service: str) -> services.Offer:
    """A service of the invented directory."""
    found = services.offer(desk, f"invented-coast/{service}")
    assert found is not None
    return found


def test_an_invented_directory_is_for_practice_alone(desk: Desk, practice: Desk) -> None:
    assert services.directories(desk) == []
    assert services.find(desk, Wanted()) == []
    assert services.duties(desk) == []
    assert len(services.find(practice, Wanted())) == 13


def test_a_profile_may_name_no_invented_and_no_missing_directory(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = replace(desk.library.profile(), services=("invented-coast", "county"))
    monkeypatch.setitem(desk.library.profiles, "neutral", profile)
    assert services.directories(desk) == []
    found = services.problems(desk)
    assert [p.code for p in found] == ["forms.no_directory"] * 2
    assert "county" in str(found[1].sentences(WORDS))


def real_directory(desk: Desk, monkeypatch: pytest.MonkeyPatch, **fields: object) -> None:
    """A directory of a force, named by the profile."""
    made = replace(desk.library.directories["invented-coast"], id="county", invented=False, **fields)
    monkeypatch.setitem(desk.library.directories, "county", made)
    monkeypatch.setitem(desk.library.profiles, "neutral", replace(desk.library.profile(), services=("county",)))


def test_a_directory_that_is_out_of_date_is_said_and_still_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real_directory(desk, monkeypatch, valid_until=date(2026, 11, 13), emergency_number="112")
    (old,) = services.out_of_date(desk)
    assert (old.over, old.valid_until) == (True, date(2026, 11, 13))
    assert len(services.find(desk, Wanted())) == 13
    assert services.emergency_number(desk) == ""  # an old number does not go onto a card by itself
    real_directory(desk, monkeypatch, valid_from=date(2026, 11, 15))
    assert [late.over for late in services.out_of_date(desk)] == [False]
    real_directory(desk, monkeypatch, emergency_number="112")
    assert services.out_of_date(desk) == []
    assert services.emergency_number(desk) == "112"


def test_the_victims_language_and_place_are_asked_for_first(practice: Desk) -> None:
    case = case_in(practice, languages=["ti", "en"], address="Flat 6, 22 Quay Street, Northmere")
    assert services.wanted_for(practice, cases.read_case(practice, case)) == Wanted(language="ti", place="Northmere")
    elsewhere = case_in(practice, languages=["xx"])
    edit.create(practice, elsewhere, "incident", {"place": "Bus stop, Sandway"})
    assert services.wanted_for(practice, cases.read_case(practice, elsewhere)) == Wanted(place="Sandway")
    unknown = cases.new_case(practice)
    assert services.wanted_for(practice, cases.read_case(practice, unknown)) == Wanted()


def test_a_chosen_service_is_noted_in_the_plan_once(practice: Desk) -> None:
    case = case_in(practice)
    services.note_in_plan(practice, case, chosen(practice, "lantern-line"), WORDS)
    (measure,) = cases.read_case(practice, case).of("measure")
    assert (measure.get("module"), measure.get("what")) == ("P28", "Lantern Line, Lantern Coast")
    assert measure.get("note") == "+44 20 7946 0910"
    assert measure.get("safe") is None  # nobody has said that it may stand on paper
    changed = services.note_in_plan(practice, case, chosen(practice, "lantern-line"), WORDS, on_card=True)
    assert changed.cases == {case}
    (measure,) = cases.read_case(practice, case).of("measure")
    assert measure.get("note") == "+44 20 7946 0910\nStands on the card as “Nora, choir”."
    assert not services.note_in_plan(practice, case, chosen(practice, "lantern-line"), WORDS, on_card=True).cases


def test_a_number_for_professionals_or_without_a_neutral_name_is_not_for_a_card(practice: Desk) -> None:
    assert services.number_for_card(chosen(practice, "council-housing")) == ("Parking office", "+44 1632 960916")
    assert services.number_for_card(chosen(practice, "turning")) == ("", "")


def test_the_card_bears_the_neutral_name_and_never_the_services(practice: Desk) -> None:
    case = case_in(practice)
    offer = chosen(practice, "keel-house")
    services.note_in_plan(practice, case, offer, WORDS, on_card=True)
    label, number = services.number_for_card(offer)
    choice = paper.Choice(numbers=[paper.Number(label, number)])
    text = flat(" ".join(page_texts(paper.preview(practice, case, "safety-plan", "card", "en", choice))))
    assert flat("Karen, work") in text
    assert flat(number) in text
    assert "Keel" not in text
    # The rules of paper hold as before: nobody has answered whether it may be kept.
    with pytest.raises(Problem) as refused:
        paper.print_out(practice, case, "safety-plan", "card", "en", "asked for", choice=choice)
    assert refused.value.code == "paper.not_answered"


def test_a_label_that_names_the_case_is_refused_all_the_same(practice: Desk) -> None:
    case = case_in(practice, family_name="Karen")
    label, number = services.number_for_card(chosen(practice, "keel-house"))
    with pytest.raises(Problem) as refused:
        paper.preview(practice, case, "safety-plan", "card", "en", paper.Choice(numbers=[paper.Number(label, number)]))
    assert refused.value.code == "paper.label_unsafe"


def test_a_shelters_name_never_stands_on_paper_that_leaves(practice: Desk) -> None:
    case = case_in(practice)
    typed = paper.Choice(numbers=[paper.Number("Keel House", "+44 20 7946 0912")])
    with pytest.raises(Problem) as refused:
        paper.preview(practice, case, "safety-plan", "card", "en", typed)
    assert refused.value.code == "paper.label_unsafe"
    said, _ = plan.add_measure(practice, case, "P09", what="Ask at keel house about money", safe="yes")
    found = paper.findings(practice, case, "safety-plan", "discreet", "en", paper.Choice(measures=[said]))
    (left,) = found.left_out
    assert (left.measure, left.can_confirm) == (said, False)
    assert "It names a service that says what the paper is about: Keel House" in paper.found_in_words(left, WORDS)
