"""The two bundled fonts as paper uses them: how wide a text is and which characters can be drawn at all."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from app import paths

REGULAR, BOLD = "HoldfastRegular", "HoldfastBold"
FILES = {REGULAR: "NotoSans-Regular.ttf", BOLD: "NotoSans-Bold.ttf"}


class Fonts:
    """Both weights, registered with the PDF library once per process. Reads two files, writes none."""

    def __init__(self, folder: Path) -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.ttfonts import TTFont

        self._widths: dict[str, dict[int, float]] = {}
        self._defaults: dict[str, float] = {}
        for name, file in FILES.items():
            font: Any = TTFont(name, str(folder / file))
            pdfmetrics.registerFont(font)
            self._widths[name] = font.face.charWidths
            self._defaults[name] = font.face.defaultWidth
        self._drawable = frozenset(self._widths[REGULAR]) & frozenset(self._widths[BOLD])
        self._known: dict[tuple[str, str], float] = {}

    def draws(self, character: str) -> bool:
        """Whether both weights have a glyph for the character."""
        return ord(character) in self._drawable

    def width(self, text: str, name: str, size: float) -> float:
        """The width of a text in points."""
        known = self._known.get((text, name))
        if known is None:
            widths, default = self._widths[name], self._defaults[name]
            known = sum(widths.get(ord(character), default) for character in text)
            if len(self._known) < 50_000 and len(text) < 40:
                self._known[text, name] = known
        return known * size / 1000


@lru_cache(maxsize=1)
def fonts() -> Fonts:
    """The fonts, loaded when the first page is made."""
    return Fonts(paths.resources() / "fonts")
