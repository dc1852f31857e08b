"""Two officers who disagree are both heard: both values, the more cautious in force, a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.casework import cases, conflicts, edit, handing_over, paper, risk, today, undo
from app.casework.desk import Desk, close_desk
from app.clock import FixedClock, iso
from app.i18n import translator
from app.notebook import entry as notebook
from app.problems import Problem
from app.records.view import CaseView
from tests.casework.laptops import TODAY, carry, laptop
from tests.documents.reading import text_of

EN = translator("en")


class Two:
    """Ilse and Tomas on one case; each has what the other wrote once `meet` was called."""

    def __init__(self, folder: Path) -> None:
        self.ilse_clock, self.tomas_clock = FixedClock(TODAY), FixedClock(TODAY)
        self.ilse = laptop(folder / "a", "Ilse Marrow", self.ilse_clock)
        self.tomas = laptop(folder / "b", "Tomas Brandt", self.tomas_clock)
        self.both = (self.ilse, self.tomas)
        self.case = cases.new_case(self.ilse, "NM-2026-0417")
        self.person = edit.create(self.ilse, self.case, "person", {"roles": ["suspect"], "given_name": "Dane"})[0]
        self.assessment = risk.start_assessment(self.ilse, self.case)[0]
        for factor in ("F01", "F02"):
            risk.answer(self.ilse, self.case, self.assessment, factor, value="no")
        self.meet()

    def meet(self, at: datetime = TODAY) -> None:
        """Both send and receive."""
        carry(self.case, self.ilse, self.tomas, at)
        carry(self.case, self.tomas, self.ilse, at)

    def grade_apart(self) -> None:
        """Ilse says high, Tomas a minute later standard; neither knows of the other."""
        self.tomas_clock.advance(60)
        risk.grade(self.ilse, self.case, self.assessment, "high", "He knows where they sleep.")
        risk.grade(self.tomas, self.case, self.assessment, "standard", "First call here.")
        self.meet()

    def view(self, desk: Desk) -> CaseView:
        return cases.read_case(desk, self.case)

    def open(self, desk: Desk) -> list[conflicts.Conflict]:
        return conflicts.open_conflicts(desk, self.view(desk), EN)

    def one(self, desk: Desk) -> conflicts.Conflict:
        [found] = self.open(desk)
        return found

    def decide(self, desk: Desk, value: Any, reason: str = "", **other: Any) -> None:
        one = self.one(desk)
        given = {"seen": one.seen, "reason": reason, **other}
        conflicts.decide(desk, self.case, one.record_id, one.field, value, **given)

    def line(self, desk: Desk) -> cases.CaseLine:
        [line] = cases.list_cases(desk)
        return line


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    made = Two(tmp_path)
    yield made
    for desk in made.both:
        close_desk(desk)


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Problem) as told:
        act()
    return told.value.code


def test_two_grades_apart_stand_on_both_laptops_and_the_higher_is_in_force(two: Two) -> None:
    two.grade_apart()
    for desk in two.both:
        one = two.one(desk)
        assert (one.field, [side.text for side in one.sides]) == ("grade", ["High", "Standard"])
        assert [side.in_force for side in one.sides] == [True, False]
        assert [side.beside for side in one.sides] == ["He knows where they sleep.", "First call here."]
        assert [[w.who for w in side.writers] for side in one.sides] == [["Ilse Marrow"], ["Tomas Brandt"]]
        assert all(w.at for side in one.sides for w in side.writers)
        line = two.line(desk)
        assert (line.grade, line.apart, line.conflicts) == ("high", ("high", "standard"), 1)
        assert line.officer == "Ilse Marrow"
    # On the laptop that received it, the other's value bears the server's time.
    received = {w.who: w.received for side in two.one(two.tomas).sides for w in side.writers}
    assert received == {"Ilse Marrow": iso(TODAY), "Tomas Brandt": None}


def test_alerts_follow_the_higher_grade(two: Two) -> None:
    risk.grade(two.ilse, two.case, two.assessment, "high", "He knows where they sleep.")
    risk.grade(two.tomas, two.case, two.assessment, "standard", "First call here.")
    high, standard = (two.line(desk).review_due for desk in two.both)
    assert high is not None
    assert standard is not None
    assert high < standard
    two.meet()
    for desk in two.both:
        assert two.line(desk).review_due == high
        found = today.reviews(desk, cases.list_cases(desk))
        every = [*found.overdue, *found.within_a_day, *found.next_days, *found.later]
        assert {(one.case.grade, one.due.at) for one in every if one.due.kind == "review"} == {("high", high)}


def test_without_the_order_of_caution_the_last_grade_would_show(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shows that the lines above look at the mechanism: with it switched off, the later and lower one shows."""
    two.grade_apart()
    field = two.view(two.ilse).case.declared.field("grade")  # type: ignore[union-attr]
    monkeypatch.setitem(vars(field), "cautious", None)  # type: ignore[arg-type]
    assert two.view(two.ilse).case.get("grade") == "standard"


