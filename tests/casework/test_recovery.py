"""A vault opened by its code or its custodians whatever it is about, and the force's custodians, as the laptop's
administrator installed them: believed only where others cannot write."""

from __future__ import annotations

import os
from datetime import timedelta

import msgspec
import pytest

from app.casework import new_laptop, operations, recovery
from app.casework.desk import change_passphrase, close_desk, create_vault, open_desk, renew_recovery_code
from app.clock import iso
from app.force.places import Folder
from app.problems import Problem
from app.store.store import ENDING
from app.vault import custodians, vault
from app.vault.vault import FLOOR_COST
from tests.casework.conftest import PASSPHRASE
from tests.vault.test_custodians import CARDS, KEYS

NEW = "rookfern ladle quartzbell"


@pytest.fixture
def made(vault_folder, clock):
    """An open vault with custodians, and its recovery code."""
    return create_vault(
        vault_folder, officer="Runa Okafor", passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock, cards=CARDS
    )


def by_custodians(folder, clock):
    """The desk that two custodians open."""
    request, code = vault.ask_custodians(folder, clock=clock)
    parts = [custodians.answer(request, key) for key in KEYS[:2]]
    return recovery.open_by_custodians(folder, code, parts, secrets=None, clock=clock)


def fill(desk):
    """The disk has no room for one more entry; after a failure the store opens its database anew."""
    grow_no_more(desk)
    while fits(desk):
        pass
    grow_no_more(desk)


def fits(desk):
    """Whether one more entry was written."""
    try:
        operations.log(desk, desk.device_id, "alteration", "x")
    except Problem:
        return False
    return True


def grow_no_more(desk):
    """The database may not become larger than it is."""
    (pages,) = desk.store._connection.execute("PRAGMA page_count").fetchone()
    desk.store._connection.execute(f"PRAGMA max_page_count = {pages}")


def by_code(folder, code, clock):
    """The desk that the recovery code opens."""
    return open_desk(vault.recover(folder, code), clock=clock)


def test_a_vault_on_its_way_to_another_laptop_opens_and_is_logged_once_it_is_taken_back(made, clock, tmp_path):
    desk, code = made
    folder = desk.unlocked.folder
    new_laptop.move_out(desk, tmp_path / "file")
    close_desk(desk)
    clock.set(clock.now() + timedelta(hours=1))
    desk, first = by_code(folder, code, clock), iso(clock.now())
    change_passphrase(desk, NEW, cost=FLOOR_COST)
    close_desk(desk)
    clock.set(clock.now() + timedelta(hours=1))
    desk, second = by_custodians(folder, clock), iso(clock.now())
    assert len(recovery.unread(desk)) == 1
    clock.set(clock.now() + timedelta(hours=1))
    new_laptop.take_back(desk)
    told = [(one.what, one.at) for one in operations.logged(desk, desk.device_id)][-4:]
    assert told == [
        ("opened by recovery code", first),
        ("passphrase changed", first),
        ("opened by two custodians", second),
        ("move to another laptop taken back", iso(clock.now())),
    ]
    close_desk(desk)
    close_desk(open_desk(vault.unlock(folder, NEW, clock=clock), clock=clock))


def test_a_vault_that_is_being_destroyed_opens_so_that_the_order_can_be_carried_out(made, clock):
    desk, code = made
    folder = desk.unlocked.folder
    desk.store.remember(ENDING, "yes")
    close_desk(desk)
    close_desk(by_code(folder, code, clock))
    close_desk(by_custodians(folder, clock))


def test_what_opens_the_vault_from_now_on_is_never_kept_back_by_a_full_disk(made, clock):
    desk, old = made
    folder = desk.unlocked.folder
    fill(desk)
    change_passphrase(desk, NEW, cost=FLOOR_COST)
    fill(desk)
    code = renew_recovery_code(desk)
    assert "recovery code renewed" not in {one.what for one in operations.logged(desk, desk.device_id)}
    close_desk(desk)
    vault.recover(folder, code).close()
    with pytest.raises(Problem, match=r"vault\.wrong_recovery_code"):
        vault.recover(folder, old)
    vault.unlock(folder, NEW, clock=clock).close()


def test_after_custodians_passphrase_and_slot_change_in_one_stroke(made, clock):
    folder = made[0].unlocked.folder
    close_desk(made[0])
    desk = by_custodians(folder, clock)
    before, counter = desk.unlocked._header.custodians, desk.unlocked.counter
    recovery.begin_anew(desk, NEW, secrets=None, cost=FLOOR_COST)
    assert desk.unlocked.counter == counter + 1
    assert not set(before.halves) & set(desk.unlocked._header.custodians.halves)
    close_desk(desk)


def test_cards_of_the_machine(tmp_path):
    folder = Folder(tmp_path, os.getuid())
    tmp_path.chmod(0o755)
    assert recovery.of_force(folder) == []
    file = tmp_path / "custodians"
    file.write_bytes(b"\n".join(msgspec.json.encode(card) for card in CARDS))
    file.chmod(0o644)
    assert recovery.of_force(folder) == CARDS
    file.chmod(0o666)
    with pytest.raises(Problem, match=r"policy\.open"):
        recovery.of_force(folder)
    file.chmod(0o644)
    with pytest.raises(Problem, match=r"policy\.open"):
        recovery.of_force(Folder(tmp_path, os.getuid() + 1))
    file.write_bytes(msgspec.json.encode(CARDS[0]))
    with pytest.raises(Problem, match=r"custodians\.cards_wrong"):
        recovery.of_force(folder)
