"""Any text can be put on a page: it is drawn as it stands or refused, and nothing in it is obeyed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.documents.flow import Flow
from app.documents.fonts import fonts
from app.documents.sheet import Furniture, draw
from app.documents.text import BODY, CELL, LEAST_SIZE, MARK, SMALL, TITLE, Style, can_draw, drawable, para, wrap
from app.problems import Problem
from tests.documents.reading import flat, other_strings, text_of

HOSTILE = [
    "5 < 6 & <b>",
    "<img src='/etc/hostname'/>",
    "<para><font color=\"__import__('os').system('true')\">x</font></para>",
    "<a href='file:///etc/passwd'>x</a>",
    "<!-- --> <![CDATA[x]]> &lt; &amp; &#x41; &unknown; %s {0} {name} \\n \\x41",
    ") Tj ET BT (x) Tj",
    "%PDF-1.7 stream endstream endobj",
    "\\(\\)\\\\ ((( )))",
]
_RANGES = ((0x21, 0x7E), (0xA1, 0x17F), (0x386, 0x3CE), (0x400, 0x45F))
SPEAKABLE = "".join(c for first, last in _RANGES for c in map(chr, range(first, last + 1)) if c.isprintable())


def pdf_of(text: str, style: Style = BODY) -> bytes:
    return draw(Flow().fill([para(text, style)]), Furniture("Notes", "en"))


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_only_text(text: str) -> None:
    assert flat(text_of(pdf_of(text))) == flat(text)


def test_thousands_of_texts_come_out_as_they_went_in() -> None:
    """3,000 made-up texts, forty to a document, each read back from the page."""
    pieces = [
        "<b>",
        "</b>",
        "<img src='/nowhere/x.png'>",
        "&",
        "&amp;",
        "<",
        ">",
        "5 < 6",
        "<br/>",
        "]]>",
        "{x}",
        "%d",
        "\\",
    ]
    made = [
        " ".join(
            [
                pieces[n % 13],
                SPEAKABLE[n % len(SPEAKABLE)] * (n % 5),
                pieces[(n * 7) % 13],
                str(n),
                pieces[(n * 5) % 13],
            ]
        )
        for n in range(3_000)
    ]
    for start in range(0, len(made), 40):
        batch = made[start : start + 40]
        read = text_of(draw(Flow().fill([para(t) for t in batch]), Furniture("Notes", "en")))
        assert flat(read) == flat(" ".join(unicodedata.normalize("NFC", t) for t in batch))


@settings(max_examples=300)
@given(st.text())
def test_every_text_is_drawn_or_refused(text: str) -> None:
    if not can_draw(text):
        with pytest.raises(Problem):
            para(text)
        return
    made = drawable(text)
    assert all(c == "\n" or fonts().draws(c) for c in made)
    assert drawable(made) == made


@settings(max_examples=300)
@given(st.text(SPEAKABLE + "   \n", max_size=400), st.sampled_from([BODY, CELL, SMALL, TITLE]), st.integers(30, 480))
def test_wrapping_loses_nothing_and_fits(text: str, style: Style, width: int) -> None:
    paragraph = para(text, style)
    lines = wrap(paragraph, width)
    assert flat("".join(lines)) == flat(paragraph.text)
    for line in lines:
        assert fonts().width(line, style.font, style.size) <= max(width, style.size * 2) + 0.01 or len(line) == 1


@pytest.mark.parametrize(
    "text",
    ["سارة", "שרה", "ሰላም", "সেলিনা", "सीता", "王芳", "さくら", "김", "ธิดา", "ნინო", "Անի", "Keira \u202eخالد", "٤٥"],
)
def test_a_script_that_cannot_be_printed_rightly_is_refused(text: str) -> None:
    assert not can_draw(text)
    with pytest.raises(Problem) as caught:
        para(text, BODY, where="Given name")
    assert caught.value.code == "paper.script"
    assert caught.value.facts["where"] == "Given name"


@pytest.mark.parametrize(
    "text",
    [
        "Łódź Çağrı Đặng Thị Hồng",
        "Ελένη Παπαδοπούλου",
        "Ольга Київська Ђорђе",
        "n\u0303 e\u0301 q\u0303 \u0416\u0301",
        "½ – “x” € ₴ ☐ ☑ → ≤",
    ],
)
def test_latin_greek_cyrillic_and_marks_are_printed(text: str) -> None:
    for style in (BODY, TITLE):
        assert flat(text_of(pdf_of(text, style))) == flat(unicodedata.normalize("NFC", text))


def test_invisible_controls_are_dropped_and_small_pictures_named() -> None:
    assert drawable("a\u0000b\u200bc\u202ed\u00ade\ufe0f") == "abcde"
    assert drawable("a\tb\r\nc\u2028d") == "a b\nc\nd"
    assert drawable("\ud800") == "\ufffd"
    assert drawable("Threat: 🔪👍🏽") == "Threat: [hocho][thumbs up sign]"


def test_a_letter_is_never_parted_from_its_marks() -> None:
    lines = wrap(para("q\u0303" * 300, BODY), 60)
    assert len(lines) > 10
    assert not any(unicodedata.combining(line[0]) for line in lines)


def test_no_style_is_smaller_than_the_least_size() -> None:
    from app.documents import text

    styles = [style for style in vars(text).values() if isinstance(style, Style)]
    assert len(styles) > 10
    assert min(style.size for style in styles) >= LEAST_SIZE == MARK.size
    assert all(style.leading >= style.size * 1.36 for style in styles), "lines would touch"


def test_a_pdf_says_nothing_about_who_made_it() -> None:
    rest = "\n".join(other_strings(pdf_of("x"))).casefold()
    for word in ("reportlab", "holdfast", "anonymous", "python", "/home", "untitled"):
        assert word not in rest
    assert "notes" in rest
