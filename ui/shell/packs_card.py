"""The packs that are in use, with their dates, and what is wrong with those that are not."""

from __future__ import annotations

from app.casework.desk import Desk
from app.i18n import N_, Translator
from app.packs.manifest import in_words
from ui.widgets.bars import Banner
from ui.widgets.text import Card, PlainLabel


class PacksCard(Card):
    """Read once: packs come into use with the next unlocking."""

    def __init__(self, desk: Desk, words: Translator) -> None:
        say = words.text
        super().__init__(say(N_("Forms and lists beside those of the program")))
        self.problems = [Banner(str(one.sentences(words)), tone="warn") for one in desk.packs.problems]
        newest = desk.packs.newest()
        said = [in_words(one.manifest, words) for one in newest]
        self.lines = [PlainLabel(line) for line in said or [say(N_("None are installed."))]]
        for part in (*self.problems, *self.lines):
            self.body.addWidget(part)
