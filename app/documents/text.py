"""The one way to put text on a page. What cannot be drawn rightly is refused, never drawn wrong.

Text is drawn as it stands: there is no markup to be read, so nothing in it can open or break anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.documents.fonts import BOLD, REGULAR, fonts
from app.problems import Problem

LEAST_SIZE = 9.0
_GAPS = re.compile(r"[^\S\n\u00a0\u202f]+")
_SIGN_CATEGORIES = frozenset({"So", "Sk", "Sm", "Sc", "No", "Po", "Pd", "Ps", "Pe", "Pi", "Pf", "Pc"})
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
# Marks without a picture of their own: variation selectors and the skin tones of small pictures.
_SILENT = frozenset([*range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0)])


@dataclass(frozen=True)
class Style:
    """How a paragraph looks. Sizes and distances in points; grey from 0 (black) to 1; `tag`: its role for a reader."""

    size: float
    leading: float
    bold: bool = False
    before: float = 0.0
    after: float = 0.0
    grey: float = 0.0
    indent: float = 0.0
    with_next: bool = False
    tag: str = "P"

    @property
    def font(self) -> str:
        """The name of the font that draws it."""
        return BOLD if self.bold else REGULAR


TITLE = Style(19, 27, bold=True, after=4, with_next=True, tag="H1")
HEADING = Style(13, 19, bold=True, before=14, after=4, with_next=True, tag="H2")
TIGHT_HEADING = Style(12, 16.5, bold=True, before=7, after=1, with_next=True, tag="H2")
SUBHEADING = Style(10.5, 15.5, bold=True, before=7, after=1, with_next=True, tag="H3")
BODY = Style(10.5, 15.5, before=3, after=4)
STRONG = Style(10.5, 15.5, bold=True, before=3, after=4)
CELL = Style(10, 14.5)
CELL_STRONG = Style(10, 14.5, bold=True)
NOTE = Style(9.5, 13.5, grey=0.25, before=3, after=3)
LABEL = Style(9.5, 14.5, grey=0.32)
SMALL = Style(9, 12.5, grey=0.3)
MARK = Style(9, 12.5, bold=True)
TIGHT_ITEM = Style(10, 14.5, bold=True, before=3, with_next=True)
TIGHT = Style(9.5, 13.5, indent=13, after=1)
ITEM = Style(10.5, 15.5, bold=True, before=6, with_next=True)
CARD = Style(10, 15, after=2)
ROOMY = Style(12, 18.5, after=7)
ROOMY_HEADING = Style(14, 20, bold=True, before=14, after=5, with_next=True, tag="H2")


@dataclass(frozen=True)
class Para:
    """A paragraph whose text has passed the check. Made by `para` only."""

    text: str
    style: Style


def para(text: str, style: Style = BODY, where: str = "") -> Para:
    """A paragraph of any text. `where` names the field in the Problem.

    Raises Problem paper.script for a right-to-left script or a script without a bundled font.
    """
    return Para(drawable(text, where), style)


def drawable(text: str, where: str = "") -> str:
    """The text as it is drawn: composed (NFC), without invisible controls, blanks run together, line ends kept.

    A sign that is no letter and has no picture in the font is written out by its name in square brackets.
    """
    known, out = fonts().draws, []
    for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")):
        if known(character) and (character == " " or character.isprintable()):
            out.append(character)
        else:
            out.append(_replaced(character, where))
    lines = _GAPS.sub(" ", "".join(out)).split("\n")
    return "\n".join(line.strip(" ") for line in lines).strip("\n")


def can_draw(text: str) -> bool:
    """Whether `para` would take the text."""
    try:
        drawable(text)
    except Problem:
        return False
    return True


def _replaced(character: str, where: str) -> str:
    category = unicodedata.category(character)
    if character == "\n" or category in {"Zl", "Zp"}:
        return "\n"
    if character == "\t" or category == "Zs":
        return "\u00a0" if character in "\u00a0\u202f" else " "
    if category == "Cs":
        return "\ufffd"
    if category in {"Cc", "Cf"} or ord(character) in _SILENT:
        return ""
    name = unicodedata.name(character, "")
    if category in _SIGN_CATEGORIES and name and unicodedata.bidirectional(character) not in _RIGHT_TO_LEFT:
        return f"[{name.lower()}]"
    raise Problem(
        "paper.script", script=name.split(" ")[0].capitalize() or f"U+{ord(character):04X}", where=where or "–"
    )


def wrap(paragraph: Para, width: float) -> list[str]:
    """The paragraph's lines for a column of that width in points; a word that is too long is broken, nothing is cut."""
    style, lines = paragraph.style, []
    room = max(width - style.indent, style.size * 2)
    for line in paragraph.text.split("\n"):
        lines.extend(_wrapped(line, style, room))
    return lines


def _wrapped(line: str, style: Style, room: float) -> list[str]:
    measure, font, size = fonts().width, style.font, style.size
    blank = measure(" ", font, size)
    lines: list[str] = []
    held: list[str] = []
    used = 0.0
    for word in line.split(" "):
        wide = measure(word, font, size)
        if held and used + blank + wide > room:
            lines.append(" ".join(held))
            held, used = [], 0.0
        pieces = _pieces(word, style, room) if wide > room else [word]
        lines.extend(pieces[:-1])
        used += measure(pieces[-1], font, size) + (blank if held else 0.0)
        held.append(pieces[-1])
    lines.append(" ".join(held))
    return lines


def _pieces(word: str, style: Style, room: float) -> list[str]:
    """A word wider than the column in pieces that fit; a letter is never parted from its marks."""
    measure, pieces, piece, used = fonts().width, [], "", 0.0
    for cluster in _clusters(word):
        wide = measure(cluster, style.font, style.size)
        if piece and used + wide > room:
            pieces.append(piece)
            piece, used = "", 0.0
        piece, used = piece + cluster, used + wide
    return [*pieces, piece]


def _clusters(word: str) -> list[str]:
    clusters: list[str] = []
    for character in word:
        if clusters and unicodedata.combining(character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters
