"""Officers and decisions are compared with what the server's events say of them: who changes the rows is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.rules.access import Officer
from sync.server import acts, administration, authority, database, deciding, seals, verify
from sync.server.statements import Signer
from tests.sync import migrating
from tests.sync.laptops import Force

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def named(force: Force) -> list[str]:
    return force.do(lambda c, org: list(acts.verify(c, org)))


def change(force: Force, query: str) -> None:
    """Behind the server's back."""
    with force.owner() as connection:
        assert connection.execute(query.encode(), {"org": force.org}).rowcount == 1


def move(force: Force, officer: str, role: str, active: bool = True) -> None:
    force.do(lambda c, org: administration.move_officer(c, org, officer, role, force.unit, active))


@pytest.fixture
def moved(force: Force) -> str:
    """An officer who was given another role; two others were never changed, and retired."""
    one, gone = force.officer("auditor"), force.officer("specialist")
    force.officer("supervisor")
    move(force, gone, "specialist", active=False)
    move(force, one, "officer")
    return one


# --- officers ------------------------------------------------------------------------------------------------------


def test_officers_whom_nobody_touched_are_as_they_were_noted(force: Force, moved: str):
    assert named(force) == []
    move(force, moved, "supervisor")
    move(force, moved, "officer", active=False)
    move(force, moved, "officer")
    assert named(force) == []


@pytest.mark.parametrize("what", ["role = 'supervisor'", "unit_id = repeat('0', 32)", "active = false"])
def test_an_officer_of_whom_a_right_was_changed_is_named(force: Force, moved: str, what: str):
    change(force, f"UPDATE officer SET {what} WHERE org_id = %(org)s AND officer_id = '{moved}'")
    assert named(force) == [f"officer {moved}: role, unit or being in service is not what was noted last"]


def test_somebody_who_was_put_back_into_service_is_named(force: Force, moved: str):
    move(force, moved, "officer", active=False)
    change(force, f"UPDATE officer SET active = true WHERE org_id = %(org)s AND officer_id = '{moved}'")
    assert [line.split(":")[0] for line in named(force)] == [f"officer {moved}"]


def test_an_officer_who_was_put_in_or_taken_out_is_named(force: Force, moved: str):
    change(force, f"DELETE FROM officer WHERE org_id = %(org)s AND officer_id = '{moved}'")
    assert named(force) == [f"officer {moved}: is missing"]
    other = random_id()
    change(force, f"INSERT INTO officer VALUES (%(org)s, '{other}', 'X', 'supervisor', '{force.unit}')")
    assert f"officer {other}: nothing says who added them" in named(force)
    in_another = f"UPDATE officer SET org_id = repeat('0', 32) WHERE org_id = %(org)s AND officer_id = '{other}'"
    change(force, in_another)
    assert named(force) == [f"officer {moved}: is missing"]
    force.rows("DELETE FROM officer WHERE officer_id = %s RETURNING 1", other)


def test_the_last_is_told_by_the_seals_and_by_no_clock(force: Force, moved: str):
    signer = Signer(authority.signing_key(force.config.signing_key))
    force.do(lambda c, org: seals.seal(c, org, signer))
    later = (
        "UPDATE event SET happened_at = now() + interval '1 day' WHERE org_id = %(org)s AND kind = 'officer_changed'"
    )
    change(force, f"{later} AND officer_id = '{moved}'")
    move(force, moved, "specialist")
    assert named(force) == []


def test_of_two_changes_in_one_transaction_the_second_counts(force: Force, moved: str):
    def twice(connection: database.Connection, org: str) -> None:
        for role in ("supervisor", "auditor", "specialist"):
            administration.move_officer(connection, org, moved, role, force.unit)

    force.do(twice)
    assert named(force) == []


def test_officers_who_were_there_before_are_noted_as_they_were_found(force: Force):
    """A database of the version before this was compared, with an officer in service and one who is not."""
    org, there, gone = (random_id() for _ in range(3))
    before = {name for name, _ in database.migrations() if name < "0015"}
    with migrating.new_database(force.config.owner_database, f"own_{force.org}") as conninfo:
        with database.owner(conninfo) as owner:
            with owner.transaction():
                database.bring_up(owner, only=before)
            for officer, active in ((there, True), (gone, False)):
                owner.execute("INSERT INTO officer VALUES (%s, %s, 'A', 'supervisor', 'U', %s)", (org, officer, active))
            owner.execute("INSERT INTO unit VALUES (%s, 'U', 'Unit', 'V'), (%s, 'V', 'Above', '')", (org, org))
        assert database.migrate(conninfo) == [name for name, _ in database.migrations() if name not in before]
        with database.owner(conninfo) as owner:
            assert list(acts.verify(owner, org)) == []
            owner.execute("UPDATE officer SET role = 'officer' WHERE officer_id = %s", (there,))
            assert [line.split(":")[0] for line in acts.verify(owner, org)] == [f"officer {there}"]
            owner.execute("UPDATE unit SET above = '' WHERE unit_id = 'U'")
            assert "unit U: stands below another one than was noted" in list(acts.verify(owner, org))
            ids = owner.execute("SELECT event_id FROM event").fetchall()
            assert {len(one) for (one,) in ids} == {32}


