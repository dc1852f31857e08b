"""A shift: when it begins, what it lists, and the hand-over on paper, logged in every case or in none."""

from __future__ import annotations

import pytest

from app.casework import cases, edit, handing_over, operations, risk, shift, todo
from app.casework.cases import CaseLine
from app.casework.desk import Desk
from app.clock import FixedClock, iso
from app.i18n import translator
from app.problems import Problem
from tests.casework.conftest import SceneOne
from tests.documents.reading import flat, page_texts, text_of

EN = translator("en")
HOUR = 3600


def line(desk: Desk, case: str) -> CaseLine:
    return next(one for one in cases.list_cases(desk) if one.id == case)


def said(desk: Desk, case: str) -> list[str]:
    return [one.said(EN) for one in shift.of_case(desk, line(desk, case)).open]


# --- when it begins


def test_a_shift_begins_with_the_first_unlocking_and_goes_on_with_the_next(desk: Desk, clock: FixedClock) -> None:
    first = shift.begin(desk)
    clock.advance(5 * HOUR)
    assert shift.begin(desk) == first
    assert shift.began(desk) == first


def test_after_fourteen_hours_another_one_begins(desk: Desk, clock: FixedClock) -> None:
    shift.begin(desk)
    clock.advance(14 * HOUR)
    assert shift.begin(desk) == clock.now()


def test_after_its_end_the_next_unlocking_begins_another_one(desk: Desk, clock: FixedClock) -> None:
    shift.begin(desk)
    clock.advance(HOUR)
    shift.end(desk)
    assert operations.logged(desk, desk.device_id)[-1].what == "shift ended"
    clock.advance(60)
    assert shift.begin(desk) == clock.now()


def test_a_clock_that_was_put_back_begins_another_one(desk: Desk, clock: FixedClock) -> None:
    shift.begin(desk)
    clock.advance(-3 * HOUR)
    assert shift.begin(desk) == clock.now()


# --- what it lists


