"""Find: cases by a person's name, a reference or a place, while the words are typed into the box at the top."""

from __future__ import annotations

from typing import Any

from app.casework.find import about, find, warm
from app.i18n import N_
from ui.session import Session
from ui.shell.found import grouped, person_found
from ui.shell.place_page import PlacePage
from ui.widgets.bars import EmptyState
from ui.widgets.lists import Line, LineList, MadeLines
from ui.widgets.text import announce

LIMIT = 50


class FindPage(PlacePage):
    """What was found for the words in the box."""

    def __init__(self, session: Session) -> None:
        say = session.translator.text
        super().__init__(session, say(N_("Find")))
        self.words = ""
        session.run(warm, lambda _done: None)
        self.list = LineList(name=say(N_("Found")))
        self.list.opened.connect(lambda key: session.open_case(key.partition(":")[2]))
        self.lines.addWidget(self.list, 1)
        self.empty = EmptyState("", "")
        self.lines.addWidget(self.empty, 1)

    def look_for(self, words: str) -> None:
        """Show what is found for these words."""
        self.words = words
        self.refresh()

    def show_now(self) -> None:
        found = find(self.desk, self.words, LIMIT) if self.words.strip() else []
        items = grouped(found, self.translator)
        self.list.set_lines(MadeLines(items, self._line), [_key(item) for item in items])
        self.list.setVisible(bool(found))
        self.empty.setVisible(not found)
        say = self.say
        if not self.words.strip():
            self.empty.say(
                say(N_("Find a case")),
                say(
                    N_(
                        "Type a name, a reference or a place into the box at the top (Ctrl+K). The spelling need not "
                        "be right, and any script will do. Only cases in this vault are searched."
                    )
                ),
            )
        elif not found:
            self.empty.say(
                say(N_("Nothing found")),
                say(
                    N_(
                        "No case in this vault has these words or nearly these. Try fewer words, or the beginning "
                        "only. Other laptops and the server are not searched."
                    )
                ),
            )
        self.title.setText(say(N_("Find")) if not found else self._count(len(found)))
        announce(self.list, self.title.text() if found else self.empty.title.text())

    def _line(self, item: Any) -> Line:
        if isinstance(item, Line):
            return item
        hit = item[1]
        return person_found(_key(item), hit, about(self.desk, hit.case_id), self.session)

    def _count(self, found: int) -> str:
        if found >= LIMIT:
            return self.say(N_("The first {n} found; type more to see fewer"), n=found)
        return self.translator.plural(N_("{n} found"), N_("{n} found"), found)

    def first_focus(self) -> None:
        if self.list.isVisible():
            self.list.setFocus()

    def open_first(self) -> None:
        """Open the current line."""
        key = self.list.current_key()
        if key and self.list.isVisible():
            self.list.opened.emit(key)

    def where(self) -> dict[str, Any]:
        return {"words": self.words}

    def go_back_to(self, where: dict[str, Any]) -> None:
        self.look_for(str(where.get("words", "")))


def _key(item: Any) -> str:
    return "" if isinstance(item, Line) else f"{item[0]}:{item[1].case_id}"
