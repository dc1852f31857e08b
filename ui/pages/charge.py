"""Who has this case: handed over, taken, sent back, taken back; a supervisor gives it to somebody at once.

A page beside the steps. What it offers is what the officer may do, and nothing is written before a button is pressed.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from app.casework import charge
from app.casework.charge import Receiver, Standing
from app.i18n import N_
from app.rules import access
from ui.editors.factory import label_of, options_of
from ui.pages.buttons import Buttons
from ui.pages.drafts import DraftWords
from ui.pages.page import WITHIN, CasePage
from ui.widgets.bars import Banner
from ui.widgets.choices import CodeBox
from ui.widgets.edits import LineEdit
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.text import Card, PlainButton, PlainLabel, row

SHOWN = 4


class ChargePage(CasePage):
    """The page beside the steps on which a case goes from one officer to another. `left` when somebody goes back."""

    title = N_("Who has this case")
    left = Signal()

    def build(self) -> None:
        self.column.addWidget(self.heading(self.title, 1))
        self.who = PlainLabel(kind="question")
        self.here = self.note(N_("What was decided here is on this laptop only; it goes out with the next contact."))
        self.few = Banner(tone="warn")
        self.back_from = Banner(tone="warn")
        self.offer = OfferCard(self)
        self.giving = GivingCard(self)
        self.none = self.note("")
        for part in (self.who, self.here, self.few, self.back_from, self.offer, self.giving, self.none):
            self.column.addWidget(part)
        self.back = PlainButton(self.words(N_("Back to the case")))
        self.back.clicked.connect(self.left)
        self.column.addLayout(row(self.back))
        QShortcut(QKeySequence("Esc"), self, self.left.emit, context=WITHIN)

    def show_case(self) -> None:
        now = charge.standing(self.session.desk, self.view)
        self.who.setText(who_words(self.words, now))
        self.here.setVisible(now.here)
        self.few.setVisible(now.restricted)
        said = N_("A suspect works for the police: this case is only for its author and for officers who were named.")
        self.few.say(self.words(said), "warn")
        self.back_from.setVisible(now.sent_back is not None)
        if now.sent_back is not None:
            who, why = now.sent_back
            self.back_from.say(self.words(N_("{who} sent it back: {reason}"), who=who, reason=why), "warn")
        self.offer.show_standing(now)
        self.giving.show_standing(now)
        self.none.setVisible(not self.giving.isVisibleTo(self) and not self.offer.isVisibleTo(self))
        self.none.setText(self.words(_why_nothing(now)))

    def first_focus(self) -> None:
        for part in (self.offer, self.giving):
            if part.isVisibleTo(self):
                part.first_focus()
                return
        self.back.setFocus()


def who_words(words: Any, now: Standing) -> str:
    """Who has the case, in one sentence."""
    if now.mine:
        return str(words(N_("You have this case.")))
    who = now.owner or words(charge.SOMEBODY)
    if now.unit:
        return str(words(N_("{who} ({unit}) has this case."), who=who, unit=now.unit))
    return str(words(N_("{who} has this case."), who=who))


def short_words(words: Any, now: Standing) -> str:
    """The same beside the steps, in a word or two."""
    if now.offer is not None:
        if access.ANSWER in now.may:
            return str(words(N_("waits for your answer")))
        return str(words(N_("offered to {who}"), who=now.offer.to))
    return str(words(N_("you"))) if now.mine else now.owner


def _why_nothing(now: Standing) -> str:
    if not now.enrolled:
        return N_("This vault belongs to no server, so there is nobody to hand the case over to.")
    if now.restricted:
        return N_("Professional standards name whoever is to go on with it. Call them.")
    return N_("You can write in this case. Whoever has it, or a supervisor, can hand it over.")


class OfferCard(Card):
    """A hand-over that nobody has answered yet: to be taken, sent back, or taken back."""

    def __init__(self, page: ChargePage) -> None:
        super().__init__()
        self.page, self.words = page, page.words
        self.said = PlainLabel(kind="question")
        self.why = PlainLabel()
        self.take = PlainButton(self.words(N_("Take this case")), kind="main")
        self.take.clicked.connect(lambda: self._answer("accepted"))
        self.send_back = PlainButton(self.words(N_("Send it back")))
        self.send_back.clicked.connect(self._ask_why)
        self.withdraw = PlainButton(self.words(N_("Take the offer back")))
        self.withdraw.clicked.connect(lambda: self._answer("withdrawn"))
        self.reason: DraftWords = DraftWords(page, "charge.back", N_("Why it goes back"), lines=2)
        self.reason.hide()
        self.really = PlainButton(self.words(N_("Send it back now")), kind="main")
        self.really.clicked.connect(lambda: self._answer("sent_back", self.reason.text()))
        self.really.hide()
        buttons = Buttons()
        for button in (self.take, self.send_back, self.withdraw):
            buttons.add(button)
        for part in (self.said, self.why, buttons, self.reason):
            self.body.addWidget(part)
        self.body.addLayout(row(self.really))

    def show_standing(self, now: Standing) -> None:
        """Bring the card in line with the case."""
        self.setVisible(now.offer is not None)
        if now.offer is None:
            return
        offer, may = now.offer, now.may
        at = self.page.session.translator.moment(offer.at)
        self.said.setText(
            self.words(N_("{who} hands it over to {to}, {at}."), who=offer.by, to=offer.to, at=at)
            if access.ANSWER in may
            else self.words(N_("Offered to {to}, {at}. Until it is taken, it stays where it is."), to=offer.to, at=at)
        )
        reason = label_of(self.page.session, "hand_over_reason", offer.reason)
        self.why.setText("\n".join(part for part in (reason, offer.note) if part))
        self.take.setVisible(access.ANSWER in may)
        self.send_back.setVisible(access.ANSWER in may)
        self.withdraw.setVisible(access.HAND_OVER in may)
        if access.ANSWER not in may:
            self.reason.hide()
            self.really.hide()

    def first_focus(self) -> None:
        """Stand on what is to be decided."""
        for button in (self.take, self.withdraw):
            if button.isVisibleTo(self):
                button.setFocus()
                return
        self.page.back.setFocus()

    def _ask_why(self) -> None:
        self.reason.show()
        self.really.show()
        self.reason.edit.setFocus()
        self.page.bring_into_view(self.really)

    def _answer(self, said: str, reason: str = "") -> None:
        if self.page.act(charge.answer, said, reason) is not None:
            self.reason.used()
            self.reason.hide()
            self.really.hide()
            self.page.first_focus()


class GivingCard(Card):
    """To whom, why, and a note. A supervisor may give it at once within the own units."""

    def __init__(self, page: ChargePage) -> None:
        super().__init__(page.words(N_("Hand over")))
        self.page, self.words = page, page.words
        self._all: dict[str, Receiver] = {}
        self._made_for: tuple[int, str] | None = None
        self.may: frozenset[str] = frozenset()
        self.name_box = LineEdit(placeholder=self.words(N_("Name or unit")), name=self.words(N_("To whom")))
        self.name_box.textChanged.connect(lambda _text: self._fill())
        self.list = LineList(name=self.words(N_("Officers and units")))
        self.list.current.connect(lambda _key: self._follow())
        self.list.opened.connect(lambda _key: self.reason.setFocus())
        self.reason: CodeBox = CodeBox(
            options_of(page.session, "hand_over_reason"),
            name=self.words(N_("Reason")),
            empty=self.words(N_("choose a reason")),
        )
        self.reason.answered.connect(lambda _code: self._follow())
        self.note = DraftWords(page, "charge.note", N_("Note, for whoever takes it"), lines=2)
        self.give = PlainButton(self.words(N_("Hand over")), kind="main")
        self.give.clicked.connect(lambda: self._give(at_once=False))
        self.at_once = PlainButton(self.words(N_("Give it at once")))
        self.at_once.clicked.connect(lambda: self._give(at_once=True))
        parts: tuple[QWidget, ...] = (
            PlainLabel(self.words(N_("To whom")), buddy=self.name_box),
            self.name_box,
            self.list,
            PlainLabel(self.words(N_("Reason")), buddy=self.reason),
            self.reason,
            self.note,
        )
        for part in parts:
            self.body.addWidget(part)
        buttons = Buttons()
        buttons.add(self.give)
        buttons.add(self.at_once)
        self.body.addWidget(buttons)

    def show_standing(self, now: Standing) -> None:
        """Bring the card in line with what the officer may do."""
        self.may = now.may
        able = bool(now.may & {access.HAND_OVER, access.REASSIGN})
        # Whoever has an offer to answer decides that first.
        self.setVisible(able and not (now.offer is not None and access.ANSWER in now.may))
        if not able:
            return
        if (now.people, now.owner) != self._made_for:  # a force may have thousands of officers
            page, self._made_for = self.page, (now.people, now.owner)
            found = charge.receivers(page.session.desk, page.view, page.session.translator)
            self._all = {one.id: one for one in found}
            self._fill()
        self._follow()

    def first_focus(self) -> None:
        """Stand where somebody is looked for."""
        self.name_box.setFocus()

    def _fill(self) -> None:
        wanted = self.name_box.value().casefold().split()
        shown = [one for one in self._all.values() if all(w in f"{one.name} {one.detail}".casefold() for w in wanted)]
        made = MadeLines(shown, lambda one: Line(one.id, one.name, one.detail))
        self.list.set_lines(made, [one.id for one in shown])
        self.list.fit(min(SHOWN, max(1, len(shown))))
        self._follow()

    def _follow(self) -> None:
        to = self._all.get(self.list.current_key())
        ready = to is not None and bool(self.reason.value())
        # Who is marked in the list stands on the button: a slip of the arrow is seen before it is pressed.
        name = to.name if to is not None else ""
        self.give.set_words(self.words(N_("Hand over to {who}"), who=name) if to else self.words(N_("Hand over")))
        give = N_("Give it to {who} at once")
        self.at_once.set_words(self.words(give, who=name) if to else self.words(N_("Give it at once")))
        self.give.setEnabled(ready)
        leads = to is not None and access.REASSIGN in self.may and charge.leads(self.page.session.desk, to)
        self.at_once.setVisible(access.REASSIGN in self.may)
        self.at_once.setEnabled(ready and leads)

    def _give(self, *, at_once: bool) -> None:
        to = self._all.get(self.list.current_key())
        if to is None:
            return
        done = self.page.act(charge.hand_over, to, self.reason.value(), self.note.text(), at_once=at_once)
        if done is not None:
            self.note.used()
            self.reason.set_value("")
            self.name_box.clear()
            self.page.first_focus()


def make_page(session: Any, case_id: str) -> CasePage:
    """The page for a case."""
    return ChargePage(session, case_id).start()
