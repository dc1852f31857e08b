"""The lease: until when a vault may be read, by time that no clock of the laptop can hold back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clock import iso
from app.notebook import entry as notebook
from app.problems import Problem
from app.store.store import Store
from sync.client import lease
from sync.server.statements import Signer
from sync.wire import extension
from tests.store.vaults import AUTHOR, CASE, DEVICE, KEY, fill, new_store

MET = datetime(2026, 11, 14, 1, 10, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@dataclass
class Machine:
    """A laptop with a clock that can be put anywhere, and seconds since its start."""

    wall: datetime = MET
    up: float = 1000.0
    boot: int = 1
    rate: float = 1.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.up

    def passes(self, seconds: float) -> None:
        """Time passes while the machine is on."""
        self.up += seconds
        self.wall += timedelta(seconds=seconds * self.rate)

    def off(self, seconds: float) -> None:
        """Time passes while it is off; its clock goes on."""
        self.wall += timedelta(seconds=seconds * self.rate)
        self.boot, self.up = self.boot + 1, 5.0

    def put(self, moment: datetime) -> None:
        """Somebody puts the clock to another time."""
        self.wall = moment


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def store(tmp_path: Path, machine: Machine) -> Store:
    made = new_store(tmp_path / "vault")
    meet(made, machine, MET)
    return made


def meet(store: Store, machine: Machine, server: datetime, days: int = 7) -> None:
    """The server answers."""
    lease.keep(store, SIGNER.lease(DEVICE, "o" * 32, days, server), iso(server), machine)
    lease.keep_secret(store, SIGNER.extension_secret(DEVICE).hex())
    look(store, machine)


def look(store: Store, machine: Machine) -> lease.Standing:
    found = lease.note(store, machine, f"boot {machine.boot}")
    assert found is not None
    return found


def state(store: Store, machine: Machine) -> str:
    return look(store, machine).state


def use(store: Store, machine: Machine, hours: float) -> None:
    """The program runs and notes each minute."""
    for _ in range(int(hours * 60)):
        machine.passes(60)
        lease.note(store, machine, f"boot {machine.boot}")


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


# ---- Attacks on the clock: time that has run closes the vault, whatever the clock says -------------------------------


def put_back_a_year(store: Store, machine: Machine) -> None:
    machine.put(MET - timedelta(days=365))
    use(store, machine, 1)
    machine.passes(7 * DAY)


def back_to_2001(store: Store, machine: Machine) -> None:
    machine.off(HOUR)
    machine.put(datetime(2001, 1, 1, tzinfo=UTC))
    for _ in range(8):
        use(store, machine, 0.2)
        machine.passes(DAY)


def a_year_ahead_and_back(store: Store, machine: Machine) -> None:
    machine.put(MET + timedelta(days=365))
    assert state(store, machine) == lease.SEALED
    machine.put(MET)
    assert state(store, machine) == lease.OPEN, "a clock alone closes it only for as long as it stands there"
    machine.passes(7.1 * DAY)
    machine.put(MET)


def frozen(store: Store, machine: Machine) -> None:
    machine.rate = 0.0
    use(store, machine, 1)
    machine.passes(7 * DAY)


def put_back_before_each_session(store: Store, machine: Machine) -> None:
    """Each session is ended after fifty-nine seconds, before anything is noted, and the machine is started anew."""
    for _ in range(int(7 * DAY / lease.OPENING_S) + 60):
        machine.boot, machine.up = machine.boot + 1, 5.0
        machine.put(MET)
        lease.note(store, machine, f"boot {machine.boot}")
        machine.passes(59)
    machine.boot += 1


def slow(store: Store, machine: Machine) -> None:
    machine.rate = 0.1
    use(store, machine, 1)
    machine.passes(7 * DAY)


ATTACKS = (put_back_a_year, back_to_2001, a_year_ahead_and_back, frozen, put_back_before_each_session, slow)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_on_the_clock_opens_nothing(store, machine, attack, monkeypatch):
    monkeypatch.setattr(lease, "OPENING_S", 6000.0)  # a hundredth of the sessions, all else alike
    attack(store, machine)
    assert state(store, machine) == lease.SEALED


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_by_the_wall_clock_alone_the_attacks_would_work(store, machine, attack, monkeypatch):
    def by_wall_clock(self: Any, when: Any, machine_: str = "") -> lease.Standing | None:
        return real_standing(self, when)

    real_standing = lease.standing
    monkeypatch.setattr(lease, "note", by_wall_clock)
    monkeypatch.setattr(lease, "OPENING_S", 6000.0)
    attack(store, machine)
    assert state(store, machine) != lease.SEALED


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
