"""Contact with the victim later on: the way is checked first, then what was told, then what may follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import contact, follow_up
from app.clock import parse_moment
from app.i18n import N_
from app.records.view import Record
from app.rules.orders import open_orders
from ui.editors.factory import label_of, options_of
from ui.editors.record_form import When
from ui.pages.buttons import Buttons
from ui.pages.cards import CardStack
from ui.pages.contact_note import ContactNote
from ui.pages.folded_card import FoldedCard
from ui.widgets.bars import Banner
from ui.widgets.choices import ChoiceRow
from ui.widgets.edits import LineEdit
from ui.widgets.text import Card, PlainButton, PlainLabel
from ui.widgets.trend import Point, Trend

HEIGHTS = {"safer": 1, "same": 0, "less_safe": -1}
NOT_REACHED = N_("Not reached")
NEXT_ATTEMPT, NEXT_CONTACT = N_("Next attempt"), N_("Next contact promised for")
TOLD = ("yes", "unknown")


def _was_reached(read: Any) -> bool:
    return read("reached") != "no"


class ContactCard(FoldedCard):
    """One contact: reached or not, what the victim said, what was promised, and what it gives reason to do."""

    kind = "follow_up"
    what = N_("Follow-up contact")
    asked = (
        "reached",
        "feels",
        "new_incidents",
        "reported",
        "what_happened",
        "orders_obeyed",
        "words",
        "next_at",
        "contacted_at",
        "by",
        "channel",
        "note",
    )
    explain = {
        "what_happened": N_("Also what nobody reported. Ask what was done, not only whether something was."),
        "next_at": N_("Only what will be kept. It stands in Today until it is done."),
    }

    def __init__(self, page: Any, record_id: str, part: ContactPart) -> None:
        self.part = part
        super().__init__(page, record_id, stack=lambda: part.contacts)

    def asked_when(self) -> Mapping[str, When]:
        return {
            "feels": _was_reached,
            "new_incidents": _was_reached,
            "reported": lambda read: _was_reached(read) and read("new_incidents") in TOLD,
            "what_happened": lambda read: _was_reached(read) and read("new_incidents") in TOLD,
            "orders_obeyed": lambda read: _was_reached(read) and self._orders_known(),
            "words": _was_reached,
        }

    def title(self, record: Record | None) -> str:
        session = self.page.session
        if record is None:
            return self.words(self.what)
        at = session.translator.moment(record.get("contacted_at") or record.created_at)
        parts = [at, label_of(session, "reached", record.get("channel"))]
        if record.get("reached") == "no":
            parts.append(self.words(NOT_REACHED))
        elif record.get("feels"):
            parts.append(label_of(session, "feels", record.get("feels")))
        if record.get("new_incidents") == "yes":
            parts.append(self.words(N_("something happened")))
        if record.get("orders_obeyed") == "no":
            parts.append(self.words(N_("an order was broken")))
        if record.get("next_at") and record.id in {r.id for r in follow_up.promised(self.page.view)}:
            parts.append(self.words(N_("next: {when}"), when=session.translator.moment(record.get("next_at"))))
        return " · ".join(part for part in parts if part)

    def save(self, name: str, value: Any) -> Any:
        done = self.page.act(follow_up.set_fields, self.record_id, **{name: value})
        if done is None and self.form is not None:
            self.form.show_record()  # a way that is not safe does not stay on the screen as if it were chosen
        return done

    def fill_more(self, inside: QVBoxLayout) -> None:
        self._after = PlainLabel("", bold=True)
        inside.addWidget(self._after)
        self._buttons = Buttons()
        self.incident = PlainButton(self.words(N_("Add an incident")))
        self.incident.clicked.connect(self._add_incident)
        self.reassess = PlainButton(self.words(N_("Start a reassessment")))
        self.reassess.clicked.connect(self._reassess)
        self.breach = PlainButton(self.words(N_("Note a breach")))
        self.breach.clicked.connect(lambda: self.page.note_breach(self.record))
        self.confirm = PlainButton(self.words(N_("Safe contact still right: confirm")))
        self.confirm.clicked.connect(self.part.confirm_safe_contact)
        for button in (self.incident, self.reassess, self.breach, self.confirm):
            self._buttons.add(button)
        inside.addWidget(self._buttons)

    def show_more(self) -> None:
        record, view = self.record, self.page.view
        if record is None or self.form is None:
            return
        offered = follow_up.offers(view, record)
        made = follow_up.incident_of(view, record.id)
        self.incident.setVisible(offered.incident or (made is not None and not made.archived))
        self.incident.set_words(
            self.words(N_("Add an incident with what was told"))
            if offered.incident
            else self.words(N_("Go to the incident"))
        )
        self.reassess.setVisible(offered.reassessment)
        self.breach.setVisible(offered.breach)
        self.confirm.setVisible(self._confirmable(record))
        some = any(not b.isHidden() for b in (self.incident, self.reassess, self.breach, self.confirm))
        self._after.setText(self.words(N_("What follows? You decide; nothing is done by itself.")))
        self._after.setVisible(some)
        self._buttons.setVisible(some)
        missed = record.get("reached") == "no"
        editor = self.form.editors["next_at"]
        said = self.words(NEXT_ATTEMPT if missed else NEXT_CONTACT)
        if editor.label.text() != said:
            editor.label.setText(said)
            editor.control.setAccessibleName(said)
            for field in editor.control.findChildren(LineEdit):
                field.setAccessibleName(said)

    def _orders_known(self) -> bool:
        view = self.page.view
        return bool(
            open_orders(view, self.page.session.desk.clock.now())
            or any(e.get("kind") in ("order_served", "release") for e in view.of("event"))
            or any(p.get("custody") in ("bailed", "released") for p in view.people("suspect"))
        )

    def _confirmable(self, record: Record) -> bool:
        """Whether the agreement on contact was not confirmed in this contact yet."""
        agreed = contact.agreement(self.page.view)
        if agreed is None or record.get("reached") != "yes":
            return False
        confirmed = parse_moment(str(agreed.get("confirmed_at") or ""))
        made = parse_moment(str(record.get("contacted_at") or record.created_at))
        return confirmed is None or made is None or confirmed < made

    def _add_incident(self) -> None:
        known = follow_up.incident_of(self.page.view, self.record_id)
        if known is None or known.archived:
            self.flush_form()
            if self.page.act(follow_up.add_incident, self.record_id) is None:
                return
        self.page.session.open_case(self.page.case_id, "happened")

    def _reassess(self) -> None:
        self.flush_form()
        if self.page.act(follow_up.reassess) is not None:
            self.page.session.open_case(self.page.case_id, "risk")

    def flush_form(self) -> None:
        """Save what was typed a moment ago, so that what follows is made of it."""
        if self.form is not None:
            self.form.flush_all()


class ContactPart(QWidget):
    """The safe-contact rule, the choice of the way, the contacts so far with the latest first, and the trend."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, self.words = page, page.words
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.rule = ContactNote(page)
        self.still = PlainButton(
            self.words(N_("Still safe: confirm")),
            hint=self.words(N_("Press it when the victim has just said so: from now on the agreement counts again.")),
        )
        self.still.clicked.connect(self.confirm_safe_contact)
        self.rule.add_action(self.still)
        self.rule.body.addWidget(self._confirmed_label())
        column.addWidget(self.rule)
        self.refused = Banner(tone="warn")
        column.addWidget(self.refused)
        column.addWidget(self._choice())
        self.trend_card = Card(self.words(N_("How safe the victim has felt")))
        self.trend = Trend(self.words(N_("How safe the victim has felt, oldest first")))
        self.trend_card.body.addWidget(self.trend)
        column.addWidget(self.trend_card)
        self.empty = PlainLabel("", kind="quiet")
        column.addWidget(self.empty)
        self.contacts = CardStack(lambda record_id: ContactCard(page, record_id, self))
        column.addWidget(self.contacts)

    def _confirmed_label(self) -> PlainLabel:
        self._confirmed = PlainLabel("", kind="small")
        return self._confirmed

    def _choice(self) -> Card:
        card = Card(self.words(N_("Contact the victim now: in which way?")))
        self.ways = ChoiceRow(
            options_of(self.page.session, "reached"), name=self.words(N_("Contact the victim now: in which way?"))
        )
        self.ways.chosen.connect(self._begin)
        card.body.addWidget(self.ways)
        return card

    def show_case(self) -> None:
        """Bring rule, contacts and trend in line with the case."""
        session, view = self.page.session, self.page.view
        self.rule.show_rule(contact.rule(session.desk, view))
        agreed = contact.agreement(view)
        self.still.setVisible(agreed is not None)
        self._show_confirmed(agreed)
        self._show_refused()
        contacts = follow_up.in_time(view)
        self.contacts.sync([r.id for r in reversed(contacts)])
        self.empty.setText(
            self.words(
                N_(
                    "Nobody has asked yet whether the victim is safer. What was told in a contact stands here, the "
                    "last one on top. Choose above how the victim is reached; a way that is not safe is refused."
                )
            )
        )
        self.empty.setVisible(not contacts)
        self._show_trend()

    def confirm_safe_contact(self) -> None:
        """Stamp the agreement as confirmed with the victim just now."""
        self.page.act(contact.confirm)

    def _begin(self, channel: str) -> None:
        made = self.page.act(follow_up.begin, channel)
        self.ways.set_value("")
        if made is not None:
            card = self.contacts.cards[made[0]]
            card.open_at("reached")

    def _show_confirmed(self, agreed: Record | None) -> None:
        at = agreed.get("confirmed_at") if agreed is not None else None
        said = ""
        if agreed is not None and at:
            when = self.page.session.translator.moment(at)
            said = self.words(
                N_("Last confirmed {when} by {who}."), when=when, who=agreed.get("confirmed_by") or agreed.author
            )
        self._confirmed.setText(said)
        self._confirmed.setVisible(bool(said))

    def _show_refused(self) -> None:
        refusal = follow_up.later_contact_refused(self.page.view)
        self.refused.setVisible(refusal is not None)
        if refusal is not None:
            day = self.page.session.translator.day(refusal.get("decided_at") or refusal.created_at)
            self.refused.say(
                self.words(
                    N_("The victim did not want later contact ({day}). Only with a reason that weighs more."), day=day
                ),
                "warn",
            )

    def _show_trend(self) -> None:
        session = self.page.session
        points = [
            Point(
                HEIGHTS.get(one.feels),
                self.words(NOT_REACHED)
                if one.feels == follow_up.NOT_REACHED
                else label_of(session, "feels", one.feels),
                session.translator.day(one.at),
            )
            for one in follow_up.feelings(self.page.view)
        ]
        self.trend.show_points(points)
        self.trend_card.setVisible(bool(points))
