"""Paper: the questions propose, the officer decides, every print is logged, a file is written only where asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtCore import Qt

from app.casework import cases, edit, paper, plan, risk
from tests.ui.pages.conftest import Stage
from ui.pages import printer as printers
from ui.session import Session


@pytest.fixture
def safe_case(session: Session, case: str) -> str:
    """A case whose victim may keep a paper outside the home, with two measures."""
    desk = session.desk
    edit.create(desk, case, "person", {"roles": ["victim"], "given_name": "Keira", "family_name": "Holt-Baines"})
    edit.create(desk, case, "person", {"roles": ["suspect"], "given_name": "Dane", "custody": "in_custody"})
    assessment, _ = risk.start_assessment(desk, case)
    risk.answer(desk, case, assessment, "F06", value="yes")
    plan.add_measure(desk, case, "P19", what="check the voice tomorrow", safe="yes")
    plan.add_measure(desk, case, "P19", what="ask Dane for the keys", safe="yes")
    paper.set_answers(desk, case, lives_with_suspect="no", searched="no", kept_where="outside", reads=["en"])
    return case


def prints(session: Session, case: str) -> list[tuple[Any, ...]]:
    """The print log."""
    found = cases.read_case(session.desk, case).of("print")
    return [(p.get("document"), p.get("variant"), p.get("outcome"), p.get("reason")) for p in found]


def test_nothing_given_and_read_out_are_outcomes(stage: Stage, session: Session, case: str) -> None:
    page = stage.open("paper", case)
    assert "Nothing" in page.proposed.label.text()  # nobody asked yet
    stage.press("What the victim takes along: Nothing")
    stage.press("Log: nothing given, read out")
    assert page.problem_bar.problem.code == "paper.reason_missing"
    stage.fill("Why nothing is given", "Brother-in-law searches the bags")
    stage.press("Log: nothing given, read out")
    assert prints(session, case) == [("safety-plan", "nothing", "read_out", "Brother-in-law searches the bags")]


def test_a_preview_stays_in_memory_and_is_not_logged(
    stage: Stage, session: Session, safe_case: str, qtbot: Any
) -> None:
    page = stage.open("paper", safe_case)
    stage.press("What the victim takes along: Card")
    stage.press("Preview")
    qtbot.waitUntil(lambda: len(page.leaving.preview.pages) == 1, timeout=10_000)
    assert not prints(session, safe_case)


def test_a_measure_that_names_somebody_stays_off_the_discreet_pages(
    stage: Stage, session: Session, safe_case: str
) -> None:
    page = stage.open("paper", safe_case)
    stage.press("What the victim takes along: Two discreet pages")
    rows = {row.check.accessibleName(): row for row in page.leaving.on_paper.rows.values()}
    assert rows["check the voice tomorrow"].check.isChecked()
    assert not rows["ask Dane for the keys"].check.isChecked()
    assert "Dane" in rows["ask Dane for the keys"].why.text()
    stage.tab_to("check the voice tomorrow")
    stage.key(Qt.Key.Key_Space)
    assert not rows["check the voice tomorrow"].check.isChecked()
    assert stage.focus() is rows["check the voice tomorrow"].check


def test_a_copy_is_saved_only_where_the_officer_says(
    stage: Stage, session: Session, safe_case: str, tmp_path: Path
) -> None:
    page = stage.open("paper", safe_case)
    stage.press("What the victim takes along: Card")
    target = tmp_path / "copy.pdf"
    stage.fill("Why it is printed", "Asked for it")
    stage.tab_to("Full path of the file")
    stage.type(str(target))
    stage.press("Save a copy there")
    assert prints(session, safe_case) == [("safety-plan", "card", "saved", "Asked for it")]
    text = "".join(p.get_textpage().get_text_range() for p in pypdfium2.PdfDocument(target.read_bytes()))
    assert "Keira" not in text
    assert target.stat().st_mode & 0o777 == 0o600
    stage.fill("Why it is printed", "Once more")
    stage.press("Save a copy there")
    assert page.problem_bar.problem.code == "paper.out_exists"
    assert len(prints(session, safe_case)) == 1


def test_more_than_is_proposed_needs_a_sentence(stage: Stage, session: Session, safe_case: str) -> None:
    paper.set_answers(session.desk, safe_case, searched="yes")
    page = stage.open("paper", safe_case)
    stage.press("What the victim takes along: Card")
    assert page.leaving.warning.isVisible()
    assert page.leaving.all_the_same.isVisible()


def test_printing_asks_for_a_printer_and_is_logged(
    stage: Stage, session: Session, safe_case: str, monkeypatch: pytest.MonkeyPatch, qtbot: Any
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(printers, "there_is_one", lambda: True)
    monkeypatch.setattr(printers, "choose", lambda _parent, copies, _title: ("printer", copies))
    monkeypatch.setattr(printers, "draw", lambda printer, pages: sent.append((printer, len(list(pages)))) or True)
    page = stage.open("paper", safe_case)
    stage.press("What the victim takes along: Card")
    stage.fill("Why it is printed", "Asked for it")
    stage.press("Print 1 copy: Card")
    qtbot.waitUntil(lambda: sent == [(("printer", 1), 1)], timeout=10_000)
    qtbot.waitUntil(lambda: "Sent" in page.leaving.said.text(), timeout=10_000)
    assert prints(session, safe_case) == [("safety-plan", "card", "printed", "Asked for it")]


def test_a_page_reaches_the_printer_under_a_neutral_name(session: Session, safe_case: str, tmp_path: Path) -> None:
    from PySide6.QtPrintSupport import QPrinter

    made = paper.preview(session.desk, safe_case, "safety-plan", "card", "en")
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "sheet.pdf"))
    printer.setDocName(printers.JOB_NAME)
    printer.setFullPage(True)
    assert printers.draw(printer, paper.pages(made, 1.0))
    sheet = pypdfium2.PdfDocument(tmp_path / "sheet.pdf")
    assert len(sheet) == 1
    assert sheet.get_metadata_dict()["Title"] == "Document"


def test_without_a_printer_nothing_is_logged(
    stage: Stage, session: Session, safe_case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printers, "there_is_one", lambda: False)
    page = stage.open("paper", safe_case)
    stage.press("What the victim takes along: Card")
    stage.fill("Why it is printed", "Asked for it")
    stage.press("Print 1 copy: Card")
    assert "no printer" in page.leaving.said.text()
    assert page.leaving.said.property("tone") == "danger"  # nothing went well here
    assert not prints(session, safe_case)
