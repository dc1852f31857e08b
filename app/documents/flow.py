"""Fills pages from top to bottom with paragraphs and rows. Knows where everything stands; draws nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.documents.text import Para, Style, wrap
from app.problems import Problem

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
GUTTER = 8.0
ROW_PADDING = 2.5
MAX_PAGES = 3_000
KEPT_LINES = 4
KEPT_ROW_LINES = 8
MOST_TOGETHER = 12  # blocks that are kept with those after them, at most


@dataclass(frozen=True)
class Frame:
    """The part of a page that a flow fills, in points from the lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.bottom + self.height


A4_FRAME = Frame(20 * MM, 22 * MM, 170 * MM, 251 * MM)


@dataclass(frozen=True)
class Words:
    """One line of text at its place; `group` numbers the paragraph it belongs to."""

    x: float
    y: float
    text: str
    style: Style
    group: int


@dataclass(frozen=True)
class Stroke:
    """A straight line; it carries no meaning."""

    x0: float
    y0: float
    x1: float
    y1: float
    thickness: float = 0.5
    grey: float = 0.7
    dashed: bool = False


@dataclass
class Page:
    """What stands on one page."""

    words: list[Words] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """Cells beside each other. `shares` are parts of the width; a row that is cut by a page repeats `header` there."""

    cells: tuple[tuple[Para, ...], ...]
    shares: tuple[float, ...]
    header: Row | None = None
    ruled: bool = True
    with_next: bool = False


@dataclass(frozen=True)
class Gap:
    """Empty space, left out at the top of a page."""

    height: float


@dataclass(frozen=True)
class Line:
    """A thin line across the frame."""


@dataclass(frozen=True)
class Mark:
    """A name for the place reached, to ask later on which page it stands."""

    name: str


Block = Para | Row | Gap | Line | Mark


def cell(*paragraphs: Para) -> tuple[Para, ...]:
    """A cell of a row."""
    return paragraphs


class Flow:
    """Pages filled one after the other inside a frame."""

    def __init__(self, frame: Frame = A4_FRAME) -> None:
        self.frame = frame
        self.pages: list[Page] = [Page()]
        self.marks: dict[str, int] = {}
        self._y = frame.top
        self._group = 0

    def fill(self, blocks: Iterable[Block]) -> list[Page]:
        """Place all blocks; the pages."""
        queue = list(blocks)
        for place, block in enumerate(queue):
            if isinstance(block, Mark):
                self.marks[block.name] = len(self.pages)
                continue
            if not self._fresh and self._least(queue, place) > self._room + 0.01:
                self._turn()
                if isinstance(block, Row) and block.header is not None:
                    self._row(block.header)
            if isinstance(block, Para):
                self._paragraph(block)
            elif isinstance(block, Row):
                self._row(block)
            elif isinstance(block, Gap):
                self._y -= 0.0 if self._fresh else min(block.height, self._room)
            else:
                self._stroke()
        return self.pages

    @property
    def _fresh(self) -> bool:
        return self._y >= self.frame.top - 0.01

    @property
    def _room(self) -> float:
        return self._y - self.frame.bottom

    def _turn(self) -> None:
        if len(self.pages) >= MAX_PAGES:
            raise Problem("paper.too_many_pages", pages=MAX_PAGES)
        self.pages.append(Page())
        self._y = self.frame.top

    def _least(self, queue: Sequence[Block], place: int) -> float:
        """The height below which the block at `place` should not be begun on this page."""
        height = 0.0
        for block in queue[place : place + MOST_TOGETHER]:
            if isinstance(block, Para):
                lines = len(wrap(block, self.frame.width))
                if block.style.with_next:
                    height += block.style.before + lines * block.style.leading + block.style.after
                    continue
                return height + block.style.before + (lines if lines <= KEPT_LINES else 2) * block.style.leading
            if isinstance(block, Row):
                cells = zip(block.cells, self._widths(block), strict=True)
                height += 2 * ROW_PADDING + max((_head(paragraphs, width) for paragraphs, width in cells), default=0.0)
                if block.with_next:
                    continue
                return height
            if not isinstance(block, Mark):
                return height
        return height

    def _paragraph(self, paragraph: Para) -> None:
        style, lines = paragraph.style, wrap(paragraph, self.frame.width)
        if not self._fresh:
            self._y -= style.before
        self._group += 1
        for number, line in enumerate(lines):
            # The last line of a longer paragraph does not go to the next page alone.
            together = 2 if number == len(lines) - 2 and number > 0 else 1
            if not self._fresh and self._room < together * style.leading - 0.01:
                self._turn()
            self._say(self.frame.left + style.indent, line, style, self._y)
            self._y -= style.leading
        self._y -= style.after

    def _say(self, x: float, line: str, style: Style, top: float, group: int | None = None) -> None:
        if line:
            baseline = top - (style.leading - style.size) / 2 - style.size * 0.86
            self.pages[-1].words.append(Words(x, baseline, line, style, self._group if group is None else group))

    def _widths(self, row: Row) -> list[float]:
        usable, whole = self.frame.width - GUTTER * (len(row.shares) - 1), sum(row.shares)
        return [usable * share / whole for share in row.shares]

    def _row(self, row: Row) -> None:
        widths = self._widths(row)
        rest: list[list[tuple[str, Style, int]]] = []
        for paragraphs, width in zip(row.cells, widths, strict=True):
            lines: list[tuple[str, Style, int]] = []
            for paragraph in paragraphs:
                self._group += 1
                lines.extend((line, paragraph.style, self._group) for line in wrap(paragraph, width))
            rest.append(lines)
        while True:
            self._y -= ROW_PADDING
            start, lowest, x = self._y, self._y, self.frame.left
            for column, width in enumerate(widths):
                y = start
                while rest[column] and y - rest[column][0][1].leading >= self.frame.bottom - 0.01:
                    line, style, group = rest[column].pop(0)
                    self._say(x + style.indent, line, style, y, group)
                    y -= style.leading
                lowest, x = min(lowest, y), x + width + GUTTER
            self._y = lowest - ROW_PADDING
            if row.ruled and not any(rest):
                self._stroke()
            if not any(rest):
                return
            self._turn()
            if row.header is not None:
                self._row(row.header)

    def _stroke(self) -> None:
        self.pages[-1].strokes.append(Stroke(self.frame.left, self._y, self.frame.left + self.frame.width, self._y))


def _head(paragraphs: tuple[Para, ...], width: float) -> float:
    """The height of a cell that is short enough to stay whole, else of its first lines."""
    lines = [paragraph.style.leading for paragraph in paragraphs for _ in wrap(paragraph, width)]
    return sum(lines if len(lines) <= KEPT_ROW_LINES else lines[:3])
