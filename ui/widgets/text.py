"""Labels, buttons, boxes that show data as plain text only, never as markup, and never open what the data names."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QFontMetrics, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.widgets.icons import icon as line_icon


def tip(widget: QWidget, text: str) -> None:
    """Give a widget a tooltip that shows `text` letter by letter, whatever it looks like."""
    widget.setToolTip(f"<qt>{html.escape(text)}</qt>" if text else "")


_speaker: QWidget | None = None


def speak_only(page: QWidget | None) -> None:
    """From now on announce only what happens on this page; None: everything again."""
    global _speaker
    _speaker = page


def announce(widget: QWidget, text: str) -> None:
    """Tell assistive technology that something changed."""
    if _speaker is not None and widget is not _speaker and not _speaker.isAncestorOf(widget):
        return
    if text and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class PlainLabel(QLabel):
    """Text as it was written. `kind` is small, body, quiet, question, heading or title."""

    def __init__(
        self,
        text: str = "",
        *,
        kind: str = "body",
        bold: bool = False,
        quiet: bool = False,
        wrap: bool = True,
        tone: str = "",
        selectable: bool = False,
        buddy: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        kind, quiet = ("body", True) if kind == "quiet" else (kind, quiet)
        self.setTextFormat(Qt.TextFormat.PlainText)
        # By the direction of the screen, not of the text: a Latin name stands where the line begins.
        side = Qt.AlignmentFlag.AlignRight if self.isRightToLeft() else Qt.AlignmentFlag.AlignLeft
        self.setAlignment(side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter)
        self.setFont(theme.font(kind, bold=bold))
        self.setWordWrap(wrap)
        if quiet:
            self.setProperty("quiet", True)
        if tone:
            self.setProperty("tone", tone)
        if selectable:
            self.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
        self.setText(text)
        if buddy is not None:
            self.set_buddy(buddy)
        policy = self.sizePolicy()
        policy.setHeightForWidth(wrap)
        policy.setVerticalPolicy(QSizePolicy.Policy.Minimum if wrap else QSizePolicy.Policy.Preferred)
        self.setSizePolicy(policy)

    def setText(self, text: str) -> None:
        # With a buddy Qt reads "&" as a mnemonic; doubled it is a letter again.
        super().setText(text.replace("&", "&&") if self.buddy() is not None else text)

    def set_buddy(self, widget: QWidget) -> None:
        """Make this the label of `widget`, for the eye and for assistive technology."""
        shown = self.text()
        self.setBuddy(widget)
        self.setText(shown)
        if shown and not widget.accessibleName():
            widget.setAccessibleName(shown)


FILLED = frozenset({"main", "danger"})
TALL = frozenset({"main", "danger", "rail"})


if TYPE_CHECKING:
    _Button = QAbstractButton
else:
    _Button = object  # Qt allows one of its own classes only among the bases


class Toggled(_Button):
    """Mixed into a button that can be on or off: what assistive technology switches counts as a click.

    It switches such a button without a click, and an answer would be shown as given and not be saved. What the program
    itself shows by `setChecked` is no click.
    """

    _by_ourselves = False

    def watch_toggles(self) -> None:
        """Begin; called once the button can be on or off."""
        self.toggled.connect(self._switched)

    def setChecked(self, on: bool) -> None:
        before, self._by_ourselves = self._by_ourselves, True
        super().setChecked(on)
        self._by_ourselves = before

    def nextCheckState(self) -> None:
        self._by_ourselves = True
        super().nextCheckState()
        self._by_ourselves = False

    def _switched(self, on: bool) -> None:
        if not self._by_ourselves and (on or not self._one_of_several()):
            clicked: Any = self.clicked  # its stub knows nothing of the two signatures
            clicked[bool].emit(on)

    def _one_of_several(self) -> bool:
        """Whether this one goes off by itself when another one goes on."""
        group = self.group()
        return self.autoExclusive() or (group is not None and group.exclusive())


class PlainButton(Toggled, QPushButton):
    """A button whose text and tooltip are data. `kind`: plain, main, danger, quiet or rail. Enter presses it, too."""

    def __init__(
        self,
        text: str = "",
        *,
        kind: str = "plain",
        icon: str = "",
        hint: str = "",
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        self.icon_name, self.words, self.kind = "", "", kind
        self._wordless, self._other_width = False, theme.TARGET_MAIN
        self._natural: QSize | None = None
        self._narrowest, self._beside = QSize(), 0
        super().__init__(parent)
        self.setProperty("kind", kind)
        self.setAutoDefault(False)
        self.icon_name, self.kind = icon, kind
        if kind == "main":
            self.setFont(theme.font("body", bold=True))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if icon:
            self._draw_icon()
            self.setIconSize(QSize(18, 18))
        self.set_words(text)
        if name:
            self.setAccessibleName(name)
        tip(self, hint)
        self.watch_toggles()

    def set_words(self, text: str) -> None:
        """Show `text`, in several lines where one is too narrow; an ampersand in it is a letter."""
        self.words, self._natural = text, None
        self.setText(self._said().replace("&", "&&"))
        self._break_lines()
        self.setAccessibleName(text)

    def show_words(self, shown: bool) -> None:
        """Show the words, or the icon alone where there is no room for them; name and words stay what they are."""
        if shown == self._wordless:
            self._wordless, self._natural = not shown, None
            now = self.minimumWidth()
            self.setMinimumWidth(self._other_width)
            self._other_width = now
            self.setText(self._said().replace("&", "&&"))
            self._break_lines()

    def _said(self) -> str:
        return "" if self._wordless else self.words

    def sizeHint(self) -> QSize:
        return self._measured()

    def width_with(self, text: str) -> int:
        """How wide the button would be with other words."""
        self._measured()
        return self._beside + self.fontMetrics().horizontalAdvance(text)

    def _measured(self) -> QSize:
        """How large the button is with its words in one line."""
        if self._natural is None:
            # Measured once for each text and style: layouts ask often.
            metrics, lines = self._letters(), self.text().count("\n") + 1
            whole, shown = super().sizeHint(), self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
            self._beside = whole.width() - shown.width()
            words = max((metrics.horizontalAdvance(word) for word in self._said().split()), default=0)
            high = whole.height() - (lines - 1) * metrics.lineSpacing()
            self._natural = QSize(metrics.horizontalAdvance(self._said()) + self._beside, high)
            self._narrowest = QSize(words + self._beside, high)
        return self._natural

    def _letters(self) -> QFontMetrics:
        """How wide letters are at their widest: in a rail and in a heading that opens, what is chosen is bold."""
        if self.kind != "rail":
            return self.fontMetrics()
        bold = self.font()
        bold.setBold(True)
        return QFontMetrics(bold)

    def minimumSizeHint(self) -> QSize:
        self._measured()
        return self._narrowest

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._break_lines()

    def _break_lines(self) -> None:
        natural = self._measured()
        lines = [self._said()]
        if self.width() < natural.width() and self._said():
            lines = wrapped(self._said(), self._letters(), self.width() - self._beside)
        text = "\n".join(lines).replace("&", "&&")
        if text != self.text():
            self.setText(text)
        # The style sheet gives a button its least height only once, and takes back what was set here.
        tall = self.kind in TALL or self.property("tall")
        least = (theme.TARGET_MAIN if tall else theme.TARGET) + 2
        more = (len(lines) - 1) * self.fontMetrics().lineSpacing()
        wanted = max(least, natural.height() + more if more else 0)
        if self.minimumHeight() != wanted:
            self.setMinimumHeight(wanted)

    def _draw_icon(self) -> None:
        filled = {"main": "accent", "danger": "danger"}.get(self.kind, "")
        soft = "_soft" if self.hasFocus() else ""  # with the focus a filled button turns pale
        self.setIcon(line_icon(self.icon_name, f"{filled}{soft}_ink" if filled else "ink"))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.icon_name and self.kind in FILLED:
            self._draw_icon()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self.icon_name and self.kind in FILLED:
            self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange and self.icon_name:
            self._draw_icon()
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._natural = None
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange and self.words:
            self._break_lines()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)


def wrapped(text: str, metrics: QFontMetrics, room: int) -> list[str]:
    """The words of `text` in lines of at most `room` px; a single longer word stands alone."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and metrics.horizontalAdvance(longer) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


