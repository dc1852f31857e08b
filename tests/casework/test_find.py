"""The same people again: who is found, why, with which role in which case, and what a passer-by may read of it."""

from __future__ import annotations

import pytest

from app.casework import cases, edit
from app.casework.desk import Desk
from app.casework.find import about, elsewhere, find
from tests.casework.conftest import SceneOne


def person(desk: Desk, case: str, role: str, given: str, family: str, **more: object) -> str:
    return edit.create(desk, case, "person", {"roles": [role], "given_name": given, "family_name": family, **more})[0]


@pytest.fixture
def other(desk: Desk, scene: SceneOne) -> str:
    """A second case with the same suspect, and the first victim as its witness."""
    case = cases.new_case(desk, "NM-2026-0102")
    person(desk, case, "victim", "Maribel", "Ostrow", address="Mill Lane 2")
    person(desk, case, "suspect", "Dane", "Ruskin")
    person(desk, case, "witness", "Keira", "Holt Baines")
    return case


def test_each_hit_says_who_it_is_and_the_role_held_in_that_case(desk: Desk, scene: SceneOne, other: str) -> None:
    found = find(desk, "keira baines")
    assert {(hit.case_id, hit.who, hit.roles, hit.how) for hit in found} == {
        (scene.case, "Keira H.-B.", ("victim",), "exact"),
        (other, "Keira H. B.", ("witness",), "exact"),
    }


@pytest.mark.parametrize("typed", ["Kiera Banes", "keria", "Dain Ruskyn", "Kay Row"])
def test_what_was_forgiven_stands_after_what_is_exact_and_is_marked(desk: Desk, scene: SceneOne, typed: str) -> None:
    case = cases.new_case(desk)
    first, _, last = typed.partition(" ")
    person(desk, case, "victim", first, last)
    found = find(desk, typed)
    assert found[0].how == "exact"
    assert found[0].case_id == case
    hits = [hit for hit in found if hit.case_id == scene.case]
    assert [hit.how in ("sounds", "nearly") for hit in hits] == [True]
    assert [hit.how == "exact" for hit in found] == sorted((hit.how == "exact" for hit in found), reverse=True)


def test_a_passer_by_reads_only_short_names_and_the_words_that_were_looked_for(
    desk: Desk, scene: SceneOne, other: str
) -> None:
    edit.set_field(desk, scene.case, scene.victim, "address", "Quay Row 4, second floor, at the sister's")
    (hit,) = find(desk, "quay row")
    assert (hit.who, hit.matched, hit.kind) == ("Keira H.-B.", "Quay Row", "place")
    (hit,) = [hit for hit in find(desk, "ruskin") if hit.case_id == other]
    assert (hit.who, hit.matched, hit.line.short_name) == ("Dane R.", "Ruskin", "Maribel O.")


def test_whoever_is_a_suspect_elsewhere_is_told_with_the_number_of_victims(
    desk: Desk, scene: SceneOne, other: str
) -> None:
    (told,) = elsewhere(desk, find(desk, "dane ruskin"))
    assert (told.who, told.suspect_in, told.victims, told.victim_in) == ("Dane R.", 2, 2, 0)
    third = cases.new_case(desk)  # the first victim once more
    person(desk, third, "victim", "Keira", "Holt-Baines")
    person(desk, third, "suspect", "Dane", "Ruskin")
    fourth = cases.new_case(desk)
    person(desk, fourth, "victim", "Dane", "Ruskin")
    (told,) = elsewhere(desk, find(desk, "dain ruskin"))
    assert (told.suspect_in, told.victims, told.victim_in) == (3, 2, 1)
    assert elsewhere(desk, find(desk, "maribel")) == []
    (told,) = elsewhere(desk, find(desk, "keira"))
    assert (told.suspect_in, told.victim_in) == (0, 2)


def test_somebody_who_was_put_away_is_told_so_and_counts_in_no_role(desk: Desk, scene: SceneOne, other: str) -> None:
    gone = cases.read_case(desk, other).people("suspect")[0]
    edit.archive(desk, other, gone.id, "somebody else of the same name")
    assert {hit.case_id: hit.archived for hit in find(desk, "ruskin")} == {scene.case: False, other: True}
    (told,) = elsewhere(desk, [hit for hit in find(desk, "ruskin") if not hit.archived])
    assert (told.suspect_in, told.victims) == (1, 1)


def test_what_tells_a_case_from_another(desk: Desk, scene: SceneOne) -> None:
    assert about(desk, scene.case).last_incident == "2026-11-14T01:40:00+00:00"
    assert not about(desk, scene.case).linked
    second = cases.linked_case(desk, scene.case, scene.suspect, "counter_allegation")
    assert about(desk, scene.case).linked
    assert about(desk, second) == about(desk, second).__class__("", True)


@pytest.mark.parametrize("typed", ["NM 2026 O417", "nm20260417", "nm/2026/0417"])
def test_a_reference_forgives_signs_between_and_o_for_zero(desk: Desk, scene: SceneOne, typed: str) -> None:
    (hit,) = find(desk, typed)
    assert (hit.kind, hit.matched, hit.how) == (
        "reference",
        "NM-2026-0417",
        "nearly" if "O" in typed else "exact",
    )
    assert find(desk, "NM-2026-0418") == []


def test_an_order_is_found_by_its_number(desk: Desk, scene: SceneOne) -> None:
    edit.create(desk, scene.case, "order", {"number": "PO/77-I4"})
    (hit,) = find(desk, "po 7714")
    assert (hit.case_id, hit.matched, hit.who) == (scene.case, "PO/77-I4", "")


def test_one_heading_alone_can_be_looked_under(desk: Desk, scene: SceneOne) -> None:
    case = cases.new_case(desk)
    person(desk, case, "victim", "Quay", "Rowe")
    assert {hit.kind for hit in find(desk, "quay row")} == {"name", "place"}
    for kind in ("name", "place"):
        assert {hit.kind for hit in find(desk, "quay row", only=kind)} == {kind}
        assert {hit.kind for hit in find(desk, "quai row", only=kind)} == {kind}
