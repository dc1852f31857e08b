"""The safe-contact rule where it is needed: what is allowed, and each forbidden way with its reason."""

from __future__ import annotations

from typing import Any

from app.casework import contact
from app.i18n import N_
from ui.editors.factory import label_of
from ui.widgets.text import Card, PlainButton, PlainLabel, row, set_tone


class ContactNote(Card):
    """A card that says how the victim may and may not be reached."""

    def __init__(self, page: Any) -> None:
        super().__init__(tone="calm")
        self.page = page
        self._said = PlainLabel("", bold=True)
        self._forbidden = PlainLabel("", kind="small")
        self.body.addWidget(self._said)
        self.body.addWidget(self._forbidden)
        self.change = PlainButton(page.words(N_("Go to safe contact")), kind="quiet")
        self.change.clicked.connect(lambda: page.session.open_case(page.case_id, "people"))
        self._actions = row(self.change)
        self.body.addLayout(self._actions)

    def add_action(self, button: PlainButton) -> None:
        """Put a button before the one that leads to the safe contact."""
        self._actions.insertWidget(0, button)

    def show_rule(self, rule: Any) -> None:
        """Show a ContactRule."""
        session = self.page.session
        said, agreed = contact.banner(session.desk, self.page.view, session.translator)
        self._said.setText(said)
        self.setAccessibleName(said)
        by_reason: dict[str, list[str]] = {}
        for channel, reason in rule.forbidden.items() if rule is not None and rule.agreed else ():
            if channel != "voicemail":
                by_reason.setdefault(str(reason), []).append(label_of(session, "channel", channel))
        lines = [f"{', '.join(channels)}: {self.page.words(reason)}" for reason, channels in by_reason.items()]
        self._forbidden.setText("\n".join(lines))
        self._forbidden.setVisible(bool(lines))
        set_tone(self, "calm" if agreed else "danger")