def test_what_was_done_is_counted_and_looking_is_not(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    clock.advance(20 * HOUR)
    shift.begin(desk)
    cases.open_case(desk, scene.case, "looking")
    assert shift.of_case(desk, line(desk, scene.case)).done == 0
    clock.advance(60)
    todo.add_task(desk, scene.case, "Call the neighbour", owner="Sam")
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes")
    assert shift.of_case(desk, line(desk, scene.case)).done == 2


def test_what_is_open_promised_and_unfinished_is_said_in_words(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    shift.begin(desk)
    todo.add_task(desk, scene.case, "Call the neighbour", owner="Sam")
    soon, past = (iso(clock.now() + shift.LONGEST * sign) for sign in (3, -1))
    todo.add_task(desk, scene.case, "Fetch the recording", due=soon)
    todo.add_task(desk, scene.case, "Ask the school", due=past)
    done, _ = todo.add_task(desk, scene.case, "Long done")
    todo.set_task(desk, scene.case, done, status="done", evidence="done")
    found = said(desk, scene.case)
    assert "Task Call the neighbour, Sam" in found
    assert any("Fetch the recording" in words and "due 15 Nov 2026 20:00" in words for words in found)
    assert any("Ask the school" in words and "was due 13 Nov 2026 12:00" in words for words in found)
    assert "Complete the assessment: due 15 Nov 2026 02:00" in found
    assert "The assessment is not completed" not in found, "it is said once"
    assert not any("Long done" in words for words in found)
    assert shift.of_case(desk, line(desk, scene.case)).proposed


def test_a_conflict_is_to_be_decided(desk: Desk, scene: SceneOne) -> None:
    from app.notebook import entry as notebook

    for value in ("released", "bailed"):
        edit.write(desk, scene.case, [notebook.assign(scene.suspect, {"custody": (value, [])})])
    assert any(words.startswith("Recorded differently, to be decided") for words in said(desk, scene.case))


def test_the_list_holds_what_was_touched_or_is_due_and_nothing_else(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    quiet = cases.new_case(desk, "NM-2026-1000")
    archived = cases.new_case(desk, "NM-2026-1001")
    cases.archive_case(desk, archived, "made twice")
    clock.advance(20 * HOUR)
    shift.begin(desk)
    touched = cases.new_attendance(desk, reference="NM-2026-1002")
    found = [one.id for one in shift.cases_of(desk, cases.list_cases(desk))]
    assert found[0] == touched
    assert scene.case in found, "its assessment is not completed"
    assert quiet not in found
    assert archived not in found


# --- handing over


@pytest.fixture
def two(desk: Desk, scene: SceneOne, clock: FixedClock) -> list[CaseLine]:
    shift.begin(desk)
    todo.add_task(desk, scene.case, "Call the neighbour", owner="Sam")
    other = cases.new_attendance(desk, reference="NM-2026-0500", person={"roles": ["victim"], "given_name": "Amal"})
    todo.add_task(desk, other, "Ask the school")
    return [line(desk, scene.case), line(desk, other)]


def test_one_print_holds_the_list_and_a_sheet_for_each_case(desk: Desk, two: list[CaseLine]) -> None:
    made = handing_over.hand_over(desk, two, "PC Wren Adair")
    pages = page_texts(made.pdf)
    first = pages[0]
    for words in ("End of shift", "PC Wren Adair", "NM-2026-0417", "NM-2026-0500", "Keira H.-B.", "Amal"):
        assert words in first, words
    assert "Page 1 of 1" in first
    assert flat("Call the neighbour, Sam") in flat(first)
    assert "Holt-Baines" not in first, "the list knows short names only"
    assert "Quay Row" not in text_of(made.pdf)
    assert "7946" not in text_of(made.pdf)
    sheets = [page for page in pages if "Shift handover" in page]
    assert len(sheets) == 2
    assert "NM-2026-0417" in sheets[0]
    assert "NM-2026-0500" in sheets[1]
    for case, sheet in zip(two, sheets, strict=True):
        assert f"FILE COPY {made.numbers[case.id][0]}" in sheet


def test_the_hand_over_is_logged_in_each_case_with_the_name_that_was_typed(desk: Desk, two: list[CaseLine]) -> None:
    made = handing_over.hand_over(desk, two, "PC Wren Adair")
    for case in two:
        prints = cases.read_case(desk, case.id).of("print")
        assert [(p.get("document"), p.get("given_to"), p.get("copy_number")) for p in prints] == [
            ("handover", "PC Wren Adair", made.numbers[case.id][0]),
            ("shift-list", "PC Wren Adair", made.numbers[case.id][1]),
        ]
        logged = [one for one in operations.logged(desk, case.id) if one.operation == "disclosure"]
        assert [(one.what, one.recipient) for one in logged] == [
            ("handover full", "PC Wren Adair"),
            ("shift-list full", "PC Wren Adair"),
        ]
    assert made.changed.cases == {case.id for case in two}


def test_the_preview_logs_nothing(desk: Desk, two: list[CaseLine]) -> None:
    assert "End of shift" in text_of(handing_over.preview(desk, two, ""))
    assert not cases.read_case(desk, two[0].id).of("print")


@pytest.mark.parametrize(("to", "code"), [("", "shift.nobody_named"), ("  ", "shift.nobody_named")])
def test_somebody_must_be_named(desk: Desk, two: list[CaseLine], to: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        handing_over.hand_over(desk, two, to)
    assert caught.value.code == code
    assert not cases.read_case(desk, two[0].id).of("print")


def test_something_must_be_chosen(desk: Desk) -> None:
    with pytest.raises(Problem) as caught:
        handing_over.hand_over(desk, [], "PC Wren Adair")
    assert caught.value.code == "shift.nothing_chosen"


def test_a_case_that_cannot_be_printed_leaves_no_log_in_the_others(desk: Desk, two: list[CaseLine]) -> None:
    todo.add_task(desk, two[1].id, "ሰላም")
    with pytest.raises(Problem) as caught:
        handing_over.hand_over(desk, two, "PC Wren Adair")
    assert caught.value.code == "paper.script"
    assert not cases.read_case(desk, two[0].id).of("print")


def test_what_the_printer_did_not_take_is_logged_so(desk: Desk, two: list[CaseLine]) -> None:
    handing_over.not_printed(desk, handing_over.hand_over(desk, two, "PC Wren Adair"))
    for case in two:
        outcomes = [p.get("outcome") for p in cases.read_case(desk, case.id).of("print")]
        assert outcomes == ["printed", "printed", "not_printed", "not_printed"]


def test_an_ordinary_case_is_handed_over_on_one_page(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    shift.begin(desk)
    risk.grade(desk, scene.case, scene.assessment, "high", "as seen")
    todo.add_task(desk, scene.case, "Call the neighbour", owner="Sam", due=iso(clock.now()))
    pages = page_texts(handing_over.preview(desk, [line(desk, scene.case)], "PC Wren Adair"))
    assert len(pages) == 2, "the list and one sheet"


def test_the_same_hand_over_gives_the_same_bytes_and_roles_on_every_page(desk: Desk, two: list[CaseLine]) -> None:
    import io

    import pikepdf

    first = handing_over.preview(desk, two, "PC Wren Adair")
    assert first == handing_over.preview(desk, two, "PC Wren Adair")
    with pikepdf.open(io.BytesIO(first)) as document:
        assert document.Root.MarkInfo.Marked
        parents = document.Root.StructTreeRoot.ParentTree.Nums
        assert [int(parents[n]) for n in range(0, len(parents), 2)] == list(range(len(document.pages)))
        assert [int(page.StructParents) for page in document.pages] == list(range(len(document.pages)))
