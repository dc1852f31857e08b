"""Invented cases for the tests of rules: plain facts by factor numbers, and whole cases made of records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from app import paths
from app.forms.library import Library, load_library
from app.notebook import entry as notebook
from app.notebook.entry import Entry
from app.notebook.fold import CaseState
from app.records.build import case_view
from app.records.view import CaseView
from app.rules.definition import RuleSet
from app.rules.facts import CaseFacts
from app.rules.three import Three

CASE = "c" * 32
Records = list[tuple[str, str, dict[str, Any]]]


@lru_cache(maxsize=1)
def library() -> Library:
    """The shipped library, read once for all tests."""
    return load_library(paths.resources())


def rules() -> RuleSet:
    """The shipped rules."""
    return library().rules()


def codes(numbers: str | Iterable[int]) -> tuple[str, ...]:
    """Factor codes from numbers: `1,2,5-7` or a list."""
    if not isinstance(numbers, str):
        return tuple(f"F{n:02d}" for n in numbers)
    found: list[int] = []
    for part in filter(None, numbers.split(",")):
        first, _, last = part.partition("-")
        found.extend(range(int(first), int(last or first) + 1))
    return codes(found)


def facts(present: str | Iterable[int] = "", unknown: str | Iterable[int] = "", **more: Any) -> CaseFacts:
    """Facts with the given factors present and unknown; every other factor is no."""
    answers: dict[str, Three] = dict.fromkeys(rules().factors, "no")
    answers |= dict.fromkeys(codes(unknown), "unknown")
    answers |= dict.fromkeys(codes(present), "yes")
    return CaseFacts(answers=answers, **{"at_large": "no", "incidents_12_months": 1, **more})


@dataclass(frozen=True)
class Scenario:
    """An invented case as records, and what the rules must make of it."""

    name: str
    present: str
    unknown: str
    level: str
    rules: tuple[str, ...]
    flags: frozenset[str]
    tasks: str
    modules: str
    variant: str
    at_large: str
    rating: int | None = None
    incidents: int = 1
    open_value: str = "unknown"
    victim: dict[str, Any] = field(default_factory=dict)
    suspect: dict[str, Any] = field(default_factory=dict)
    relationship: dict[str, Any] = field(default_factory=dict)
    children: tuple[int, ...] = ()
    paper: dict[str, Any] = field(default_factory=dict)
    incident: dict[str, Any] = field(default_factory=dict)
    more: Records = field(default_factory=list)

    def records(self) -> Records:
        """The scenario as records of a case."""
        found: Records = [
            ("case", "c" * 32, {"reference": self.name, "profile": "neutral"}),
            ("person", "v", {"roles": ["victim"], "languages": ["en"], **self.victim}),
            ("person", "s", {"roles": ["suspect"], **self.suspect}),
            ("relationship", "r", {"from": "s", "to": "v", **self.relationship}),
            (
                "incident",
                "i",
                {
                    "reported_at": "2026-11-14T01:40:00+00:00",
                    "incidents_12_months": self.incidents,
                    "suspect_at_large": self.at_large,
                    **self.incident,
                },
            ),
            ("assessment", "a", {"instrument": "rr-1", "version": 1}),
        ]
        for number, age in enumerate(self.children):
            found.append(("person", f"k{number}", {"roles": ["child"]}))
            found.append(("child", f"c{number}", {"person": f"k{number}", "age": age}))
        found.extend(answers("a", self.present, self.unknown, self.open_value))
        if self.rating is not None:
            found.append(("victim_view", "w", {"assessment": "a", "rating": self.rating}))
        if self.paper:
            found.append(("paper", "p", self.paper))
        return found + self.more

    def view(self) -> CaseView:
        """The scenario as a case."""
        return case_view(self.records())


def answers(
    assessment: str, present: str, unknown: str = "", open_value: str = "unknown", others: str | None = "no"
) -> Records:
    """Answer records for one assessment; factors in neither list are `others`, or not recorded where that is None."""
    found: Records = []
    for code in rules().factors:
        value = "yes" if code in codes(present) else open_value if code in codes(unknown) else others
        if value is not None:
            record = f"{assessment}-{code}"
            found.append(("answer", record, {"assessment": assessment, "factor": code, "value": value}))
    return found


def on_laptops(*entries: tuple[str, int, Records]) -> CaseView:
    """A case written on several laptops: (laptop letter, time stamp of its first entry, records).

    A letter followed by others (`ba`) is a laptop that had taken in what those wrote before.
    """
    state, numbers = CaseState(CASE), dict.fromkeys("abcdef", 0)
    for (laptop, *others), stamp, records in entries:
        known = {other * 32: numbers[other] for other in others}
        for offset, (kind, record, fields) in enumerate(records):
            numbers[laptop] += 1
            change = notebook.knowing(notebook.create(record, kind, fields), known)
            state.apply(
                Entry(
                    format=notebook.FORMAT,
                    device=laptop * 32,
                    first=numbers[laptop],
                    count=1,
                    author=f"Officer {laptop}",
                    session="s",
                    scope=0,
                    case=CASE,
                    hlc=(stamp + offset, 0),
                    wall="2026-11-14T02:00:00+00:00",
                    schema=notebook.SCHEMA,
                    previous=notebook.NO_PREVIOUS,
                    changes=[change],
                )
            )
    return CaseView(state)


SC1 = Scenario(
    name="SC1",
    present="1,2,3,6,10,13,15,27,33,34,36",
    unknown="7,24",
    level="high",
    rules=("H1", "M2", "M3"),
    flags=frozenset(),
    tasks="T01 T02 T03 T04 T05 T06 T07 T08 T09 T10 T12 T13 T16 T17",
    modules="P01 P04 P05 P06 P07 P08 P12 P19 P21 P22 P23 P28 P30",
    variant="card",
    at_large="no",
    rating=9,
    victim={"pregnant": "yes"},
    suspect={"custody": "in_custody"},
    relationship={"kind": "partner", "current": "yes", "cohabiting": "yes"},
    paper={"lives_with_suspect": "yes", "searched": "no", "kept_where": "home"},
    incident={"arrested": "yes", "injury": "no"},
)
SC2 = Scenario(
    name="SC2",
    present="8,13,14,15,16,17,18,22,31,33,40,42",
    unknown="7,24",
    level="high",
    rules=("H1", "M2", "M3", "M4"),
    flags=frozenset({"extreme"}),
    tasks="T01 T02 T03 T04 T05 T06 T07 T09 T11 T12 T13 T14 T15 T16",
    modules="P01 P03 P04 P05 P06 P07 P08 P09 P10 P11 P12 P13 P14 P15 P16 P17 P21 P22 P23 P27 P28 P29 P30",
    variant="nothing",
    at_large="yes",
    rating=8,
    incidents=2,
    suspect={"custody": "at_large", "police_employee": "yes"},
    relationship={"kind": "spouse", "current": "yes", "cohabiting": "yes"},
    children=(9, 12),
    paper={"lives_with_suspect": "yes", "searched": "unknown", "kept_where": "none"},
)
SC4 = Scenario(
    name="SC4",
    present="13,15,17,18,31,33",
    unknown="22,24",
    level="medium",
    rules=("M2",),
    flags=frozenset(),
    tasks="T01 T03 T04 T05 T06 T07 T09 T12 T13 T14 T15 T16 T17",
    modules="P01 P04 P06 P07 P08 P12 P13 P14 P15 P16 P17 P18 P21 P22 P23 P28 P29 P30",
    variant="discreet",
    at_large="yes",
    rating=6,
    relationship={"kind": "ex_partner", "current": "no", "cohabiting": "no"},
    paper={"lives_with_suspect": "no", "searched": "no", "kept_where": "outside"},
    more=[("pet", "cat", {"kind": "cat"})],
)
SC6 = Scenario(
    name="SC6",
    present="1,2,5,14,15,18,29,33",
    unknown="24",
    level="high",
    rules=("H2", "M1", "M2", "M3"),
    flags=frozenset(),
    tasks="T01 T03 T04 T05 T06 T07 T08 T09 T10 T12 T13 T14 T15 T16 T17",
    modules="P01 P04 P06 P07 P08 P12 P13 P14 P15 P17 P19 P21 P22 P23 P27 P28 P29 P30",
    variant="discreet",
    at_large="no",
    rating=6,
    suspect={"custody": "in_custody"},
    relationship={"kind": "ex_partner", "current": "no", "cohabiting": "no"},
    paper={"lives_with_suspect": "no", "searched": "no", "kept_where": "outside"},
    incident={"arrested": "yes", "injury": "yes"},
)
SC7 = Scenario(
    name="SC7",
    present="1,13,14,16,19,20,21,38,40",
    unknown="3-10,22,24-29,36,37",
    level="medium",
    rules=("M3",),
    flags=frozenset({"provisional"}),
    tasks="T01 T02 T03 T04 T05 T06 T07 T09 T11 T12 T13 T17",
    modules="P01 P02 P03 P04 P05 P06 P07 P08 P09 P10 P11 P21 P22 P24 P25 P26 P27 P28 P30",
    variant="nothing",
    at_large="yes",
    victim={"languages": ["ti"]},
    suspect={"custody": "at_large"},
    relationship={"kind": "spouse", "current": "yes", "cohabiting": "yes"},
    children=(3, 5),
    paper={"lives_with_suspect": "yes", "searched": "no", "kept_where": "home"},
)
SC10 = Scenario(
    name="SC10",
    present="1,11,22,27,29,33",
    unknown="2-9,13-19,35-37",
    level="high",
    rules=("H2", "M1", "M2"),
    flags=frozenset({"provisional"}),
    tasks="T01 T03 T04 T05 T06 T07 T08 T09 T12 T13 T16 T17",
    modules="P01 P04 P05 P06 P07 P08 P12 P21 P22 P23 P28 P30",
    variant="nothing",
    at_large="no",
    open_value="declined",
    suspect={"custody": "in_custody", "custody_until": "2026-11-14T18:00:00+00:00"},
    relationship={"kind": "spouse", "current": "yes", "cohabiting": "yes"},
    incident={"arrested": "yes"},
)
SCENARIOS = (SC1, SC2, SC4, SC6, SC7, SC10)

AT_LEAST = {
    "SC1": "T01 T02 T03 T04 T05 T06 T07 T08 T09 T10 T12 T16 T17 P01 P04 P05 P06 P07 P12 P19 P22 P28",
    "SC2": "T01 T02 T03 T04 T05 T06 T07 T09 T12 T13 T14 T15 T16 P01 P11 P12 P15 P16 P22 P23 P29",
    "SC4": "T01 T03 T04 T05 T06 T07 T09 T13 T14 T15 T16 P01 P13 P14 P15 P16 P17 P18 P29",
    "SC6": "T01 T03 T04 T05 T06 T07 T08 T09 T10 T12 T13 T16 T17 P01 P13 P14 P17 P21 P22 P28",
    "SC7": "T01 T02 T03 T04 T05 T06 T07 T09 T11 T12 T13 P01 P05 P10 P24 P26 P28",
    "SC10": "T01 T03 T04 T05 T06 T07 T08 T09 T12 T16 P01 P04 P22 P28",
}
"""What must be suggested at the least, apart from what the table of suggestions adds."""
