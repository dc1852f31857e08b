"""The fleet at a glance, a lost laptop, codes for a whole list, and the oldest version that is handed anything."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.casework import cases, status
from app.i18n import translator
from app.problems import Problem
from app.version import program_version
from sync.client import lease
from sync.server import administration, bulk, fleet, fleet_commands, least
from sync.server import commands as server
from sync.wire import code as codes
from sync.wire import programs
from tests.sync.laptops import Force, Laptop, RefusedError
from tests.sync.police import code_of, sync


@pytest.fixture
def told(force: Force, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command of the server in this force; what it printed, or its first sentence where it did not go well."""

    def run(*words: str) -> str:
        config = ["--config", str(force.folder / "server.toml"), "--organisation", force.name]
        done = server.main([words[0], *config, *words[1:]])
        out, err = capsys.readouterr()
        return out if done == 0 else err.splitlines()[0]

    return run


def want(force: Force, program: str, since: datetime | None = None) -> None:
    force.do(lambda c, org: least.want(c, org, program, since))


# ---- The fleet -------------------------------------------------------------------------------------------------------


def test_every_device_says_how_it_stands_and_the_worst_comes_first(police, told, monkeypatch):
    force = police.force
    desk = police.enrolled()
    cases.new_case(desk, reference="A")
    sync(desk)
    behind, over, gone = force.laptop(), force.laptop(), force.laptop()
    behind.pull_page(program=program_version(), waiting=3, waits_since="2026-11-14T01:10:00+00:00")
    over.pull_page(program=program_version())
    gone.pull_page(program=program_version())
    with force.owner() as owner:
        owner.execute("UPDATE device SET lease_until = now() WHERE device_id = %s", (over.device,))
        owner.execute("UPDATE device SET revoked_at = now() WHERE device_id = %s", (gone.device,))
    found = [json.loads(line) for line in told("fleet", "--json").splitlines()]
    assert [one["state"] for one in found] == ["lease_over", "waits", "revoked", "well"]
    assert (found[1]["waiting"], found[1]["waits_since"]) == (3, "2026-11-14T01:10:00+00:00")
    mine = found[3]
    assert (mine["device"], mine["program"], mine["waiting"], mine["unit_name"]) == (
        desk.store.device,
        program_version(),
        0,
        "Unit",
    )
    table = list(csv.DictReader(io.StringIO(told("fleet", "--csv"))))
    assert [one["device"] for one in table] == [one["device"] for one in found]
    lines = told("fleet").splitlines()
    assert (len(lines), lines[0].split()[0], lines[1].split()[0]) == (5, "state", "lease_over")
    never = force.laptop()
    with force.owner() as owner:
        owner.execute("UPDATE device SET contact_at = now() - interval '9 days' WHERE device_id = %s", (never.device,))
    silent = force.do(lambda c, org: fleet.devices(c, org, datetime.now(UTC)))[0]
    assert (silent.device, silent.state) == (never.device, "lease_over")
    with force.owner() as owner:
        owner.execute("UPDATE device SET wiped_at = now() WHERE device_id = %s", (never.device,))
    want(force, "99.0")
    assert [one.state for one in force.do(lambda c, org: fleet.devices(c, org, datetime.now(UTC)))] == [
        "lease_over",
        "too_old",
        "too_old",
        "revoked",
        "wiped",
    ]


def test_what_a_device_says_of_itself_is_written_when_it_is_new(police):
    laptop = police.force.laptop()

    def noted() -> tuple[Any, ...]:
        return police.force.rows("SELECT program, told_at FROM device WHERE device_id = %s", laptop.device)[0]

    laptop.pull_page(program="0.1.0")
    first = noted()
    laptop.pull_page(program="0.1.0")
    assert noted() == first
    laptop.pull_page(program="0.2.0\x00\n" + "x" * 100)
    assert noted()[0] == "0.2.0" + "x" * 33


