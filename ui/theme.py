"""Colours, type, spacing and the style sheet of every screen, in three schemes: light, dark, night (dim, red-shifted).

Colour never carries a meaning alone: a grade is a word, a shape and a colour. No widget names a colour of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from PySide6.QtCore import QDir, QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory

FAMILY = "Noto Sans"
SIZES_PT = {"small": 9.5, "body": 11.0, "question": 13.0, "heading": 16.0, "title": 20.0}
SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
RADIUS = 6
TARGET_MAIN, TARGET = 40, 28  # least height in px of answers and main actions, and of everything else
COLUMN_WIDTH = 720  # widest column of text in px
NARROW, SMALL = 800, 600  # px of window width under which something is left out or stands elsewhere
SYSTEM = "system"


@dataclass(frozen=True)
class Scheme:
    """One set of colours. `*_ink` is text on the ground of that name; `*_soft` is a pale ground with its own ink."""

    name: str
    dark: bool
    ground: str
    surface: str
    raised: str
    ink: str
    quiet: str
    line: str
    hair: str
    accent: str
    accent_ink: str
    accent_soft: str
    accent_soft_ink: str
    focus: str
    danger: str
    danger_ink: str
    danger_soft: str
    danger_soft_ink: str
    warn_soft: str
    warn_soft_ink: str
    good: str
    standard: str
    standard_ink: str
    medium: str
    medium_ink: str
    high: str
    high_ink: str
    extreme: str
    extreme_ink: str
    practice: str
    practice_ink: str

    def colour(self, token: str) -> QColor:
        """A token of this scheme as Qt's colour."""
        return QColor(getattr(self, token))


LIGHT = Scheme(
    name="light",
    dark=False,
    ground="#F3F4F6",
    surface="#FFFFFF",
    raised="#E9ECF0",
    ink="#1A1D21",
    quiet="#41474F",
    line="#6E7680",
    hair="#D3D8DE",
    accent="#1D4C89",
    accent_ink="#FFFFFF",
    accent_soft="#DCE8F8",
    accent_soft_ink="#10376B",
    focus="#0A58CA",
    danger="#A3201A",
    danger_ink="#FFFFFF",
    danger_soft="#FBE1DF",
    danger_soft_ink="#6F0D0D",
    warn_soft="#FFF0CC",
    warn_soft_ink="#4F3300",
    good="#14532D",
    standard="#DCE8F8",
    standard_ink="#10376B",
    medium="#FFE4AE",
    medium_ink="#4F3300",
    high="#F9CFCB",
    high_ink="#6F0D0D",
    extreme="#6E0B14",
    extreme_ink="#FFFFFF",
    practice="#4B2A7B",
    practice_ink="#FFFFFF",
)

DARK = Scheme(
    name="dark",
    dark=True,
    ground="#15181C",
    surface="#1E2227",
    raised="#2A3037",
    ink="#EDF0F4",
    quiet="#C0C7D0",
    line="#8A94A0",
    hair="#3A414A",
    accent="#8FBCF7",
    accent_ink="#0B1B30",
    accent_soft="#1D3552",
    accent_soft_ink="#D8E8FC",
    focus="#7DB8FF",
    danger="#FF9C94",
    danger_ink="#3A0705",
    danger_soft="#4A1613",
    danger_soft_ink="#FFE0DD",
    warn_soft="#453408",
    warn_soft_ink="#FFEBBD",
    good="#97DDB0",
    standard="#1D3552",
    standard_ink="#D8E8FC",
    medium="#4D3A08",
    medium_ink="#FFE7AE",
    high="#5A1B17",
    high_ink="#FFE0DD",
    extreme="#FFB3AD",
    extreme_ink="#3A0205",
    practice="#CDB6F2",
    practice_ink="#24103F",
)

NIGHT = Scheme(
    name="night",
    dark=True,
    ground="#0F0706",
    surface="#170B09",
    raised="#241210",
    ink="#E3A08F",
    quiet="#D29482",
    line="#97604F",
    hair="#3B201A",
    accent="#DE8F72",
    accent_ink="#1E0A04",
    accent_soft="#361A12",
    accent_soft_ink="#EDB29F",
    focus="#F0906A",
    danger="#F0785E",
    danger_ink="#200603",
    danger_soft="#3B110C",
    danger_soft_ink="#F4B7A9",
    warn_soft="#33200A",
    warn_soft_ink="#EDBB87",
    good="#D3A36C",
    standard="#2A1A16",
    standard_ink="#E3B09F",
    medium="#37230B",
    medium_ink="#F0BE86",
    high="#45140E",
    high_ink="#F6BBAD",
    extreme="#EE8B75",
    extreme_ink="#1E0402",
    practice="#C094A4",
    practice_ink="#1A0710",
)

SCHEMES = {scheme.name: scheme for scheme in (LIGHT, DARK, NIGHT)}

