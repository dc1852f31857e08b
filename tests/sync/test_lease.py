"""The lease: until when a vault may be read. That no clock holds it back: `tests/proof/lease.py`."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.clock import iso
from app.notebook import entry as notebook
from app.problems import Problem
from app.store.store import Store
from sync.client import lease
from sync.wire import extension
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, fill, new_store
from tests.sync.machine import ATTACKS, DAY, HOUR, MET, SIGNER, Machine, look, meet, state, use


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def store(tmp_path: Path, machine: Machine) -> Store:
    made = new_store(tmp_path / "vault")
    meet(made, machine, MET)
    return made


def test_a_vault_that_was_never_enrolled_has_no_lease(tmp_path, machine):
    bare = new_store(tmp_path / "bare")
    assert lease.note(bare, machine) is None
    assert lease.standing(bare, machine) is None
    assert lease.lease(bare) is None


def test_what_is_another_devices_lease_or_none_opens_nothing(store, machine):
    machine.passes(8 * DAY)
    now = machine.now()
    stated = SIGNER.lease("b" * 32, "o" * 32, 7, now), SIGNER.wipe(DEVICE, "e" * 32, now), None
    for said in stated:
        lease.keep(store, said, iso(now), machine)
        assert state(store, machine) == lease.SEALED
    meet(store, machine, now)
    assert state(store, machine) == lease.OPEN


def test_it_warns_after_seventy_in_a_hundred_and_closes_at_its_end(store, machine):
    assert state(store, machine) == lease.OPEN
    machine.passes(4.89 * DAY)
    assert state(store, machine) == lease.OPEN
    machine.passes(0.02 * DAY)
    warned = look(store, machine)
    assert warned.state == lease.WARNING
    assert abs(warned.left_s - 2.09 * DAY) < 120
    assert abs((warned.until - machine.now()).total_seconds() - warned.left_s) < 1
    machine.passes(2.1 * DAY)
    assert state(store, machine) == lease.SEALED


def test_the_next_answer_of_the_server_opens_it_again(store, machine):
    machine.off(30 * DAY)
    assert state(store, machine) == lease.SEALED
    meet(store, machine, MET + timedelta(days=30))
    assert state(store, machine) == lease.OPEN


def test_a_clock_that_is_always_wrong_changes_nothing(store, machine):
    for moment in (MET + timedelta(days=365), MET - timedelta(days=365), datetime(2001, 1, 1, tzinfo=UTC)):
        machine.put(moment)
        meet(store, machine, MET)
        assert state(store, machine) == lease.OPEN
        machine.passes(6.9 * DAY)
        assert state(store, machine) == lease.WARNING
        machine.passes(0.2 * DAY)
        assert state(store, machine) == lease.SEALED


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_on_the_clock_opens_nothing(store, machine, attack, monkeypatch):
    monkeypatch.setattr(lease, "OPENING_S", 6000.0)  # a hundredth of the sessions, all else alike
    attack(store, machine, random.Random(0))
    assert state(store, machine) == lease.SEALED


# ---- The extension code ----------------------------------------------------------------------------------------------


def code_for(day: datetime, device: str = DEVICE) -> str:
    return extension.code(SIGNER.extension_secret(device), device, day.date())


def closed(store: Store, machine: Machine, days: float = 8) -> datetime:
    """Days without the server; returns the true time."""
    machine.off(days * DAY)
    assert state(store, machine) == lease.SEALED
    return MET + timedelta(days=days)


def test_a_code_opens_for_one_day(store, machine):
    now = closed(store, machine)
    assert lease.extend(store, code_for(now).lower().replace("-", " "), machine).state != lease.SEALED
    machine.passes(23.9 * HOUR)
    assert state(store, machine) != lease.SEALED
    machine.passes(0.2 * HOUR)
    assert state(store, machine) == lease.SEALED


def test_a_code_holds_once_and_not_after_a_later_one(store, machine):
    now = closed(store, machine)
    codes = [code_for(now + timedelta(days=n)) for n in (0, 1, 2)]
    lease.extend(store, codes[0], machine)
    with pytest.raises(Problem, match=r"lease\.code_wrong"):
        lease.extend(store, codes[0], machine)
    lease.extend(store, codes[2], machine)
    for again in codes:
        with pytest.raises(Problem, match=r"lease\.code_wrong"):
            lease.extend(store, again, machine)


@pytest.mark.parametrize("wrong", ["another laptop's", "yesterday's", "mistyped", "", "····-····", "é" * 8])
def test_other_codes_open_nothing(store, machine, wrong):
    now = closed(store, machine)
    use(store, machine, 0.1)
    text = {
        "another laptop's": code_for(now, "b" * 32),
        "yesterday's": code_for(MET - timedelta(days=1)),
        "mistyped": code_for(now)[:-1] + ("A" if code_for(now)[-1] != "A" else "B"),
    }.get(wrong, wrong)
    with pytest.raises(Problem, match=r"lease\.code_wrong"):
        lease.extend(store, text, machine)
    assert state(store, machine) == lease.SEALED


def test_a_code_opens_also_where_the_clock_alone_had_closed(store, machine):
    machine.put(MET + timedelta(days=4000))
    found = look(store, machine)
    assert found.state == lease.SEALED
    assert found.by_clock
    assert lease.extend(store, code_for(MET), machine).state != lease.SEALED


def test_a_vault_without_a_server_takes_no_code(tmp_path, machine):
    with pytest.raises(Problem, match=r"lease\.none"):
        lease.extend(new_store(tmp_path / "bare"), "AAAA-AAAA", machine)


def test_the_server_opens_after_an_extension_as_well(store, machine):
    now = closed(store, machine)
    lease.extend(store, code_for(now), machine)
    machine.passes(2 * DAY)
    assert state(store, machine) == lease.SEALED
    meet(store, machine, now + timedelta(days=2))
    assert look(store, machine).left_s > 6 * DAY


# ---- What a lease does to the cases ----------------------------------------------------------------------------------


def test_the_end_of_a_lease_closes_the_cases_and_the_next_one_opens_all(store, machine, monkeypatch):
    monkeypatch.setattr(lease, "boot", lambda: f"boot {machine.boot}")
    fill(store)
    lease.heed(store, machine)
    assert store.cases() == [CASE]
    closed(store, machine)
    assert lease.heed(store, machine) is not None
    assert (store.sealed, store.cases()) == (True, [])
    begun = "e" * 32
    store.write(begun, [notebook.create(begun, "case", {"reference": "NM-2"})], AUTHOR, machine)
    assert (store.cases(), store.unsent()[0]) == ([begun], 23)
    meet(store, machine, MET + timedelta(days=8))
    lease.heed(store, machine)
    assert (store.sealed, sorted(store.cases())) == (False, [CASE, begun])
    store.verify()


def test_what_was_begun_while_closed_is_closed_the_next_time_also_when_opened_elsewhere(store, machine, monkeypatch):
    monkeypatch.setattr(lease, "boot", lambda: f"boot {machine.boot}")
    closed(store, machine)
    lease.heed(store, machine)
    fill(store)
    store.close()
    again = Store.open(store.path.parent, KEY, DEVICE)
    meet(again, machine, MET + timedelta(days=8))
    lease.heed(again, machine)
    machine.passes(8 * DAY)
    lease.heed(again, machine)
    assert again.cases() == []
