"""What a person should hear of can be read by a command: who was refused what, and what was done to whom. Ids only."""

from __future__ import annotations

import json

import pytest

from app.notebook import entry as notebook
from app.rules.access import Officer
from sync.server import administration, deciding, enrol, fleet, least, marks, retention
from tests.notebook.writers import key_of
from tests.sync.conftest import Trial
from tests.sync.laptops import Force, Laptop, RefusedError

PSD = "professional_standards"


def exported(trial: Trial, force: Force) -> list[dict[str, str]]:
    done = trial.command("export-audit", "--organisation", force.name)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def noted(force: Force, kind: str) -> list[dict[str, str]]:
    return [one for one in force.do(lambda c, org: list(administration.audit(c, org))) if one["kind"] == kind]


def test_what_an_administrator_does_is_noted(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    other = force.officer()
    force.do(lambda c, org: administration.involve(c, org, case, other, "named"))
    force.do(lambda c, org: administration.involve(c, org, case, other, "named", involved=False))
    force.do(lambda c, org: administration.identify(c, org, other, "other-7"))
    force.do(lambda c, org: administration.transfer(c, org, case, other))
    force.do(lambda c, org: administration.move_officer(c, org, other, "specialist", force.unit))
    force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    force.do(administration.new_epoch)
    for kind in ("named", "not_named", "transferred"):
        assert [(one["case"], one["officer"]) for one in noted(force, kind)] == [(case, other)]
    for kind in ("identified", "officer_changed"):
        assert [one["officer"] for one in noted(force, kind)] == [other]
    assert other in [one["officer"] for one in noted(force, "officer_added")]
    assert [one["detail"] for one in noted(force, "unit_added")] == [f"{force.unit} "]
    assert [(one["device"], one["officer"]) for one in noted(force, "revoked")] == [(laptop.device, laptop.officer)]
    assert len(noted(force, "restored")) == 1
    assert [one["officer"] for one in noted(force, "code_made")] == [laptop.officer]
    # As whom somebody signs in is the provider's name for a person: it stands in the officer's row alone.
    assert "other-7" not in json.dumps(force.do(lambda c, org: list(administration.audit(c, org))))


def test_what_people_decide_about_a_case_is_noted(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    leader, standards = force.laptop("supervisor"), force.laptop("professional_standards")
    by, second = (Officer(one.officer, role, force.unit) for one, role in ((leader, "supervisor"), (standards, PSD)))
    force.do(lambda c, org: retention.hold(c, org, case, by, "a trial"))
    force.do(lambda c, org: retention.release(c, org, case, by))
    stranger = force.laptop(unit=force.do(lambda c, org: administration.new_unit(c, org, "Far away")))
    stranger.write(case, notebook.assign(case, {"reference": ("x", [])}))
    stranger.push()
    force.do(lambda c, org: deciding.read(c, org, stranger.device, 1, by))
    force.do(lambda c, org: deciding.leave_apart(c, org, stranger.device, 1, by, "A slip."))
    force.do(lambda c, org: administration.transfer(c, org, case, leader.officer))
    given = notebook.append("1" * 32, "hand_over", {"how": "reassigned", "officer": laptop.officer})
    leader.write(case, given)
    leader.push()
    laptop.set(case, "police_suspect", "yes")
    laptop.push()
    for one in (by, second):
        force.do(lambda c, org, one=one: administration.involve(c, org, case, one.id, "named"))
    force.do(lambda c, org: marks.lift(c, org, case, second, by, "It was another person."))
    kinds = ("held", "hold_ended", "apart_read", "stays_apart", "in_charge", "restricted", "lifted")
    assert {kind: {one["case"] for one in noted(force, kind)} for kind in kinds} == {kind: {case} for kind in kinds}


def test_what_is_done_to_laptops_is_noted(force: Force, laptop: Laptop):
    force.do(lambda c, org: fleet.cases(c, org, laptop.device))
    force.do(lambda c, org: least.want(c, org, "1.0.0", None))
    assert [one["device"] for one in noted(force, "cases_listed")] == [laptop.device]
    assert [one["detail"] for one in noted(force, "least_version")] == ["1.0.0"]
    assert [one["device"] for one in noted(force, "enrolled")] == [laptop.device]


def test_a_forged_entry_is_noted_and_an_honest_slip_is_not(force: Force, laptop: Laptop):
    other = force.laptop()
    case = laptop.new_case()
    forged = notebook.sign(notebook.read(laptop.writer.entries[0].body), key_of(other.device))
    assert laptop.push(forged).outcomes[0].reason == "signature"
    (event,) = noted(force, "forged")
    assert (event["device"], event["detail"]) == (laptop.device, f"signature 1 {forged.hash}")

    other.set("1" * 32, "reference", case)
    assert other.push().outcomes[0].outcome == "refused"
    assert [one["device"] for one in noted(force, "forged")] == [laptop.device]


def test_asking_for_a_case_about_a_colleague_is_noted_and_answered_as_if_it_were_not_there(
    trial: Trial, force: Force, laptop: Laptop
):
    case = laptop.new_case()
    laptop.push()
    stranger = force.laptop(unit=force.do(lambda c, org: administration.new_unit(c, org, "Far away")))
    with pytest.raises(RefusedError, match="404 not_found"):
        stranger.history(case)
    with pytest.raises(RefusedError, match="404 not_found"):
        stranger.history("0" * 32)
    (refused,) = [one for one in exported(trial, force) if one["kind"] == "refused_access"]
    assert (refused["device"], refused["officer"], refused["case"]) == (stranger.device, stranger.officer, case)
