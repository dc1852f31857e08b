"""Orders, breaches and promised contacts: on file copies as far as the table allows, on nothing that leaves."""

from __future__ import annotations

import pytest

from app.documents.allowed import PAPERS
from app.documents.catalogue import build
from app.i18n import translator
from tests.documents import scenes
from tests.documents.reading import flat, text_of

MONITORED: scenes.Given = [
    (
        "order",
        "o1",
        {
            "type": "Protection order",
            "number": "PO-7731",
            "authority": "Northmere court",
            "person": "s",
            "conditions": "Not within 100 metres of Sallow Lane",
            "children_protected": "yes",
            "served_at": "2026-11-13T10:00:00+00:00",
            "expires": "2026-12-13",
        },
    ),
    ("order", "o2", {"type": "Own words order", "number": "PO-0001", "expires": "2026-10-01T10:00:00+00:00"}),
    ("order", "o3", {"type": "Bail or release condition", "number": "PO-8842"}),
    ("breach", "b1", {"order": "o1", "happened_at": "2026-11-13T20:00:00+00:00", "what": "Waited at Sallow Lane"}),
    ("follow_up", "f1", {"contacted_at": "2026-11-13T09:00:00+00:00", "next_at": "2026-11-15T09:30:00+00:00"}),
    (
        "follow_up",
        "f2",
        {"contacted_at": "2026-11-13T09:00:00+00:00", "reached": "no", "next_at": "2026-11-16T11:00:00+00:00"},
    ),
    ("event", "e9", {"kind": "release", "happened_at": "2026-11-12T08:00:00+00:00", "told_before": "no"}),
    ("programme", "p1", {"name": "Change Group Alder", "status": "attending", "told_by": "Rosalind Peck"}),
]


def printed(document: str, variant: str = "full", language: str = "en") -> str:
    view = scenes.view_of([*scenes.sc1(), *MONITORED])
    untold = (("s", "2026-11-15T18:00:00+00:00"), ("", ""))
    return flat(text_of(build(document, variant, view, scenes.context(view, untold=untold), translator(language))))


def test_the_handover_sheet_shows_open_orders_and_what_was_promised() -> None:
    text = printed("handover")
    for words in (
        "Protection order PO-7731",
        "in force until 13 Dec 2026",
        "Bail or release condition PO-8842",
        "not served, as far as is recorded",
        "Dane Ruskin",
        "Contact promised for 15 Nov 2026 09:30",
        "next attempt: 16 Nov 2026 11:00",
        "Breaches of orders",
        "13 Nov 2026 20:00",
        "told of the release of Dane Ruskin: 15 Nov 2026 18:00",
        "told of the release of a suspect: time not known",
        "victim told before: No",
    ):
        assert flat(words) in text, words
    for words in ("PO-0001", "Sallow Lane"):
        assert flat(words) not in text, words


def test_the_full_plan_has_conditions_and_breaches_and_the_case_file_everything() -> None:
    plan, file = printed("safety-plan"), printed("case-file")
    for words in ("Not within 100 metres of Sallow Lane", "Waited at Sallow Lane", "ended 1 Oct 2026"):
        assert flat(words) in plan, words
    for words in ("Own words order", "Change Group Alder", "Rosalind Peck", "Follow-up contact", "PO-0001"):
        assert flat(words) in file, words
    assert flat("Which order") + flat("Protection order PO-7731") in file


@pytest.mark.parametrize("paper", [paper for paper, allowed in PAPERS.items() if allowed.leaves], ids="-".join)
def test_nothing_of_it_leaves_with_the_victim(paper: tuple[str, str]) -> None:
    text = printed(*paper)
    for words in ("PO-", "Protection order", "Sallow", "Change Group", "15 Nov"):
        assert flat(words) not in text, words


def test_the_profile_s_kinds_are_translated_and_own_words_are_not() -> None:
    text = printed("safety-plan", language="xx")
    assert flat("Protection order") not in text
    assert flat("Own words order") in text
