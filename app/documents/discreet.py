"""The discreet pages: what the victim may safely carry away from the plan. Two pages, no names, places or reasons.

A measure stands here only if it was marked as safe, its module may leave, and nothing in its words betrays the plan.
What is left out is named to the officer, who changes the words, confirms them, or leaves it spoken.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.documents import neutral, text
from app.documents.allowed import DISCREET
from app.documents.card import check_labels
from app.documents.context import PaperContext
from app.documents.draft import practice_mark
from app.documents.flow import MM, Block, Flow, Frame, Gap, Mark, Page, Row, cell
from app.documents.scan import Found, unsafe_words
from app.documents.sheet import Furniture, draw
from app.documents.sieve import Sieve, Sifted
from app.documents.text import can_draw, para
from app.forms.definitions import ModuleDefinition
from app.i18n import N_, Translator
from app.problems import Problem
from app.records.view import CaseView

PAGES = 2
FRAME = Frame(24 * MM, 22 * MM, 162 * MM, 247 * MM)
DEVICE_FACTOR = "F17"

# Why a measure does not stand on the pages: English message ids.
NOT_SAFE = N_("It is not marked as safe to do.")
NOT_CHOSEN = N_("It was not chosen for this paper.")
STAYS = N_("The words of this part of the plan never leave on paper. Talk it through instead.")
WATCHED = N_("It speaks about devices, and it is not ruled out that they are watched. Talk it through instead.")
WORDS = N_("Its words could tell a finder who, where or why. Change the words, or talk it through instead.")
SCRIPT = N_("It is written in a script that cannot be printed.")


@dataclass(frozen=True)
class LeftOut:
    """A measure that does not stand on the paper: record id, module, words, why (a message id), what was found in it.

    `can_confirm`: the officer may keep it after reading it once more (`PaperContext.confirmed`).
    """

    measure: str
    module: str
    words: str
    why: str
    found: tuple[Found, ...] = ()
    can_confirm: bool = False


@dataclass(frozen=True)
class Part:
    """One module on the pages: its plain heading, neutral lines, and measures (record id, words)."""

    module: str
    heading: str
    lines: tuple[str, ...]
    measures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Selection:
    """What stands on the discreet pages, in the order of the victim's priorities, and what was left out."""

    parts: tuple[Part, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def count(self) -> int:
        """How many measures would stand on the paper."""
        return sum(len(part.measures) for part in self.parts)


def devices_watched(sieve: Sieve) -> bool:
    """Whether devices are, or may be, watched: only a plain no to the factor rules it out."""
    answer = "unknown"
    for record in sieve.of("answer"):
        value = record.decide("value")
        # A later "not asked" or "don't know" does not take back what was known before.
        if record.decide("factor") == DEVICE_FACTOR and (value in {"yes", "no"} or answer == "unknown"):
            answer = str(value)
    noted = any(record.decide("compromised") for record in sieve.of("safe_contact"))
    return noted or answer != "no"


def select(view: CaseView, context: PaperContext, tr: Translator) -> Selection:
    """Measures and neutral lines for the discreet pages."""
    sieve = Sieve(view, DISCREET)
    plan = sieve.one("plan")
    ranked = [str(p) for p in plan.decide("priorities", [])] if plan else []
    watched = devices_watched(sieve)
    suggested = {s.code for s in context.suggested_modules}
    measures = sieve.of("measure")
    parts: list[Part] = []
    left_out: list[LeftOut] = []
    for module in context.library.plan.in_order_of(ranked):
        kept: list[tuple[str, str]] = []
        mine = [m for m in measures if m.decide("module") == module.code]
        for measure in mine:
            words = str(measure.get("what", "")).strip()
            out = _left_out(measure, module, words, view, context, watched)
            if out is None and words:
                kept.append((measure.id, words))
            elif out is not None:
                left_out.append(out)
        lines = module.lines_that_may_leave(watched) if module.code in suggested or mine else ()
        heading = neutral.MODULES.get(module.code)
        if heading and (kept or lines):
            parts.append(Part(module.code, tr.text(heading), tuple(tr.text(line) for line in lines), tuple(kept)))
    known = {m.code for m in context.library.modules}
    left_out += [_stays(m) for m in measures if m.decide("module") not in known]
    return Selection(tuple(parts), tuple(left_out))


def _stays(measure: Sifted) -> LeftOut:
    return LeftOut(measure.id, str(measure.decide("module", "")), str(measure.get("what", "")), STAYS)


def _left_out(
    measure: Sifted, module: ModuleDefinition, words: str, view: CaseView, context: PaperContext, watched: bool
) -> LeftOut | None:
    """Why a measure is left out, or None where it may stand on the paper."""

    def out(why: str, found: tuple[Found, ...] = (), can_confirm: bool = False) -> LeftOut:
        return LeftOut(measure.id, module.code, words, why, found, can_confirm)

    if module.leaving != "words" or "what" in module.file_only or module.code not in neutral.MODULES:
        return out(STAYS)
    if measure.decide("safe") != "yes":
        return out(NOT_SAFE)
    if context.chosen is not None and measure.id not in context.chosen:
        return out(NOT_CHOSEN)
    if module.not_if_watched and watched:
        return out(WATCHED)
    if not can_draw(words):
        return out(SCRIPT)
    found = tuple(unsafe_words(words, view, context.telling_services))
    if not found:
        return None
    can_confirm = not any(f.certain for f in found)
    if can_confirm and measure.id in context.confirmed:
        return None
    return out(WORDS, found, can_confirm)


def lay_out(selection: Selection, context: PaperContext, tr: Translator) -> Flow:
    """The pages, as many as the selection needs; a mark stands before and after each measure."""
    blocks: list[Block] = []
    numbers = [(n.label, n.number) for n in context.numbers]
    numbers.insert(0, (tr.text("Emergency"), context.emergency_number or neutral.TO_WRITE_ON))
    for label, number in numbers:
        cells = (cell(para(label, text.CELL, where=label)), cell(para(number, text.CELL_STRONG, where=label)))
        blocks.append(Row(cells, (1, 1)))
    if numbers:
        blocks.append(Gap(6))
    for part in selection.parts:
        blocks.append(para(part.heading, text.ROOMY_HEADING))
        blocks.extend(_item(line, "–") for line in part.lines)
        for measure, words in part.measures:
            blocks.append(_item(words, "☐"))
            blocks.append(Mark(measure))
    flow = Flow(FRAME)
    flow.fill(blocks)
    return flow


def _item(words: str, sign: str) -> Row:
    return Row((cell(para(sign, text.ROOMY)), cell(para(words, text.ROOMY))), (1, 22), ruled=False)


def fitting(flow: Flow, selection: Selection) -> int:
    """How many measures, in their order, stand whole on the two pages."""
    measures = [measure for part in selection.parts for measure, _ in part.measures]
    return sum(1 for measure in measures if flow.marks[measure] <= PAGES)


def build_discreet(view: CaseView, context: PaperContext, tr: Translator) -> bytes:
    """The PDF. Raises Problem paper.too_long where the chosen measures need more than two pages, paper.label_unsafe."""
    check_labels(view, context)
    selection = select(view, context, tr)
    flow = lay_out(selection, context, tr)
    if len(flow.pages) > PAGES:
        raise Problem("paper.too_long", chosen=selection.count, fit=fitting(flow, selection))
    return draw(flow.pages, _furniture(flow.pages, context, tr))


def _furniture(pages: list[Page], context: PaperContext, tr: Translator) -> Furniture:
    return Furniture(
        title=tr.text(neutral.TITLE),
        language=tr.language,
        marks=tuple(para(mark, text.MARK) for mark in practice_mark(context, tr)),
        numbers=tuple(para(str(number), text.SMALL) for number in range(1, len(pages) + 1)),
    )
