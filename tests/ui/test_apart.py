"""Two officers grade apart: every view of the real window shows both, lists and alerts follow the higher."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.casework import cases, conflicts, risk
from app.casework.desk import Desk, close_desk
from app.changed import Changed
from app.clock import FixedClock
from tests.casework.laptops import carry, laptop
from ui.widgets.lists import LineList

BOTH = "graded differently: HIGH, STANDARD"


@pytest.fixture
def other(tmp_path: Path, clock: FixedClock) -> Iterator[Desk]:
    """Another officer's vault."""
    desk = laptop(tmp_path / "other", "Tomas Brandt", FixedClock(clock.now()))
    yield desk
    close_desk(desk)


@pytest.fixture
def case(desk: Desk, other: Desk) -> str:
    """A case on both laptops: high here, a minute later standard there; not yet met."""
    made = cases.new_attendance(
        desk, reference="NM-2026-0417", person={"roles": ["victim"], "given_name": "Keira", "family_name": "Holt"}
    )
    assessment = risk.start_assessment(desk, made)[0]
    risk.answer(desk, made, assessment, "F01", value="no")
    carry(made, desk, other, desk.clock.now())
    risk.grade(desk, made, assessment, "high", "He knows where they sleep.")
    risk.grade(other, made, assessment, "standard", "First call here.")
    return made


def lines(page: Any) -> list[Any]:
    """Every line of a place that can be chosen."""
    return [line for part in page.findChildren(LineList) for line in part.rows.lines if not line.heading]


def views(window: Any, case: str) -> dict[str, str]:
    """What each view says of the case: lists by their lines, the case by its header and its pages."""
    said = {}
    for place in ("today", "cases", "reviews"):
        window.go({"place": place})
        said[place] = "\n".join(
            f"{line.under} | {line.grade.kind}" for line in lines(window.pages[place]) if line.grade
        )
    window.go({"place": "find"})
    window.find_box.setText("Keira")
    window._find()
    said["find"] = "\n".join(f"{line.under} | {line.grade.kind}" for line in lines(window.pages["find"]) if line.grade)
    window.session.open_case(case, "grade")
    QApplication.processEvents()
    frame = window.case_frame
    said["header"] = f"{frame.differs.words if frame.differs.isVisible() else ''} | {frame.badge.accessibleName()}"
    said["grade"] = "\n".join(label.text() for label in frame.page.findChildren(QLabel) if label.isVisible())
    frame.show_step("timeline")
    QApplication.processEvents()
    said["timeline"] = "\n".join(label.text() for label in frame.page.findChildren(QLabel) if label.isVisible())
    return said


def test_every_view_shows_both_until_somebody_decides(
    at_work: Callable[..., Any], desk: Desk, other: Desk, case: str
) -> None:
    window = at_work().officer.window
    before = views(window, case)
    assert not any("differently" in said for said in before.values())  # nobody has met: there is nothing to say

    carry(case, other, desk, desk.clock.now())
    window.session.changed.emit(Changed(frozenset({case})))
    window.case_frame.show_header()
    both = views(window, case)
    for place in ("today", "cases", "reviews", "find"):
        assert BOTH in both[place], place
        assert "| high" in both[place], place
        assert "| standard" not in both[place], place
    assert BOTH in both["header"]
    assert "Grade high" in both["header"]
    for page in ("grade", "timeline"):
        assert "“High” (Ilse Varga)" in both[page], page
        assert "“Standard” (Tomas Brandt)" in both[page], page

    # By keys alone: to where it is decided, the decision, and back.
    QTest.keyClick(window.window(), Qt.Key.Key_F7)
    page = window.case_frame.page
    assert page.accessibleName() == "Recorded differently"
    page.deciding.sides.cards[0].keep.click()
    page.deciding.reason.edit.set_value("He said so again.")
    page.deciding.decide.click()
    window.case_frame.show_header()
    after = views(window, case)
    assert not any(BOTH in said for said in after.values())
    assert [one.text for one in conflicts.decisions(desk, cases.read_case(desk, case), window.translator)] == ["High"]


def test_the_lists_lead_to_where_it_is_decided(at_work: Callable[..., Any], desk: Desk, other: Desk, case: str) -> None:
    window = at_work().officer.window
    carry(case, other, desk, desk.clock.now())
    window.session.changed.emit(Changed(frozenset({case})))
    for place in ("today", "reviews"):
        window.go({"place": place})
        page = window.pages[place]
        [line] = [line for line in lines(page) if line.key == f"decide:{case}"]
        assert "officer in the case: Ilse Varga" in line.under
        assert line.end.startswith("open for")
        page.list.make_current(line.key)
        QTest.keyClick(page.list, Qt.Key.Key_Return)
        assert window.case_frame.step == "conflicts"
        QTest.keyClick(window.case_frame.page, Qt.Key.Key_Escape)
        assert window.case_frame.step == "people"
