"""The help beside a page: about the question where the officer stands, then about the page. Opens on F1."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.casework.help import HelpPage, help_of
from app.i18n import N_, Translator
from ui import theme
from ui.shell.keys import KEYS
from ui.widgets.page import ColumnPage
from ui.widgets.text import PlainLabel

WIDTH = 272
QWIDGETSIZE_MAX = (1 << 24) - 1  # Qt's word for “as large as you like”


class HelpColumn(QFrame):
    """Shows what is known about a question, and under it the help of the page."""

    def __init__(self, translator: Translator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("bar", "side")
        self.take_room(whole=False)
        self._say = translator.text
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        self._sheet = ColumnPage()
        # Nothing in it has the focus; the arrow keys scroll what is longer than the window.
        self._sheet.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._sheet.setAccessibleName(self._say(N_("Help")))
        self._column = self._sheet.column
        self._column.setSpacing(theme.SPACE_S)
        self.heading = PlainLabel(self._say(N_("Help")), kind="question", bold=True)
        self.words = PlainLabel(selectable=True)
        self.words.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.page = QWidget()
        self._shown = ""
        self._column.addWidget(self.heading)
        self._column.addWidget(self.words)
        self._column.addWidget(self.page)
        self._column.addStretch(1)
        lines.addWidget(self._sheet)
        self.setAccessibleName(self._say(N_("Help")))

    def take_room(self, *, whole: bool) -> None:
        """Stand beside the page, or in a narrow window in its place."""
        self.setMinimumWidth(0 if whole else WIDTH)
        self.setMaximumWidth(QWIDGETSIZE_MAX if whole else WIDTH)

    def show_help(self, text: str, page: str = "") -> None:
        """Show these words about a question, and the help of a page under them."""
        self.words.setText(text)
        self.words.setVisible(bool(text))
        if page != self._shown:
            self._shown = page
            self._show_page(help_of(page))

    def _show_page(self, help_page: HelpPage | None) -> None:
        fresh = QWidget()
        lines = QVBoxLayout(fresh)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(theme.SPACE_XS)
        for name, said in self._parts(help_page):
            if name:
                lines.addSpacing(theme.SPACE_S)
                lines.addWidget(PlainLabel(name, bold=True))
            lines.addWidget(PlainLabel(said))
        self._column.replaceWidget(self.page, fresh)
        self.page.hide()
        self.page.deleteLater()
        self.page = fresh
        fresh.show()
        self._sheet.verticalScrollBar().setValue(0)

    def _parts(self, help_page: HelpPage | None) -> list[tuple[str, str]]:
        """Headings and paragraphs; a paragraph without a heading stands under the one before."""
        say = self._say
        if help_page is None:
            return [("", say(N_("There is no help for this page.")))]
        found = [(say(N_("What this page is for")), say(help_page.what))]
        found += [(say(one.on), say(one.do)) for one in help_page.advice]
        found.append((say(N_("What is kept, and where")), say(help_page.kept)))
        words = dict(KEYS)
        keys = [f"{key}: {say(words[key])}" for key in help_page.keys if key in words]
        if keys:
            found.append((say(N_("Keys here")), "\n".join(keys)))
        return found


class WithHelp(QHBoxLayout):
    """Something and the help beside it, which is made when it is first asked for."""

    def __init__(self, widget: QWidget, translator: Translator) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(0)
        self._translator = translator
        self.column: HelpColumn | None = None
        self._widget = widget
        self.addWidget(widget, 1)

    def toggle(self, page: str) -> None:
        """Open the help of a page, or fold it away."""
        if self.column is None:
            self.column = HelpColumn(self._translator)
            self.addWidget(self.column)
            self.column.hide()
        self.column.show_help("", page)
        self.column.setVisible(self.column.isHidden())
        self.fit()

    def fit(self) -> None:
        """In a narrow window the help stands where the page stood."""
        if self.column is not None:
            narrow = self._widget.window().width() < theme.NARROW
            self.column.take_room(whole=narrow)
            self._widget.setHidden(narrow and not self.column.isHidden())

    def turn(self, page: str) -> None:
        """Another page is shown: where the help is open, it is that page's from now on."""
        if self.column is not None:
            self.column.show_help("", page)

    def fold(self) -> None:
        """Fold the help away."""
        if self.column is not None:
            self.column.hide()
            self.fit()
