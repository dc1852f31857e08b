"""May it be kept? The table of answers, and the scenarios."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules import paper
from app.rules.facts import facts_of
from app.rules.paper import proposal, proposal_of
from app.rules.three import Three
from tests.rules.cases import SCENARIOS, Scenario


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_every_scenario_has_its_proposal(scenario: Scenario) -> None:
    view = scenario.view()
    assert proposal_of(view, facts_of(view, on=date(2026, 11, 14))).variant == scenario.variant


@pytest.mark.parametrize(
    ("lives", "searched", "kept", "in_custody", "variant", "reason"),
    [
        (None, "no", "outside", "yes", "nothing", paper.UNANSWERED),
        ("no", None, "outside", "yes", "nothing", paper.UNANSWERED),
        ("no", "no", None, "yes", "nothing", paper.UNANSWERED),
        ("yes", "no", "outside", "no", "nothing", paper.SUSPECT_AT_HOME),
        ("yes", "no", "outside", "unknown", "nothing", paper.SUSPECT_AT_HOME),
        ("unknown", "no", "outside", "no", "nothing", paper.SUSPECT_AT_HOME),
        ("yes", "no", "outside", "yes", "discreet", paper.KEPT_OUTSIDE),
        ("yes", "no", "home", "yes", "card", paper.CARD),
        ("yes", "yes", "outside", "yes", "nothing", paper.SEARCHED),
        ("no", "yes", "outside", "no", "nothing", paper.SEARCHED),
        ("no", "unknown", "outside", "no", "nothing", paper.SEARCHED),
        ("no", "no", "outside", "no", "discreet", paper.KEPT_OUTSIDE),
        ("no", "no", "home", "no", "card", paper.CARD),
        ("no", "no", "none", "unknown", "card", paper.CARD),
    ],
)
def test_proposals(
    lives: str | None, searched: str | None, kept: str | None, in_custody: Three, variant: str, reason: str
) -> None:
    found = proposal(lives, searched, kept, in_custody)
    assert (found.variant, found.reason) == (variant, reason)
