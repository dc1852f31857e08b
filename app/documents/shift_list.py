"""The list of a shift: one line for each case, what is open in it, and to whom it is handed over. One page mostly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.documents import text
from app.documents.allowed import SHIFT_LIST
from app.documents.context import PaperContext
from app.documents.draft import Draft
from app.documents.flow import cell
from app.documents.handover import fill_handover
from app.documents.sheet import draw_together
from app.documents.sieve import Sieve
from app.documents.text import para
from app.documents.words import listed
from app.i18n import N_, Translator
from app.notebook.fold import CaseState
from app.records.view import CaseView

_SHARES = (1.1, 0.8, 4.6)
_SIGN = "_" * 30
MOST = 5
"""How much of a case stands on the list; the rest stands on its sheet."""


@dataclass(frozen=True)
class ListedCase:
    """What the list says of a case: `open` in words; nothing that could only be known from its records."""

    reference: str
    short_name: str
    grade: str | None
    flags: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True)
class ShiftList:
    """The cases that are handed over, between which moments (ISO 8601) the shift was, and to whom it goes."""

    since: str
    until: str
    to: str
    cases: tuple[ListedCase, ...]


def build_shift(shift: ShiftList, context: PaperContext, sheets: Sequence[Draft], translator: Translator) -> bytes:
    """One PDF: the list, then the handover sheet of each case with marks and page numbers of its own."""
    first = Draft(Sieve(CaseView(CaseState("")), SHIFT_LIST), context, translator)
    _fill_list(first, shift)
    for sheet in sheets:
        fill_handover(sheet)
    return draw_together([draft.file_copy() for draft in (first, *sheets)])


def _fill_list(draft: Draft, shift: ShiftList) -> None:
    tr = draft.tr
    draft.title(N_("End of shift"))
    draft.pair(tr.text("Shift"), f"{tr.moment(shift.since)} – {tr.moment(shift.until)}")
    draft.pair(tr.text("Handed over by"), listed((draft.context.officer, draft.context.device, _SIGN)))
    draft.pair(tr.text("Handed over to"), listed((shift.to, _SIGN)))
    draft.gap(4)
    rows = [_row(draft, case) for case in shift.cases]
    draft.table((N_("Case"), N_("Grade"), N_("Open")), _SHARES, rows)
    if not rows:
        draft.nothing()


def _row(draft: Draft, case: ListedCase) -> tuple[tuple[text.Para, ...], ...]:
    where = draft.tr.text("the list of the shift")
    name = [para(part, text.CELL_STRONG, where) for part in (case.reference, case.short_name) if part]
    grade = draft.look.code("grade", case.grade) if case.grade else draft.tr.text("not graded yet")
    graded = [para(grade, text.CELL), *(para(flag, text.NOTE) for flag in case.flags)]
    said = [para(f"☐ {words}", text.CELL, where) for words in case.open[:MOST]]
    if len(case.open) > MOST:
        more = draft.tr.plural(
            N_("and {n} more: see the sheet"), N_("and {n} more: see the sheet"), len(case.open) - MOST
        )
        said.append(para(more, text.NOTE))
    nothing = [para(draft.tr.text(N_("nothing open")), text.NOTE)]
    return cell(*name), cell(*graded), cell(*(said or nothing))
