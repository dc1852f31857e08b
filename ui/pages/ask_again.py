"""Says at a new attendance that the risk is to be asked again, and begins the reassessment; nothing is filled in."""

from __future__ import annotations

from typing import Any

from app.casework import risk
from app.casework.reassessment import ask_again
from app.i18n import N_
from ui.widgets.bars import Banner

SAID = {
    "start": N_(
        "The risk was last assessed on {day}, before this attendance. Ask again now: a reassessment starts empty and "
        "shows beside each question what was known, with its date."
    ),
    "go_on": N_(
        "An assessment begun on {day}, before this attendance, is not completed. Go on with it, and ask again what may "
        "have changed since."
    ),
}
ACTIONS = {"start": N_("Start a reassessment"), "go_on": N_("Go to the questions")}


class AskAgainNote(Banner):
    """Hidden unless an attendance came after the last assessment."""

    def __init__(self, page: Any) -> None:
        super().__init__(action=" ")
        self.page = page
        self.button.clicked.connect(self._go)
        self.hide()

    def show_case(self) -> None:
        """Bring it in line with the case."""
        self.found = found = ask_again(self.page.view)
        self.setVisible(found is not None)
        if found is not None:
            words = self.page.words
            self.say(words(SAID[found.what], day=self.page.session.translator.day(found.day)), "warn")
            self.button.set_words(words(ACTIONS[found.what]))

    def _go(self) -> None:
        if self.found is None:
            return
        if self.found.what == "start" and self.page.act(risk.start_assessment) is None:
            return
        self.page.session.open_case(self.page.case_id, "risk")
