"""Every paper that can be printed: one line each. Nothing here writes a file or keeps a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.documents.allowed import PAPERS
from app.documents.card import build_card
from app.documents.case_file import build_case_file
from app.documents.context import PaperContext
from app.documents.discreet import LeftOut, build_discreet, fitting, lay_out, select
from app.documents.draft import Draft
from app.documents.handover import build_handover
from app.documents.plan import build_plan
from app.documents.risk import build_risk
from app.documents.sieve import Sieve
from app.documents.timeline import build_timeline
from app.documents.todo import build_todo
from app.i18n import Translator
from app.problems import Problem
from app.records.view import CaseView

FILE_COPIES: Mapping[tuple[str, str], Callable[[Draft], bytes]] = {
    ("safety-plan", "full"): build_plan,
    ("risk-assessment", "full"): build_risk,
    ("to-do", "full"): build_todo,
    ("handover", "full"): build_handover,
    ("timeline", "full"): build_timeline,
    ("case-file", "full"): build_case_file,
}


WITH_TIMELINE = frozenset({"timeline", "case-file"})
"""Documents that need the timeline in words."""


@dataclass(frozen=True)
class BuildFindings:
    """What the officer should know before a paper is printed.

    `left_out`: measures that do not stand on it. `chosen`, `fit`: how many measures would, and how many fit.
    """

    left_out: tuple[LeftOut, ...] = ()
    chosen: int = 0
    fit: int = 0


def is_file_copy(document: str, variant: str) -> bool:
    """Whether a paper is a numbered file copy, which never leaves with the victim. Problem paper.unknown."""
    allowed = PAPERS.get((document, variant))
    if allowed is None:
        raise Problem("paper.unknown", document=document, variant=variant)
    return not allowed.leaves


def variants(document: str) -> tuple[str, ...]:
    """The variants in which a document can be printed; empty where there is no such document."""
    return tuple(variant for name, variant in PAPERS if name == document)


def build(document: str, variant: str, view: CaseView, context: PaperContext, translator: Translator) -> bytes:
    """The PDF of a paper. The same input gives the same bytes.

    Raises Problem paper.unknown, paper.script (a text cannot be drawn rightly), paper.card_full, paper.too_long.
    """
    if not is_file_copy(document, variant):
        return build_card(view, context, translator) if variant == "card" else build_discreet(view, context, translator)
    draft = Draft(Sieve(view, PAPERS[document, variant]), context, translator)
    return FILE_COPIES[document, variant](draft)


def findings(
    document: str, variant: str, view: CaseView, context: PaperContext, translator: Translator
) -> BuildFindings:
    """What is left out of a paper, and whether the chosen measures fit. Problem paper.unknown as `build`."""
    if is_file_copy(document, variant) or variant == "card":
        return BuildFindings()
    selection = select(view, context, translator)
    flow = lay_out(selection, context, translator)
    return BuildFindings(selection.left_out, selection.count, fitting(flow, selection))
