"""The mark that a suspect works for the police: set by what entries say, lifted only by two people together."""

from __future__ import annotations

from dataclasses import replace

from app.problems import Problem
from app.rules import access
from app.rules.access import Officer
from sync.server import scope
from sync.server.database import Connection
from sync.server.events import note_act
from sync.server.postgres import lock, police


def lift(connection: Connection, org: str, case: str, by: Officer, second: Officer, reason: str) -> None:
    """Two people decide that no suspect of a case works for the police: it goes to its unit again.

    Both were named for it, they are not the same, and one is of professional standards. What entries said before
    counts no more; what they say afterwards does. Raises Problem server.case_unknown, server.two_people,
    server.reason_missing.
    """
    if not reason.strip():
        raise Problem("server.reason_missing")
    place = lock(connection, org)
    days = connection.execute("SELECT recent_days FROM organisation WHERE org_id = %s", (org,)).fetchone()
    facts = scope.facts(connection, org, days[0] if days else 0, [case]).get(case)
    if facts is None or not facts.restricted:
        raise Problem("server.case_unknown", case=case)
    tree = scope.units(connection, org)
    both = (by, second)
    if by.id == second.id or not all(access.may(who, access.LIFT, facts, tree) for who in both):
        raise Problem("server.two_people")
    if not any(who.role == "professional_standards" for who in both):
        raise Problem("server.two_people")
    now = replace(facts, restricted=False, employed=False)
    number = scope.charge(connection, org, case, now, place.number)
    connection.execute(
        "UPDATE held_case SET restricted = false, lifted = %s WHERE org_id = %s AND case_id = %s", (number, org, case)
    )
    connection.execute(
        "UPDATE held_case SET employed = %s WHERE org_id = %s AND case_id = %s",
        (bool(police(connection, org, case).employed), org, case),
    )
    scope.give(connection, org, scope.recompute_case(connection, org, case, now, number))
    note_act(connection, org, "lifted", officer=by.id, case=case, detail=f"with {second.id}: {reason.strip()}")
