"""The file copies: what each one must show, the same bytes each time, in every language, and no trace on the disk."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest

from app.documents import preview
from app.documents.allowed import PAPERS
from app.documents.catalogue import build, is_file_copy, variants
from app.documents.context import TimelineEntry
from app.i18n import translator
from app.problems import Problem
from tests.documents import scenes
from tests.documents.reading import flat, other_strings, page_texts, text_of

EN = translator("en")


def printed(document: str, given: scenes.Given, variant: str = "full") -> str:
    view = scenes.view_of(given)
    return text_of(build(document, variant, view, scenes.context(view), EN)).replace("\r\n", " ")


def test_the_risk_assessment_shows_every_factor_both_grades_and_the_rules() -> None:
    text = flat(printed("risk-assessment", scenes.sc1()))
    for factor in scenes.library().instrument("rr-1").factors:
        assert flat(f"{factor.code} {factor.label}") in text
    for words in (
        "Grade in force: High",
        "Floor, the least that the rules allow: High",
        "Two or more critical factors are present.",
        "Held with one hand against the wardrobe",
        "5 < 6 & <b>",
        "He will finish it next time.",
        "Strangulation in pregnancy; she expects to be killed.",
        "2 factors are not known. That is not a no.",
    ):
        assert flat(words) in text, words


def test_declined_and_not_asked_differ_from_no() -> None:
    text = printed("risk-assessment", scenes.sc10())
    assert text.count("Declined") >= 37
    given = [r for r in scenes.sc10() if r[1] != "a-F05"]
    assert "Not asked" in printed("risk-assessment", given)
    assert "provisional" in text


def test_the_to_do_sheet_shows_status_owner_due_and_what_nobody_began() -> None:
    text = printed("to-do", scenes.sc1())
    for words in ("T08", "Custody desk", "14 Nov 2026 18:00", "Crime report filed.", "Fetch the pram", "T10", "Given"):
        assert words in text
    assert text.count("T03") == 1, "an item that was begun is not suggested once more"
    assert "refused" in printed("to-do", scenes.sc10()).casefold()


def test_the_handover_sheet_shows_what_is_due_and_holds_no_number() -> None:
    text = printed("handover", scenes.sc1())
    for words in (
        "Promised contacts",
        "T08",
        "Custody desk",
        "Keira Holt-Baines",
        "Release",
        "15 Nov 2026 18:00",
        "High",
    ):
        assert words in text
    for words in ("7946", "rye or wheat", "Millrace", "Bakery rota"):
        assert words not in text


def test_the_case_file_ends_with_the_timeline() -> None:
    text = printed("case-file", scenes.sc1())
    assert text.index("Timeline") < text.index("Case opened") < text.index("Grade given: high")


def test_no_safe_contact_is_said_aloud() -> None:
    for document in ("safety-plan", "to-do", "handover"):
        assert "No safe contact is agreed" in printed(document, scenes.sc7())


def test_a_name_in_its_own_script_is_left_out_with_a_note_or_the_paper_is_refused() -> None:
    text = printed("safety-plan", scenes.sc7())
    assert "Selam Haile-Tesfay" in text
    assert "left out here" in text
    nameless = [
        (
            kind,
            record,
            {k: v for k, v in fields.items() if k not in {"given_name", "family_name"}} if record == "v" else fields,
        )
        for kind, record, fields in scenes.sc7()
    ]
    with pytest.raises(Problem) as caught:
        printed("safety-plan", nameless)
    assert caught.value.code == "paper.script"
    assert "Ethiopic" in caught.value.sentences(EN).happened


def test_a_name_in_its_own_script_does_not_stop_the_timeline() -> None:
    view = scenes.view_of(scenes.sc7())
    lines = (TimelineEntry("2026-11-14T02:16:00+00:00", "PC Ida Thorn", "Person (Selam): ሰላም", "3F9A", "v"),)
    text = text_of(build("case-file", "full", view, scenes.context(view, timeline=lines), EN))
    assert flat("it stands in the case") in flat(text)


@pytest.mark.parametrize("document", ["risk-assessment", "case-file"])
def test_both_values_of_a_conflict_stand_there_with_their_officers(document: str) -> None:
    view = scenes.differing(scenes.sc1(), "a-F05", "answer", "value", "yes", "PC Noor Vale")
    text = flat(text_of(build(document, "full", view, scenes.context(view), EN)))
    assert flat("Officers differ") in text
    assert flat("No – PC Ida Thorn, 14 Nov 2026 04:30") in text
    assert flat("Yes – PC Noor Vale, 14 Nov 2026 04:30") in text


def test_the_same_input_gives_the_same_bytes() -> None:
    view = scenes.view_of(scenes.sc1())
    for paper in PAPERS:
        assert build(*paper, view, scenes.context(view), EN) == build(*paper, view, scenes.context(view), EN)


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_the_title_is_neutral_and_names_nobody(paper: tuple[str, str]) -> None:
    view = scenes.view_of(scenes.sc1())
    rest = "\n".join(other_strings(build(*paper, view, scenes.context(view), EN)))
    assert ("Notes" in rest) is PAPERS[paper].leaves
    for word in ("Keira", "Holt", "Ruskin", "NM-2026", "Thorn", "plan", "risk", "Case", "police", "abuse"):
        assert word.casefold() not in rest.casefold(), word


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
@pytest.mark.parametrize("practice", [True, False])
def test_every_page_from_a_practice_vault_says_so_and_no_other(paper: tuple[str, str], practice: bool) -> None:
    view = scenes.view_of(scenes.sc1())
    pages = page_texts(build(*paper, view, scenes.context(view, practice=practice), EN))
    assert [("PRACTICE" in text) for text in pages] == [practice] * len(pages)


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
@pytest.mark.parametrize("language", ["xx", "xx-rtl"])
def test_every_word_passes_through_the_translator(paper: tuple[str, str], language: str) -> None:
    view = scenes.view_of([*scenes.sc1(), measure_without_words()])
    pdf = build(*paper, view, scenes.context(view, practice=True), translator(language))
    # In the pseudo-language every translated text stands in brackets; a label outside of them was forgotten.
    text = flat(text_of(pdf))
    assert flat("[PRÁCTÍCÉ~~~]") in text
    for english in ("Status", "Printed", "Reason", "People", "Grade in force", "Page 1", "none recorded", "Emergency"):
        assert flat(english) not in text, english


def measure_without_words() -> tuple[str, str, dict[str, object]]:
    return ("measure", "empty", {"module": "P10", "safe": "yes"})


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_an_empty_case_is_printed_too(paper: tuple[str, str]) -> None:
    view = scenes.view_of([("case", scenes.CASE, {})])
    context = scenes.context(view, grade=None, numbers=(), timeline=(), floor=None, contact=None)
    assert page_texts(build(*paper, view, context, EN))


def test_a_paper_that_does_not_exist_is_a_problem() -> None:
    view = scenes.view_of(scenes.sc1())
    for document, variant in (
        ("to-do", "card"),
        ("case-file", "discreet"),
        ("letter", "full"),
        ("safety-plan", "nothing"),
    ):
        with pytest.raises(Problem) as caught:
            build(document, variant, view, scenes.context(view), EN)
        assert caught.value.code == "paper.unknown"
    assert variants("safety-plan") == ("card", "discreet", "full")
    assert variants("handover") == ("full",)
    assert [paper for paper in PAPERS if not is_file_copy(*paper)] == [
        ("safety-plan", "card"),
        ("safety-plan", "discreet"),
    ]


def test_pages_become_pictures_in_memory() -> None:
    view = scenes.view_of(scenes.sc1())
    pdf = build("safety-plan", "full", view, scenes.context(view), EN)
    pictures = preview.pages(pdf, 1.5)
    assert len(pictures) == len(page_texts(pdf))
    for picture in pictures:
        assert (picture.width, picture.height) == (pytest.approx(893, abs=1), pytest.approx(1263, abs=1))
        assert len(picture.rgba) == picture.width * picture.height * 4
        assert picture.rgba[:4] == b"\xff\xff\xff\xff", "paper is white and not transparent"
        assert min(picture.rgba[::4]) < 60, "and there is ink on it"


WATCH = """
import json, sys
before = set(sys.modules)
from tests.documents import scenes
from app.documents.catalogue import build, findings
from app.documents.allowed import PAPERS
heavy = sorted({name.partition(".")[0] for name in sys.modules} & {"reportlab", "pypdfium2", "PIL"})
seen = []
CHANGING = ("os.mkdir", "os.rename", "os.link", "os.symlink", "os.system", "os.exec", "os.posix_spawn",
            "tempfile.mkstemp", "tempfile.mkdtemp", "shutil.", "subprocess.", "socket.connect", "urllib.")
