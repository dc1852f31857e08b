"""One factor: the question, five equal answers, and, only for yes and don't know, source, recency and a note.

Y N K D X answer; the arrows go to the next card; nothing here knows a rule or a score.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.casework import edit
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from ui.editors.differs import Differs
from ui.editors.editor import Editor, by_value, said_by
from ui.editors.factory import editor_for, label_of
from ui.widgets.bars import SavedMark
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import PlainButton, PlainLabel

KEYS = {"yes": "y", "no": "n", "unknown": "k", "declined": "d", "not_asked": "x"}
DETAILED = ("yes", "unknown")
DETAILS = ("source", "recent", "note")
NOT_SAFE = N_("Not safe to ask now")


class FactorCard(QFrame):
    """A factor's card. `moved(card, step)`: an arrow key wants the next or the previous card; `stood_on(card)`: it has
    the focus.
    """

    moved = Signal(object, int)
    stood_on = Signal(object)

    def __init__(self, page: Any, factor: Any, options: list[tuple[str, str]], *, asked_because: str = "") -> None:
        super().__init__()
        self.page, self.factor = page, factor
        self.words = page.words
        self.shown: Any = None
        self.details: dict[str, Editor] = {}
        self._details: QWidget | None = None
        self._summary: PlainButton | None = None
        self._stood_on = False
        self._apart: dict[str, list[Any]] = {}
        self._earlier: list[PlainButton] = []
        self.differs: Differs | None = None
        self._known: PlainLabel | None = None
        self.followers: list[FactorCard] = []
        self.setProperty("card", True)
        question = self.words(factor.question)
        self.setAccessibleName(question)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(12, 8, 12, 8)
        self.body.setSpacing(6)
        if asked_because:
            self.body.addWidget(PlainLabel(asked_because, kind="small", quiet=True))
        self.question = PlainLabel(question, kind="question")
        self.row = ChoiceRow([(value, label, KEYS[value]) for value, label in options], name=question)
        self.row.chosen.connect(self._chosen)
        self.body.addWidget(self.question)
        self.body.addWidget(self.row)
        self._foot = QHBoxLayout()
        self._foot.setContentsMargins(0, 0, 0, 0)
        not_safe = self.words(NOT_SAFE)
        self.not_safe = PlainButton(not_safe, kind="quiet", name=f"{question}: {not_safe}")
        self.not_safe.clicked.connect(lambda: self.page.answer_factor(self, value="not_asked", note=not_safe))
        self._foot.addStretch(1)
        self._foot.addWidget(self.not_safe)
        self._saved: SavedMark | None = None
        self.body.addLayout(self._foot)
        for button in self.row.buttons:
            button.installEventFilter(self)
        self.not_safe.installEventFilter(self)

    # ---- showing

    def show_answer(self, answer: Any, earlier: Any = (), apart: Mapping[str, list[Any]] | None = None) -> None:
        """Show what is stored; `apart`: by field, what two officers wrote. A note that is being typed in stays."""
        self._apart = dict(apart or {})
        conflict = self._apart.get("value", [])
        now = (answer, tuple(earlier), tuple(s.dot for standing in self._apart.values() for s in standing))
        if now == self.shown:
            return
        first, self.shown = self.shown is None, now
        value = answer.value if answer is not None else None
        self.row.set_value(value)
        self._show_said()
        if first or bool(earlier) != bool(self._earlier):
            self._offer_earlier(earlier)
        if conflict or self.differs is not None:
            self._show_conflict(conflict)
        for follower in self.followers:
            follower.setVisible(value == "yes")

    def show_known(self, said: list[str]) -> None:
        """Show what else is on record about this; it is no answer and is not offered as one."""
        if self._known is None:
            if not said:
                return
            self._known = PlainLabel("", kind="small")
            self.body.insertWidget(self.body.indexOf(self.row), self._known)
        self._known.setText("\n".join(said))
        self._known.setVisible(bool(said))

    def field_at(self, widget: QWidget) -> tuple[str, str] | None:
        """Record and field that a control of this card answers; None while there is no answer."""
        answer = self.shown[0] if self.shown else None
        if answer is None or not answer.record_id:
            return None
        found = (name for name, editor in self.details.items() if editor is widget or editor.isAncestorOf(widget))
        return answer.record_id, next(found, "value")

    @property
    def saved(self) -> SavedMark:
        """When the answer reached the disk; made when it is first needed."""
        if self._saved is None:
            self._saved = SavedMark(self.page.session.translator)
            self._saved.setWordWrap(False)
            self._foot.insertWidget(0, self._saved)
        return self._saved

    def focus_first(self) -> None:
        """Stand on the answer that is chosen, or on the first."""
        chosen = next((b for b in self.row.buttons if b.isChecked()), self.row.buttons[0])
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def flush(self) -> None:
        """Save a note that was typed a moment ago."""
        for editor in self.details.values():
            editor.flush()

    def follow_with(self, card: FactorCard) -> None:
        """Ask another factor at once, inside this card, while the answer is yes."""
        card.hide()
        self.followers.append(card)
        self.body.addWidget(card)

    # ---- keys and focus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(self, -1 if event.key() == Qt.Key.Key_Up else 1)
        elif (
            event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            and event.text()
            and self.row.press(event.text())
        ):
            event.accept()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self._stand()
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and self._goes_on(watched, event):
            return True
        return super().eventFilter(watched, event)

    def _goes_on(self, watched: QObject, event: QKeyEvent) -> bool:
        """From the small buttons, too, up and down go from question to question; Qt would go to the next button."""
        if watched in self.row.buttons or event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return False
        self.keyPressEvent(event)
        return True

    # ---- answering

    def _chosen(self, value: str) -> None:
        if self._apart.get("value"):
            # Two officers answered this: it is not overwritten in passing.
            self.row.set_value(self.shown[0].value)
            self.page.decide_answer(self)
        else:
            self.page.answer_factor(self, value=value)

    def _stand(self) -> None:
        if not self._stood_on:
            self._stood_on = True
            self._show_said()
        self.stood_on.emit(self)

    def _show_said(self) -> None:
        """Source, recency and note: as fields once the officer stood on the card, before that as one line."""
        answer = self.shown[0] if self.shown is not None else None
        detailed = answer is not None and answer.value in DETAILED
        held = [name for name in DETAILS if answer is not None and getattr(answer, name)]
        as_fields = (self._stood_on and (detailed or bool(held))) or any(name in self._apart for name in DETAILS)
        if as_fields and self._details is None:
            self._make_details()
        if self._details is not None:
            self._details.setVisible(as_fields)
            for name, editor in self.details.items():
                editor.mark_conflict(self._apart.get(name, []))
                if not editor.is_being_typed():
                    record = self.page.view.record(answer.record_id) if answer is not None else None
                    editor.seen = tuple(s.dot for s in record.standing(name)) if record is not None else ()
                editor.show_value((getattr(answer, name) if answer is not None else None) or None)
                editor.setVisible(detailed or name in held or name in self._apart)
        if held and not as_fields:
            self._show_summary(answer, held)
        elif self._summary is not None:
            self._summary.hide()

    def _show_summary(self, answer: Any, held: list[str]) -> None:
        if self._summary is None:
            self._summary = PlainButton("", kind="quiet")
            self._summary.clicked.connect(self._open_said)
            self.body.insertWidget(self.body.indexOf(self.row) + 1, self._summary, 0, Qt.AlignmentFlag.AlignLeft)
        said = []
        if "source" in held:
            said.append(self.words(N_("from: {source}"), source=label_of(self.page.session, "source", answer.source)))
        if answer.recent == "yes":
            said.append(self.words(N_("in the last six months")))
        if "note" in held:
            said.append(f"“{shorten(answer.note)}”")
        self._summary.set_words(" · ".join(said))
        self._summary.show()

    def _open_said(self) -> None:
        self._stand()
        if self.details:
            self.details["source"].control.setFocus()

    def _make_details(self) -> None:
        self._details = QWidget()
        inside = QVBoxLayout(self._details)
        inside.setContentsMargins(0, 4, 0, 0)
        inside.setSpacing(6)
        pair = QHBoxLayout()
        for name in DETAILS:
            field = RECORD_TYPES["answer"].field(name)
            assert field is not None
            editor = self.details[name] = editor_for(
                field,
                self.page.session,
                label=N_("In the victim's own words, or what you saw") if name == "note" else "",
            )
            editor.control.setAccessibleDescription(self.words(self.factor.question))
            editor.answered.connect(lambda value, name=name, editor=editor: self._detail(editor, name, value))
            editor.decision_wanted.connect(lambda name=name: self.page.decide_answer(self, name))
            (inside if name == "note" else pair).addWidget(editor)
            if name == "note":
                inside.insertLayout(0, pair)
        self.body.insertWidget(self.body.indexOf(self.row) + 1, self._details)

    def _detail(self, editor: Editor, name: str, value: Any) -> None:
        desk, answer = self.page.session.desk, self.shown[0] if self.shown else None
        if answer is not None and edit.came_unseen(desk, self.page.case_id, answer.record_id, name, editor.seen):
            # Another officer’s words came while these were typed: both stand.
            saved = self.page.act(edit.set_field, answer.record_id, name, value, seen=editor.seen) is not None
        else:
            saved = self.page.answer_factor(self, **{name: value})
        if saved:
            editor.mark_saved(self.page.session.desk.clock.now())
        else:
            editor.mark_unsaved()

    def _offer_earlier(self, earlier: Any) -> None:
        for button in self._earlier:
            button.hide()
            button.deleteLater()
        self._earlier = []
        for one in list(earlier)[-2:]:
            label = self.page.answer_label(one.value)
            said = self.words(
                N_("Earlier, {day}: {answer}"), day=self.page.session.translator.day(one.at), answer=label
            )
            if one.note:
                said += f" · “{shorten(one.note)}”"
            button = PlainButton(
                said,
                kind="quiet",
                name=self.words(
                    N_("Answer as on {day}: {answer}"), day=self.page.session.translator.day(one.at), answer=label
                ),
            )
            button.clicked.connect(lambda _=False, value=one.value: self.row.choose(value))
            button.installEventFilter(self)
            self._earlier.append(button)
            self.body.insertWidget(self.body.indexOf(self.row), button, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_conflict(self, standing: list[Any]) -> None:
        if self.differs is None:
            self.differs = Differs(self.page.session.translator)
            self.differs.wanted.connect(lambda: self.page.decide_answer(self))
            self.body.insertWidget(self.body.indexOf(self.row) + 1, self.differs)
        translator = self.page.session.translator
        said = [said_by(self.page.answer_label(value), writers, translator) for value, writers in by_value(standing)]
        field = RECORD_TYPES["answer"].field("value")
        self.differs.show_values(field, self.words(self.factor.label), said)


def shorten(text: str, most: int = 60) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
