"""What is asked before anything else: is anybody in danger now, and where is the suspect."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.i18n import N_
from app.records import names
from ui.editors.record_form import RecordForm
from ui.widgets.choices import ChoiceRow
from ui.widgets.text import Card, PlainButton, PlainLabel, row


class Opening(QWidget):
    """Two cards above the first questions. Their answers are no factors."""

    def __init__(self, page: Any) -> None:
        super().__init__()
        self.page, words = page, page.words
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        asked = {o.code: o for o in page.form.opening}
        danger = Card()
        danger.body.addWidget(PlainLabel(words(asked["danger_now"].question), kind="question"))
        danger.body.addWidget(PlainLabel(words(asked["danger_now"].how_to_ask), kind="small", quiet=True))
        self.danger = ChoiceRow(
            [("yes", words(N_("Yes: immediate danger")), "y"), ("no", words(N_("No")), "n")],
            name=words(asked["danger_now"].question),
        )
        self.danger.chosen.connect(self._danger)
        danger.body.addWidget(self.danger)
        self._noted = PlainLabel("", tone="danger")
        danger.body.addWidget(self._noted)
        whole.addWidget(danger)
        where = Card()
        where.body.addWidget(PlainLabel(words(asked["suspect_where"].question), kind="question"))
        where.body.addWidget(PlainLabel(words(asked["suspect_where"].how_to_ask), kind="small", quiet=True))
        self._suspects = QVBoxLayout()
        where.body.addLayout(self._suspects)
        self.forms: dict[str, RecordForm] = {}
        self._none = PlainButton(words(N_("No suspect is recorded yet: go to People")), kind="quiet")
        self._none.clicked.connect(lambda: page.session.open_case(page.case_id, "people"))
        where.body.addLayout(row(self._none))
        whole.addWidget(where)

    def show_record(self) -> None:
        """Bring both in line with the case."""
        view = self.page.view
        suspects = view.people("suspect")
        self._none.setVisible(not suspects)
        for person in suspects:
            form = self.forms.get(person.id)
            if form is None:
                name = names.full_name(person) or self.page.words(N_("the suspect"))
                form = self.forms[person.id] = RecordForm(
                    self.page,
                    "person",
                    ("custody", "custody_until"),
                    record_id=person.id,
                    name=name,
                    when={"custody_until": lambda read: read("custody") in ("in_custody", "bailed")},
                )
                form.editors["custody"].label.setText(self.page.words(N_("Where is {name}?"), name=name))
                self._suspects.addWidget(form)
            form.show_record()
        for gone in [key for key in self.forms if key not in {p.id for p in suspects}]:
            form = self.forms.pop(gone)
            form.hide()
            form.deleteLater()
        at = view.case.get("danger_at")
        self._noted.setText(
            self.page.words(N_("Immediate danger noted {when}."), when=self.page.session.translator.moment(at))
            if at
            else ""
        )
        self._noted.setVisible(bool(at))

    def _danger(self, value: str) -> None:
        if value == "yes":
            self.page.note_danger()