def test_the_same_grade_given_apart_is_no_conflict_about_the_grade(two: Two) -> None:
    risk.grade(two.ilse, two.case, two.assessment, "high", "The same words.")
    risk.grade(two.tomas, two.case, two.assessment, "high", "The same words.")
    two.meet()
    for desk in two.both:
        assert two.open(desk) == []
        assert two.line(desk).apart == ()
        assert len(two.view(desk).case.standing("grade")) == 2  # both dots stay


def test_nothing_is_nothing_and_a_list_in_another_order_is_the_same(two: Two) -> None:
    contact = edit.create(two.ilse, two.case, "safe_contact", {"hours": "09:00-12:00"})[0]
    two.meet()
    edit.set_fields(two.ilse, two.case, contact, {"channels": ["call", "visit"], "hours": None})
    edit.set_fields(two.tomas, two.case, contact, {"channels": ["visit", "call"], "hours": ""})
    two.meet()
    assert two.open(two.ilse) == []
    edit.set_field(two.ilse, two.case, contact, "channels", ["call"])
    edit.set_field(two.tomas, two.case, contact, "channels", ["call", "visit"])
    two.meet()
    one = two.one(two.ilse)
    assert one.in_force == "Call"
    assert one.why == "In force is only what all of them allow."


def test_a_decision_needs_a_reason_where_it_is_less_cautious(two: Two) -> None:
    edit.set_field(two.ilse, two.case, two.person, "custody", "at_large")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    assert refused(lambda: two.decide(two.ilse, "in_custody")) == "conflict.reason_missing"
    assert len(two.open(two.ilse)) == 1
    two.decide(two.ilse, "in_custody", "The custody desk confirmed it at 02:10.")
    assert two.open(two.ilse) == []
    [decided] = conflicts.decisions(two.ilse, two.view(two.ilse), EN)
    assert (decided.text, decided.over) == ("In custody", ("At large",))
    assert (decided.writer.who, decided.reason, decided.stands) == (
        "Ilse Marrow",
        "The custody desk confirmed it at 02:10.",
        True,
    )
    two.meet()
    assert two.open(two.tomas) == []
    assert len(conflicts.decisions(two.tomas, two.view(two.tomas), EN)) == 1


def test_the_more_cautious_value_may_be_kept_without_a_word(two: Two) -> None:
    edit.set_field(two.ilse, two.case, two.person, "custody", "at_large")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    two.decide(two.tomas, "at_large")
    assert two.open(two.tomas) == []


def test_two_decisions_apart_are_again_a_conflict(two: Two) -> None:
    edit.set_field(two.ilse, two.case, two.person, "custody", "released")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    two.decide(two.ilse, "in_custody", "Seen in the cell.")
    two.decide(two.tomas, "released")
    two.meet()
    for desk in two.both:
        one = two.one(desk)
        assert {side.text for side in one.sides} == {"In custody", "Released"}
        assert [d.stands for d in conflicts.decisions(desk, two.view(desk), EN)] == [False, False]
        assert two.line(desk).conflicts == 1


