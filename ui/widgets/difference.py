"""Two texts side by side; what differs is underlined, coloured and said in words. Plain text only, nothing is typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from app.i18n import N_, Translator
from ui import theme
from ui.widgets.text import PlainLabel

_WORD = re.compile(r"\s*\S+|\s+$")
_MANY = 600
"""Words beyond which frequent ones are passed over in looking for what is the same."""
_BESIDE_PX = 520
Span = tuple[int, int]
"""Where a piece of a text begins and ends."""


@dataclass(frozen=True)
class Differing:
    """What stands only in the one text and what only in the other."""

    here: tuple[Span, ...]
    there: tuple[Span, ...]


def differing(here: str, there: str) -> Differing:
    """The pieces in which two texts differ, word by word."""
    ours, theirs = [m.span() for m in _WORD.finditer(here)], [m.span() for m in _WORD.finditer(there)]
    words = [here[a:b].strip() for a, b in ours], [there[a:b].strip() for a, b in theirs]
    matcher = SequenceMatcher(None, *words, autojunk=len(ours) + len(theirs) > _MANY)
    left, right = [], []
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind != "equal":
            left += [_piece(here, ours, a0, a1)] if a1 > a0 else []
            right += [_piece(there, theirs, b0, b1)] if b1 > b0 else []
    return Differing(tuple(left), tuple(right))


def _piece(text: str, spans: list[Span], first: int, end: int) -> Span:
    start, stop = spans[first][0], spans[end - 1][1]
    return start + len(text[start:stop]) - len(text[start:stop].lstrip()), stop


class _Pane(QWidget):
    """One of the two texts, with a heading that says whose it is."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self._tone = tone
        self.heading = PlainLabel("", kind="small", quiet=True)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setUndoRedoEnabled(False)
        self.text.setFont(theme.font("body"))
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        flags = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        self.text.setTextInteractionFlags(flags)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(2)
        lines.addWidget(self.heading)
        lines.addWidget(self.text, 1)

    def show_text(self, heading: str, text: str, spans: tuple[Span, ...]) -> None:
        """Show a text and mark these pieces."""
        self.heading.setText(heading)
        self.text.setPlainText(text)
        self.text.setAccessibleName(heading)
        marked = []
        for start, end in spans:
            one = QTextEdit.ExtraSelection()
            look = QTextCharFormat()
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            look.setBackground(theme.scheme().colour(f"{self._tone}_soft"))
            look.setForeground(theme.scheme().colour(f"{self._tone}_soft_ink"))
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(_units(text, start))
            cursor.setPosition(_units(text, end), QTextCursor.MoveMode.KeepAnchor)
            one.cursor, one.format = cursor, look
            marked.append(one)
        self.text.setExtraSelections(marked)
        if marked:
            cursor = self.text.textCursor()
            cursor.setPosition(_units(text, spans[0][0]))
            self.text.setTextCursor(cursor)
            self.text.centerCursor()  # what differs may stand far down in a long text


def _units(text: str, place: int) -> int:
    """A place in a text as Qt counts it: a sign beyond the first plane counts twice."""
    return len(text[:place].encode("utf-16-le")) // 2


class Difference(QWidget):
    """An earlier text beside a later one; under each other where there is little room."""

    def __init__(self, words: Translator) -> None:
        super().__init__()
        self._words = words
        self.earlier, self.later = _Pane("warn"), _Pane("accent")
        self._beside = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._beside.setSpacing(theme.SPACE_M)
        self._beside.addWidget(self.earlier, 1)
        self._beside.addWidget(self.later, 1)
        self.gone, self.come = PlainLabel("", kind="small"), PlainLabel("", kind="small")
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE_XS)
        lines.addLayout(self._beside, 1)
        lines.addWidget(self.gone)
        lines.addWidget(self.come)

    def show_texts(self, earlier: tuple[str, str], later: tuple[str, str]) -> None:
        """Show two texts, each as (heading, text)."""
        found = differing(earlier[1], later[1])
        self.earlier.show_text(*earlier, found.here)
        self.later.show_text(*later, found.there)
        say = self._words.text
        self.gone.setText(say(N_("Only in the first: {words}"), words=self._pieces(earlier[1], found.here)))
        self.come.setText(say(N_("Only in the second: {words}"), words=self._pieces(later[1], found.there)))
        description = f"{self.gone.text()}\n{self.come.text()}"
        for pane in (self.earlier, self.later):
            pane.text.setAccessibleDescription(description)

    def _pieces(self, text: str, spans: tuple[Span, ...]) -> str:
        shown = [f"“{' '.join(text[start:end].split())}”" for start, end in spans[:6]]
        if len(spans) > len(shown):
            shown.append(self._words.text(N_("and {n} more places"), n=len(spans) - len(shown)))
        return " · ".join(_short(piece) for piece in shown) or self._words.text(N_("nothing"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _BESIDE_PX
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._beside.setDirection(way)


def _short(piece: str) -> str:
    return piece if len(piece) <= 90 else f"{piece[:60]} … {piece[-24:]}"