def test_a_lost_laptops_cases_are_listed_with_those_for_few(police, told):
    laptop, other = police.force.laptop(), police.force.laptop()
    mine, few, theirs = laptop.new_case("A"), laptop.new_case("B", police_suspect="yes"), other.new_case("C")
    laptop.push()
    other.push()
    found = {one["case"]: one for one in map(json.loads, told("device", "cases", laptop.device).splitlines())}
    assert found.keys() == {mine, few, theirs}
    assert [(found[case]["for_few"], found[case]["written"]) for case in (mine, few, theirs)] == [
        (False, 1),
        (True, 1),
        (False, 0),
    ]
    told("revoke", "--device", laptop.device)
    after = [json.loads(line) for line in told("device", "cases", laptop.device).splitlines()]
    assert {one["case"] for one in after} == found.keys()
    assert all(one["left_at"] for one in after)
    assert police.force.rows("SELECT count(*) FROM event WHERE kind = 'cases_listed' AND org_id = %s", police.force.org)


def test_of_a_device_that_nobody_knows_no_empty_list_is_shown(police, told):
    for wanted in (("f" * 32,), ()):
        assert "nobody knows what was on it" in told("device", "cases", *wanted)
    found = police.force.rows(
        "SELECT count(*) FROM event WHERE kind = 'cases_listed' AND org_id = %s", police.force.org
    )
    assert found == [(0,)]


# ---- A list of officers ----------------------------------------------------------------------------------------------


def written(folder: Path, *lines: str) -> Path:
    file = folder / "officers.csv"
    file.write_text("\n".join(("name,role,unit,identity", *lines)) + "\n")
    return file


def test_a_list_becomes_officers_and_codes(police, told, tmp_path):
    force = police.force
    there = force.officer(name="Ada Lark")
    file = written(tmp_path, "Ada Lark,officer,Unit,", "Bram Marsh,specialist,Unit,bram", f"Cleo,officer,{force.unit},")
    said = json.loads(told("enrolment-code", "--from", str(file)))
    assert (said["codes"], said["made"]) == (3, 2)
    kept = Path(said["file"])
    assert kept.stat().st_mode & 0o777 == 0o600
    table = list(csv.DictReader(io.StringIO(kept.read_text())))
    assert [row["name"] for row in table] == ["Ada Lark", "Bram Marsh", "Cleo"]
    laptop = Laptop(force, there)
    laptop.enrol(codes.read(table[0]["code"]).secret)
    assert force.rows("SELECT officer_id FROM device WHERE device_id = %s", laptop.device) == [(there,)]
    # Given again, everybody is there already, and the file of the first time is not written over.
    assert "is there already" in told("enrolment-code", "--from", str(file))
    again = json.loads(told("enrolment-code", "--from", str(file), "--codes", str(tmp_path / "again.csv")))
    assert (again["codes"], again["made"]) == (3, 0)


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_no_name_is_a_formula_in_the_table(text):
    assert fleet_commands._inert(text) == f"'{text}"
    assert fleet_commands._inert(f"A{text}") == f"A{text}"


def test_two_people_of_one_name_are_told_apart_by_how_they_sign_in(police, told, tmp_path):
    force = police.force
    force.do(lambda c, org: administration.new_officer(c, org, "Ada Lark", "officer", force.unit, "ada.lark.1"))
    force.do(lambda c, org: administration.new_unit(c, org, "South"))
    file = written(tmp_path, "Ada Lark,officer,South,ada.lark.2")
    assert json.loads(told("enrolment-code", "--from", str(file)))["made"] == 1
    again = told("enrolment-code", "--from", str(file), "--codes", str(tmp_path / "again.csv"))
    assert json.loads(again)["made"] == 0