def test_a_decision_that_had_the_other_one_is_no_conflict(two: Two) -> None:
    """The control of the line above: once they have met, the second decision replaces the first."""
    edit.set_field(two.ilse, two.case, two.person, "custody", "released")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    two.decide(two.ilse, "released")
    two.meet()
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    assert two.open(two.ilse) == two.open(two.tomas) == []


def test_a_value_that_nobody_looked_at_is_not_decided_away(two: Two) -> None:
    edit.set_field(two.ilse, two.case, two.person, "custody", "released")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    seen = two.one(two.ilse).seen
    edit.write(two.ilse, two.case, [notebook.assign(two.person, {"custody": ("at_large", [])})])
    assert refused(lambda: two.decide(two.ilse, "released", seen=seen)) == "conflict.changed"
    assert {side.value for side in two.one(two.ilse).sides} == {"released", "in_custody", "at_large"}


def test_a_lower_grade_that_is_decided_waits_for_a_supervisor(two: Two) -> None:
    two.grade_apart()
    assert refused(lambda: two.decide(two.tomas, "standard")) == "conflict.reason_missing"
    two.decide(two.tomas, "standard", "Nothing speaks for more.")
    view = two.view(two.tomas)
    force = risk.in_force(two.tomas, view, risk.picture(two.tomas, view))
    assert (force.given, force.grade, force.request_open) == ("standard", "high", True)
    assert two.open(two.tomas) == []
    assert two.line(two.tomas).grade == "high"
    risk.grade(
        two.tomas, two.case, two.assessment, "standard", "Seen by me.", code="answer_mistaken", supervisor="Ada Lind"
    )
    view = two.view(two.tomas)
    assert risk.in_force(two.tomas, view, risk.picture(two.tomas, view)).grade == "standard"


def test_deciding_the_grade_writes_no_choice_about_the_flag(two: Two) -> None:
    two.grade_apart()
    edit.set_field(two.ilse, two.case, two.case, "extreme", "yes")
    edit.set_field(two.tomas, two.case, two.case, "extreme", "no")
    two.meet()
    [grade, flag] = sorted(two.open(two.ilse), key=lambda one: one.field, reverse=True)
    assert (grade.field, flag.field) == ("grade", "extreme")
    conflicts.decide(two.ilse, two.case, two.case, "grade", "high", seen=grade.seen, reason="He said so.")
    assert [one.field for one in two.open(two.ilse)] == ["extreme"]


def test_an_archive_that_meets_an_edit_keeps_the_edit(two: Two) -> None:
    edit.archive(two.ilse, two.case, two.person, "by_mistake")
    edit.set_field(two.tomas, two.case, two.person, "address", "4 Rope Walk")
    two.meet()
    for desk in two.both:
        one = two.one(desk)
        assert (one.field, one.record_id) == ("archived", two.person)
        record = two.view(desk).record(two.person)
        assert record is not None
        assert not record.archived
        assert record.get("address") == "4 Rope Walk"
    assert refused(lambda: two.decide(two.tomas, "yes")) == "conflict.reason_missing"
    two.decide(two.tomas, "no")
    two.meet()
    for desk in two.both:
        record = two.view(desk).record(two.person)
        assert record is not None
        assert (record.archived, record.get("address"), two.open(desk)) == (False, "4 Rope Walk", [])


def test_an_archive_that_knew_of_the_edit_archives(two: Two) -> None:
    """The control of the line above: what was known when it was put away goes with it."""
    edit.set_field(two.tomas, two.case, two.person, "address", "4 Rope Walk")
    two.meet()
    edit.archive(two.ilse, two.case, two.person, "by_mistake")
    two.meet()
    for desk in two.both:
        assert two.view(desk).record(two.person).archived  # type: ignore[union-attr]
        assert two.open(desk) == []


