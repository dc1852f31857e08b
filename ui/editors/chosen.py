"""Fields that are chosen: yes, no or don't know; one code; several codes; a person or another record of the case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from app.i18n import N_
from app.records.fields import Field
from ui.editors.editor import Editor
from ui.widgets.choices import ChipSet, ChoiceRow, CodeBox, Option, three_row
from ui.widgets.edits import SAVE_AFTER_MS

FEW = 5
HALF_COLUMN_PX = 250


class ThreeEditor(Editor):
    """Yes, no or don't know; none is preset."""

    def make_control(self) -> QWidget:
        self.row = three_row(self.session.translator, name=self.title)
        self.row.chosen.connect(self.answer)
        return self.row

    def put(self, value: Any) -> None:
        self.row.set_value(value)

    def flush(self) -> None:
        if self.unsaved:
            self.answer(self.row.value() or None)

    def in_words(self, value: Any) -> str:
        return next((b.label for b in self.row.buttons if b.value == value), super().in_words(value))


class CodeEditor(Editor):
    """One of a few codes, side by side; none is preset."""

    wide = True

    def __init__(
        self, session: Any, field: Field, options: Sequence[Option], explanation: str = "", *, label: str = ""
    ) -> None:
        self.options = list(options)
        super().__init__(session, field, explanation, label=label)

    def make_control(self) -> QWidget:
        self.row = ChoiceRow(self.options, name=self.title)
        self.row.chosen.connect(self.answer)
        return self.row

    def put(self, value: Any) -> None:
        self.row.set_value(value)

    def flush(self) -> None:
        if self.unsaved:
            self.answer(self.row.value() or None)

    def in_words(self, value: Any) -> str:
        return dict(self.options).get(value) or super().in_words(value)


class BoxEditor(Editor):
    """One of many codes, in a box that opens. Answers after a pause: the arrow keys pass over other codes."""

    def __init__(
        self, session: Any, field: Field, options: Sequence[Option], explanation: str = "", *, label: str = ""
    ) -> None:
        self.options = list(options)
        super().__init__(session, field, explanation, label=label)

    def make_control(self) -> QWidget:
        self.box = CodeBox(self.options, name=self.title, empty=self.words(N_("not recorded")))
        self.box.setMinimumContentsLength(12)
        longest = max((self.box.fontMetrics().horizontalAdvance(label) for _code, label in self.options), default=0)
        self.wide = longest > HALF_COLUMN_PX  # a label that is cut may read as another one
        self.box.setSizeAdjustPolicy(CodeBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(SAVE_AFTER_MS)
        self._pause.timeout.connect(self.flush)
        self.box.answered.connect(lambda _code: self._pause.start())
        self.box.installEventFilter(self)
        return self.box

    def set_options(self, options: Sequence[Option]) -> None:
        """Offer another list, as the people of the case change."""
        if list(options) != self.options:
            self.options = list(options)
            self.box.set_options(self.options)

    def put(self, value: Any) -> None:
        self.box.set_value(value)

    def flush(self) -> None:
        if self._pause.isActive() or self.unsaved or self.box.value() != (self.stored or ""):
            self._pause.stop()
            self.answer(self.box.value() or None)

    def is_being_typed(self) -> bool:
        return self.box.view().isVisible() or self._pause.isActive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.left()
        return super().eventFilter(watched, event)

    def in_words(self, value: Any) -> str:
        return dict(self.options).get(value) or super().in_words(value)


class CodesEditor(Editor):
    """Several codes; each is a chip that is on or off."""

    wide = True

    def __init__(
        self, session: Any, field: Field, options: Sequence[Option], explanation: str = "", *, label: str = ""
    ) -> None:
        self.options = list(options)
        super().__init__(session, field, explanation, label=label)

    def make_control(self) -> QWidget:
        self.chips = ChipSet(self.options, name=self.title)
        self.chips.answered.connect(lambda values: self.answer([*values, *self._foreign] or None))
        self._foreign: list[str] = []
        return self.chips

    def put(self, value: Any) -> None:
        values = value if isinstance(value, list) else []
        known = dict(self.options)
        # A code that only a newer list knows is kept although it cannot be shown as a chip.
        self._foreign = [v for v in values if v not in known]
        self.chips.set_values(values)

    def flush(self) -> None:
        if self.unsaved:
            self.answer([*self.chips.values(), *self._foreign] or None)

    def in_words(self, value: Any) -> str:
        known = dict(self.options)
        return (
            ", ".join(known.get(v, str(v)) for v in value)
            if isinstance(value, list) and value
            else super().in_words(None)
        )


class SetEditor(CodesEditor):
    """Several codes, each added and removed by itself, so that two laptops never overwrite each other."""

    toggled = Signal(str, bool)

    def make_control(self) -> QWidget:
        self.chips = ChipSet(self.options, name=self.title)
        self.chips.toggled.connect(self.toggled)
        self._foreign = []
        return self.chips

    def flush(self) -> None:
        """A chip is saved when it is pressed; there is nothing to hand over later."""
