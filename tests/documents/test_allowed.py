"""The table of what may stand on which paper, proven on finished PDFs: every field of every record, every paper."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from string import ascii_lowercase
from typing import Any

import pytest

from app.documents.allowed import PAPERS
from app.documents.catalogue import build
from app.documents.context import TimelineEntry
from app.documents.sieve import Forbidden, Sieve
from app.i18n import translator
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from tests.documents import scenes
from tests.documents.reading import flat, has_attachments_or_bookmarks, other_strings, text_of

# Fields that tie records together or choose what is printed: they must hold something real for the rest to be printed.
FIXED = {
    ("measure", "module"): "P04",
    ("measure", "safe"): "yes",
    ("answer", "assessment"): "record-assessment",
    ("victim_view", "assessment"): "record-assessment",
    ("grade", "assessment"): "record-assessment",
    ("sealed", "assessment"): "record-assessment",
}
FIELDS = [(kind, field) for kind, declared in RECORD_TYPES.items() for field in declared.fields]
_WORDS = ("zq" + "".join(letters) for letters in product(ascii_lowercase[:20], repeat=3))
_NUMBERS = (str(number) for number in range(7310001, 7400000, 7))
CANARIES = {(kind, field.name): next(_NUMBERS if field.kind == "number" else _WORDS) for kind, field in FIELDS}


def _value(kind: str, field: Field) -> Any:
    canary = CANARIES[kind, field.name]
    if (kind, field.name) in FIXED:
        return FIXED[kind, field.name]
    if field.kind in {"person", "record"}:
        return "record-person"
    if field.kind == "set":
        return ["victim", "suspect", canary]
    if field.kind in {"names", "codes"}:
        return [canary]
    if field.kind == "map":
        return {"entry": canary}
    return int(canary) if field.kind == "number" else canary


def _case() -> scenes.Given:
    given: scenes.Given = []
    for kind, declared in RECORD_TYPES.items():
        record = scenes.CASE if kind == "case" else f"record-{kind}"
        given.append((kind, record, {field.name: _value(kind, field) for field in declared.fields}))
    return given


@pytest.fixture(scope="module")
def printed() -> dict[tuple[str, str], tuple[str, str]]:
    """By paper: its text and all its other strings, both without blanks."""
    view = scenes.view_of(_case())
    context = scenes.context(view)
    found = {}
    for document, variant in PAPERS:
        pdf = build(document, variant, view, context, translator("en"))
        assert not has_attachments_or_bookmarks(pdf)
        found[document, variant] = flat(text_of(pdf)), flat("\n".join(other_strings(pdf)))
    return found


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_only_the_allowed_fields_stand_on_a_paper(
    paper: tuple[str, str], printed: dict[tuple[str, str], tuple[str, str]]
) -> None:
    text, rest = printed[paper]
    allowed = PAPERS[paper].prints
    wrong, missing = [], []
    for kind, field in FIELDS:
        canary, may = CANARIES[kind, field.name], field.name in allowed.get(kind, ())
        if canary in rest or (canary in text and not may):
            wrong.append(f"{kind}.{field.name}")
        told = (kind, field.name) not in FIXED and field.kind not in {"person", "record"}
        if may and told and canary not in text:
            missing.append(f"{kind}.{field.name}")
    assert not wrong, "stands on the paper, and must not"
    assert not missing, "is allowed, and is not printed"


def test_nothing_of_a_case_leaves_but_the_words_of_a_measure() -> None:
    leaving = {paper: allowed.prints for paper, allowed in PAPERS.items() if allowed.leaves}
    assert leaving == {("safety-plan", "card"): {}, ("safety-plan", "discreet"): {"measure": frozenset({"what"})}}


def test_the_table_names_only_declared_fields() -> None:
    for allowed in PAPERS.values():
        for table in (allowed.prints, allowed.decides):
            for kind, names in table.items():
                assert names <= {field.name for field in RECORD_TYPES[kind].fields}, kind


def test_a_builder_that_asks_for_more_is_stopped() -> None:
    view = scenes.view_of(scenes.sc1())
    sieve = Sieve(view, PAPERS["safety-plan", "discreet"])
    measure = sieve.of("measure")[0]
    assert measure.get("what")
    assert measure.decide("safe") == "yes"
    for field in ("who", "when", "note", "safe"):
        with pytest.raises(Forbidden):
            measure.get(field)
    with pytest.raises(Forbidden):
        sieve.case.decide("reference")


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_number_officer_and_office_stand_on_file_copies_only(paper: tuple[str, str]) -> None:
    view = scenes.view_of(scenes.sc1())
    context = replace(
        scenes.context(view), copy_number="90817", officer="Ida Thorn", device="3F9A", reason="Conference"
    )
    text = text_of(build(*paper, view, context, translator("en")))
    for word in ("90817", "Ida Thorn", "3F9A", "Conference", "NM-2026-0417", "FILE COPY"):
        assert (word in text) is not PAPERS[paper].leaves, word
    for word in ("domestic", "abuse", "police", "Safety plan", "victim", "High"):
        assert not (PAPERS[paper].leaves and word.casefold() in text.casefold()), word


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_the_content_of_covert_measures_is_on_no_paper(paper: tuple[str, str]) -> None:
    view = scenes.view_of(scenes.sc1())
    lines = (TimelineEntry("2026-11-14T02:16:00+00:00", "PC Ida Thorn", "Task: Evidence: SECRET-T15", "3F9A", "t3"),)
    text = text_of(build(*paper, view, scenes.context(view, timeline=lines), translator("en")))
    assert "SECRET-T15" not in text


@pytest.mark.parametrize("paper", PAPERS, ids="-".join)
def test_what_was_put_away_is_printed_in_the_case_file_only(paper: tuple[str, str]) -> None:
    given = [*scenes.sc1(), ("measure", "old", {"module": "P04", "what": "Zurborn", "safe": "yes", "archived": "yes"})]
    given.append(("task", "gone", {"title": "Zurborn", "agency": "police", "status": "open", "archived": "yes"}))
    view = scenes.view_of(given)
    text = text_of(build(*paper, view, scenes.context(view), translator("en")))
    assert ("Zurborn" in text) is (paper == ("case-file", "full"))