# --- units ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def below(force: Force) -> str:
    """A unit below that of the force."""
    made = force.do(lambda c, org: administration.new_unit(c, org, "Below", force.unit))
    assert named(force) == []
    return made


def test_a_unit_that_was_put_elsewhere_is_named_whatever_is_noted_later(force: Force, below: str):
    line = f"unit {below}: stands below another one than was noted"
    change(force, f"UPDATE unit SET above = '' WHERE org_id = %(org)s AND unit_id = '{below}'")
    assert named(force) == [line]
    forged = f"'{random_id()}', now(), 'unit_added', '', '', '', '{below} '"
    change(force, f"INSERT INTO event VALUES (%(org)s, {forged})")
    assert named(force) == [line]


def test_a_unit_that_was_put_in_or_taken_out_is_named(force: Force, below: str):
    change(force, f"DELETE FROM unit WHERE org_id = %(org)s AND unit_id = '{below}'")
    assert named(force) == [f"unit {below}: is missing"]
    change(force, f"INSERT INTO unit VALUES (%(org)s, '{'0' * 32}', 'X', '')")
    assert f"unit {'0' * 32}: nothing says who added it" in named(force)


# --- decisions -----------------------------------------------------------------------------------------------------


@pytest.fixture
def decided(force: Force) -> str:
    """What a decision is named by; somebody let one entry count, and left another one apart."""
    laptop, leader = force.laptop(), force.laptop("supervisor")
    stranger = force.laptop(unit=force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere")))
    case = laptop.new_case()
    laptop.push()
    for words in ("first", "second"):
        stranger.write(case, notebook.append(random_id(), "note", {"words": words}))
    stranger.push()
    by = Officer(leader.officer, "supervisor", force.unit)
    force.do(lambda c, org: deciding.let_count(c, org, stranger.device, 1, by, " In good faith. ", NOW))
    force.do(lambda c, org: deciding.leave_apart(c, org, stranger.device, 2, by, "A slip."))
    return f"decision {stranger.device}:1"


def test_decisions_that_nobody_touched_are_as_they_were_noted(force: Force, decided: str):
    assert named(force) == []
    # The reason itself stands in the decision alone.
    told = force.rows("SELECT detail FROM event WHERE org_id = %s", force.org)
    assert not any("faith" in detail for (detail,) in told)


@pytest.mark.parametrize(
    "what", ["officer_id = repeat('0', 32)", "verdict = 'stays_apart'", "reason = 'I was told to.'", "first = 7"]
)
def test_a_decision_of_which_anything_was_changed_is_named(force: Force, decided: str, what: str):
    change(force, f"UPDATE decision SET {what} WHERE org_id = %(org)s AND first = 1")
    name = decided.replace(":1", ":7") if what == "first = 7" else decided
    assert f"{name}: is not what was noted" in named(force)


def test_a_decision_about_another_entry_is_named(force: Force, decided: str):
    change(force, "UPDATE decision SET hash = repeat('0', 64) WHERE org_id = %(org)s AND first = 1")
    assert f"{decided}: is not what was noted" in named(force)


def test_a_decision_that_was_taken_out_is_named(force: Force, decided: str):
    change(force, "DELETE FROM decision WHERE org_id = %(org)s AND first = 1")
    assert named(force) == [f"{decided}: is missing, or not what was noted"]


def test_of_older_decisions_it_is_compared_what_was_noted_of_them(force: Force, decided: str):
    shorter = "UPDATE event SET detail = regexp_replace(detail, ' [0-9a-f]{32}$', '') WHERE org_id = %(org)s"
    change(force, f"{shorter} AND kind = 'counts'")
    assert named(force) == []
    change(force, "UPDATE decision SET reason = 'Nobody knows.' WHERE org_id = %(org)s AND first = 1")
    assert named(force) == []
    change(force, "UPDATE decision SET officer_id = repeat('0', 32) WHERE org_id = %(org)s AND first = 1")
    assert f"{decided}: is not what was noted" in named(force)


def test_whoever_verifies_the_history_is_told(force: Force, moved: str):
    change(force, f"UPDATE officer SET role = 'supervisor' WHERE org_id = %(org)s AND officer_id = '{moved}'")
    public = authority.signing_keys(force.config.signing_key).public
    lines = force.do(lambda c, org: list(verify.verify(c, org, *public)))
    assert [line.split(":")[0] for line in lines] == [f"officer {moved}"]
