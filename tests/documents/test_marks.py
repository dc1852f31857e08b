"""Combining marks sit on their letters, and the text can still be read and copied."""

from __future__ import annotations

import importlib.util
import json
import unicodedata
from pathlib import Path

import pytest

from app import paths
from app.documents.flow import Flow
from app.documents.fonts import REGULAR, fonts
from app.documents.marks import has_marks, pieces
from app.documents.sheet import Furniture, draw
from app.documents.text import para
from tests.documents.reading import flat, text_of

ABOVE = [
    "x\u0302",
    "k\u0304",
    "T\u0304",
    "W\u030a",
    "n\u0308",
    "q\u0303",
    "\u0416\u0301",
    "\u03c9\u0303",
    "\u01eb\u0301",
]


@pytest.mark.parametrize("text", ABOVE)
def test_a_mark_stands_over_its_letter(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    if not has_marks(text):
        pytest.fail("the example has become one letter")
    (_, _, letter), (x, y, mark) = pieces(text, REGULAR, 1000)
    wide = fonts().width(letter, REGULAR, 1000)
    table = json.loads((paths.resources() / "fonts" / "marks.json").read_text())["Regular"]
    _, anchor_x, anchor_y = table["marks"][str(ord(mark))]
    # The mark's own anchor comes to lie within the letter's width and above the middle of a small letter.
    assert 0.2 * wide < x + anchor_x < 0.8 * wide
    assert y + anchor_y > 500


def test_a_second_mark_stands_on_the_first() -> None:
    (_, _, _), (_, first, _), (_, second, _) = pieces("q\u0303\u0301", REGULAR, 1000)
    assert second > first + 100
    (_, _, _), (_, under, _), (_, over, _) = pieces("q\u0323\u0301", REGULAR, 1000)
    assert over == pieces("q\u0301", REGULAR, 1000)[1][1]
    assert under <= over


def test_a_tower_of_marks_stays_within_its_line() -> None:
    for mark in ("\u0303", "\u0323"):
        assert all(-300 <= y <= 450 for _, y, _ in pieces("q" + mark * 60, REGULAR, 1000))


def test_letters_after_a_mark_stand_where_they_would_without_it() -> None:
    with_mark = pieces("aq\u0303b", REGULAR, 1000)
    assert with_mark[0] == (0.0, 0.0, "aq")
    assert with_mark[-1] == (pytest.approx(fonts().width("aq", REGULAR, 1000)), 0.0, "b")
    assert "".join(part for _, _, part in with_mark) == "aq\u0303b"


def test_marked_text_is_read_in_its_order() -> None:
    text = unicodedata.normalize("NFC", "Ṣọ\u0301lá x\u0302 W\u030a Lietuvė\u0303 λ\u0313 е\u0301 end")
    pdf = draw(Flow().fill([para(text)]), Furniture("Notes", "en"))
    assert flat(text_of(pdf)) == flat(text)


def test_the_places_belong_to_the_bundled_fonts() -> None:
    root = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location("make_fonts", root / "packaging" / "fonts.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    kept = json.loads((paths.resources() / "fonts" / "marks.json").read_text())
    for weight in ("Regular", "Bold"):
        assert kept[weight] == maker.anchors(paths.resources() / "fonts" / f"NotoSans-{weight}.ttf")
