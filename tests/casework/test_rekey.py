"""A vault is encrypted anew: same passphrase, same work, another key, another recovery code, the same custodians."""

from __future__ import annotations

import errno

import pytest
from sqlcipher3 import dbapi2 as sqlite

from app.casework import cases, new_laptop, recovery, rekey
from app.casework.desk import close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.problems import Problem
from app.store import coming
from app.vault import custodians, vault
from app.vault.device_secret import SecretsInMemory
from app.vault.vault import FLOOR_COST
from tests.vault.doubles import BrokenDisk
from tests.vault.test_custodians import CARDS, KEYS

PASSPHRASE = "mosslamp harrow tündle"


@pytest.fixture
def made(tmp_path):
    secrets = SecretsInMemory()
    desk, code = create_vault(
        tmp_path / "v", officer="Runa Okafor", passphrase=PASSPHRASE, cost=FLOOR_COST, cards=CARDS, secrets=secrets
    )
    cases.new_case(desk, "NM-1")
    yield desk, code, secrets
    close_desk(desk)


def test_nothing_of_before_opens_it(made):
    desk, code, secrets = made
    folder, key, name = desk.unlocked.folder, desk.unlocked.database_key(), desk.unlocked.secret_name
    before = (folder / "vault.db").read_bytes()
    with pytest.raises(Problem, match="wrong_passphrase"):
        rekey.rekey(desk, "another one", secrets=secrets, cost=FLOOR_COST)
    (folder / "vault.attempts").unlink()
    fresh = rekey.rekey(desk, PASSPHRASE, secrets=secrets, cost=FLOOR_COST)
    close_desk(desk)
    assert not {path.name for path in folder.iterdir()} & {coming.NEXT, "vault.db.writing"}
    assert (folder / "vault.db").read_bytes()[:4096] != before[:4096]
    assert secrets.get(name) is None
    with pytest.raises(Problem, match="wrong_recovery_code"):
        vault.recover(folder, code)
    vault.recover(folder, fresh).close()
    again = open_desk(vault.unlock(folder, PASSPHRASE, secrets=secrets, clock=SystemClock()))
    assert again.unlocked.database_key() != key
    assert [case.reference for case in cases.list_cases(again)] == ["NM-1"]
    assert again.unlocked.custodians == [card.name for card in CARDS]
    again.store.verify()
    close_desk(again)
    request, code = vault.ask_custodians(folder, clock=SystemClock())
    parts = [custodians.answer(request, one) for one in KEYS[1:]]
    close_desk(recovery.open_by_custodians(folder, code, parts, secrets=secrets, clock=SystemClock()))


@pytest.mark.parametrize("step", ["write", "sync", "rename"])
def test_a_header_that_cannot_be_written_leaves_the_old_key(made, step, monkeypatch):
    desk, code, secrets = made
    use = vault.use_key
    monkeypatch.setattr(rekey.vault, "use_key", lambda *given: use(*given, disk=BrokenDisk(step, errno.EIO)))
    with pytest.raises(Problem, match=r"vault\.disk"):
        rekey.rekey(desk, PASSPHRASE, secrets=secrets, cost=FLOOR_COST)
    assert not (desk.unlocked.folder / coming.NEXT).exists()
    cases.new_case(desk, "NM-2")
    assert new_laptop.moved_out(desk) is None
    close_desk(desk)
    with vault.recover(desk.unlocked.folder, code) as unlocked:
        again = open_desk(unlocked)
        assert sorted(case.reference for case in cases.list_cases(again)) == ["NM-1", "NM-2"]
        again.store.close()


def opened_again(desk, secrets):
    close_desk(desk)
    return open_desk(vault.unlock(desk.unlocked.folder, PASSPHRASE, secrets=secrets, clock=SystemClock()))


def test_where_either_key_may_be_in_force_nothing_more_is_written(made, monkeypatch):
    """The header on the disk decides at the next opening, and with it which of the two databases is the vault's."""
    desk, _, secrets = made
    use = vault.use_key
    monkeypatch.setattr(rekey.vault, "use_key", lambda *given: use(*given, disk=BrokenDisk("sync_folder", errno.EIO)))
    with pytest.raises(Problem, match=r"vault\.not_flushed"):
        rekey.rekey(desk, PASSPHRASE, secrets=secrets, cost=FLOOR_COST)
    with pytest.raises(sqlite.ProgrammingError):
        cases.new_case(desk, "would be left behind")
    again = opened_again(desk, secrets)
    assert [case.reference for case in cases.list_cases(again)] == ["NM-1"]
    close_desk(again)


def test_the_new_recovery_code_is_told_though_the_database_waits_for_the_next_opening(made, monkeypatch):
    desk, _, secrets = made

    def fails(*_given):
        raise Problem("vault.disk", error="EIO")

    with monkeypatch.context() as broken:
        broken.setattr(coming, "settle", fails)
        code = rekey.rekey(desk, PASSPHRASE, secrets=secrets, cost=FLOOR_COST)
    again = opened_again(desk, secrets)
    assert [case.reference for case in cases.list_cases(again)] == ["NM-1"]
    close_desk(again)
    vault.recover(desk.unlocked.folder, code).close()