def test_every_wrong_line_is_named_and_nothing_is_done(police, told, tmp_path):
    force = police.force
    force.officer(name="Ada Lark")
    before = force.rows("SELECT count(*) FROM officer WHERE org_id = %s", force.org)
    file = written(
        tmp_path,
        "Good Officer,officer,Unit,",
        "No Unit,officer,Nowhere,",
        "No Role,chief,Unit,",
        "Auditor,auditor,Unit,",
        '"=cmd()",officer,Unit,',
        "",
        "Good Officer,officer,Unit,",
        "Ada Lark,supervisor,Unit,",
    )
    said = told("enrolment-code", "--from", str(file))
    for line in (3, 4, 5, 6, 8, 9):
        assert f"line {line}:" in said, said
    assert "line 2:" not in said
    assert force.rows("SELECT count(*) FROM officer WHERE org_id = %s", force.org) == before
    assert force.rows("SELECT count(*) FROM code WHERE org_id = %s", force.org) == [(0,)]
    assert sorted(path.name for path in tmp_path.glob("*codes*")) == []


@pytest.mark.parametrize("text", ["", "name,role\nA,officer\n", 'name,role,unit,identity\n"A,officer', "\xff"])
def test_a_file_that_is_no_list_is_said(tmp_path, text):
    (tmp_path / "officers.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(Problem, match=r"server\.officers_file"):
        bulk.read(tmp_path / "officers.csv")


def test_where_the_codes_cannot_be_written_nothing_is_done(police, told, tmp_path):
    file = written(tmp_path, "Dara Holm,officer,Unit,")
    assert "could not be written" in told("enrolment-code", "--from", str(file), "--codes", str(tmp_path / "no" / "x"))
    found = police.force.rows("SELECT count(*) FROM officer WHERE org_id = %s AND name = 'Dara Holm'", police.force.org)
    assert found == [(0,)]


# ---- The oldest version that is handed anything ------------------------------------------------------------------


def test_an_old_program_is_told_in_time_then_handed_nothing_and_may_always_send(police, told):
    desk, force = police.enrolled(), police.force
    sync(desk)
    words = translator("en")
    day = (datetime.now(UTC) + timedelta(days=20)).date()
    assert json.loads(told("least-version", "99.1", "--from", str(day)))["least_version"] == "99.1"
    sync(desk)
    assert status.waiting(desk).update_by == f"{day}T00:00:00+00:00"
    assert "this program needs an update by" in " ".join(status.said(words, status.waiting(desk), False))

    told("least-version", "99.1")
    case = cases.new_case(desk, reference="sent all the same")
    before = lease.lease(desk.store)
    assert code_of(lambda: sync(desk)) == "sync.too_old"
    assert force.rows("SELECT count(*) FROM entry WHERE case_id = %s", case) == [(1,)]
    assert desk.store.unsent()[0] == 0
    assert status.waiting(desk).update_by == "now"
    assert lease.lease(desk.store).issued_at >= before.issued_at

    told("least-version", "none")
    assert sync(desk).waiting == 0
    assert status.waiting(desk).update_by is None
    assert "is no version" in told("least-version", "soon")


def test_a_program_that_says_nothing_of_itself_counts_as_older(police):
    laptop = police.force.laptop()
    laptop.new_case()
    want(police.force, "0.1.0")
    assert laptop.push().outcomes[0].outcome == "accepted"
    with pytest.raises(RefusedError) as refused:
        laptop.pull_page()
    assert (refused.value.code, refused.value.refusal.least_program) == ("too_old", "0.1.0")
    assert laptop.pull_page(program="0.1.0").least_program == "0.1.0"


@pytest.mark.parametrize(
    "one, other, older",
    [
        ("0.9.1", "0.10.0", True),
        ("0.10.0", "0.9.1", False),
        ("0.1.0", "0.1.0", False),
        ("0.1", "0.1.0", False),
        ("0.1.0rc1", "0.1.0", False),
        ("", "0.1.0", True),
        ("x", "0.1.0", True),
        ("0.1.0", "", False),
    ],
)
def test_versions_are_compared_as_numbers(one, other, older):
    assert programs.is_older(one, other) is older
