"""What falls due, with what set it, what hurts first in front; also offline, after a changed profile, after a slip."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.casework import cases, edit, follow_up, releases, risk, todo
from app.casework.cases import CaseLine
from app.casework.desk import Desk, close_desk, open_desk
from app.casework.due import Due
from app.casework.today import DueLine, due_lines, reviews, today
from app.clock import FixedClock, iso
from app.i18n import translator
from app.rules.calendar import Span
from app.rules.deadlines import KINDS
from app.vault import vault
from tests.casework.conftest import PASSPHRASE, SceneOne
from tests.casework.test_todo_and_plan import agree_contact

EN = translator("en")
HOUR, DAY = 3_600, 86_400


def said(desk: Desk, case: str, kind: str = "") -> list[tuple[str, str, str]]:
    """What is due in a case: what, when, and why."""
    [line] = [line for line in cases.list_cases(desk) if line.id == case]
    shown = [due for due in line.due if not kind or due.kind == kind]
    return [(due.what(EN), EN.moment_near(due.at), due.why(EN)) for due in shown]


def completed(desk: Desk, scene: SceneOne, grade: str = "high") -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, grade, "strangled")
    risk.complete(desk, scene.case, scene.assessment)


# ---- What hurts first


def line(n: int, grade: str | None, *, extreme: bool = False, floor: str | None = None) -> CaseLine:
    kept = {"conflicts": 0, "unsent": 0, "changed_at": "", "danger_at": None, "archived": False, "in_hand": False}
    return CaseLine(f"c{n}", "", "", grade, floor or grade, extreme, False, None, **kept)  # type: ignore[arg-type]


def due(kind: str, at: str = "2026-11-14T10:00:00+00:00") -> Due:
    return Due(kind, kind, at)


def test_the_order_in_which_things_hurt() -> None:
    late, soon = "2026-11-13T10:00:00+00:00", "2026-11-14T12:00:00+00:00"
    wanted = [
        DueLine(line(1, "standard"), due("danger"), True),
        DueLine(line(2, "high", extreme=True), due("task", late), True),
        DueLine(line(3, "high", extreme=True), due("release", soon), False),
        DueLine(line(4, "high"), due("release", late), True),
        DueLine(line(5, "high"), due("order", late), True),
        DueLine(line(6, None, floor="high"), due("completion", late), True),
        DueLine(line(7, "high"), due("review", "2026-11-01T10:00:00+00:00"), True),
        DueLine(line(8, "high"), due("contact", late), True),
        DueLine(line(9, "high"), due("court", late), True),
        DueLine(line(10, "high"), due("safe_contact", late), True),
        DueLine(line(11, "high"), due("task", late), True),
        DueLine(line(12, "high"), due("plan", late), True),
        DueLine(line(13, None, floor="standard"), due("task", late), True),
        DueLine(line(14, "medium"), due("release", late), True),
        DueLine(line(15, "standard"), due("release", late), True),
        DueLine(line(16, "high"), due("release", soon), False),
        DueLine(line(17, "high"), due("task", "2026-11-14T11:00:00+00:00"), False),
        DueLine(line(18, "high"), due("task", soon), False),
        DueLine(line(19, None), due("task", soon), False),
        DueLine(line(20, "medium"), due("order", soon), False),
        DueLine(line(21, "standard"), due("order", soon), False),
    ]
    assert {one.due.kind for one in wanted} == set(KINDS)
    shuffled = list(wanted)
    random.Random(7).shuffle(shuffled)
    assert [one.case.id for one in sorted(shuffled, key=DueLine.hurts)] == [one.case.id for one in wanted]


def test_sections(desk: Desk, clock: FixedClock) -> None:
    at = {name: iso(datetime.fromtimestamp(clock.now().timestamp() + hours * HOUR, UTC)) for name, hours in
          (("late", -1), ("now", 0), ("day", 24), ("soon", 25), ("week", 168), ("later", 169))}  # fmt: skip
    case = replace(line(1, "high"), due=tuple(due("contact", moment) for moment in at.values()))
    found = today(desk, [case, replace(case, id="away", archived=True)])
    assert [one.due.at for one in found.overdue] == [at["late"], at["now"]]
    assert [one.due.at for one in found.within_a_day] == [at["day"]]
    assert [one.due.at for one in found.next_days] == [at["soon"], at["week"]]


def test_the_tasks_of_a_case_stand_in_one_line(desk: Desk) -> None:
    tasks = tuple(due("task", f"2026-11-14T0{hour}:00:00+00:00") for hour in (3, 4, 5))
    found = today(desk, [replace(line(1, "high"), due=tasks), replace(line(2, "high"), due=tasks[1:])])
    assert [(one.case.id, len(one.beside)) for one in found.within_a_day] == [("c1", 2), ("c2", 1)]


def test_what_has_lapsed_is_of_no_more_use(clock: FixedClock) -> None:
    over = Due("order", "soon", "2026-11-10T10:00:00+00:00", lapses="2026-11-14T02:00:00+00:00")
    assert not list(due_lines([replace(line(1, "high"), due=(over,))], clock.now()))
    clock.advance(-1)
    assert len(list(due_lines([replace(line(1, "high"), due=(over,))], clock.now()))) == 1


# ---- What sets each, in words


def test_a_review_says_its_interval_or_what_made_it_sooner(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    completed(desk, scene)
    assert said(desk, scene.case, "review") == [("Review", "21 Nov 02:00", "The grade is high: every 7 days.")]
    clock.advance(HOUR)
    order, _ = edit.create(desk, scene.case, "order", {"type": "Protection order", "expires": "2026-12-03T10:00:00Z"})
    edit.create(desk, scene.case, "breach", {"order": order, "happened_at": iso(clock.now())})
    assert said(desk, scene.case, "review") == [
        ("Review", "14 Nov 03:00", "An order or bail was broken. · 14 Nov 03:00")
    ]


def test_an_order_is_told_of_before_it_ends_and_when_it_does(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    completed(desk, scene)
    edit.create(desk, scene.case, "order", {"issued_at": iso(clock.now()), "expires": "2026-12-03T10:00:00+00:00"})
    why = "The order ends on 3 Dec 10:00."
    assert said(desk, scene.case, "order") == [
        ("An order ends soon: is a new one needed?", "26 Nov 23:59", why),
        ("An order ends: look at the risk anew", "3 Dec 10:00", why),
    ]
    clock.advance(20 * DAY)
    assert [one.due.message for one in today(desk).overdue if one.due.kind == "order"] == [
        "An order ends: look at the risk anew"
    ]
    again, _ = risk.start_assessment(desk, scene.case)
    risk.grade(desk, scene.case, again, "high", "still")
    risk.complete(desk, scene.case, again)
    assert [w for w, _, _ in said(desk, scene.case, "order")] == ["An order ends soon: is a new one needed?"]
    assert not [one for one in today(desk).due if one.due.kind == "order"]


def test_before_a_release_the_victim_is_told(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody_until", "2026-11-14T20:00:00+00:00")
    assert said(desk, scene.case, "release") == [
        ("Tell the victim before Dane R. is released", "14 Nov 16:00", "Custody ends on 14 Nov 20:00.")
    ]
    clock.advance(DAY)
    assert today(desk).overdue[0].due.kind == "release"  # still, after the release
    releases.tell(desk, scene.case, scene.suspect, "in_person")
    assert said(desk, scene.case, "release") == []


def test_an_item_closed_for_one_custody_does_not_count_for_the_next(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    edit.set_field(desk, scene.case, scene.suspect, "custody_until", "2026-11-14T20:00:00+00:00")
    todo.set_task(desk, scene.case, "T08", status="done", channel="in_person")
    assert said(desk, scene.case, "release") == []
    clock.advance(60 * DAY)
    edit.set_field(desk, scene.case, scene.suspect, "custody_until", "2027-01-20T20:00:00+00:00")
    assert len(said(desk, scene.case, "release")) == 1


def test_less_safe_asks_for_a_review_within_a_day(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    completed(desk, scene)
    clock.advance(HOUR)
    record, _ = follow_up.begin(desk, scene.case, "in_person")
    follow_up.set_fields(desk, scene.case, record, reached="yes", feels="less_safe")
    why = "The victim felt less safe on 14 Nov 03:00."
    assert ("Review: less safe than before", "15 Nov 03:00", why) in said(desk, scene.case, "review")
    clock.advance(HOUR)
    again, _ = risk.start_assessment(desk, scene.case)
    risk.grade(desk, scene.case, again, "high", "still")
    assert len(said(desk, scene.case, "review")) == 2
    risk.complete(desk, scene.case, again)
    assert len(said(desk, scene.case, "review")) == 1


def test_contact_follows_the_grade_and_a_promise_goes_before_it(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    completed(desk, scene)
    assert said(desk, scene.case, "contact") == [("Follow-up contact", "15 Nov 02:00", "Graded high on 14 Nov 02:00.")]
    clock.advance(HOUR)
    record, _ = follow_up.begin(desk, scene.case, "in_person")
    assert len(said(desk, scene.case, "contact")) == 1  # begun, but nobody was reached yet
    follow_up.set_fields(desk, scene.case, record, reached="yes")
    why = "Last contact on 14 Nov 03:00; graded high."
    assert said(desk, scene.case, "contact") == [("Follow-up contact", "21 Nov 23:59", why)]
    follow_up.set_fields(desk, scene.case, record, next_at="2026-11-16T09:00:00+00:00")
    assert said(desk, scene.case, "contact") == [
        ("Contact the victim as promised", "16 Nov 09:00", "Promised for 16 Nov 09:00.")
    ]


def test_court_safe_contact_and_plan(desk: Desk, scene: SceneOne) -> None:
    court, _ = edit.create(
        desk, scene.case, "event", {"kind": "court_date", "happened_at": "2026-11-23T10:00:00+00:00"}
    )
    assert said(desk, scene.case, "court") == [
        ("Tell the victim about the court date", "19 Nov 23:59", "The court date is on 23 Nov 10:00.")
    ]
    edit.set_field(desk, scene.case, court, "told_at", iso(desk.clock.now()))
    assert said(desk, scene.case, "court") == []
    agree_contact(desk, scene, channels=["call"], expires="2026-11-30")
    why = "The agreement ends on 30 Nov 23:59."
    assert said(desk, scene.case, "safe_contact") == [("Confirm the safe contact face to face", "27 Nov 23:59", why)]
    edit.create(desk, scene.case, "plan", {"review_date": "2026-11-20"})
    assert said(desk, scene.case, "plan") == [
        ("Look at the safety plan together", "20 Nov 23:59", "The plan says 20 Nov 23:59.")
    ]


def test_an_item_without_a_time_of_its_own_gets_that_of_the_profile(desk: Desk, scene: SceneOne) -> None:
    assert said(desk, scene.case, "task") == [
        ("Child protection", "16 Nov 23:59", "Reported on 14 Nov 01:40; a child is concerned."),
        ("Crime report", "15 Nov 01:40", "Reported on 14 Nov 01:40."),
        ("Victim support", "17 Nov 23:59", "Reported on 14 Nov 01:40."),
    ]
    todo.set_task(desk, scene.case, "T03", due="2026-11-14T09:00:00+00:00")
    assert ("Crime report", "14 Nov 09:00", "Due time set on the to-do list.") in said(desk, scene.case, "task")
    assert len(said(desk, scene.case, "task")) == 3
    todo.set_task(desk, scene.case, "T03", status="not_possible_now", reason="no network")
    assert len(said(desk, scene.case, "task")) == 3  # whoever could not do it still has to
    todo.set_task(desk, scene.case, "T03", status="done")
    todo.set_task(desk, scene.case, "T02", status="not_needed", reason="grown up")
    assert [what for what, _, _ in said(desk, scene.case, "task")] == ["Victim support"]


def test_an_assessment_is_asked_for_once(desk: Desk, scene: SceneOne) -> None:
    risk.answer(desk, scene.case, scene.assessment, "F27", value="yes")
    assert said(desk, scene.case, "completion") == [
        ("Complete the provisional assessment", "15 Nov 02:00", "Many questions have been open since 14 Nov 02:00.")
    ]
    scene.answer_all()
    assert said(desk, scene.case, "completion") == [
        ("Complete the assessment", "15 Nov 02:00", "The assessment was begun on 14 Nov 02:00.")
    ]
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment)
    assert said(desk, scene.case, "completion") == []


def test_before_somebody_has_graded_nothing_tells_the_floor(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    scene.answer_all()
    assert said(desk, scene.case, "review") == [("Review", "21 Nov 01:40", "Nobody has graded it yet.")]
    found = today(desk)
    assert all(one.due.kind != "review" for one in (*found.due, *found.next_days))
    shown = reviews(desk, cases.list_cases(desk))
    assert [one.due.kind for one in shown.within_a_day] == ["completion"]
    assert (shown.next_days, shown.later, shown.not_graded) == ([], [], 0)
    clock.advance(6 * DAY)
    assert [one.due.kind for one in today(desk).within_a_day] == ["review"]


def test_all_reviews_however_far_off(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    completed(desk, scene)
    quiet = cases.new_case(desk, "NM-2026-0001")
    first, _ = risk.start_assessment(desk, quiet)
    risk.grade(desk, quiet, first, "standard", "a quarrel")
    risk.complete(desk, quiet, first)
    cases.new_case(desk, "NM-2026-0002")
    away = cases.new_case(desk, "NM-2026-0003")
    cases.archive_case(desk, away, "made twice")
    found = reviews(desk, cases.list_cases(desk))
    assert [(one.case.id, one.due.kind) for one in found.within_a_day] == [(quiet, "completion")]  # provisional
    assert [(one.case.id, one.due.kind) for one in found.next_days] == [(scene.case, "review")]
    assert [(one.case.id, one.due.kind) for one in found.later] == [(quiet, "review")]
    assert (found.overdue, found.not_graded) == ([], 1)
    clock.advance(61 * DAY)
    found = reviews(desk, cases.list_cases(desk))
    assert [one.due.at for one in found.overdue] == sorted(one.due.at for one in found.overdue)
    assert len(found.overdue) == 3


# ---- Time


def test_a_completion_in_the_future_pushes_no_review_out(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment, "2027-01-05T09:00:00+00:00")
    assert said(desk, scene.case, "review") == [("Review", "21 Nov 02:00", "The grade is high: every 7 days.")]
    assert said(desk, scene.case, "contact")[0][1] == "15 Nov 02:00"


def test_a_report_in_the_future_pushes_no_review_out(desk: Desk, scene: SceneOne) -> None:
    [incident] = cases.read_case(desk, scene.case).of("incident")
    edit.set_field(desk, scene.case, incident.id, "reported_at", "2027-01-05T09:00:00+00:00")
    scene.answer_all()
    assert said(desk, scene.case, "review")[0][1] == "21 Nov 02:00"


def test_a_completion_in_the_past_counts_as_stated(desk: Desk, scene: SceneOne) -> None:
    scene.answer_all()
    risk.grade(desk, scene.case, scene.assessment, "high", "strangled")
    risk.complete(desk, scene.case, scene.assessment, "2026-11-14T01:50:00+00:00")
    assert said(desk, scene.case, "review")[0][1] == "21 Nov 01:50"


def test_it_falls_due_while_the_vault_is_closed(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    completed(desk, scene)
    assert not today(desk).overdue
    folder = desk.unlocked.folder
    close_desk(desk)
    clock.advance(8 * DAY)
    again = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    try:
        assert {one.due.kind for one in today(again).overdue} == {"review", "contact", "task"}
    finally:
        close_desk(again)


# ---- Kept lines


def test_another_profile_makes_all_lines_anew(desk: Desk, scene: SceneOne) -> None:
    completed(desk, scene)
    assert said(desk, scene.case, "contact")[0][1] == "15 Nov 02:00"
    profile = desk.library.profile()
    longer = tuple(
        msgspec.structs.replace(d, within=msgspec.structs.replace(d.within, n=48))
        if d.code == "first_contact_high"
        else d
        for d in profile.deadlines
    )
    clocks = desk.library.clocks["neutral"]
    counted = tuple(
        replace(d, span=Span(48, "hours")) if d.code == "first_contact_high" else d for d in clocks.deadlines
    )
    desk.library = replace(
        desk.library,
        profiles={"neutral": msgspec.structs.replace(profile, deadlines=longer)},
        clocks={"neutral": replace(clocks, deadlines=counted)},
    )
    assert said(desk, scene.case, "contact")[0][1] == "16 Nov 02:00"


@pytest.mark.parametrize("kept", [b'{"reference":"x"}', b"", b"[]"])
def test_lines_of_an_older_program_are_made_anew(desk: Desk, scene: SceneOne, kept: bytes) -> None:
    before = said(desk, scene.case)
    with desk.store.transaction() as connection:
        connection.execute("UPDATE case_line SET stale = 0, line = ?", (kept,))
        connection.execute("DELETE FROM meta WHERE name = 'lines made by'")
    assert said(desk, scene.case) == before


def test_lines_are_made_once_and_then_kept(desk: Desk, scene: SceneOne, monkeypatch: pytest.MonkeyPatch) -> None:
    cases.list_cases(desk)
    made: list[Any] = []
    monkeypatch.setattr(cases, "summary", lambda _desk, view: made.append(view.id))
    cases.list_cases(desk)
    assert made == []


def test_nothing_that_is_kept_depends_on_the_hour(
    desk: Desk, scene: SceneOne, clock: FixedClock, tmp_path: Path
) -> None:
    completed(desk, scene)
    edit.set_field(desk, scene.case, scene.suspect, "custody_until", "2026-11-14T20:00:00+00:00")
    edit.create(desk, scene.case, "order", {"expires": "2026-12-03"})
    before = said(desk, scene.case)
    for _ in range(6):
        clock.advance(11 * DAY + 5 * HOUR)
        view = cases.read_case(desk, scene.case)
        now = [(d.what(EN), EN.moment_near(d.at), d.why(EN)) for d in cases.summary(desk, view).due]
        assert now == before