def test_archiving_is_decided_with_a_reason_and_taken_back_as_a_conflict(two: Two) -> None:
    edit.archive(two.ilse, two.case, two.person, "by_mistake")
    edit.set_field(two.tomas, two.case, two.person, "address", "4 Rope Walk")
    two.meet()
    two.decide(two.tomas, "yes", "Entered in the wrong case.")
    assert two.view(two.tomas).record(two.person).archived  # type: ignore[union-attr]
    assert [d.reason for d in conflicts.decisions(two.tomas, two.view(two.tomas), EN)] == ["Entered in the wrong case."]
    undo.take_back(two.tomas, two.case)
    assert two.one(two.tomas).field == "archived"


def test_a_decision_is_taken_back(two: Two) -> None:
    edit.set_field(two.ilse, two.case, two.person, "custody", "released")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet()
    two.decide(two.ilse, "in_custody", "Seen in the cell.")
    undo.take_back(two.ilse, two.case)
    assert {side.value for side in two.one(two.ilse).sides} == {"released", "in_custody"}


def test_a_closed_task_is_decided_by_the_rules_of_tasks(two: Two) -> None:
    from app.casework import todo

    todo.set_task(two.ilse, two.case, "T10", status="not_needed", reason="Nobody was hurt.")
    todo.set_task(two.tomas, two.case, "T10", status="open")
    two.meet()
    one = next(one for one in two.open(two.ilse) if one.field == "status")
    decide = lambda value, why="": conflicts.decide(  # noqa: E731
        two.ilse, two.case, one.record_id, "status", value, seen=one.seen, reason=why
    )
    assert refused(lambda: decide("done_by_other_agency", "They told me.")) == "todo.agency_missing"
    decide("open")
    assert not [one for one in two.open(two.ilse) if one.field == "status"]


def test_the_age_is_counted_from_the_receipt_of_the_second_value(two: Two) -> None:
    two.tomas_clock.set(TODAY - timedelta(days=400))
    edit.set_field(two.ilse, two.case, two.person, "custody", "released")
    edit.set_field(two.tomas, two.case, two.person, "custody", "in_custody")
    two.meet(TODAY + timedelta(hours=1))
    # Ilse’s laptop has the server’s time of what Tomas wrote, and trusts no clock that is a year behind.
    assert two.one(two.ilse).since == iso(TODAY + timedelta(hours=1))
    assert two.line(two.ilse).differs_since == iso(TODAY + timedelta(hours=1))


def test_what_is_open_is_sorted_by_age(two: Two) -> None:
    for name, values in (("custody", ("released", "in_custody")), ("pregnant", ("yes", "no"))):
        for value in values:
            edit.write(two.ilse, two.case, [notebook.assign(two.person, {name: (value, [])})])
        two.ilse_clock.advance(3600)
    assert [one.field for one in two.open(two.ilse)] == ["custody", "pregnant"]


PAPERS = (("case-file", "full"), ("risk-assessment", "full"), ("handover", "full"))


@pytest.mark.parametrize(("document", "variant"), PAPERS)
def test_paper_follows_the_higher_grade_and_says_both(two: Two, document: str, variant: str) -> None:
    risk.grade(two.ilse, two.case, two.assessment, "high", "He knows where they sleep.")
    assert "Officers differ" not in text_of(paper.preview(two.ilse, two.case, document, variant))
    risk.grade(two.tomas, two.case, two.assessment, "standard", "First call here.")
    two.meet()
    said = text_of(paper.preview(two.ilse, two.case, document, variant))
    assert "Grade in force: High" in said
    assert "Officers differ" in said
    assert "Standard – Tomas Brandt" in said
    assert "High – Ilse Marrow" in said


def test_the_list_of_a_shift_says_both_grades(two: Two) -> None:
    two.grade_apart()
    made = handing_over.preview(two.ilse, cases.list_cases(two.ilse), "Tomas Brandt")
    assert "graded differently: High, Standard" in " ".join(text_of(made).split())
