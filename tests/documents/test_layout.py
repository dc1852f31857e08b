"""Much, long and odd: nothing is cut, nothing overlaps, nothing is small."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from app.documents.allowed import PAPERS
from app.documents.catalogue import build
from app.documents.flow import MM, PAGE_HEIGHT, PAGE_WIDTH, Flow, Frame, Row, cell
from app.documents.sheet import Furniture, draw
from app.documents.text import BODY, CELL, HEADING, LEAST_SIZE, para
from app.i18n import translator
from tests.documents import scenes
from tests.documents.reading import flat, overlaps, page_texts, runs, sizes, text_of

FILE_COPIES = [paper for paper, allowed in PAPERS.items() if not allowed.leaves]
LONG_NAME = "Wilhelmina-Alexandrina Konstantinopoulou-Featherstonehaugh van der Oosterhout-Zz"
UNBROKEN = "Donau" * 90
GREEK = "Η Ελένη έφυγε από το σπίτι νωρίς το πρωί. " * 4
CYRILLIC = "Ольга сказала, що зателефонує ввечері. Ђорђе није дошао. " * 4
STORY = "He came back twice. He shouted through the letterbox; 5 < 6 & <b> was on the note. " * 12


def heavy() -> scenes.Given:
    """A case with a hundred measures, long names and long notes in three scripts."""
    given: scenes.Given = []
    for kind, record, fields in scenes.sc1():
        more: dict[str, Any] = dict(fields)
        if record == "v":
            more["given_name"], _, more["family_name"] = LONG_NAME.partition(" ")
        if record == "i":
            more["narrative"] = STORY + UNBROKEN + " " + GREEK + CYRILLIC
        if kind == "answer":
            more["note"] = f"note{record}. {STORY if record.endswith(('F06', 'F33')) else GREEK}"
        given.append((kind, record, more))
    for n in range(100):
        words = f"step{n} " + ("look at the list again before Monday, " * (n % 7)) + (UNBROKEN if n % 25 == 0 else "")
        fields = {
            "module": f"P{1 + n % 30:02d}",
            "what": words,
            "who": f"person{n}",
            "when": f"day{n}",
            "note": CYRILLIC,
        }
        given.append(("measure", f"many{n}", fields))
        given.append(("task", f"task{n}", {"title": f"task{n} {STORY[:90]}", "agency": "police", "evidence": GREEK}))
    given.append(("note", "n", {"type": "fact", "words": "á\u0323 q\u0303 " * 200 + STORY * 40}))
    return given


@pytest.fixture(scope="module")
def built() -> dict[tuple[str, str], bytes]:
    view = scenes.view_of(heavy())
    context = scenes.context(view, practice=True)
    return {paper: build(*paper, view, context, translator("en")) for paper in FILE_COPIES}


@pytest.mark.parametrize("paper", FILE_COPIES, ids="-".join)
def test_nothing_is_cut_or_overlaps_and_no_type_is_small(
    paper: tuple[str, str], built: dict[tuple[str, str], bytes]
) -> None:
    pdf = built[paper]
    assert min(sizes(pdf)) >= LEAST_SIZE
    found = runs(pdf)
    assert found
    for run in found:
        assert run.left >= 20 * MM - 1
        assert run.right <= PAGE_WIDTH - 20 * MM + 1
        assert run.bottom >= 10 * MM
        assert run.top <= PAGE_HEIGHT - 8 * MM
    assert overlaps(pdf) == []


@pytest.mark.parametrize("paper", FILE_COPIES, ids="-".join)
def test_every_page_says_practice_file_copy_and_its_number(
    paper: tuple[str, str], built: dict[tuple[str, str], bytes]
) -> None:
    pages = page_texts(built[paper])
    for number, text in enumerate(pages, 1):
        assert "PRACTICE" in text
        assert "FILE COPY 7" in text
        assert f"Page {number} of {len(pages)}" in text


def test_every_word_of_a_long_plan_is_there(built: dict[tuple[str, str], bytes]) -> None:
    text = flat(_body(built["safety-plan", "full"]))
    assert flat(LONG_NAME) in text
    # A cell that runs over a page has the other cells of its row in between, so whole words are counted there.
    assert text.count("Donau") >= 4 * 90 - 4
    for n in range(100):
        assert f"step{n}" in text
        assert f"person{n}" in text
        assert f"day{n}" in text
    assert text.count("зателефонує") == text.count("Ђорђе") == 4 * 100


def test_every_word_of_a_long_case_file_is_there(built: dict[tuple[str, str], bytes]) -> None:
    pdf = built["case-file", "full"]
    assert len(page_texts(pdf)) >= 30
    text = flat(_body(pdf))
    assert flat(STORY + UNBROKEN + GREEK + CYRILLIC) in text
    for code in scenes.library().instrument("rr-1").codes:
        assert f"notea-{code}." in text
    for n in range(100):
        assert f"task{n}" in text
    assert flat(unicodedata.normalize("NFC", "á\u0323 q\u0303 " * 200) + STORY * 40) in text


def _body(pdf: bytes) -> str:
    """The text without marks and page numbers, so that what runs over a page is whole."""
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        parts = [
            page.get_textpage().get_text_bounded(0, 17 * MM, PAGE_WIDTH, PAGE_HEIGHT - 16 * MM) for page in document
        ]
    return "\n".join(parts)


def test_a_pasted_megabyte_is_printed_whole() -> None:
    words = "word " * 200_000
    pdf = draw(Flow().fill([para(words)]), Furniture("Notes", "en"))
    assert flat(text_of(pdf)).count("word") == 200_000


def test_a_heading_never_ends_a_page() -> None:
    frame = Frame(50, 50, 300, 400)
    for lines in range(1, 40):
        flow = Flow(frame)
        pages = flow.fill(
            [*(para(f"line {n}", CELL) for n in range(lines)), para("Heading", HEADING), para("after", BODY)]
        )
        where = [
            number for number, page in enumerate(pages) for words in page.words if words.text in {"Heading", "after"}
        ]
        assert len(set(where)) == 1, lines


def test_rows_that_belong_together_go_to_the_next_page_together() -> None:
    def told(*, together: bool) -> list[int]:
        rows = [Row((cell(para(f"Row {n}", CELL)),), (1,), ruled=False, with_next=together and n < 8) for n in range(9)]
        above = [para("Above", BODY)] * 12
        pages = Flow(Frame(50, 50, 300, 400)).fill([*above, *rows])
        return [sum("Row" in words.text for words in page.words) for page in pages]

    assert told(together=True) == [0, 9]
    assert 0 < told(together=False)[0] < 9  # else nothing would be kept together here


def test_a_table_repeats_its_head_and_keeps_short_rows_whole() -> None:
    head = Row((cell(para("Head", CELL)), cell(para("Words", CELL))), (1, 1), with_next=True)
    rows = [
        Row((cell(para(f"r{n}", CELL)), cell(para("three\nlines\nhere", CELL))), (1, 1), header=head) for n in range(40)
    ]
    pages = Flow(Frame(50, 50, 300, 400)).fill([head, *rows])
    assert len(pages) > 3
    for page in pages:
        texts = [words.text for words in page.words]
        assert texts[0] == "Head"
        assert texts.count("three") == texts.count("lines") == texts.count("here")


def test_a_row_longer_than_a_page_goes_on_without_loss() -> None:
    long = "\n".join(f"w{n}" for n in range(200))
    pages = Flow(Frame(50, 50, 300, 400)).fill([Row((cell(para("left", CELL)), cell(para(long, CELL))), (1, 1))])
    texts = [words.text for page in pages for words in page.words]
    assert texts == ["left", *(f"w{n}" for n in range(200))]


def test_a_cut_row_repeats_the_head_on_the_next_page() -> None:
    head = Row((cell(para("Head", CELL)), cell(para("Words", CELL))), (1, 1), with_next=True)
    long = "\n".join(f"w{n}" for n in range(60))
    pages = Flow(Frame(50, 50, 300, 400)).fill(
        [head, Row((cell(para("left", CELL)), cell(para(long, CELL))), (1, 1), header=head)]
    )
    assert [page.words[0].text for page in pages] == ["Head"] * len(pages)
    assert len(pages) == 3
