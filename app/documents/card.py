"""The card: wallet size, folded once, cut out of a page. Plain numbers under plain labels, and nothing of the case."""

from __future__ import annotations

from dataclasses import replace

from app.documents import neutral, text
from app.documents.context import PaperContext
from app.documents.draft import practice_mark
from app.documents.flow import MM, PAGE_HEIGHT, PAGE_WIDTH, Block, Flow, Frame, Page, Row, Stroke, Words, cell
from app.documents.scan import unsafe_label
from app.documents.sheet import Furniture, draw
from app.documents.text import para
from app.i18n import Translator
from app.problems import Problem
from app.records.view import CaseView

WIDTH, HALF = 85.6 * MM, 54 * MM
LEFT = (PAGE_WIDTH - WIDTH) / 2
TOP = PAGE_HEIGHT - 60 * MM
INSET = 5 * MM
TICK = 6 * MM


def build_card(view: CaseView, context: PaperContext, tr: Translator) -> bytes:
    """The card's PDF; the case only tells which labels would betray it.

    Raises Problem paper.card_full where the chosen numbers do not fit, paper.label_unsafe for a label that tells.
    """
    check_labels(view, context)
    front = _half(_numbers(context, tr), TOP - HALF)
    if len(front) > 1:
        raise Problem("paper.card_full", chosen=len(context.numbers), fit=_fits(context, tr))
    back = _half(_reminders(context, tr), TOP - 2 * HALF)
    if len(back) > 1:
        raise Problem("paper.card_full", chosen=len(context.numbers), fit=len(context.numbers))
    page = Page(words=[*front[0].words], strokes=_marks())
    last = max((w.group for w in page.words), default=0)
    page.words.extend(_after(back[0], last))
    around = Flow(Frame(LEFT, TOP + 9 * MM, WIDTH, 14 * MM))
    around.fill([para(tr.text("Cut along the outer lines, then fold at the dashed line."), text.NOTE)])
    page.words.extend(_after(around.pages[0], max((w.group for w in page.words), default=0)))
    furniture = Furniture(
        title=tr.text(neutral.TITLE),
        language=tr.language,
        marks=tuple(para(mark, text.MARK) for mark in practice_mark(context, tr)),
    )
    return draw([page], furniture)


def check_labels(view: CaseView, context: PaperContext) -> None:
    """Problem paper.label_unsafe for a label that names somebody or something of the case, or tells what it is."""
    for number in context.numbers:
        for said in (number.label, number.number):
            found = unsafe_label(said, view, context.telling_services)
            if found is not None:
                raise Problem("paper.label_unsafe", label=said, word=found.word)


def _half(blocks: list[Block], bottom: float) -> list[Page]:
    frame = Frame(LEFT + INSET, bottom + INSET, WIDTH - 2 * INSET, HALF - 2 * INSET)
    return Flow(frame).fill(blocks)


def _after(page: Page, group: int) -> list[Words]:
    return [replace(word, group=word.group + group) for word in page.words]


def _numbers(context: PaperContext, tr: Translator) -> list[Block]:
    blocks: list[Block] = [para(mark, text.MARK) for mark in practice_mark(context, tr)]
    lines = [(number.label, number.number) for number in context.numbers]
    lines.insert(0, (tr.text("Emergency"), context.emergency_number or neutral.TO_WRITE_ON))
    for label, number in lines:
        cells = (cell(para(label, text.CELL, where=label)), cell(para(number, text.CELL_STRONG, where=label)))
        blocks.append(Row(cells, (1.15, 1)))
    return blocks


def _fits(context: PaperContext, tr: Translator) -> int:
    count = len(context.numbers)
    while count and len(_half(_numbers(replace(context, numbers=context.numbers[:count]), tr), TOP - HALF)) > 1:
        count -= 1
    return count


def _reminders(context: PaperContext, tr: Translator) -> list[Block]:
    codes = tuple(neutral.REMINDERS) if context.reminders is None else context.reminders
    blocks: list[Block] = [para(mark, text.MARK) for mark in practice_mark(context, tr)]
    known = [neutral.REMINDERS[code] for code in codes if code in neutral.REMINDERS]
    return [*blocks, *(para(f"☐  {tr.text(reminder)}", text.CARD) for reminder in known)]


def _marks() -> list[Stroke]:
    """The outline to cut, ticks beyond its corners, and the dashed line to fold."""
    right, bottom, fold = LEFT + WIDTH, TOP - 2 * HALF, TOP - HALF
    lines = [
        Stroke(LEFT, TOP, right, TOP),
        Stroke(LEFT, bottom, right, bottom),
        Stroke(LEFT, bottom, LEFT, TOP),
        Stroke(right, bottom, right, TOP),
        Stroke(LEFT, fold, right, fold, dashed=True),
        Stroke(LEFT - TICK, fold, LEFT - TICK / 3, fold, grey=0.3),
        Stroke(right + TICK / 3, fold, right + TICK, fold, grey=0.3),
    ]
    for x, sign in ((LEFT, -1), (right, 1)):
        for y, up in ((TOP, 1), (bottom, -1)):
            lines.append(Stroke(x + sign * TICK / 3, y, x + sign * TICK, y, grey=0.3))
            lines.append(Stroke(x, y + up * TICK / 3, x, y + up * TICK, grey=0.3))
    return lines
