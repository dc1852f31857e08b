"""How the victim may and may not be reached: the whole record, when it was last confirmed, and what follows from it."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from app.casework import contact, roles
from app.i18n import N_
from app.records.names import full_name
from ui.editors.record_form import RecordForm
from ui.pages.buttons import Buttons
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.widgets.text import Card, PlainButton, PlainLabel, row

FIRST = (
    "channels",
    "number",
    "hours",
    "days",
    "voicemail",
    "text",
    "text_wording",
    "withheld_number",
    "cover",
    "if_other_answers",
    "check_phrase",
    "language",
    "interpreter",
)
MORE = ("address", "never_use", "compromised", "may_know", "confirmed_at", "confirmed_by", "expires")


class SafeContact(Card):
    """The safe-contact record of the case's victim; made with its first answer."""

    def __init__(self, page: Any) -> None:
        super().__init__(page.words(N_("Safe contact")))
        self.page, words = page, page.words
        self._wait = PlainLabel(words(N_("Record the victim first.")), quiet=True)
        self.body.addWidget(self._wait)
        self._strange = QVBoxLayout()
        self.body.addLayout(self._strange)
        self.form = RecordForm(
            page,
            "safe_contact",
            FIRST,
            preset=self._preset,
            when={"text_wording": lambda read: read("text") == "yes" or "text" in (read("channels") or [])},
            explain={
                "hours": N_("Write 09:00-12:00."),
                "voicemail": N_("Without a yes: no."),
                "text": N_("Without a yes: no."),
                "check_phrase": N_("Never on paper."),
            },
        )
        self.form.made.connect(self._made)
        self.body.addWidget(self.form)
        self.more = Fold(words(N_("More: address, never use, watched devices, who may know, validity")), self._fill)
        self.body.addWidget(self.more)
        self.confirm = PlainButton(words(N_("Confirmed with the victim just now")))
        self.confirm.clicked.connect(self._confirm)
        self.body.addLayout(row(self.confirm))
        self._confirmed = PlainLabel("", kind="small", quiet=True)
        self.body.addWidget(self._confirmed)

    def show_record(self) -> None:
        """Bring banner and forms in line with the case."""
        view, victim = self.page.view, self.page.view.victim
        record = contact.agreement(view)
        self._show_strange()
        self.form.record_id = record.id if record is not None else ""
        self._wait.setVisible(victim is None)
        for part in (self.form, self.more):
            part.setVisible(victim is not None)
        self.confirm.setVisible(record is not None)
        self.form.show_record()
        if self.more.is_filled:
            self._more.record_id = self.form.record_id
            self._more.show_record()
        said = ""
        if record is not None and record.get("confirmed_at"):
            said = self.page.words(
                N_("Last confirmed {when} by {who}."),
                who=record.get("confirmed_by", ""),
                when=self.page.session.translator.moment(record.get("confirmed_at")),
            )
        self._confirmed.setText(said)
        self._confirmed.setVisible(bool(said))

    def _show_strange(self) -> None:
        """Say so where a safe contact was recorded for somebody who is not the victim: it does not count."""
        clear(self._strange)
        view, words = self.page.view, self.page.words
        for record in roles.of_somebody_else(view):
            person = view.record(str(record.get("person")))
            other = full_name(person) or words(N_("somebody without a name"))
            card = Card(tone="warn")
            said = N_("A safe contact is recorded for {name}, who is not the victim of this case. It does not count.")
            card.body.addWidget(PlainLabel(words(said, name=other)))
            choices = Buttons()
            ours = PlainButton(words(N_("It is the victim’s: confirm it anew")))
            ours.clicked.connect(lambda _=False, one=record.id: self._repoint(one))
            choices.add(ours)
            name = words(N_("Archive the safe contact of {name}"), name=other)
            away = PlainButton(words(N_("Archive it")), name=name)
            away.clicked.connect(
                lambda _=False, one=record.id: self.page.archive(one, words(N_("Safe contact")), "wrong_person")
            )
            choices.add(away)
            card.body.addWidget(choices)
            self._strange.addWidget(card)

    def _repoint(self, record_id: str) -> None:
        if self.page.act(roles.is_the_victims, record_id) is not None:
            said = N_("The safe contact is now the victim’s. It counts once it is confirmed face to face.")
            self.page.offer_undo(self.page.words(said))

    def _fill(self, inside: QVBoxLayout) -> None:
        self._more = RecordForm(
            self.page,
            "safe_contact",
            MORE,
            record_id=self.form.record_id,
            preset=self._preset,
            explain={
                "compromised": N_("Telephone, tablet, car, account: whatever the suspect could read."),
                "never_use": N_("Numbers, addresses and people that must not be used."),
            },
        )
        self._more.made.connect(self._made)
        inside.addWidget(self._more)
        self._more.show_record()

    def _preset(self) -> dict[str, Any]:
        victim = self.page.view.victim
        return {"person": victim.id if victim is not None else ""}

    def _made(self, record_id: str) -> None:
        self.form.record_id = record_id
        if self.more.is_filled:
            self._more.record_id = record_id

    def _confirm(self) -> None:
        self.form.flush_all()
        self.page.act(contact.confirm)
