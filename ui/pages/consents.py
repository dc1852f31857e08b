"""Consent: what is read out, in which version and language, and what was decided. A decision is never changed, a new
one follows.
"""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import consent
from app.i18n import N_
from app.records.declared import RECORD_TYPES
from ui.editors.editor import Editor
from ui.editors.factory import editor_for, label_of
from ui.pages.cards import clear
from ui.pages.fold import Fold
from ui.widgets.text import Card, PlainButton, PlainLabel, row

ASKED = ("purpose", "recipient", "language", "understood_through", "capacity", "decision")
OVERRIDE = ("override_basis", "override_reason", "approver")


class ConsentPart(QWidget):
    """The decisions so far, and a form for the next one that is stored as a whole. `recorded`: a decision was
    stored.
    """

    recorded = Signal()

    def __init__(self, page: Any, purpose: str = "") -> None:
        super().__init__()
        self.page, self.words, self._purpose = page, page.words, purpose
        self._draft = f"consent.{purpose}"
        self.fold = Fold(self.words(N_("Consent")), self._fill)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.fold)

    def show_record(self) -> None:
        """Bring the list of decisions in line with the case."""
        decided = self._decided()
        self.fold.set_title(
            self.words(N_("Consent")) if not decided else self.words(N_("Consent: {n} recorded"), n=len(decided))
        )
        if self.fold.is_filled:
            self._show_decisions()

    def _fill(self, inside: QVBoxLayout) -> None:
        self._lines = QVBoxLayout()
        inside.addLayout(self._lines)
        card = Card(self.words(N_("Ask for consent")))
        self._wording = PlainLabel("", kind="body")
        self.editors: dict[str, Editor] = {}
        self._given: dict[str, Any] = {}
        explain = {
            "language": N_("The language in which it was asked and understood."),
            "decision": N_("The decision is recorded when you press the button below."),
        }
        for name in ASKED:
            self._add(card, name, explain.get(name, ""))
            if name == "purpose":
                card.body.addWidget(self._wording)
        self._override = Fold(
            self.words(N_("Share without consent: lawful ground, reason, who approved")), self._fill_override
        )
        card.body.addWidget(self._override)
        self.record = PlainButton(self.words(N_("Record this decision")), kind="main")
        self.record.clicked.connect(self._record)
        card.body.addLayout(row(self.record))
        inside.addWidget(card)
        self._start()
        self._show_decisions()

    def _start(self) -> None:
        """Show what was asked already and not recorded yet: a lock in the middle of a talk loses none of it."""
        kept = json.loads(self.page.draft(self._draft) or "{}")
        self._given = ({"purpose": self._purpose} if self._purpose else {}) | kept
        for name, editor in self.editors.items():
            editor.put(self._given.get(name))
        self._show_wording()

    def _fill_override(self, inside: QVBoxLayout) -> None:
        for name in OVERRIDE:
            editor = self._make(name, "")
            editor.put(self._given.get(name))
            inside.addWidget(editor)

    def _add(self, card: Card, name: str, explanation: str) -> None:
        card.body.addWidget(self._make(name, explanation))

    def _make(self, name: str, explanation: str) -> Editor:
        field = RECORD_TYPES["consent"].field(name)
        assert field is not None
        editor = self.editors[name] = editor_for(field, self.page.session, explanation)
        editor.answered.connect(lambda value, name=name: self._answered(name, value))
        return editor

    def _answered(self, name: str, value: Any) -> None:
        if self._given.get(name) != value:
            self._given[name] = value
            self.page.keep_draft(self._draft, json.dumps(self._given))
        if name == "purpose":
            self._show_wording()

    def _show_wording(self) -> None:
        wording = self.page.session.desk.library.consents.latest(self._given.get("purpose") or "")
        said = ""
        if wording is not None:
            said = f"{self.words(wording.text)} {self.words(wording.may_refuse)}"
        self._wording.setText(said)
        self._wording.setVisible(bool(said))

    def _record(self) -> None:
        for editor in self.editors.values():
            editor.flush()
        facts = {name: value for name, value in self._given.items() if value and name not in ("purpose", "decision")}
        done = self.page.act(
            consent.record, self._given.get("purpose") or "", self._given.get("decision") or "", **facts
        )
        if done is not None:
            self.page.keep_draft(self._draft, "")
            self._start()
            # Back to where the decision now stands: the emptied form alone would look as if nothing had happened.
            self.fold.button.setFocus()
            self.page.bring_into_view(self.fold.button)
            self.recorded.emit()

    def _decided(self) -> list[Any]:
        return [r for r in self.page.view.of("consent") if not self._purpose or r.get("purpose") == self._purpose]

    def _show_decisions(self) -> None:
        clear(self._lines)
        session = self.page.session
        decided = self._decided()
        for record in decided:
            said = self.words(
                N_("{purpose}: {decision}, {when}, by {who}"),
                purpose=label_of(session, "consent_purpose", record.get("purpose")),
                decision=label_of(session, "consent_decision", record.get("decision")),
                when=session.translator.moment(record.get("decided_at") or record.created_at),
                who=record.author,
            )
            if record.get("override_basis"):
                said += " · " + self.words(
                    N_("shared all the same: {basis}"),
                    basis=label_of(session, "lawful_basis", record.get("override_basis")),
                )
            self._lines.addWidget(PlainLabel(said))
        if not decided:
            self._lines.addWidget(
                PlainLabel(
                    self.words(N_("Nobody has been asked yet. Ask in private, and in a language that is understood.")),
                    quiet=True,
                )
            )
