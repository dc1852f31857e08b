"""The timeline and the history of a field: who, when, where, what replaced what; what two laptops wrote; its paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.casework import cases, correction, edit, paper, risk, todo
from app.casework.desk import Desk, close_desk
from app.casework.history import history
from app.casework.timeline import Timeline, Wanted, all_kinds, received_words
from app.clock import FixedClock
from app.i18n import translator
from tests.casework.conftest import SceneOne
from tests.casework.laptops import TODAY, carry, laptop
from tests.documents.reading import flat, page_texts, text_of

EN = translator("en")


def said(desk: Desk, case: str, **wanted: str) -> list[str]:
    """The titles of the actions, latest first."""
    found = Timeline(desk, case, EN)
    return [found.title(action) for action in found.wanted(Wanted(**wanted))]


def everything(desk: Desk, case: str) -> str:
    return "\n".join(line.text for line in Timeline(desk, case, EN).lines(Wanted()))


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    ana, bo = laptop(tmp_path / "ana", "Ana Bly"), laptop(tmp_path / "bo", "Bo Cray")
    yield ana, bo
    close_desk(ana)
    close_desk(bo)


def test_an_action_is_one_line_that_says_what_matters_most(desk: Desk, scene: SceneOne) -> None:
    cases.immediate_danger(desk, scene.case)
    title = said(desk, scene.case)[0]
    assert title.startswith("Immediate danger noted: ")
    assert "First to send" not in everything(desk, scene.case)


def test_danger_taken_back_reads_so(desk: Desk, scene: SceneOne) -> None:
    cases.immediate_danger(desk, scene.case)
    edit.set_fields(desk, scene.case, scene.case, {"danger_at": None, "send_first": "no"})
    assert said(desk, scene.case)[0] == "Immediate danger taken back"


def test_completing_and_correcting_an_assessment_read_so(desk: Desk, scene: SceneOne) -> None:
    risk.grade(desk, scene.case, scene.assessment, "high", "as seen")
    risk.complete(desk, scene.case, scene.assessment)
    assert said(desk, scene.case)[0].startswith("Assessment completed: ")
    correction.correct(desk, scene.case, scene.assessment, "wrong line")
    assert said(desk, scene.case)[0].startswith("Correction of a completed assessment begun: wrong line")


def test_archiving_and_taking_out_again_read_so(desk: Desk, scene: SceneOne) -> None:
    edit.archive(desk, scene.case, scene.suspect, "recorded twice")
    edit.restore(desk, scene.case, scene.suspect)
    assert said(desk, scene.case)[:2] == [
        "Person (Dane Ruskin): taken out of the archive again",
        "Person (Dane Ruskin): archived because: recorded twice",
    ]


def test_what_concerns_a_person(desk: Desk, scene: SceneOne) -> None:
    todo.add_task(desk, scene.case, "Call the neighbour")
    edit.create(desk, scene.case, "event", {"kind": "breach", "person": scene.suspect})
    order, _ = edit.create(desk, scene.case, "order", {"type": "barring order", "person": scene.suspect})
    edit.create(desk, scene.case, "breach", {"order": order, "what": "stood at the gate"})
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes", note="black spots")
    about_suspect = "\n".join(said(desk, scene.case, person=scene.suspect))
    assert "Dane" in about_suspect
    assert "stood at the gate" in about_suspect
    assert "neighbour" not in about_suspect
    assert "black spots" not in about_suspect
    assert "black spots" in "\n".join(said(desk, scene.case, person=scene.victim))


def test_filters_come_together(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    clock.advance(86_400)
    risk.answer(desk, scene.case, scene.assessment, "F06", value="yes", note="black spots")
    assert said(desk, scene.case, kind="answer", text="SPOTS black", since="2026-11-15") != []
    assert said(desk, scene.case, kind="person", text="black spots") == []
    assert said(desk, scene.case, until="2026-11-14", text="black spots") == []
    assert len(said(desk, scene.case, since="2026", until="2026-11")) == len(said(desk, scene.case))
    assert "answer" in all_kinds(Timeline(desk, scene.case, EN))


def test_a_history_tells_what_became_of_each_value(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    clock.advance(60)
    edit.set_field(desk, scene.case, scene.victim, "given_name", "Kiera")
    clock.advance(60)
    edit.set_field(desk, scene.case, scene.victim, "given_name", None)
    found = history(desk, scene.case, scene.victim, "given_name", EN)
    assert [(v.text, v.state) for v in found.versions] == [
        ("", "in_force"),
        ("Kiera", "replaced"),
        ("Keira", "replaced"),
    ]
    assert found.versions[2].by == "Sergeant Ilse Marrow"
    assert found.versions[2].replaced_at == "2026-11-14T02:01:00+00:00"
    assert (found.record, found.field) == ("Person (Holt-Baines)", "Given name")
    assert not found.differs


def test_a_history_of_a_set_tells_what_was_added_and_taken_out(desk: Desk, scene: SceneOne) -> None:
    edit.add(desk, scene.case, scene.suspect, "roles", "witness")
    edit.remove(desk, scene.case, scene.suspect, "roles", "suspect")
    found = history(desk, scene.case, scene.suspect, "roles", EN)
    assert [(v.change, v.text, v.state) for v in found.versions] == [
        ("taken_out", "", "replaced"),
        ("added", "Witness", "in_force"),
        ("added", "Suspect", "replaced"),
    ]


def test_two_laptops_stand_side_by_side_with_their_officers(both: tuple[Desk, Desk]) -> None:
    ana, bo = both
    case = cases.new_case(ana, "NM-1")
    person, _ = edit.create(ana, case, "person", {"roles": ["suspect"], "given_name": "Dane"})
    carry(case, ana, bo)
    edit.set_field(ana, case, person, "custody", "released")
    edit.set_field(bo, case, person, "custody", "in_custody")
    carry(case, bo, ana, TODAY + timedelta(hours=3))
    found = history(ana, case, person, "custody", EN)
    assert {(v.text, v.who, v.here, v.state) for v in found.versions} == {
        ("Released", "Ana Bly", True, "in_force"),
        ("In custody", "Bo Cray", False, "beside"),
    }
    assert found.differs
    edit.resolve(ana, case, person, "custody", "in_custody")
    after = history(ana, case, person, "custody", EN)
    assert [v.state for v in after.versions] == ["in_force", "replaced", "replaced"]
    assert not after.differs
    lines = list(Timeline(ana, case, EN).lines(Wanted(who="Bo Cray")))
    assert [(line.text, line.here) for line in lines] == [("Person (Dane): Custody: In custody", False)]


def test_the_same_value_written_twice_is_no_difference(both: tuple[Desk, Desk]) -> None:
    ana, bo = both
    case = cases.new_case(ana, "NM-1")
    person, _ = edit.create(ana, case, "person", {"roles": ["suspect"]})
    carry(case, ana, bo)
    for desk in both:
        edit.set_field(desk, case, person, "custody", "released")
    carry(case, bo, ana)
    found = history(ana, case, person, "custody", EN)
    assert [v.state for v in found.versions] == ["in_force", "in_force"]
    assert not found.differs


@pytest.mark.parametrize(
    ("received", "words"),
    [
        (None, ""),
        ("2026-11-14T02:00:20+00:00", "received 14 Nov 2026 02:00"),
        ("2026-11-14T05:00:00+00:00", "received 14 Nov 2026 05:00, 3 h after that laptop’s time"),
        ("2026-11-14T01:40:00+00:00", "received 14 Nov 2026 01:40: that laptop’s clock was at least 20 min ahead"),
    ],
)
def test_the_receipt_and_how_it_goes_with_the_laptops_clock(received: str | None, words: str) -> None:
    assert received_words("2026-11-14T02:00:00+00:00", received, EN) == words


def printed(desk: Desk, case: str, **wanted: str) -> str:
    choice = paper.Choice(timeline=Wanted(**wanted))
    return text_of(paper.print_out(desk, case, "timeline", "full", "en", "for the file", choice=choice).pdf)


def test_the_timeline_on_paper_goes_from_the_first_day_to_the_last(
    desk: Desk, scene: SceneOne, clock: FixedClock
) -> None:
    clock.advance(86_400)
    edit.create(desk, scene.case, "pet", {"kind": "Cat"})
    text = printed(desk, scene.case)
    assert text.index("\n14 Nov 2026\r") < text.index("\n15 Nov 2026\r") < text.index("Pet (Cat) added")
    assert "Sergeant Ilse Marrow" in text
    assert desk.device_id[:8] in text
    assert "Chosen" not in text
    assert "Page 1 of" in text
    assert "FILE COPY" in text
    logged = cases.read_case(desk, scene.case).of("print")[-1]
    assert (logged.get("document"), logged.get("variant")) == ("timeline", "full")
    assert said(desk, scene.case)[0].startswith("Print (Timeline) added")


def test_a_part_of_the_timeline_says_that_it_is_a_part(desk: Desk, scene: SceneOne, clock: FixedClock) -> None:
    clock.advance(86_400)
    edit.create(desk, scene.case, "pet", {"kind": "Cat"})
    text = flat(printed(desk, scene.case, kind="pet", since="2026-11-15"))
    assert flat("This is a part of the timeline") in text
    assert flat("from 15 Nov 2026 to open") in text
    assert flat("only actions with: Pet") in text
    assert flat("Pet (Cat) added") in text
    assert "Keira" not in text


def test_an_empty_part_says_that_nothing_is_recorded(desk: Desk, scene: SceneOne) -> None:
    assert "none recorded" in printed(desk, scene.case, kind="pet")


def test_the_timeline_never_leaves_with_the_victim() -> None:
    from app.documents.catalogue import is_file_copy, variants

    assert variants("timeline") == ("full",)
    assert is_file_copy("timeline", "full")


def test_a_long_timeline_numbers_its_pages(desk: Desk, scene: SceneOne) -> None:
    for number in range(60):
        edit.set_field(desk, scene.case, scene.victim, "given_name", f"Keira {number}")
    choice = paper.Choice()
    pdf = paper.preview(desk, scene.case, "timeline", "full", "en", choice)
    texts = page_texts(pdf)
    assert len(texts) > 2
    for number, text in enumerate(texts, 1):
        assert f"Page {number} of {len(texts)}" in text
