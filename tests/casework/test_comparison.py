"""What changed since last time, as a table; and the grades one after another."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.casework import cases, comparison, correction, edit, risk
from app.casework.comparison import Comparison, changed_since, grades_over_time
from app.casework.desk import Desk, close_desk
from app.clock import FixedClock
from tests.casework.laptops import carry, laptop


def assess(desk: Desk, case: str, answers: dict[str, str], grade: str, rating: int | None = None) -> str:
    """A completed assessment."""
    assessment, _ = risk.start_assessment(desk, case)
    give(desk, case, assessment, answers)
    if rating is not None:
        risk.set_view(desk, case, assessment, rating=rating)
    risk.grade(desk, case, assessment, grade, f"seen as {grade}")
    risk.complete(desk, case, assessment)
    return assessment


def give(desk: Desk, case: str, assessment: str, answers: dict[str, str]) -> None:
    for factor, value in answers.items():
        risk.answer(desk, case, assessment, factor, value=value, source="victim", note=f"{factor} {value}")


def changes(desk: Desk, case: str) -> Comparison | None:
    view = cases.read_case(desk, case)
    return changed_since(view, risk.picture(desk, view).floor, desk.library.instrument().codes)


def kinds(found: Comparison | None) -> dict[str, str]:
    assert found is not None
    return {change.factor: change.kind for change in found.factors}


THEN_AND_NOW = (
    # then, now, kind
    ("no", "yes", "new_yes"),
    ("unknown", "yes", "new_yes"),
    (None, "yes", "new_yes"),
    ("yes", "no", "no_longer"),
    ("yes", "yes", "same"),
    ("no", "no", "same"),
    ("yes", None, "still_counts"),
    ("yes", "not_asked", "still_counts"),
    ("yes", "unknown", "still_counts"),
    ("unknown", "no", "changed"),
    ("no", "unknown", "changed"),
    ("no", None, "changed"),
    (None, "no", "changed"),
    ("unknown", "declined", "open"),
    (None, None, "open"),
    ("declined", None, "open"),
)


def test_then_and_now_of_every_factor(desk: Desk, clock: FixedClock) -> None:
    codes = desk.library.instrument().codes
    case = cases.new_case(desk)
    then = {f: was for f, (was, _, _) in zip(codes, THEN_AND_NOW, strict=False) if was}
    now = {f: is_now for f, (_, is_now, _) in zip(codes, THEN_AND_NOW, strict=False) if is_now}
    assess(desk, case, then, "high")
    assert changes(desk, case) is None, "there is nothing before the first one"
    clock.advance(7 * 86400)
    again, _ = risk.start_assessment(desk, case)
    clock.advance(60)
    give(desk, case, again, now)
    found = changes(desk, case)
    expected = {f: kind for f, (_, _, kind) in zip(codes, THEN_AND_NOW, strict=False)}
    assert {f: k for f, k in kinds(found).items() if f in expected} == expected
    assert found is not None
    assert tuple(kinds(found)) == codes
    assert not found.corrects
    first = found.factors[0]
    assert first.then == comparison.Said("no", "victim", None, "F01 no", "2026-11-14T02:00:00+00:00")
    assert first.now == comparison.Said("yes", "victim", None, "F01 yes", "2026-11-21T02:01:00+00:00")
    assert [c.kind for c in found.changes] == sorted((c.kind for c in found.changes), key=comparison.CHANGES.index)
    assert not {"same", "open"} & {c.kind for c in found.changes}


def test_rating_floor_and_grade_with_who_gave_it(desk: Desk, clock: FixedClock) -> None:
    case = cases.new_case(desk)
    assess(desk, case, {"F06": "yes", "F08": "yes"}, "high", rating=4)
    clock.advance(7 * 86400)
    again, _ = risk.start_assessment(desk, case)
    give(desk, case, again, {"F06": "no", "F08": "yes"})
    risk.set_view(desk, case, again, rating=6)
    found = changes(desk, case)
    assert found is not None
    [then], now = found.then, found.now
    assert (then.rating, then.floor, then.rules, then.grade, then.by) == (
        4,
        "high",
        ("H1",),
        "high",
        "Sergeant Ilse Marrow",
    )
    assert (now.rating, now.floor, now.rules, now.grade, now.by, now.completed) == (
        6,
        "medium",
        ("M1",),
        None,
        "",
        False,
    )
    risk.grade(desk, case, again, "medium", "less", code="other_person", supervisor="Inspector Vale")
    found = changes(desk, case)
    assert found is not None
    assert (found.now.grade, found.now.by) == ("medium", "Inspector Vale")
    assert (found.then[0].grade, found.then[0].by) == ("high", "Sergeant Ilse Marrow")


def test_a_yes_from_long_ago_still_counts(desk: Desk, clock: FixedClock) -> None:
    case = cases.new_case(desk)
    assess(desk, case, {"F06": "yes"}, "high")
    clock.advance(86400)
    assess(desk, case, {"F01": "yes"}, "high")
    clock.advance(86400)
    risk.start_assessment(desk, case)
    found = changes(desk, case)
    assert found is not None
    assert kinds(found)["F06"] == "still_counts"
    assert [(c.factor, c.then.day[:10]) for c in found.of("still_counts") if c.then] == [
        ("F01", "2026-11-15"),
        ("F06", "2026-11-14"),
    ]


def test_what_was_sealed_counts_not_what_came_after(desk: Desk) -> None:
    case = cases.new_case(desk)
    first = assess(desk, case, {"F06": "yes", "F01": "no"}, "high")
    edit.put(desk, case, "answer", risk.answer_id(case, first, "F01"), {"value": "unknown"})
    again, _ = risk.start_assessment(desk, case)
    give(desk, case, again, {"F01": "no"})
    assert kinds(changes(desk, case))["F01"] == "same"


def test_a_correction_is_compared_with_what_it_corrects_and_what_follows_with_the_correction(desk: Desk) -> None:
    case = cases.new_case(desk)
    first = assess(desk, case, {"F06": "yes", "F01": "yes"}, "high", rating=3)
    draft, _ = correction.correct(desk, case, first, "F01 was mistaken")
    found = changes(desk, case)
    assert found is not None
    assert found.corrects
    assert found.changes == ()
    give(desk, case, draft, {"F01": "no"})
    found = changes(desk, case)
    assert found is not None
    assert [(c.factor, c.kind) for c in found.changes] == [("F01", "no_longer")]
    assert (found.then[0].rating, found.now.rating) == (3, 3)
    risk.grade(desk, case, draft, "high", "the same")
    risk.complete(desk, case, draft)
    risk.start_assessment(desk, case)
    found = changes(desk, case)
    assert found is not None
    assert [one.assessment for one in found.then] == [draft]
    assert kinds(found)["F01"] == "changed", "no then, nothing now"
    assert [(g.grade, g.corrected) for g in grades_over_time(cases.read_case(desk, case))] == [
        ("high", True),
        ("high", False),
    ]


@pytest.fixture
def desks(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    ana, bo = laptop(tmp_path / "ana", "Ana Bly"), laptop(tmp_path / "bo", "Bo Cray")
    yield ana, bo
    close_desk(ana)
    close_desk(bo)


def test_of_two_made_side_by_side_the_gravest_answer_is_what_was_then(desks: tuple[Desk, Desk]) -> None:
    ana, bo = desks
    case = cases.new_case(ana)
    carry(case, ana, bo)
    assess(ana, case, {"F06": "yes", "F01": "no"}, "high", rating=9)
    assess(bo, case, {"F06": "no", "F01": "unknown"}, "standard", rating=2)
    carry(case, bo, ana)
    carry(case, ana, bo)
    for desk in desks:
        assert changes(desk, case) is None, "neither came before the other"
        given_ = grades_over_time(cases.read_case(desk, case))
        assert sorted((g.by, g.grade, g.beside) for g in given_) == [
            ("Ana Bly", "high", True),
            ("Bo Cray", "standard", True),
        ]
    again, _ = risk.start_assessment(ana, case)
    give(ana, case, again, {"F06": "no", "F01": "no"})
    found = changes(ana, case)
    assert found is not None
    assert {one.by for one in found.then} == {"Ana Bly", "Bo Cray"}
    assert (kinds(found)["F06"], kinds(found)["F01"]) == ("no_longer", "changed")
    risk.grade(ana, case, again, "standard", "calm")
    assert [g.beside for g in grades_over_time(cases.read_case(ana, case))] == [True, True, False]


ANSWERS = st.dictionaries(
    st.sampled_from(("F01", "F05", "F06", "F08", "F26", "F33", "F34")),
    st.sampled_from(("yes", "no", "unknown", "declined", "not_asked")),
)


@pytest.fixture(scope="module")
def long_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = laptop(tmp_path_factory.mktemp("long"), "Ana Bly")
    yield desk
    close_desk(desk)


@settings(max_examples=25, deadline=None)
@given(before=ANSWERS, now=ANSWERS, done=st.booleans())
def test_an_assessment_beside_itself_shows_no_change(
    long_open: Desk, before: dict[str, str], now: dict[str, str], done: bool
) -> None:
    desk, case = long_open, cases.new_case(long_open)
    assess(desk, case, before, "high", rating=5)
    again, _ = risk.start_assessment(desk, case)
    give(desk, case, again, now)
    if done:
        risk.grade(desk, case, again, "high", "still")
        risk.complete(desk, case, again)
    view = cases.read_case(desk, case)
    record = view.record(again)
    assert record is not None
    floor = risk.picture(desk, view).floor
    itself = comparison.compare(view, [record], record, floor, desk.library.instrument().codes)
    assert {c.kind for c in itself.factors} <= {"same", "open", "still_counts"}
    assert (itself.then[0].rating, itself.then[0].grade) == (itself.now.rating, itself.now.grade)
    # What counts though nobody asked anew is exactly what the rules count.
    counting = {a.factor for a in risk.facts(desk, view).earlier}
    assert {c.factor for c in itself.of("still_counts")} == counting
