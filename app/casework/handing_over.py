"""Handing over: one PDF with the list of the shift and a handover sheet for each chosen case, logged in every case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.casework import edit, operations, paper, shift
from app.casework.cases import CaseLine
from app.casework.desk import Desk
from app.casework.risk import in_force, picture
from app.changed import Changed
from app.clock import iso
from app.documents.allowed import PAPERS
from app.documents.context import PaperContext
from app.documents.draft import Draft
from app.documents.shift_list import ListedCase, ShiftList, build_shift
from app.documents.sieve import Sieve
from app.i18n import N_, translator
from app.notebook import ids
from app.notebook.entry import Change
from app.problems import Problem

DOCUMENTS = ("handover", "shift-list")


@dataclass(frozen=True)
class HandedOver:
    """A hand-over that was made and logged: the PDF, a neutral file name, and the copy numbers of each case."""

    pdf: bytes
    file_name: str
    numbers: dict[str, tuple[str, ...]]
    changed: Changed


def preview(desk: Desk, lines: Sequence[CaseLine], to: str, language: str = "en") -> bytes:
    """The hand-over as it would be printed. Nothing is logged, because nothing leaves the screen."""
    return _build(desk, lines, to, language, {})


def hand_over(
    desk: Desk, lines: Sequence[CaseLine], to: str, language: str = "en", outcome: str = "printed"
) -> HandedOver:
    """Make the hand-over and log it in each of its cases as a disclosure, all of them or none.

    Raises Problem shift.nothing_chosen, shift.nobody_named and those of the document.
    """
    if not lines:
        raise Problem("shift.nothing_chosen")
    if not to.strip():
        raise Problem("shift.nobody_named")
    numbers = {line.id: _numbers(desk, line.id) for line in lines}
    pdf = _build(desk, lines, to, language, numbers)
    written = [(line.id, _logged(desk, to, language, outcome, numbers[line.id])) for line in lines]
    changed = edit.write_together(desk, written)
    return HandedOver(pdf, paper.file_name(numbers[lines[0].id][1]), numbers, changed)


def not_printed(desk: Desk, made: HandedOver) -> Changed:
    """Log that the printer did not take it after all, in each case."""
    changed = Changed()
    for case_id, numbers in made.numbers.items():
        for number in numbers:
            changed |= paper.not_printed(desk, case_id, number)
    return changed


def _build(desk: Desk, lines: Sequence[CaseLine], to: str, language: str, numbers: dict[str, tuple[str, ...]]) -> bytes:
    words = translator(language)
    sheets, listed = [], []
    for line in lines:
        view = desk.store.view(line.id)
        number = numbers[line.id][0] if line.id in numbers else ""
        reason = words.text(N_("Handed over at the end of the shift"))
        context = paper.context(desk, view, words, "handover", copy_number=number, reason=reason)
        sheets.append(Draft(Sieve(view, PAPERS["handover", "full"]), context, words))
        force = in_force(desk, view, picture(desk, view))
        flags = [words.text(N_("extreme"))] if force.extreme else []
        flags += [words.text(N_("provisional"))] if force.provisional else []
        if line.apart:
            graded = ", ".join(words.text(desk.library.label("grade", grade)) for grade in line.apart)
            flags.append(words.text(N_("graded differently: {grades}"), grades=graded))
        said = tuple(one.said(words) for one in shift.of_case(desk, line).open)
        listed.append(ListedCase(line.reference, line.short_name, line.grade, tuple(flags), said))
    now = iso(desk.clock.now())
    first = numbers[lines[0].id][1] if numbers else ""
    around = PaperContext(
        library=desk.library,
        officer=desk.officer,
        device=desk.device_id[:8],
        printed_at=now,
        practice=desk.practice,
        copy_number=first,
    )
    return build_shift(ShiftList(iso(shift.began(desk)), now, to, tuple(listed)), around, sheets, words)


def _numbers(desk: Desk, case_id: str) -> tuple[str, ...]:
    held = len(desk.store.view(case_id).of("print"))
    return tuple(f"{desk.device_id[:4].upper()}-{held + place:03d}" for place in range(1, len(DOCUMENTS) + 1))


def _logged(desk: Desk, to: str, language: str, outcome: str, numbers: tuple[str, ...]) -> list[Change]:
    changes: list[Change] = []
    now = desk.clock.now()
    reason = translator(language).text(N_("Handed over at the end of the shift"))
    for document, number in zip(DOCUMENTS, numbers, strict=True):
        fields = {
            "document": document,
            "variant": "full",
            "language": language,
            "copy_number": number,
            "copies": 1,
            "reason": reason,
            "given_to": to,
            "outcome": outcome,
            "printed_at": iso(now),
        }
        changes += edit.make("print", ids.new_id(now), fields)
        changes.append(operations.operation(desk, "disclosure", f"{document} full", reason, to))
    return changes
