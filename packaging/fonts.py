"""Makes the two bundled fonts from the Noto fonts of the system: `python packaging/fonts.py [SOURCE_FOLDER]`.

Beside them it writes where combining marks sit on their letters, for paper, whose library cannot read that from a font.
Needed only when the fonts are renewed; the result is kept in `resources/fonts/`.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

SOURCE = Path("/usr/share/fonts/truetype/noto")
OUT = Path(__file__).resolve().parent.parent / "resources" / "fonts"
KEPT = (
    (0x0020, 0x007E), (0x00A0, 0x036F), (0x0370, 0x03FF), (0x0400, 0x052F), (0x1AB0, 0x1AFF), (0x1C80, 0x1C88),
    (0x1D00, 0x1DFF), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF),
    (0x20D0, 0x20FF), (0x2100, 0x218F), (0x25CC, 0x25CC), (0x2C60, 0x2C7F), (0x2DE0, 0x2DFF), (0x2E00, 0x2E4F),
    (0xA640, 0xA69F), (0xA720, 0xA7FF), (0xAB30, 0xAB6F), (0xFB00, 0xFB06), (0xFE20, 0xFE2F), (0xFFFD, 0xFFFD),
)  # fmt: skip
# Signs that Noto Sans itself lacks, taken from its sister fonts of the same design size.
SIGNS = "←↑→↓↔↕↖↗↘↙⇐⇒⇔✓✔✕✖✗✘●○■□▪▫▲△▼▽▶▷◀◁►◄◆◇⚠☐☑☒★☆⋮⋯−≤≥≠≈∞√∑∂♀♂♥❤☎✉⌂⌫⏎⏱⟳↻↺"
DONORS = ("NotoSansSymbols-{weight}", "NotoSansMono-{weight}", "NotoSansSymbols2-Regular", "NotoSansMath-Regular")


def make(weight: str, source: Path) -> Path:
    """Write one weight; the result depends on the source fonts alone."""
    font = TTFont(source / f"NotoSans-{weight}.ttf", recalcTimestamp=False)
    options = Options()
    options.layout_features = ["*"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.glyph_names = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in KEPT for code in range(first, last + 1)])
    subsetter.subset(font)
    donors = [TTFont(source / f"{name.format(weight=weight)}.ttf") for name in DONORS]
    for sign in SIGNS:
        borrow(font, next(donor for donor in donors if ord(sign) in donor.getBestCmap()), ord(sign))
    out = OUT / f"NotoSans-{weight}.ttf"
    font.save(out)
    return out


def borrow(font: TTFont, donor: TTFont, code: int) -> None:
    """Copy the glyph of one character, outlines only."""
    name, given = donor.getBestCmap()[code], f"uni{code:04X}"
    recording = DecomposingRecordingPen(donor.getGlyphSet())
    donor.getGlyphSet()[name].draw(recording)
    pen = TTGlyphPen(None)
    recording.replay(pen)
    glyph = pen.glyph()
    glyph.recalcBounds(font["glyf"])
    font.setGlyphOrder([*font.getGlyphOrder(), given])
    font["glyf"].glyphs[given] = glyph
    font["hmtx"][given] = (donor["hmtx"][name][0], glyph.xMin if glyph.numberOfContours else 0)
    if "GDEF" in font and font["GDEF"].table.GlyphClassDef is not None:
        font["GDEF"].table.GlyphClassDef.classDefs[given] = 1
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[code] = given


def anchors(file: Path) -> dict[str, Any]:
    """Anchor points in font units: of letters and of marks on them, and of marks on marks; by code point."""
    font = TTFont(file)
    codes: dict[str, list[int]] = {}
    for code, name in font.getBestCmap().items():
        codes.setdefault(name, []).append(code)
    found: dict[str, Any] = {"letters": {}, "marks": {}, "over": [], "under": []}
    for lookup in font["GPOS"].table.LookupList.Lookup:
        for table in (t.ExtSubTable if lookup.LookupType == 9 else t for t in lookup.SubTable):
            if table.LookupType == 4:
                _collect(found["marks"], table.MarkCoverage, table.MarkArray.MarkRecord, codes, None)
                for name, record in zip(table.BaseCoverage.glyphs, table.BaseArray.BaseRecord, strict=True):
                    points = [[a.XCoordinate, a.YCoordinate] if a else None for a in record.BaseAnchor]
                    found["letters"].update({str(c): points for c in codes.get(name, []) if _wanted(c)})
            elif table.LookupType == 6:
                over: dict[str, Any] = {}
                _collect(over, table.Mark1Coverage, table.Mark1Array.MarkRecord, codes, 0)
                under = {
                    str(c): [record.Mark2Anchor[0].XCoordinate, record.Mark2Anchor[0].YCoordinate]
                    for name, record in zip(table.Mark2Coverage.glyphs, table.Mark2Array.Mark2Record, strict=True)
                    for c in codes.get(name, [])
                    if record.Mark2Anchor[0]
                }
                found["over"].append(over)
                found["under"].append(under)
    return found


def _collect(into: dict[str, Any], coverage: Any, records: Any, codes: dict[str, list[int]], kind: int | None) -> None:
    for name, record in zip(coverage.glyphs, records, strict=True):
        point = [record.MarkAnchor.XCoordinate, record.MarkAnchor.YCoordinate]
        for code in codes.get(name, []):
            into.setdefault(str(code), point if kind is not None else [record.Class, *point])


def _wanted(code: int) -> bool:
    return unicodedata.category(chr(code)) in {"Lu", "Ll", "Lt", "Lo", "Lm", "Nd"} or code == 0x25CC


if __name__ == "__main__":
    where: dict[str, Any] = {}
    for each in ("Regular", "Bold"):
        made = make(each, Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE)
        where[each] = anchors(made)
        print(made, made.stat().st_size)
    (OUT / "marks.json").write_text(json.dumps(where, separators=(",", ":")) + "\n", encoding="utf-8")
