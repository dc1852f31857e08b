"""Fields for words: text only on paste, nothing learnt by the keyboard, saved 400 ms after typing and on leaving.

Text counts whoever entered it: dictation, a screen reader and an on-screen keyboard only fire `textChanged`.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMimeData, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.i18n import N_
from ui import theme
from ui.widgets import clipboard
from ui.widgets.text import announce

SAVE_AFTER_MS = 400
UNSAVED_AT_MOST_MS = 3_000  # whoever types without a pause has lost no more than this when the battery dies
AROUND_LINES_PX = 28  # frame, padding and margins above and below the lines of a field of words
MOST_LINES = 12  # a field of words grows up to this, then scrolls
LONGEST_LINE, LONGEST_WORDS = 1_000, 100_000  # characters that one field holds
PRIVATE = Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText
CUT = N_("Only the first {kept} characters fit into this field; {left} were left out.")
CLEANED = N_("Characters that cannot be stored were taken out.")


def clean(text: str) -> str:
    """The text without NUL, other invisible control characters and halves of characters; line ends and tabs stay."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n").replace("\u2028", "\n")
    return "".join(
        c
        for c in text
        if c in "\n\t" or (c >= " " and c != "\x7f" and not "\ud800" <= c <= "\udfff" and not "\x80" <= c <= "\x9f")
    )


class TextSaver(QObject):
    """Watches one field: `answered` carries its text after 400 ms without a change, after three seconds with changes,
    or on `flush()`.
    """

    answered = Signal(str)

    def __init__(self, read: Callable[[], str], parent: QObject) -> None:
        super().__init__(parent)
        self._read = read
        self._known = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)
        self._longest = QTimer(self)
        self._longest.setSingleShot(True)
        self._longest.setInterval(UNSAVED_AT_MOST_MS)
        self._longest.timeout.connect(self.flush)

    def changed(self) -> None:
        """The field's text changed."""
        if self._read() != self._known:
            self._timer.start()
            if not self._longest.isActive():
                self._longest.start()
        else:
            self._stop()

    def _stop(self) -> None:
        self._timer.stop()
        self._longest.stop()

    def set_known(self, text: str) -> None:
        """The field shows what is stored: there is nothing to save."""
        self._known = text
        self._stop()

    @property
    def dirty(self) -> bool:
        """Whether something typed is not handed over yet."""
        return self._read() != self._known

    def flush(self) -> None:
        """Hand over at once what was typed."""
        self._stop()
        text = self._read()
        if text != self._known:
            self._known = text
            self.answered.emit(text)