class PlainCheck(Toggled, QCheckBox):
    """A box to tick, with its text beside it."""

    def __init__(self, text: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self.setAccessibleName(name or text)
        self.watch_toggles()


class Card(QFrame):
    """A framed piece of a page; `body` is its column."""

    def __init__(self, heading: str = "", *, tone: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        if tone:
            self.setProperty("tone", tone)
        else:
            self.setProperty("card", True)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(theme.SPACE_L, theme.SPACE_M, theme.SPACE_L, theme.SPACE_M)
        self.body.setSpacing(theme.SPACE_S)
        self.heading = PlainLabel(heading, kind="question", bold=True) if heading else None
        if self.heading is not None:
            self.body.addWidget(self.heading)
            self.setAccessibleName(heading)


def set_tone(frame: QWidget, tone: str) -> None:
    """Change a frame's tone (danger, warn, calm, practice or nothing) and let the style sheet see it."""
    if frame.property("tone") != tone:
        frame.setProperty("tone", tone)
        for part in [frame, *frame.findChildren(QLabel)]:
            part.style().unpolish(part)
            part.style().polish(part)


def column(*, margin: int = 0, spacing: int = theme.SPACE_S) -> QVBoxLayout:
    """An upright layout with our spacing."""
    made = QVBoxLayout()
    made.setContentsMargins(margin, margin, margin, margin)
    made.setSpacing(spacing)
    return made


def row(*widgets: QWidget, spacing: int = theme.SPACE_S, stretch: bool = True) -> QHBoxLayout:
    """The widgets side by side, pushed to the start of the line."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for widget in widgets:
        made.addWidget(widget)
    if stretch:
        made.addStretch(1)
    return made


def main_action(button: PlainButton) -> PlainButton:
    """Make a button as high as a main action, whatever its kind."""
    button.setProperty("tall", True)
    return button
