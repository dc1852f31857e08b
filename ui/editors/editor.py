"""One field of a record on the screen: its label, its control, when it was saved, what is doubtful, what differs.

An editor says what was answered; it saves nothing itself and never changes what is being typed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.i18n import N_, Translator
from app.records.fields import Field
from ui.editors.differs import Differs
from ui.widgets.text import PlainLabel, announce

NOTHING = object()


class Editor(QWidget):
    """The frame around one control. `answered` carries the value to be saved, None where the field was emptied."""

    answered = Signal(object)
    decision_wanted = Signal()
    wide = False
    """Whether the editor needs the whole width of the column."""

    def __init__(self, session: Any, field: Field, explanation: str = "", *, label: str = "") -> None:
        super().__init__()
        self.session, self.field, self.name = session, field, field.name
        self.words: Callable[..., str] = session.translator.text
        self.title = self.words(label or field.label)
        self.stored: Any = None
        self.unsaved = False
        self._held: Any = NOTHING
        self.control = self.make_control()
        self.control.setParent(self)
        self.label = PlainLabel(self.title, buddy=self.control, wrap=True)
        self._saved = PlainLabel("", kind="small", quiet=True, wrap=False)
        self._mark: PlainLabel | None = None
        self.differs: Differs | None = None
        self.seen: tuple[str, ...] = ()
        self._differing: list[Any] = []
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(2)
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.addWidget(self.label, 1)
        head.addWidget(self._saved, 0, Qt.AlignmentFlag.AlignBottom)
        self._body.addLayout(head)
        self._body.addWidget(self.control)
        if explanation:
            self._body.addWidget(PlainLabel(self.words(explanation), kind="small", quiet=True))
        self._body.addStretch(1)

    # ---- what a kind fills in

    def make_control(self) -> QWidget:
        """The widget that is worked with."""
        raise NotImplementedError

    def put(self, value: Any) -> None:
        """Show a value without saying that it was answered."""
        raise NotImplementedError

    def flush(self) -> None:
        """Say what was typed a moment ago, at once. Also tries once more what could not be saved."""

    def is_being_typed(self) -> bool:
        """Whether the officer stands in the control, so that nothing may change under the cursor."""
        return False

    # ---- for the form

    def show_value(self, value: Any) -> None:
        """Show what is stored; a field that is being typed in keeps its text until it is left."""
        self.stored = value
        if self.is_being_typed():
            self._held = value
            return
        self._held = NOTHING
        self.put(value)

    def answer(self, value: Any) -> None:
        """Say that the officer answered."""
        self._held = NOTHING
        self.answered.emit(value)

    def mark_saved(self, moment: datetime) -> None:
        """Show when the value reached the disk."""
        self.unsaved = False
        local = moment.astimezone()
        self._saved.setText(self.words(N_("saved {time}"), time=f"{local:%H:%M:%S}"))

    def mark_unsaved(self) -> None:
        """Show that the value stands on the screen only."""
        self.unsaved = True
        self._saved.setText(self.words(N_("not saved")))
        announce(self, self.words(N_("not saved")))

    def mark_doubt(self, sentence: str) -> None:
        """Show why a kept value is doubtful; an empty sentence takes the mark away."""
        if self._mark is None:
            if not sentence:
                return
            self._mark = PlainLabel("", kind="small", tone="danger")
            self._body.insertWidget(2, self._mark)
        if self._mark.text() != sentence:
            self._mark.setText(sentence)
            announce(self, sentence)
        self._mark.setVisible(bool(sentence))
        self.control.setAccessibleDescription(sentence)
        if self.control.property("doubtful") != bool(sentence):
            self.control.setProperty("doubtful", bool(sentence))
            self.control.style().unpolish(self.control)
            self.control.style().polish(self.control)

    def mark_conflict(self, standing: list[Any]) -> None:
        """Show every standing value with who wrote it and when; an empty list takes the mark away.

        While two values stand here nothing is written in passing: they are compared and decided.
        """
        dots = [one.dot for one in standing]
        if dots != self._differing:
            self._differing = dots
            self._show_differs(standing)
        if not self.is_being_typed():
            self.control.setEnabled(not dots)

    def _show_differs(self, standing: list[Any]) -> None:
        if self.differs is None:
            self.differs = Differs(self.session.translator)
            self.differs.wanted.connect(self.decision_wanted)
            self._body.insertWidget(2, self.differs)
        said = [
            said_by(self.in_words(value), writers, self.session.translator) for value, writers in by_value(standing)
        ]
        self.differs.show_values(self.field, self.words(self.field.label), said)

    def in_words(self, value: Any) -> str:
        """A value as a person reads it."""
        if value in (None, "", []):
            return self.words(N_("empty"))
        if isinstance(value, list):
            return ", ".join(str(v) for v in value)
        return str(value)

    def left(self) -> None:
        """The officer left the control: say what was typed, or show what came meanwhile."""
        self.flush()
        if self._held is not NOTHING:
            held, self._held = self._held, NOTHING
            self.put(held)
        self.control.setEnabled(not self._differing)


def by_value(standing: Iterable[Any]) -> list[tuple[Any, list[Any]]]:
    """Standing values, each once, with everybody who wrote it."""
    found: list[tuple[Any, list[Any]]] = []
    for one in standing:
        writers = next((writers for value, writers in found if value == one.value), None)
        if writers is None:
            found.append((one.value, [one.written]))
        else:
            writers.append(one.written)
    return found


def said_by(shown: str, writers: Iterable[Any], translator: Translator) -> str:
    """A value and who wrote it when."""
    who = "; ".join(f"{w.author}, {translator.moment(w.device_time)}" for w in writers)
    return translator.text(N_("“{value}”: {who}"), value=shown, who=who)
