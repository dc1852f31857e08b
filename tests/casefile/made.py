"""Case files made by hand and by chance, for several tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from app import paths
from app.casework import casefile, cases
from app.casework import casefile_keys as keys
from app.casework.desk import Desk, create_vault
from app.clock import FixedClock
from app.forms.library import load_library
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType
from app.vault.vault import FLOOR_COST

NOW = datetime(2026, 11, 14, 5, 0, tzinfo=UTC)
PASSPHRASE = "mosslamp harrow tundle"
LIBRARY = load_library(paths.resources())
CODES, LINES = keys.known_codes(LIBRARY), keys.line_codes(LIBRARY)
FACTORS = LIBRARY.instrument().codes


def make_desk(folder: Path) -> Desk:
    desk, _code = create_vault(
        folder, officer="Asta Lindqvist-Moor", passphrase=PASSPHRASE, cost=FLOOR_COST, clock=FixedClock(NOW)
    )
    return desk


def exported(desk: Desk, case_id: str) -> dict[str, Any]:
    return casefile.case_file(cases.read_case(desk, case_id))


def least(**more: Any) -> dict[str, Any]:
    """The smallest case file, and more."""
    return {"format": "holdfast-case/1", "people": [{"key": "v", "roles": ["victim"]}], **more}


def assessed(present: list[int], unknown: list[int], **more: Any) -> dict[str, Any]:
    """A file with an assessment: factors by number, all others no; `more` overrides parts of it."""
    answers = {f"F{n:02d}": {"value": "yes"} for n in present} | {f"F{n:02d}": {"value": "unknown"} for n in unknown}
    rating, incidents, at_large = more.pop("rating", None), more.pop("incidents", 1), more.pop("at_large", "no")
    assessment = {"instrument": "rr-1", "answers": answers, "unlisted": "no"}
    if rating is not None:
        assessment["victim_view"] = {"rating": rating}
    assessment |= more.pop("assessment", {})
    incident = {"incidents_12_months": incidents, "suspect_at_large": at_large}
    return least(incident=incident, assessment=assessment, **more)


# Everything that JSON and the database can carry: also text that looks like markup, other scripts, control signs.
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12
) | st.sampled_from(["5 < 6 & <b>", "ሰላም", "e\u0301", "\u202eabc", "  ", "\r\n", "2026-11-14T01:10:00+00:00", "null"])
numbers = st.integers(-(10**15) + 1, 10**15 - 1) | st.integers(0, 12)


def values(kind: str, declared: Field, people: list[str], assessments: list[str]) -> st.SearchStrategy[Any]:
    allowed = keys.allowed_for(kind, declared, CODES, LINES)
    match declared.kind:
        case "number":
            return numbers
        case "map":
            inner = records(
                RECORD_TYPES["answer" if declared.name == "answers" else "victim_view"], "", [], [], keys.INSIDE
            )
            return st.dictionaries(st.sampled_from(FACTORS), inner, max_size=3) if declared.name == "answers" else inner
        case "codes" | "set" | "names":
            return st.lists(st.sampled_from(allowed) if allowed else texts, max_size=3)
        case "person":
            return st.sampled_from(people)
        case "record":
            return st.sampled_from(assessments) if assessments and declared.refers == "assessment" else st.none()
    return st.sampled_from([*allowed, "", None]) if allowed else texts


@st.composite
def records(
    draw: st.DrawFn,
    kind: RecordType,
    key: str,
    people: list[str],
    assessments: list[str],
    without: tuple[str, ...] = (),
) -> dict[str, Any]:
    fields = draw(
        st.lists(
            st.sampled_from([f for f in kind.fields if f.name not in without]), max_size=5, unique_by=lambda f: f.name
        )
    )
    made = {f.name: draw(values(kind.name, f, people, assessments)) for f in fields}
    return {"key": key, **made} if key else made


@st.composite
def case_files(draw: st.DrawFn) -> dict[str, Any]:
    """A well-formed case file of any shape: lists, short forms, nested answers, references, archived records."""
    people = [f"p{n}" for n in range(draw(st.integers(1, 3)))]
    assessments = [f"a{n}" for n in range(draw(st.integers(0, 2)))]
    case = draw(records(RECORD_TYPES["case"], "", people, []))
    made: dict[str, Any] = {"format": keys.FORMAT, **case}
    for kind in keys.TRAVELLING:
        names = {"person": people, "assessment": assessments}.get(kind.name)
        if names is None:
            # The first of each kind gets a key, the second none: both forms are allowed.
            names = ["k", ""][: draw(st.sampled_from([0, 0, 1, 2]))]
        items = [draw(records(kind, name, people, assessments)) for name in names]
        if items or draw(st.booleans()):
            made[kind.case_key] = items
    for item in made.get("assessments", []):
        chosen = draw(st.lists(st.sampled_from(FACTORS), max_size=4, unique=True))
        answer = records(RECORD_TYPES["answer"], "", people, assessments, keys.INSIDE)
        item["answers"] = {factor: draw(answer) for factor in chosen}
        if draw(st.booleans()):
            item["victim_view"] = draw(records(RECORD_TYPES["victim_view"], "", people, assessments, keys.INSIDE))
        if draw(st.booleans()):
            item |= {"officer_grade": draw(st.sampled_from(["standard", "medium", "high"])), "unlisted": "no"}
    return made
