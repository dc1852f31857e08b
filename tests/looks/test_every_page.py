"""Every page that there is, in the test language, both directions and all schemes: what a machine can see and hear.

The pages are found by the program's own lists, so a new one is looked at without a word here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from tests.looks import findings, walk
from tests.ui.looking import tree
from ui import theme
from ui.widgets.choices import ChoiceButton
from ui.widgets.lists import LineList
from ui.widgets.text import PlainLabel

NAMES = (
    "Practice Officer",
    "Practice",
    "Officer",
    "Ilse Varga",
    "Ilse",
    "Varga",
    "Keira",
    "Maud Ferrier",
    "Iden Sorley",
)
SEEN = (("xx", "light", (1024, 640)), ("xx-rtl", "dark", (1366, 768)), ("en", "night", (683, 384)))


@pytest.fixture(scope="module")
def vaults(tmp_path_factory: pytest.TempPathFactory) -> walk.Vaults:
    """The two vaults of the walk."""
    return walk.Vaults(tmp_path_factory.mktemp("looks"))


@pytest.fixture
def programs(qapp: QApplication, vaults: walk.Vaults) -> Iterator[Any]:
    """Makes programs in a language, scheme and size; closed at the end."""
    made: list[walk.AtTheProgram] = []

    def make(language: str, scheme: str, size: tuple[int, int]) -> walk.AtTheProgram:
        while made:
            made.pop().end()
        one = walk.AtTheProgram(vaults, language, scheme)
        one.top.resize(*size)
        made.append(one)
        return one

    yield make
    while made:
        made.pop().end()
    theme.Theme(qapp, "light")


def every_look(vaults: walk.Vaults, programs: Any, *how: Any) -> Iterator[tuple[str, QWidget]]:
    """All looks of one language, scheme and size."""
    before = programs(*how)
    yield from walk.before_unlocking(before, vaults)
    full = programs(*how)
    yield from walk.at_work(full, full.enter(vaults.open_full()))
    for folder, looks in vaults.others():
        other = programs(*how)
        yield from looks(other, other.enter(vaults.open(folder)))


@pytest.mark.parametrize(("language", "scheme", "size"), SEEN)
def test_nothing_is_cut_covered_nameless_raw_or_left_in_english(
    vaults: walk.Vaults, programs: Any, language: str, scheme: str, size: tuple[int, int]
) -> None:
    words = findings.Words([*findings.practice_words(), *NAMES]) if language.startswith("xx") else None
    wrong: dict[str, list[str]] = {}
    names = []
    for name, screen in every_look(vaults, programs, language, scheme, size):
        walk.settle()
        names.append(name)
        looked_at = walk.open_dialog() or screen
        for line in [*findings.found(looked_at, words), *strangers(looked_at)]:
            wrong.setdefault(line, []).append(name)
    assert len(names) > 40
    assert wrong == {}


def strangers(screen: QWidget) -> list[str]:
    """Fields whose label does not lead to them, and things that assistive technology has no role for."""
    wrong = []
    buddies = {label.buddy() for label in screen.findChildren(QLabel) if label.buddy() is not None}
    for part in findings.seen(screen, (QLineEdit, QPlainTextEdit)):
        if part.objectName().startswith("qt_") or not part.isEnabled():
            continue
        proxied = part in buddies or part.parentWidget() in buddies
        if not proxied and not part.accessibleName().strip():
            wrong.append(f"a field that nothing names: {type(part).__name__}")
    for node in tree(QAccessible.queryAccessibleInterface(screen)):
        state: Any = node.state()
        if state.focusable and not state.invisible and node.role() == QAccessible.Role.NoRole:
            wrong.append(f"no role: {node.text(QAccessible.Text.Name)}")
    return wrong


@pytest.mark.parametrize("scheme", list(theme.SCHEMES))
def test_tab_goes_round_and_shows_where_it_stands(vaults: walk.Vaults, programs: Any, scheme: str) -> None:
    """On each place and step: Tab meets every control that can be seen to take it, and the ring is really painted."""
    at = programs("en", scheme, (1366, 768))
    window = at.enter(vaults.open_full())
    ring = theme.SCHEMES[scheme].colour("focus")
    unringed: set[str] = set()
    for place in (*walk.PLACES, *walk.WITHIN):
        walk.go(window, place)
        walk.settle()
        unringed |= round_trip(at.top, ring, place)
    assert unringed == set()


def round_trip(top: QWidget, ring: QColor, place: str) -> set[str]:
    """Press Tab until the first control comes again; what showed no ring while it had the focus."""
    first, met, missing = QApplication.focusWidget(), [], set()
    for _ in range(200):
        has = QApplication.focusWidget()
        assert has is not None, f"the focus was lost on {place}"
        met.append(has)
        if has.isVisible() and not is_ringed(has, ring):
            missing.add(f"{place}: {type(has).__name__} “{has.accessibleName()}”")
        QTest.keyClick(has, Qt.Key.Key_Tab)
        if QApplication.focusWidget() is first:
            break
    assert len(set(met)) > 3, place
    return missing


def is_ringed(widget: QWidget, ring: QColor) -> bool:
    """Whether a line of the focus colour, two pixels strong, is painted along an edge of a control or of its line."""
    seen = widget.grab().toImage()
    middle = seen.height() // 2
    across = [QColor(seen.pixel(QPoint(x, middle))) for x in range(min(8, seen.width()))]
    down = [QColor(seen.pixel(QPoint(min(seen.width() - 1, 40), y))) for y in range(seen.height())]
    strong = max(run_of(ring, across), run_of(ring, down))
    return strong >= (1 if isinstance(widget, ChoiceButton) else 2)


def run_of(ring: QColor, pixels: list[QColor]) -> int:
    """How many pixels in a row have this colour."""
    longest = now = 0
    for pixel in pixels:
        now = now + 1 if close(pixel, ring) else 0
        longest = max(longest, now)
    return longest


def close(one: QColor, other: QColor) -> bool:
    """Nearly the same colour; edges are smoothed."""
    pairs = ((one.red(), other.red()), (one.green(), other.green()), (one.blue(), other.blue()))
    return all(abs(a - b) < 40 for a, b in pairs)


def test_what_is_wrong_is_found(qtbot: Any) -> None:
    """The eyes of the walk see what they are there for."""
    screen = QWidget()
    qtbot.addWidget(screen)
    screen.resize(300, 200)
    label = PlainLabel("A sentence with more words than there is room for", parent=screen)
    label.setGeometry(0, 0, 60, 20)
    PlainLabel("Grade", parent=screen).setGeometry(10, 100, 120, 20)
    PlainLabel("{n} in_custody", parent=screen).setGeometry(20, 105, 120, 20)
    small = QPushButton("Go", screen)
    small.setStyleSheet("min-height: 0")
    small.setGeometry(200, 150, 50, 12)
    PlainLabel("in_custody", parent=screen).setGeometry(0, 170, 100, 25)
    LineList(name="", parent=screen).setGeometry(150, 20, 100, 60)
    screen.show()
    wrong = "\n".join(findings.found(screen, findings.Words([])))
    for what in (
        "cut: “A sentence",
        "covered: “Grade”",
        "raw: “{n}",
        "raw: “in_custody”",
        "too small: “Go”",
        "empty list",
        "no name",
        "untranslated: ['Grade']",
    ):
        assert what in wrong, what