BODY, LESSER, CONTROL = 7.0, 4.5, 3.0
GROUNDS = ("ground", "surface", "raised")
PAIRS: tuple[tuple[str, str, float], ...] = (
    *(("ink", ground, BODY) for ground in GROUNDS),
    *(("quiet", ground, BODY) for ground in GROUNDS),
    *(("line", ground, CONTROL) for ground in GROUNDS),
    *(("focus", ground, CONTROL) for ground in GROUNDS),
    *(("accent", ground, LESSER) for ground in GROUNDS),
    *(("good", ground, LESSER) for ground in GROUNDS),
    *(("danger", ground, LESSER) for ground in GROUNDS),
    ("accent_ink", "accent", LESSER),
    ("accent_soft_ink", "accent_soft", BODY),
    ("accent_soft", "accent_soft_ink", BODY),
    ("accent", "accent_soft", LESSER),
    ("danger_ink", "danger", LESSER),
    ("danger_soft_ink", "danger_soft", BODY),
    ("warn_soft_ink", "warn_soft", BODY),
    ("focus", "accent_soft", CONTROL),
    ("focus", "danger_soft", CONTROL),
    ("focus", "warn_soft", CONTROL),
    ("standard_ink", "standard", BODY),
    ("medium_ink", "medium", BODY),
    ("high_ink", "high", BODY),
    ("extreme_ink", "extreme", BODY),
    ("practice_ink", "practice", BODY),
    ("ink", "accent_soft", BODY),
)
"""Every pair of foreground and ground that the screens use, with the least contrast that it must have."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two `#RRGGBB` colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class Theme(QObject):
    """The scheme in force. Follows the system until one is chosen; `changed` tells those that paint for themselves."""

    changed = Signal()

    def __init__(self, app: QApplication, choice: str = SYSTEM) -> None:
        super().__init__(app)
        self._app = app
        self.choice = choice if choice in SCHEMES else SYSTEM
        self.scheme = LIGHT
        app.setStyle(QStyleFactory.create("Fusion"))
        app.styleHints().colorSchemeChanged.connect(self._system_changed)
        self._apply()

    def choose(self, choice: str) -> None:
        """Use `light`, `dark`, `night` or `system` from now on."""
        self.choice = choice if choice in SCHEMES else SYSTEM
        self._apply()

    def _system_changed(self) -> None:
        if self.choice == SYSTEM:
            self._apply()

    def _apply(self) -> None:
        global _in_force
        dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.scheme = SCHEMES.get(self.choice, DARK if dark else LIGHT)
        _in_force = self.scheme
        self._app.setPalette(palette(self.scheme))
        self._app.setStyleSheet(style_sheet(self.scheme))
        self.changed.emit()


_in_force = LIGHT


def scheme() -> Scheme:
    """The scheme that the application shows now; for widgets that paint themselves."""
    return _in_force


def load_fonts(resources: Path) -> None:
    """Register the bundled family and make it the application's font: a machine may have no fonts at all."""
    for name in ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"):
        QFontDatabase.addApplicationFont(str(resources / "fonts" / name))
    QDir.setSearchPaths("icons", [str(resources / "icons")])
    QApplication.setFont(font("body"))


def font(kind: str = "body", *, bold: bool = False) -> QFont:
    """The font of a kind of text: small, body, question, heading or title."""
    made = QFont(FAMILY)
    made.setPointSizeF(SIZES_PT[kind])
    made.setBold(bold or kind in ("heading", "title"))
    return made


def palette(of: Scheme) -> QPalette:
    """Qt's palette for a scheme."""
    made, role, group = QPalette(), QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: of.ground,
        role.WindowText: of.ink,
        role.Base: of.surface,
        role.AlternateBase: of.raised,
        role.Text: of.ink,
        role.Button: of.raised,
        role.ButtonText: of.ink,
        role.BrightText: of.danger,
        role.Highlight: of.accent,
        role.HighlightedText: of.accent_ink,
        role.ToolTipBase: of.raised,
        role.ToolTipText: of.ink,
        role.PlaceholderText: of.quiet,
        role.Link: of.accent,
        role.LinkVisited: of.accent,
        role.Light: of.surface,
        role.Midlight: of.raised,
        role.Mid: of.line,
        role.Dark: of.line,
        role.Shadow: of.line,
        role.Accent: of.accent,
    }
    for which, colour in colours.items():
        made.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(group.Disabled, which, QColor(of.quiet))
    return made


def style_sheet(of: Scheme) -> str:
    """The application's style sheet for a scheme: controls, focus ring, cards, bars."""
    tokens = {f.name: getattr(of, f.name) for f in fields(of)}
    tokens.update(
        mark="dark" if of.dark else "light", radius=f"{RADIUS}px", target=str(TARGET - 4), main=str(TARGET_MAIN - 4)
    )
    sheet = _SHEET
    for name in sorted(tokens, key=len, reverse=True):
        sheet = sheet.replace(f"@{name}", str(tokens[name]))
    return sheet