class LineEdit(QLineEdit):
    """One line of text. `answered(str)` after 400 ms, on leaving and on Enter; `set_value` never disturbs typing."""

    answered = Signal(str)
    noticed = Signal(str)

    def __init__(
        self,
        text: str = "",
        *,
        name: str = "",
        placeholder: str = "",
        main: bool = False,
        longest: int = LONGEST_LINE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setInputMethodHints(PRIVATE)
        self.setMaxLength(longest)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setDragEnabled(False)
        if main:
            self.setProperty("main", True)
        self.saver = TextSaver(self.value, self)
        self.saver.answered.connect(self.answered)
        self.set_value(text)
        self.textChanged.connect(self.saver.changed)
        self.returnPressed.connect(self.saver.flush)

    def value(self) -> str:
        """The text, cleaned."""
        return clean(self.text())

    def set_value(self, text: str) -> None:
        """Show what is stored, unless the officer is in the middle of typing something else."""
        if self.saver.dirty and self.hasFocus():
            return
        shown = clean(text or "")[: self.maxLength()]
        self.saver.set_known(shown)
        if self.text() != shown:
            self.setText(shown)
            self.setCursorPosition(0)

    def flush(self) -> None:
        """Hand over what was typed a moment ago."""
        self.saver.flush()

    def set_doubtful(self, doubtful: bool) -> None:
        """Mark the value as kept but doubtful."""
        mark_doubtful(self, doubtful)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.saver.flush()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            clipboard.copy(self.selectedText())
        elif event.matches(QKeySequence.StandardKey.Cut) and self.hasSelectedText() and not self.isReadOnly():
            clipboard.copy(self.selectedText())
            self.insert("")
        elif event.key() == Qt.Key.Key_E and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the window's key; on X11 Qt would go to the end of the line, which End does
        else:
            super().keyPressEvent(event)


class WordsEdit(QPlainTextEdit):
    """Several lines of text. Tab leaves the field. Same signals and rules as LineEdit."""

    answered = Signal(str)
    noticed = Signal(str)

    def __init__(
        self,
        text: str = "",
        *,
        name: str = "",
        placeholder: str = "",
        lines: int = 3,
        longest: int = LONGEST_WORDS,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setInputMethodHints(PRIVATE | Qt.InputMethodHint.ImhMultiLine)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self.setFont(theme.font("body"))
        self._longest = longest
        self._lines = lines
        self.document().setDocumentMargin(4)
        self.saver = TextSaver(self.value, self)
        self.saver.answered.connect(self.answered)
        self.set_value(text)
        self.textChanged.connect(self.saver.changed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def value(self) -> str:
        """The text, cleaned."""
        return clean(self.toPlainText())

    def set_value(self, text: str) -> None:
        """Show what is stored, unless the officer is in the middle of typing something else."""
        if self.saver.dirty and self.hasFocus():
            return
        shown = clean(text or "")
        self.saver.set_known(shown)
        if self.toPlainText() != shown:
            self.setPlainText(shown)
            self.saver.set_known(self.value())

    def flush(self) -> None:
        """Hand over what was typed a moment ago."""
        self.saver.flush()

    def set_doubtful(self, doubtful: bool) -> None:
        """Mark the value as kept but doubtful."""
        mark_doubtful(self, doubtful)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.saver.flush()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text and nothing else; what does not fit is left out and said."""
        given = source.text()
        text = clean(given)
        room = max(0, self._longest - len(self.toPlainText()) + len(self.textCursor().selectedText()))
        if len(text) > room:
            self._notice(CUT, kept=self._longest, left=len(text) - room)
        elif len(text) != len(given.replace("\r\n", "\n")):
            self._notice(CLEANED)
        self.textCursor().insertText(text[:room])
        self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        """What copying and cutting put on the clipboard: text with the marks that keep it out of histories."""
        text = self.textCursor().selectedText().replace("\u2029", "\n")
        clipboard.watch(text)
        return clipboard.private(text)

    def _notice(self, message: str, **facts: object) -> None:
        words = getattr(self.window(), "translator", None)
        sentence = words.text(message, **facts) if words is not None else message.format(**facts)
        announce(self, sentence)
        self.noticed.emit(sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        shown = max(self._lines, self._lines_needed())
        self.setFixedHeight(self.fontMetrics().lineSpacing() * shown + AROUND_LINES_PX)

    def _lines_needed(self) -> int:
        """How many lines the text takes at this width, counted up to the most that are shown."""
        needed, block, layout = 0, self.document().firstBlock(), self.document().documentLayout()
        while block.isValid() and needed < MOST_LINES:
            layout.blockBoundingRect(block)  # only what was asked for once is broken into lines
            needed += max(1, block.layout().lineCount())
            block = block.next()
        return min(MOST_LINES, needed)


class SecretEdit(QLineEdit):
    """A passphrase: hidden unless shown, never copied, never learnt. Emits nothing while typing."""

    def __init__(self, *, name: str, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(PRIVATE | Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoAutoUppercase)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(1_000)
        self.setDragEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setProperty("main", True)

    def show_text(self, shown: bool) -> None:
        """Show or hide the letters."""
        self.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) or event.matches(QKeySequence.StandardKey.Cut):
            event.accept()
        else:
            super().keyPressEvent(event)


def mark_doubtful(field: QWidget, doubtful: bool) -> None:
    """Colour a field whose value is kept but doubtful; the sentence beside it says why."""
    if bool(field.property("doubtful")) != doubtful:
        field.setProperty("doubtful", doubtful)
        field.style().unpolish(field)
        field.style().polish(field)
