"""Two values side by side with who, when and where, why one of them is in force, and the decision of a person."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QVBoxLayout, QWidget

from app.casework import conflicts
from app.casework.conflicts import Conflict, Side
from app.casework.timeline import received_words
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from ui import theme
from ui.editors.chosen import BoxEditor
from ui.editors.editor import NOTHING, Editor
from ui.editors.factory import editor_for
from ui.pages.cards import clear
from ui.pages.drafts import DraftWords
from ui.pages.history import where_words
from ui.widgets.difference import Difference
from ui.widgets.text import Card, PlainButton, PlainLabel, row

BESIDE_PX = 520
SHORT = 60
COMPARED_PX = 150


class SideCard(QFrame):
    """One of the values. `keep` is pressed to choose it."""

    def __init__(self, page: Any, side: Side, *, text: bool) -> None:
        super().__init__()
        words, tr = page.words, page.session.translator
        self.side = side
        self.said = side.text or words(N_("empty"))
        self.setProperty("card", True)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(theme.SPACE_M, theme.SPACE_S, theme.SPACE_M, theme.SPACE_S)
        lines.setSpacing(theme.SPACE_XS)
        if text:
            lines.addWidget(PlainLabel(self.said, kind="question", bold=True, selectable=True))
        if side.beside:
            lines.addWidget(PlainLabel(words(N_("“{text}”"), text=side.beside), selectable=True))
        if side.in_force:
            lines.addWidget(PlainLabel(words(N_("in force")), kind="small", bold=True, tone="good"))
        for writer in side.writers:
            lines.addWidget(PlainLabel(writer.who, bold=not text))
            said = (tr.moment(writer.at), where_words(page, writer.here, writer.device))
            received = received_words(writer.at, writer.received, tr) or words(N_("not yet received by the server"))
            lines.addWidget(PlainLabel(" · ".join((*said, received)), kind="small", quiet=True))
        lines.addStretch(1)
        name = words(N_("Keep “{value}”"), value=self.said if len(self.said) <= SHORT else self.said[:SHORT] + "…")
        self.keep = PlainButton(words(N_("Keep this")), name=name)
        self.keep.setCheckable(True)
        lines.addLayout(row(self.keep))


class Sides(QWidget):
    """The values side by side; under each other where there is little room or more than two."""

    def __init__(self) -> None:
        super().__init__()
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(theme.SPACE_M)
        self.cards: list[SideCard] = []

    def put(self, cards: list[SideCard]) -> None:
        """Show these instead."""
        for card in self.cards:
            self._line.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = cards
        for card in cards:
            self._line.addWidget(card, 1)
        self._turn(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn(event.size().width())

    def _turn(self, room: int) -> None:
        beside = room >= BESIDE_PX and len(self.cards) < 3
        self._line.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)


class Deciding(Card):
    """What is known about one field that differs, and how it is decided. `page` acts and tells the other screens."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, self.words = page, page.words
        self.conflict: Conflict | None = None
        self.value: Any = NOTHING
        self.editor: Editor | None = None
        self.title = PlainLabel("", kind="question", bold=True)
        self.why = PlainLabel("")
        self.difference = Difference(page.session.translator)
        self.difference.setMinimumHeight(COMPARED_PX)
        self.sides = Sides()
        self.other = PlainButton(self.words(N_("Write another value")))
        self.other.setCheckable(True)
        self.written = QVBoxLayout()
        self.other.clicked.connect(lambda _on=False: self._choose(self.other))
        self.asked = PlainLabel("", kind="small")
        self.reason = DraftWords(page, "decision", N_("Why this is right"))
        self.decide = PlainButton("", kind="main")
        self.decide.clicked.connect(self._decide)
        self.earlier = PlainButton(self.words(N_("Earlier values")), kind="quiet")
        self.earlier.clicked.connect(self._open_earlier)
        above: tuple[QWidget, ...] = (self.title, self.why, self.difference, self.sides)
        for part in above:
            self.body.addWidget(part)
        self.body.addLayout(row(self.other))
        self.body.addLayout(self.written)
        self.body.addWidget(self.reason)
        self.body.addWidget(self.asked)
        self.body.addLayout(row(self.decide, self.earlier))

    # ---- showing

    def show_conflict(self, conflict: Conflict | None) -> None:
        """Show a conflict; what was begun about the same one stays, unless another value has come."""
        now, before = conflict, self.conflict
        self.conflict = conflict
        self.setVisible(now is not None)
        if now is None or (before is not None and (before.key, before.seen) == (now.key, now.seen)):
            return
        self.title.setText(f"{now.heading}: {now.label}")
        self.setAccessibleName(self.title.text())
        force = "" if any(side.in_force for side in now.sides) else now.in_force or self.words(N_("empty"))
        self.why.setText(
            " ".join((now.why, self.words(N_("In force now: {value}."), value=force) if force else "")).strip()
        )
        cards = [SideCard(self.page, side, text=not now.compared) for side in now.sides]
        self.sides.put(cards)
        for card in cards:
            card.keep.setVisible(now.decidable)
            card.keep.clicked.connect(lambda _on=False, keep=card.keep: self._choose(keep))
        self.other.setVisible(now.decidable and now.field != "archived")
        for part in (self.reason, self.asked, self.decide):
            part.setVisible(now.decidable)
        self._choose_nothing()
        self._compare()

    def _choose_nothing(self) -> None:
        self._check(None)
        self._end_writing()
        self.value = NOTHING
        self._say_choice()

    def _compare(self) -> None:
        """Two texts word by word: the first beside the one that is chosen, or the second."""
        now = self.conflict
        self.difference.setVisible(now is not None and now.compared)
        if now is None or not now.compared:
            return
        chosen = next((card.side for card in self.sides.cards if card.keep.isChecked()), now.sides[0])
        other = now.sides[1] if chosen is now.sides[0] else chosen
        tr = self.page.session.translator
        first, second = (
            (f"{side.writers[0].who} · {tr.moment(side.writers[0].at)}", side.text) for side in (now.sides[0], other)
        )
        self.difference.show_texts(first, second)

    def first_focus(self) -> None:
        """Stand on the first value, or on what else can be done."""
        decidable = self.conflict is not None and self.conflict.decidable
        stop = self.sides.cards[0].keep if decidable else self.earlier
        stop.setFocus(Qt.FocusReason.OtherFocusReason)
        for part in (self.title, stop):  # the values were just made: the page could not yet go to their place
            self.page.bring_into_view(part)

    # ---- choosing

    def _check(self, chosen: PlainButton | None) -> None:
        # No button group: in one, Tab would pass over all but the chosen one.
        for button in (*(card.keep for card in self.sides.cards), self.other):
            button.setChecked(button is chosen)

    def _choose(self, button: PlainButton) -> None:
        self._check(button)
        card = next((card for card in self.sides.cards if card.keep.isChecked()), None)
        self._end_writing()
        if card is None:
            self.value = NOTHING
            self._begin_writing()
        else:
            self.value = card.side.value
            self._compare()
        self._say_choice()

    def _begin_writing(self) -> None:
        now = self.conflict
        declared = RECORD_TYPES[now.kind].field(now.field) if now is not None else None
        if now is None or declared is None:
            return
        self.editor = editor = editor_for(declared, self.page.session)
        if isinstance(editor, BoxEditor) and declared.kind == "person":
            editor.set_options(self.page.people_options())
        editor.answered.connect(self._wrote)
        self.written.addWidget(editor)
        editor.show()
        control = editor.control.focusProxy() or editor.control
        control.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page.bring_into_view(editor)

    def _wrote(self, value: Any) -> None:
        self.value = value
        self._say_choice()

    def _end_writing(self) -> None:
        self.editor = None
        clear(self.written)

    def _said(self) -> str:
        """The chosen value in words."""
        card = next((card for card in self.sides.cards if card.keep.isChecked()), None)
        if card is not None:
            return card.said
        if self.editor is None or self.value is NOTHING:
            return ""
        return self.editor.in_words(self.value)

    def _say_choice(self) -> None:
        """Name the choice on the button, and say whether a reason is needed."""
        now, said = self.conflict, self._said()
        self.decide.setEnabled(bool(said))
        short = " ".join(said.split())
        short = short if len(short) <= SHORT else short[:SHORT] + "…"
        self.decide.set_words(
            self.words(N_("Decide: “{value}”"), value=short) if said else self.words(N_("Choose a value first"))
        )
        needed = False
        if now is not None and said:
            record = self.page.view.record(now.record_id)
            needed = record is not None and conflicts.asks_why(record, now.field, self.value)
        asked = (
            N_("A reason is needed: this is a grade, or less cautious than what is in force.")
            if needed
            else N_("A reason is welcome, and is kept with the decision.")
        )
        self.asked.setText(self.words(asked) if said else "")

    # ---- deciding

    def _decide(self) -> None:
        now = self.conflict
        if self.editor is not None:
            self.editor.flush()
        self.reason.flush()
        if now is None or self.value is NOTHING:
            return
        said, reason = self._said(), self.reason.text()
        # Cleared before anybody is told: the refresh that follows shows the next one.
        done = self.page.act_quietly(
            conflicts.decide, now.record_id, now.field, self.value, seen=now.seen, reason=reason
        )
        if done is None:
            code = self.page.problem_bar.problem.code
            if code == "conflict.reason_missing":
                self.reason.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            elif code == "conflict.changed":
                self.page.refresh()
            return
        self.reason.used()
        self._choose_nothing()
        self.page.announce(done)
        self.page.decided(now, said)

    def _open_earlier(self) -> None:
        if self.conflict is not None:
            self.page.open_history(self.conflict.record_id, self.conflict.field)


def decided_words(words: Any, conflict: Conflict, said: str) -> str:
    """What was decided, in one sentence."""
    return str(words(N_("Decided: {what}: “{value}”"), what=f"{conflict.heading}: {conflict.label}", value=said))