_SHEET = """
QToolTip { color: @ink; background: @raised; border: 1px solid @line; padding: 4px; }
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox {
  background: @surface; color: @ink; border: 2px solid @line; border-radius: @radius; padding: 1px 6px;
  selection-background-color: @accent; selection-color: @accent_ink; }
QLineEdit, QComboBox, QSpinBox { min-height: @targetpx; }
QLineEdit[main="true"] { min-height: @mainpx; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus { border-color: @focus; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QLineEdit:read-only, QPlainTextEdit:read-only {
  background: @ground; color: @quiet; }
QLineEdit[doubtful="true"], QPlainTextEdit[doubtful="true"] { background: @warn_soft; color: @warn_soft_ink; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(icons:arrow-@mark.png); width: 12px; height: 12px; }
QComboBox QAbstractItemView { background: @surface; color: @ink; border: 1px solid @line; outline: none;
  selection-background-color: @accent; selection-color: @accent_ink; }
QPushButton { background: @surface; color: @ink; border: 2px solid @line; border-radius: @radius; padding: 1px 12px;
  min-height: @targetpx; outline: none; }
QPushButton[tall="true"] { min-height: @mainpx; }
QPushButton:hover { background: @accent_soft; }
QPushButton:pressed, QPushButton:checked { background: @accent; color: @accent_ink; border-color: @accent; }
QPushButton:focus { border-color: @focus; }
QPushButton:disabled { background: @ground; color: @quiet; border-color: @hair; }
QPushButton[kind="main"] { background: @accent; color: @accent_ink; border-color: @accent; min-height: @mainpx;
  font-weight: bold; }
QPushButton[kind="main"]:hover { background: @accent_soft_ink; color: @accent_soft; border-color: @accent_soft_ink; }
QPushButton[kind="main"]:disabled { background: @ground; color: @quiet; border-color: @line; }
QPushButton[kind="danger"] { background: @danger; color: @danger_ink; border-color: @danger; min-height: @mainpx;
  font-weight: bold; }
QPushButton[kind="danger"]:hover { background: @danger_soft; color: @danger_soft_ink; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; color: @accent;
  text-decoration: underline; padding: 1px 6px; }
QPushButton[kind="quiet"]:hover { background: @accent_soft; }
QPushButton[kind="main"]:focus { background: @accent_soft; color: @accent_soft_ink; border-color: @focus; }
QPushButton:checked:focus { border-color: @focus; }
QPushButton[kind="danger"]:focus { background: @danger_soft; color: @danger_soft_ink; border-color: @focus; }
QPushButton[kind="quiet"]:focus { border-color: @focus; }
QPushButton[kind="rail"] { background: transparent; border-color: transparent; text-align: left; min-height: @mainpx;
  padding: 1px 8px; }
QPushButton[kind="rail"]:hover { background: @accent_soft; }
QPushButton[kind="rail"]:checked { background: @accent_soft; color: @accent_soft_ink; border-color: @accent_soft;
  font-weight: bold; }
QPushButton[kind="rail"]:focus { border-color: @focus; }
QCheckBox { color: @ink; spacing: 8px; min-height: @targetpx; border: 2px solid transparent; border-radius: @radius;
  padding: 0px 2px; }
QCheckBox:focus { border-color: @focus; }
QCheckBox::indicator { width: 18px; height: 18px; background: @surface; border: 2px solid @line; border-radius: 3px; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: url(icons:check-@mark.png); }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget[page="true"] { background: transparent; }
QListView, QTableView, QTreeView { background: @surface; color: @ink; border: 2px solid @hair; border-radius: @radius;
  outline: none; }
QListView:focus, QTableView:focus, QTreeView:focus { border-color: @focus; }
QHeaderView::section { background: @raised; color: @ink; border: none; border-right: 1px solid @hair;
  padding: 6px 8px; }
QFrame[card="true"] { background: @surface; border: 1px solid @hair; border-radius: @radius; }
QFrame[bar="top"] { background: @raised; border: none; border-bottom: 1px solid @hair; }
QFrame[bar="rail"] { background: @raised; border: none; }
QFrame[bar="head"] { background: @surface; border: none; border-bottom: 1px solid @hair; }
QFrame[bar="side"] { background: @ground; border: none; }
QFrame[tone="danger"] { background: @danger_soft; border: 2px solid @danger; border-radius: @radius; }
QFrame[tone="danger"] QLabel { color: @danger_soft_ink; }
QFrame[tone="warn"] { background: @warn_soft; border: 2px solid @line; border-radius: @radius; }
QFrame[tone="warn"] QLabel { color: @warn_soft_ink; }
QFrame[tone="calm"] { background: @accent_soft; border: 2px solid @accent_soft; border-radius: @radius; }
QFrame[tone="calm"] QLabel { color: @accent_soft_ink; }
QFrame[tone="practice"] { background: @practice; border: none; }
QFrame[tone="practice"] QLabel { color: @practice_ink; font-weight: bold; }
QLabel[quiet="true"] { color: @quiet; }
QLabel[tone="good"] { color: @good; background: transparent; border: none; }
QLabel[tone="danger"] { color: @danger; background: transparent; border: none; }
QScrollBar:vertical { background: @ground; width: 14px; margin: 0; }
QScrollBar::handle:vertical { background: @line; min-height: 32px; border-radius: 5px; margin: 2px; }
QScrollBar:horizontal { background: @ground; height: 14px; margin: 0; }
QScrollBar::handle:horizontal { background: @line; min-width: 32px; border-radius: 5px; margin: 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""
