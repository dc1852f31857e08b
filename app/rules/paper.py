"""What the victim may safely keep: nothing, a plain card or two discreet pages. A proposal; the officer decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.i18n import N_
from app.records.view import CaseView
from app.rules.facts import CaseFacts
from app.rules.three import Three

Variant = Literal["nothing", "card", "discreet"]

UNANSWERED = N_("Not all of the questions about what may be kept are answered, so nothing is given.")
SUSPECT_AT_HOME = N_("The suspect lives there, or may, and is not known to be in custody: paper would be found.")
SEARCHED = N_("Belongings are searched, or may be: anything on paper can be found.")
KEPT_OUTSIDE = N_("There is a safe place outside the home for two discreet pages.")
CARD = N_("No safe place outside the home is confirmed, so no more than a plain card.")


@dataclass(frozen=True)
class Proposal:
    """What is proposed, and why (English message id)."""

    variant: Variant
    reason: str


def proposal(
    lives_with_suspect: str | None, searched: str | None, kept_where: str | None, in_custody: Three
) -> Proposal:
    """The proposal from the paper questions (None: not answered) and whether every suspect is in custody.

    Who does not know whether the suspect lives there, or whether things are searched, is treated as if it were so.
    """
    if lives_with_suspect is None or searched is None or kept_where is None:
        return Proposal("nothing", UNANSWERED)
    if lives_with_suspect != "no" and in_custody != "yes":
        return Proposal("nothing", SUSPECT_AT_HOME)
    if searched != "no":
        return Proposal("nothing", SEARCHED)
    if kept_where == "outside":
        return Proposal("discreet", KEPT_OUTSIDE)
    return Proposal("card", CARD)


def proposal_of(view: CaseView, facts: CaseFacts) -> Proposal:
    """The proposal for a case as it is recorded."""
    paper = view.one("paper")
    if paper is None:
        return Proposal("nothing", UNANSWERED)
    return proposal(
        paper.get("lives_with_suspect"), paper.get("searched"), paper.get("kept_where"), facts.three("in_custody")
    )
