"""Leases, extension codes and revocation as the server gives them."""

from __future__ import annotations

import json

import pytest

from app.clock import parse_moment
from app.problems import Problem
from sync.server import administration, enrol
from sync.wire import extension, limits, messages, signing
from tests.sync.conftest import Trial
from tests.sync.laptops import Force, Laptop, RefusedError


def ask(laptop: Laptop) -> messages.Leased:
    return laptop.ask("/v1/lease", messages.WantLease(protocol=limits.PROTOCOL), messages.Leased)


def days_of(force: Force, laptop: Laptop, signed: messages.Signed) -> float:
    body = bytes(signed.body)
    assert signing.holds(signed.signature, signing.statement_bytes(body), signing.from_text(force.server_key))
    said = messages.statement(signed)
    assert said["device"] == laptop.device
    until, issued = parse_moment(said["until"]), parse_moment(said["issued_at"])
    assert until is not None
    assert issued is not None
    return (until - issued).total_seconds() / 86400


def test_a_lease_is_asked_for_by_itself(force: Force, laptop: Laptop):
    answer = ask(laptop)
    assert days_of(force, laptop, answer.lease) == limits.LEASE_DAYS
    assert len(bytes.fromhex(answer.extension)) == 32
    assert ask(laptop).extension == answer.extension != ask(force.laptop()).extension


def test_a_force_chooses_how_long_it_lasts(trial: Trial, force: Force, laptop: Laptop):
    assert trial.command("init", "--organisation", force.name, "--lease-days", "3").returncode == 0
    assert days_of(force, laptop, ask(laptop).lease) == 3
    for days in (0, 31):
        with pytest.raises(Problem, match=r"server\.lease_days"):
            force.do(lambda c, org, days=days: administration.set_lease(c, org, days))
    assert days_of(force, laptop, ask(laptop).lease) == 3


def test_an_extension_code_is_todays_and_this_devices_and_noted(trial: Trial, force: Force):
    officer = force.officer(name="Ada Lark")
    laptop = force.laptop(officer=officer)
    secret = bytes.fromhex(ask(laptop).extension)

    def read_out(*words: str) -> dict[str, str]:
        done = trial.command("extension-code", "--organisation", force.name, "Ada Lark", *words)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    told = read_out()
    day = parse_moment(told["day"] + "T00:00:00+00:00")
    assert day is not None
    assert (told["device"], told["code"]) == (laptop.device, extension.code(secret, laptop.device, day.date()))
    other = force.laptop(officer=officer)
    with pytest.raises(Problem, match=r"server\.device_unclear"):
        force.do(lambda c, org: administration.extended(c, org, officer))
    assert read_out("--device", other.device)["code"] != told["code"]
    kinds = force.rows("SELECT device_id FROM event WHERE org_id = %s AND kind = 'extension_code'", force.org)
    assert sorted(device for (device,) in kinds) == sorted([laptop.device, other.device])
    force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    with pytest.raises(Problem, match=r"server\.device_unclear"):
        force.do(lambda c, org: administration.extended(c, org, officer, laptop.device))


def test_a_revocation_holds_from_the_next_request_on(trial: Trial, force: Force, laptop: Laptop):
    ask(laptop)
    done = trial.command("revoke", "--organisation", force.name, "--device", laptop.device)
    assert done.returncode == 0, done.stderr
    for question in (lambda: ask(laptop), laptop.pull_page, laptop.snapshots, lambda: laptop.history("c" * 32)):
        with pytest.raises(RefusedError, match="403 revoked"):
            question()
    # Nothing of it is remembered by the server: the database is asked at every request.
    assert force.rows("SELECT revoked_at IS NOT NULL FROM device WHERE device_id = %s", laptop.device) == [(True,)]
