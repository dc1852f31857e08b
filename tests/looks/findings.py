"""What a machine can see on a screen that is not as it should be: cut, covered, too small, raw, untranslated, empty."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QWidget,
)

from app import paths
from tests.ui.looking import nameless
from ui import theme
from ui.widgets.choices import ChoiceButton
from ui.widgets.lists import LINE_ROLE
from ui.widgets.text import PlainButton

LEAFS = (QLabel, QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
PLACEHOLDER = re.compile(r"\{\w*\}")
CODE = re.compile(r"^[a-z]+(_[a-z]+)+$|^(None|True|False)$|object at 0x")
QUOTED = re.compile("“[^”]*(”|$)")
KEY_NAMES = ("Shift", "Space", "Enter", "Ctrl", "Noto Sans", "Holdfast", "English")
WORD = re.compile(r"(?<![\w~\]\[’'])[A-Za-z][a-z]{3,}(?![\w’'])")
VOWEL = re.compile("[aeiouyAEIOUY]")
SENTENCE = re.compile(r"\w+(\W+\w+){4,}|[.…!?:]\s*$")


def found(screen: QWidget, words: Words | None = None) -> list[str]:
    """Everything that is wrong with a screen. `words` is given for the test language only."""
    wrong = [*cut(screen), *covered(screen), *too_small(screen), *raw(screen), *empty(screen)]
    wrong += [f"no name: {name}" for name in nameless(screen)]
    if words is not None:
        wrong += untranslated(screen, words)
    return list(dict.fromkeys(wrong))


def seen(screen: QWidget, kinds: Any = QWidget) -> Iterator[Any]:
    """The widgets that are shown, also those that a page is scrolled away from."""
    for part in screen.findChildren(QWidget):
        if isinstance(part, kinds) and part.isVisible() and part.width() > 0 and part.height() > 0:
            yield part


def cut(screen: QWidget) -> list[str]:
    """Words for which there is no room, and pages wider than the room for them."""
    wrong = []
    for part in seen(screen, (QLabel, QPushButton, QCheckBox, QComboBox, ChoiceButton, QScrollArea)):
        if isinstance(part, QScrollArea):
            inside = part.widget()
            stuck = part.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
            if stuck and inside is not None and inside.width() > part.viewport().width() + 1:
                wrong.append(f"cut: {type(part).__name__} of {part.viewport().width()} px holds {inside.width()} px")
            continue
        wide, high = needs(part)
        if wide > part.width() + 2 or high > part.height() + 2:
            wrong.append(f"cut: “{words_of(part)}” needs {wide}x{high}, has {part.width()}x{part.height()}")
    return wrong


def needs(part: QWidget) -> tuple[int, int]:
    """The least room for the words of a label, button or box."""
    if isinstance(part, QLabel):
        if not part.text() or not part.pixmap().isNull():
            return 0, 0
        if part.wordWrap():
            widest = max((part.fontMetrics().horizontalAdvance(word) for word in part.text().split()), default=0)
            return widest, part.heightForWidth(part.width())
        return part.sizeHint().width(), part.sizeHint().height()
    if isinstance(part, PlainButton):
        least = part.minimumSizeHint().expandedTo(part.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, part.text()))
        return least.width(), least.height()
    least = part.minimumSizeHint() if isinstance(part, QComboBox) else part.sizeHint()
    return least.width(), least.height()


def covered(screen: QWidget) -> list[str]:
    """Words and controls that lie on each other within one parent."""
    wrong = []
    families: dict[QWidget, list[QWidget]] = {}
    for part in seen(screen, LEAFS):
        families.setdefault(part.parentWidget(), []).append(part)
    for parts in families.values():
        for number, one in enumerate(parts):
            for other in parts[number + 1 :]:
                shared = one.geometry() & other.geometry()
                if shared.width() > 2 and shared.height() > 2:
                    wrong.append(f"covered: “{words_of(one)}” and “{words_of(other)}”")
    return wrong + out_of_sight(screen)


def out_of_sight(screen: QWidget) -> list[str]:
    """Controls that stick out of the screen or of their parent, where nothing scrolls to them."""
    wrong, all_of_it = [], screen.rect()
    for part in seen(screen, LEAFS):
        box, above = QRect(part.mapTo(screen, QPoint(0, 0)), part.size()), part.parentWidget()
        scrolled = False
        while above is not None and above is not screen:
            scrolled = scrolled or isinstance(above, QAbstractScrollArea)
            above = above.parentWidget()
        if not scrolled and not all_of_it.adjusted(-1, -1, 1, 1).contains(box):
            wrong.append(f"out of sight: “{words_of(part)}” at {box.getRect()} of {screen.size().toTuple()}")
    return wrong


def too_small(screen: QWidget) -> list[str]:
    """Controls that a finger would miss."""
    wrong = []
    for part in seen(screen, (QAbstractButton, QComboBox, QLineEdit)):
        main = isinstance(part, ChoiceButton) or part.property("kind") in ("main", "danger")
        least = theme.TARGET_MAIN if main else theme.TARGET
        if isinstance(part.parentWidget(), QComboBox) or part.objectName().startswith("qt_"):
            continue
        if part.height() < least or part.width() < theme.TARGET:
            wrong.append(f"too small: “{words_of(part)}” is {part.width()}x{part.height()}, least {least}")
    return wrong


def raw(screen: QWidget) -> list[str]:
    """Codes and places for facts that were never filled in."""
    return [
        f"raw: “{text}”" for text in texts(screen) if PLACEHOLDER.search(text) or CODE.search(text.strip("[]~ \u200f"))
    ]


def empty(screen: QWidget) -> list[str]:
    """Lists without a line, and screens without a sentence."""
    wrong = [
        f"empty list “{part.accessibleName()}”"
        for part in seen(screen, QAbstractItemView)
        if part.model() is not None and part.model().rowCount() == 0
    ]
    if not any(SENTENCE.search(text) for text in texts(screen)):
        wrong.append("no sentence on this screen")
    return wrong


# -- words


def words_of(part: QWidget) -> str:
    """What a widget says, shortened."""
    said = part.text() if isinstance(part, QLabel | QAbstractButton) else part.accessibleName()
    return str(said).replace("\n", " ")[:70]


def texts(screen: QWidget) -> Iterator[str]:
    """Everything that can be read on a screen or is read out, without what stands in fields."""
    for part in seen(screen):
        if isinstance(part, QLabel | QAbstractButton):
            yield part.text()
        if isinstance(part, QLineEdit | QPlainTextEdit):
            yield part.placeholderText()
        if isinstance(part, QComboBox):
            yield from (part.itemText(number) for number in range(part.count()))
        if isinstance(part, QAbstractItemView) and part.model() is not None:
            for number in range(part.model().rowCount()):
                line = part.model().index(number, 0).data(LINE_ROLE)
                yield from (line.title, line.under, line.end, line.spoken) if line else ()
        yield part.accessibleName()


class Words:
    """The words of the program, and what people wrote, which stands on a screen as it was written."""

    def __init__(self, written: Iterable[str]) -> None:
        catalogue = (paths.resources() / "i18n" / "holdfast.pot").read_text(encoding="utf-8")
        said = " ".join(re.findall(r'^(?:msgid(?:_plural)? )?"(.*)"$', catalogue, re.MULTILINE))
        self.known = {word.lower() for word in WORD.findall(said) if VOWEL.search(word)}
        self.written = sorted({text for text in (*written, *KEY_NAMES) if len(text) > 1}, key=len, reverse=True)

    def left_in_english(self, text: str) -> list[str]:
        """Words of the program in a text that were not translated."""
        text = QUOTED.sub(" ", " ".join(text.split()))
        if not any(word.lower() in self.known for word in WORD.findall(text)):
            return []
        for part in self.written:
            text = text.replace(part, " ")
        return [word for word in WORD.findall(text) if word.lower() in self.known and VOWEL.search(word)]


def untranslated(screen: QWidget, words: Words) -> list[str]:
    """Words that stay English in the test language."""
    return [
        f"untranslated: {left} in “{text[:90]}”"
        for text in dict.fromkeys(texts(screen))
        if (left := words.left_in_english(text))
    ]


def written_in(data: Any) -> Iterator[str]:
    """Every text in the data of a case, and the lines of each."""
    if isinstance(data, str):
        yield data
        yield from (line for line in data.splitlines() if line)
    elif isinstance(data, dict):
        for value in data.values():
            yield from written_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from written_in(value)


def practice_words() -> Iterator[str]:
    """What people wrote in the practice caseload and in the invented directory of services."""
    for file in (paths.resources() / "practice").glob("*.json"):
        yield from written_in(json.loads(file.read_bytes()))
    for file in (paths.resources() / "services").rglob("*.toml"):
        yield from written_in(tomllib.loads(file.read_text(encoding="utf-8")))
