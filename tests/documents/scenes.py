"""Invented cases for paper: three of the scenarios with a plan, tasks and agreements, and the context of a print."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from app import paths
from app.documents.context import Number, PaperContext, TimelineEntry
from app.forms.library import Library, load_library
from app.notebook import entry as notebook
from app.notebook.entry import Entry
from app.notebook.fold import CaseState
from app.records.build import case_view
from app.records.view import CaseView
from app.rules.facts import facts_of
from app.rules.grading import floor
from app.rules.safe_contact import contact_rule
from app.rules.suggestions import suggested_modules, suggested_tasks

CASE = "c" * 32
ON = date(2026, 11, 14)
Given = list[tuple[str, str, dict[str, Any]]]


@lru_cache(maxsize=1)
def library() -> Library:
    return load_library(paths.resources())


def answers(assessment: str, yes: str, unknown: str = "", rest: str = "no", **notes: str) -> Given:
    """All 43 factors: those of `yes` with source and note, those of `unknown`, the rest as said."""
    given: Given = []
    for code in library().instrument("rr-1").codes:
        number = code[1:].lstrip("0")
        if number in yes.split():
            fields = {"value": "yes", "source": "victim", "recent": "yes", "note": notes.get(code, "")}
        elif number in unknown.split():
            fields = {"value": "unknown"}
        else:
            fields = {"value": rest}
        given.append(("answer", f"{assessment}-{code}", {"assessment": assessment, "factor": code, **fields}))
    return given


def sc1() -> Given:
    """Pregnant victim, strangulation; the suspect is in custody."""
    return [
        ("case", CASE, {"reference": "NM-2026-0417", "profile": "neutral", "grade": "high"}),
        (
            "person",
            "v",
            {
                "roles": ["victim"],
                "given_name": "Keira",
                "family_name": "Holt-Baines",
                "born": "1999-02-11",
                "sex": "female",
                "languages": ["en"],
                "occupation": "bakery worker",
                "pregnant": "yes",
                "address": "14 Millrace Terrace, Northmere",
                "phone": "+44 20 7946 0000",
            },
        ),
        (
            "person",
            "s",
            {
                "roles": ["suspect"],
                "given_name": "Dane",
                "family_name": "Ruskin",
                "born": "1995",
                "sex": "male",
                "police_employee": "no",
                "custody": "in_custody",
                "address": "14 Millrace Terrace, Northmere",
            },
        ),
        ("person", "h", {"roles": ["helper"], "given_name": "Maureen", "family_name": "Baines", "aliases": ["Mo"]}),
        ("relationship", "r", {"from": "s", "to": "v", "kind": "partner", "current": "yes", "cohabiting": "yes"}),
        (
            "safe_contact",
            "k",
            {
                "person": "v",
                "channels": ["call"],
                "number": "+44 20 7946 0000",
                "days": ["mon", "tue", "wed"],
                "hours": "09:00-12:00",
                "voicemail": "no",
                "text": "no",
                "cover": "Bakery rota office",
                "check_phrase": "rye or wheat",
                "confirmed_at": "2026-11-14T02:20:00+00:00",
                "confirmed_by": "PC Ida Thorn",
            },
        ),
        (
            "incident",
            "i",
            {
                "occurred_from": "2026-11-14T01:10:00+00:00",
                "reported_at": "2026-11-14T01:40:00+00:00",
                "place_kind": "home",
                "place": "14 Millrace Terrace, Northmere",
                "offences": ["Non-fatal strangulation"],
                "narrative": "Neighbour called. Shoved on the stairs, then held by the throat against a wardrobe. "
                "She saw black spots. Hoarse voice, no visible mark. Said: “I thought that was it.”",
                "narrative_type": "reported_by",
                "narrative_from": "Keira Holt-Baines",
                "injury": "yes",
                "grounds_for_arrest": "yes",
                "arrested": "yes",
                "positive_action": ["arrest", "medical_help"],
                "other_evidence": ["bwv", "neighbour"],
                "incidents_12_months": 1,
                "suspect_at_large": "no",
            },
        ),
        (
            "assessment",
            "a",
            {
                "instrument": "rr-1",
                "version": 1,
                "place": "scene",
                "victim_seen_alone": "yes",
                "interpreter": "none",
                "started_at": "2026-11-14T01:50:00+00:00",
                "completed_at": "2026-11-14T02:15:00+00:00",
            },
        ),
        *answers(
            "a",
            "1 2 3 6 10 13 15 27 33 34 36",
            "7 24",
            F06="Held with one hand against the wardrobe, “until it went dark”. Hoarse since. Says 5 < 6 & <b>.",
            F33="Told him last week that she might go to her aunt.",
        ),
        (
            "victim_view",
            "vv",
            {"assessment": "a", "rating": 9, "words": "He will finish it next time.", "distrusts": ["order"]},
        ),
        (
            "grade",
            "g",
            {
                "assessment": "a",
                "grade": "high",
                "reason": "Strangulation in pregnancy; she expects to be killed.",
                "floor": "high",
                "rules": ["H1", "M2", "M3"],
                "by": "officer",
                "decided_at": "2026-11-14T02:16:00+00:00",
            },
        ),
        ("plan", "p", {"priorities": ["health", "home"], "review_date": "2026-11-21", "holder": "Maternity unit"}),
        ("measure", "m1", {"module": "P04", "what": "Ring from the hall, say the house number first.", "safe": "yes"}),
        (
            "measure",
            "m2",
            {
                "module": "P06",
                "who": "Maureen",
                "what": "Back door, Maureen drives, Tuesday while he is at work.",
                "when": "Tuesday 10:00",
                "safe": "yes",
                "factors": ["F33"],
            },
        ),
        (
            "measure",
            "m3",
            {
                "module": "P19",
                "what": "Check-up of the throat today, even if it feels better.",
                "safe": "yes",
                "done": "yes",
                "factors": ["F06", "F10"],
            },
        ),
        (
            "measure",
            "m4",
            {"module": "P12", "what": "Have the lock on the back gate looked at.", "safe": "yes", "done": "no"},
        ),
        ("measure", "m5", {"module": "P09", "what": "Ask Maureen to keep forty pounds.", "safe": "yes"}),
        (
            "task",
            "t1",
            {
                "code": "T03",
                "status": "done",
                "owner": "PC Ida Thorn",
                "evidence": "Crime report filed.",
                "done_at": "2026-11-14T03:00:00+00:00",
            },
        ),
        ("task", "t2", {"code": "T08", "status": "open", "owner": "Custody desk", "due": "2026-11-14T18:00:00+00:00"}),
        ("task", "t3", {"code": "T15", "status": "done", "evidence": "SECRET-T15"}),
        ("task", "t4", {"title": "Fetch the pram from the hall", "agency": "police", "status": "open"}),
        ("consent", "co", {"person": "v", "purpose": "victim_support", "decision": "given", "language": "en"}),
        ("paper", "pa", {"lives_with_suspect": "yes", "searched": "unknown", "kept_where": "outside", "reads": ["en"]}),
        ("event", "e", {"kind": "release", "happened_at": "2026-11-15T18:00:00+00:00", "person": "s"}),
    ]


def sc7() -> Given:
    """A victim who does not speak the local language; names in their own script beside Latin ones."""
    return [
        ("case", CASE, {"reference": "NM-2026-0502", "grade": "high", "grade_reason": "Isolation and group control."}),
        (
            "person",
            "v",
            {
                "roles": ["victim"],
                "given_name": "Selam",
                "family_name": "Haile-Tesfay",
                "original_name": "ሰላም",
                "languages": ["ti"],
                "interpreter": "yes",
            },
        ),
        ("person", "s", {"roles": ["suspect"], "given_name": "Yonas", "family_name": "Berhane", "custody": "at_large"}),
        ("person", "c1", {"roles": ["child"], "given_name": "Abel"}),
        ("child", "ch1", {"person": "c1", "age": 5, "present": "yes", "saw_or_heard": "unknown"}),
        ("relationship", "r", {"from": "s", "to": "v", "kind": "spouse", "current": "yes", "cohabiting": "yes"}),
        (
            "assessment",
            "a",
            {
                "instrument": "rr-1",
                "version": 1,
                "place": "scene",
                "interpreter": "professional_phone",
                "interrupted": "yes",
            },
        ),
        *answers("a", "1 13 14 16 19 20 21 38 40", "3 4 5 6 7 8 9 10 22 24 25 26 27 28 29 36 37"),
        (
            "measure",
            "m1",
            {"module": "P24", "what": "Ask for an interpreter each time, it costs nothing.", "safe": "yes"},
        ),
    ]


def sc10() -> Given:
    """A victim who withholds consent; much was declined; a release today."""
    return [
        ("case", CASE, {"reference": "IE-2026-0033", "grade": "high"}),
        (
            "person",
            "v",
            {"roles": ["victim"], "given_name": "Rosalind", "family_name": "Achterberg", "languages": ["en"]},
        ),
        (
            "person",
            "s",
            {
                "roles": ["suspect"],
                "given_name": "Hugh",
                "family_name": "Penrose",
                "custody": "in_custody",
                "custody_until": "2026-11-14T18:00:00+00:00",
            },
        ),
        ("assessment", "a", {"instrument": "rr-1", "version": 1, "place": "scene", "victim_seen_alone": "yes"}),
        *answers("a", "1 11 22 27 29 33", "", "declined"),
        ("task", "t4", {"code": "T04", "status": "refused_by_victim", "reason": "Declined at the door."}),
        ("consent", "co", {"person": "v", "purpose": "victim_support", "decision": "refused"}),
        ("event", "e", {"kind": "release", "happened_at": "2026-11-14T18:00:00+00:00", "person": "s"}),
    ]


def view_of(given: Given) -> CaseView:
    return case_view(given, case=CASE)


def differing(given: Given, record: str, kind: str, field: str, value: Any, author: str) -> CaseView:
    """The view in which another officer, who knew nothing of the field, gave it another value."""
    state = CaseState(CASE)
    changes = [notebook.create(r, k, fields) for k, r, fields in given] + [
        notebook.create(record, kind, {field: value})
    ]
    for number, change in enumerate(changes, 1):
        other = number == len(changes)
        state.apply(
            Entry(
                format=notebook.FORMAT,
                device=("d" if other else "b") * 32,
                first=number,
                count=1,
                author=author if other else "PC Ida Thorn",
                session="s",
                scope=0,
                case=CASE,
                hlc=(number, 0),
                wall="2026-11-14T04:30:00+00:00",
                schema=notebook.SCHEMA,
                previous=notebook.NO_PREVIOUS,
                changes=[change],
            )
        )
    return CaseView(state)


def context(view: CaseView, **changes: Any) -> PaperContext:
    """The context of a print as casework makes it."""
    rules = library().rules("rr-1")
    facts = facts_of(view, on=ON)
    least = floor(facts, rules)
    made = {
        "library": library(),
        "officer": "PC Ida Thorn",
        "device": "3F9A",
        "printed_at": "2026-11-14T03:10:00+00:00",
        "copy_number": "7",
        "reason": "For the case conference",
        "grade": "high",
        "extreme": least.extreme,
        "provisional": least.provisional,
        "review_due": "2026-11-21T02:15:00+00:00",
        "floor": least,
        "suggested_tasks": suggested_tasks(facts, rules, least, "high"),
        "suggested_modules": suggested_modules(facts, rules, least, "high"),
        "contact": contact_rule(view, facts, on=ON),
        "promised": frozenset(record.id for record in view.of("follow_up")),
        "numbers": (Number("Kate", "0808 157 0001"), Number("Garden club", "0808 157 0002")),
        "timeline": (
            TimelineEntry("2026-11-14T01:50:00+00:00", "PC Ida Thorn", "Case opened", "3F9A"),
            TimelineEntry("2026-11-14T02:16:00+00:00", "PC Ida Thorn", "Grade given: high", "3F9A"),
        ),
    }
    return PaperContext(**{**made, **changes})