def watch(event, args):
    if event == "open":
        path, mode, flags = args
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (flags or 0) & 3 or "nowhere" in str(path):
            seen.append([event, str(path)])
    elif event.startswith(CHANGING):
        seen.append([event, str(args)])
from app.documents import preview
from app.i18n import translator
bad = {"module": "P04", "what": "<img src='/nowhere/x.png'/> <a href='file:///nowhere/y'>z</a>", "safe": "yes"}
view = scenes.view_of([*scenes.sc1(), ("measure", "img", bad), ("note", "n", {"type": "fact", "words": bad["what"]})])
context = scenes.context(view)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
for paper in PAPERS:
    findings(*paper, view, context, translator("en"))
    preview.pages(build(*paper, view, context, translator("en")), 1.0)
quiet = list(seen)
open("/dev/null", "w").close()
print(json.dumps({"heavy": heavy, "quiet": quiet, "seen": seen}))
"""


def test_building_and_looking_write_no_file_and_open_nothing_named_in_a_text() -> None:
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", WATCH], cwd=root, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["quiet"] == []
    assert told["seen"] == [["open", "/dev/null"]], "the watch itself works"
    assert told["heavy"] == [], "the PDF libraries are loaded only when a page is made"


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_a_screen_reader_finds_language_order_and_headings(paper: tuple[str, str]) -> None:
    view = scenes.view_of(scenes.sc1())
    pdf = build(*paper, view, scenes.context(view, practice=True), EN)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        root = document.Root
        assert (str(root.Lang), bool(root.MarkInfo.Marked)) == ("en", True)
        elements = list(root.StructTreeRoot.K[0].K)
        begun: list[tuple[int, int]] = []
        for number, page in enumerate(document.pages):
            assert int(page.obj.StructParents) == number
            depth = 0
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) in {"BDC", "BMC"}:
                    depth += 1
                    if len(operands) == 2 and "/MCID" in operands[1]:
                        begun.append((number, int(operands[1]["/MCID"])))
                elif str(operator) == "EMC":
                    depth -= 1
                elif str(operator) in {"Tj", "TJ"}:
                    assert depth > 0, "text that belongs to nothing"
            assert depth == 0
        pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
        assert [(pages[e.Pg.objgen], int(e.K)) for e in elements] == begun
        roles = [str(e.S) for e in elements]
        assert set(roles) <= {"/H1", "/H2", "/H3", "/P"}
        assert roles.count("/H1") == (0 if PAPERS[paper].leaves else 1)
