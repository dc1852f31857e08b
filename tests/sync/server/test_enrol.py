"""Enrolment: a code holds once, for a while, for so many devices; a key is bound to its officer and to one name."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import parse_moment
from sync.server import administration
from sync.wire import code, limits, messages, signing
from tests.sync.laptops import Force, Laptop, RefusedError


def test_a_new_device_learns_whose_it_is_and_gets_a_lease(force: Force):
    officer = force.officer("supervisor", name="Ada Lark")
    laptop = Laptop(force, officer)
    answer = laptop.enrol(force.secret(officer))
    assert (answer.organisation, answer.officer, answer.name, answer.role) == (
        force.name,
        officer,
        "Ada Lark",
        "supervisor",
    )
    assert answer.server_key == force.server_key
    lease = messages.statement(answer.lease)
    assert signing.holds(
        answer.lease.signature, signing.statement_bytes(bytes(answer.lease.body)), signing.from_text(force.server_key)
    )
    issued, until = parse_moment(lease["issued_at"]), parse_moment(lease["until"])
    assert issued is not None
    assert until is not None
    assert (until - issued).days == limits.LEASE_DAYS


def test_a_code_holds_once(force: Force):
    officer = force.officer()
    secret = force.secret(officer)
    Laptop(force, officer).enrol(secret)
    with pytest.raises(RefusedError, match="403 code"):
        Laptop(force, officer).enrol(secret)


def test_two_at_once_with_one_code_are_one(force: Force):
    officer = force.officer()
    secret = force.secret(officer)

    def attempt(laptop: Laptop) -> str:
        try:
            laptop.enrol(secret)
        except RefusedError as refused:
            return refused.code
        return "enrolled"

    laptops = [Laptop(force, officer) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, laptops)) == ["code", "code", "code", "enrolled"]


@pytest.mark.parametrize("wrong", ["expired", "unknown"])
def test_an_expired_and_an_unknown_code_have_one_answer(force: Force, wrong: str):
    officer = force.officer()
    secret = force.secret(officer, minutes=-1) if wrong == "expired" else secrets.token_bytes(16)
    with pytest.raises(RefusedError, match="403 code"):
        Laptop(force, officer).enrol(secret)


def test_an_officer_has_so_many_devices_and_no_more(force: Force):
    officer = force.officer()
    for _ in range(limits.DEVICES_PER_OFFICER):
        force.laptop(officer=officer)
    with pytest.raises(RefusedError, match="403 devices"):
        Laptop(force, officer).enrol(force.secret(officer))


def test_a_device_id_is_never_used_again(force: Force, laptop: Laptop):
    officer = force.officer()
    with pytest.raises(RefusedError, match="403 device"):
        Laptop(force, officer, laptop.device).enrol(force.secret(officer))


def test_nobody_enrols_with_a_key_that_they_do_not_hold(force: Force):
    officer = force.officer()
    laptop = Laptop(force, officer)
    key = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    with pytest.raises(RefusedError, match="401 signature"):
        laptop.enrol(force.secret(officer), key=signing.to_text(key))


def test_nobody_writes_under_the_name_of_another_officer(force: Force):
    force.officer(name="Ada Lark")
    officer = force.officer(name="Ben Dale")
    with pytest.raises(RefusedError, match="403 author"):
        Laptop(force, officer).enrol(force.secret(officer), author="ada lark")
    Laptop(force, officer).enrol(force.secret(officer), author="ben")


def test_guessing_is_slowed_down_for_who_guesses_and_nobody_else(force: Force):
    officer = force.officer()
    guesser = Laptop(force, officer)
    for _ in range(limits.TRIES_PER_MINUTE):
        with pytest.raises(RefusedError, match="403 code"):
            guesser.enrol(secrets.token_bytes(16))
    with pytest.raises(RefusedError, match="429 too_many"):
        guesser.enrol(secrets.token_bytes(16))
    with pytest.raises(RefusedError, match="429 too_many"):
        guesser.enrol(force.secret(officer))
    Laptop(force, officer).enrol(force.secret(officer))


def test_a_new_device_of_an_old_hand_gets_what_is_in_scope_from_the_beginning(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    second = force.laptop(officer=laptop.officer)
    assert [one.number for one in second.pull()] == [1]
    assert [one.case for one in second.snapshots().snapshots] == [case]


def test_the_codes_of_the_trial_are_read_by_laptops(trial):
    told = [code.read(one["code"]) for one in trial.said["codes"]]
    assert [one["role"] for one in trial.said["codes"]] == ["officer", "officer", "supervisor"]
    assert {(one.host, one.port) for one in told} == {("127.0.0.1", trial.port)}


def test_an_administrator_has_no_cases(force: Force):
    laptop = force.laptop("administrator")
    laptop.new_case()
    answer = laptop.push()
    assert [(o.outcome, o.reason) for o in answer.outcomes] == [("refused", "scope")]
    assert force.do(administration.people)[-1].devices == 1
