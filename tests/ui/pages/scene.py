"""An invented case that fills every step, for tests of looks."""

from __future__ import annotations

from app.casework import cases, consent, edit, paper, plan, risk, todo
from app.casework.desk import Desk

PRESENT = ("F01", "F02", "F03", "F06", "F10", "F13", "F15", "F27", "F33", "F34", "F36")
UNKNOWN = ("F07", "F24")


def full_case(desk: Desk) -> str:
    """A case with people, incident, assessment, a grade below the floor, plan, tasks, consent, paper and events."""
    case = cases.new_case(desk, "NM-2026-0417")

    def make(record_type: str, /, **fields: object) -> str:
        return edit.create(desk, case, record_type, fields)[0]

    victim = make(
        "person", roles=["victim"], given_name="Keira", family_name="Holt-Baines", born="1999-02-11", pregnant="yes"
    )
    suspect = make("person", roles=["suspect"], given_name="Dane", family_name="Ruskin", custody="in_custody")
    child = make("person", roles=["child"], given_name="Wren")
    make("child", person=child, age=7, present="yes", own_words="I hid under the table")
    edit.create(desk, case, "relationship", {"from": suspect, "to": victim, "kind": "partner", "cohabiting": "yes"})
    make(
        "safe_contact", person=victim, channels=["call"], hours="09:00-12:00", confirmed_at="2026-05-16T02:00:00+00:00"
    )
    make(
        "incident", place_kind="home", narrative="Held by the throat. " * 8, arrested="no", no_arrest_reason="not_found"
    )
    make("event", kind="breach", happened_at="2026-05-15T10:00:00+00:00", note="Waited at the gate")
    make("pet", kind="Cat", safe="no")
    order = make(
        "order",
        type="Protection order",
        number="PO-7731",
        person=suspect,
        conditions="Not within 100 metres of the bakery, no message through anybody. " * 2,
        served_at="2026-05-10T09:00:00+00:00",
        expires="2026-08-10",
    )
    make("order", type="An order in somebody's own words", person=suspect)
    make("breach", order=order, happened_at="2026-05-15T10:00:00+00:00", what="Waited at the gate. " * 6)
    contacted = {"by": "Ilse Marrow", "channel": "call"}
    make("follow_up", contacted_at="2026-05-12T10:00:00+00:00", reached="yes", feels="safer", **contacted)
    make("follow_up", contacted_at="2026-05-14T10:00:00+00:00", reached="no", **contacted)
    make(
        "follow_up",
        contacted_at="2026-05-15T10:00:00+00:00",
        reached="yes",
        feels="less_safe",
        new_incidents="yes",
        what_happened="He stood at the gate.",
        orders_obeyed="no",
        next_at="2026-05-20T10:00:00+00:00",
        **contacted,
    )
    make("programme", person=suspect, name="Change Group Alder", status="missed", sessions_offered=4)
    assessment, _ = risk.start_assessment(desk, case, place="scene", interpreter="relative")
    for factor in desk.library.instrument().codes:
        value = "yes" if factor in PRESENT else "unknown" if factor in UNKNOWN else "no"
        note = "Could not breathe and saw black spots, says it has happened before. " * 2 if factor == "F06" else ""
        risk.answer(desk, case, assessment, factor, value=value, source="victim" if value == "yes" else None, note=note)
    risk.set_view(desk, case, assessment, rating=9, words="Next time it will be worse.", distrusts=["order"])
    risk.grade(desk, case, assessment, "medium", "First time it came to this.")
    plan.set_priorities(desk, case, ["health", "children"])
    plan.add_measure(desk, case, "P07", what="Bag packed with a friend", who="Keira", when="this week", safe="yes")
    todo.set_task(desk, case, "T10", status="done", evidence="Brought to hospital 03:10")
    todo.add_task(desk, case, "Ask the neighbour for the recording")
    consent.record(desk, case, "victim_support", "refused", language="en")
    paper.set_answers(desk, case, lives_with_suspect="no", searched="no", kept_where="outside", reads=["en"])
    paper.nothing_given(desk, case, "Only talked it through")
    return case
