"""A vault is backed up and put back: whole or not at all, over nothing in silence, and as another device."""

from __future__ import annotations

import contextlib
import errno
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.casework import cases, keeping, operations
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.problems import Problem
from app.store import identity
from app.vault import container, header, returned, vault
from app.vault.aside import ASIDE
from app.vault.disk import Disk
from app.vault.vault import FLOOR_COST

PASSPHRASE = "mosslamp harrow tündle"
unlock = partial(vault.unlock, passphrase=PASSPHRASE, clock=SystemClock())


def code_of(action: Any) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


@contextlib.contextmanager
def at_work(folder: Path):
    desk = open_desk(unlock(folder))
    try:
        yield desk
    finally:
        close_desk(desk)


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Path, Path, str]:
    """A vault's folder, its backup, and its recovery code; one case is newer than the backup."""
    folder, file = tmp_path / "vaults" / "one", tmp_path / "stick" / "vault.backup"
    file.parent.mkdir()
    desk, code = create_vault(folder, officer="Runa Okafor", passphrase=PASSPHRASE, cost=FLOOR_COST)
    cases.new_case(desk, "NM-1")
    done = keeping.back_up(desk, file)
    assert (done.cases, done.bytes, file.stat().st_mode & 0o777) == (1, file.stat().st_size, 0o600)
    cases.new_case(desk, "NM-2")
    close_desk(desk)
    return folder, file, code


def references(desk: Desk) -> list[str]:
    return sorted(case.reference for case in cases.list_cases(desk))


def test_it_comes_back_as_it_was_and_goes_on_as_another_device(saved, tmp_path):
    folder, file, _ = saved
    shutil.rmtree(folder)
    with pytest.raises(Problem, match="wrong_passphrase"):
        keeping.put_back(file, folder, partial(vault.unlock, passphrase="another one", clock=SystemClock()))
    assert not folder.exists()
    assert keeping.put_back(file, folder, unlock).aside is None
    assert {path.name for path in folder.parent.iterdir()} == {"one", vault.LAPTOP}
    with at_work(folder) as desk:
        assert references(desk) == ["NM-1"]
        assert (desk.device_id != desk.unlocked.device_id, identity.wanted(desk.store)) == (True, False)
        assert desk.unlocked.laptop_id == (folder.parent / vault.LAPTOP).read_text().strip()
        told = [one.what for one in operations.logged(desk, desk.device_id)]
        assert told[-2:] == ["vault backed up", "put back from a backup"]
        desk.store.verify()
        cases.new_case(desk, "NM-3")
        device = desk.device_id
    with at_work(folder) as desk:
        assert (references(desk), desk.device_id) == (["NM-1", "NM-3"], device)


def test_nothing_is_replaced_in_silence(saved):
    folder, file, _ = saved
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert code_of(lambda: keeping.put_back(file, folder, unlock)) == "backup.there"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    aside = keeping.put_back(file, folder, unlock, replace=True).aside
    assert aside == folder.parent / ASIDE / "one-1"
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == before
    with at_work(folder) as desk:
        assert references(desk) == ["NM-1"]
    with at_work(aside) as desk:
        assert references(desk) == ["NM-1", "NM-2"]
    assert keeping.put_back(file, folder, unlock, replace=True).aside.name == "one-2"


def test_a_vault_that_somebody_works_in_is_not_replaced(saved):
    folder, file, _ = saved
    with at_work(folder) as desk:
        assert code_of(lambda: keeping.put_back(file, folder, unlock, replace=True)) == "vault.in_use"
        cases.new_case(desk, "NM-3")
    with at_work(folder) as desk:
        assert references(desk) == ["NM-1", "NM-2", "NM-3"]


def test_where_it_cannot_take_its_place_what_was_there_is_there(saved, monkeypatch):
    folder, file, _ = saved
    real = Path.rename

    def fails(self: Path, target: Path) -> Path:
        if self.name.endswith(keeping._COMING):
            raise OSError(errno.EIO, "no answer")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    assert code_of(lambda: keeping.put_back(file, folder, unlock, replace=True)) == "vault.disk"
    assert {path.name for path in folder.parent.iterdir()} == {"one", vault.LAPTOP, ASIDE}
    with at_work(folder) as desk:
        assert references(desk) == ["NM-1", "NM-2"]


def test_what_was_put_back_and_what_was_kept_aside_is_on_the_disk(saved, monkeypatch):
    folder, file, _ = saved
    flush, flushed = Disk.sync_folder, []

    def noted(disk: Disk, which: Path) -> None:
        flushed.append((which, folder.exists()))
        flush(disk, which)

    monkeypatch.setattr(Disk, "sync_folder", noted)
    keeping.put_back(file, folder, unlock, replace=True)
    assert flushed[-2:] == [(folder.parent / ASIDE, False), (folder.parent, True)]


def test_another_vault_and_a_strange_folder_are_left(saved, tmp_path):
    folder, file, _ = saved
    other = tmp_path / "vaults" / "two"
    close_desk(create_vault(other, officer="Runa Okafor", passphrase=PASSPHRASE, cost=FLOOR_COST)[0])
    assert code_of(lambda: keeping.put_back(file, other, unlock, replace=True)) == "backup.other_vault"
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text("mine")
    assert code_of(lambda: keeping.put_back(file, tmp_path / "letters", unlock, replace=True)) == "vault.not_empty"
    with at_work(folder) as desk:
        assert code_of(lambda: keeping.back_up(desk, file)) == "container.there"


def test_the_recovery_code_opens_it_where_the_laptop_has_no_secret(saved, tmp_path):
    _, file, code = saved
    keeping.put_back(file, tmp_path / "other" / "one", partial(vault.recover, code=code))
    with at_work(tmp_path / "other" / "one") as desk:
        assert references(desk) == ["NM-1"]


def test_custodians_can_open_what_was_put_back_unopened(saved, tmp_path):
    _, file, _ = saved
    keeping.put_back(file, tmp_path / "other" / "one", None)
    assert returned.look(tmp_path / "other" / "one").made_at
    with at_work(tmp_path / "other" / "one") as desk:
        assert desk.device_id != desk.unlocked.device_id
    assert returned.look(tmp_path / "other" / "one") is None


def test_a_damaged_or_forged_backup_changes_nothing(saved, tmp_path):
    folder, file, _ = saved
    whole, bad = file.read_bytes(), tmp_path / "bad"
    first, line, database = whole.split(b"\n", 2)
    words = msgspec.json.decode(line)
    for data in (whole[:-1], whole + b"x", whole[:400], b"", first + b"\n{}\n", line, whole[:-9] + bytes(9)):
        bad.write_bytes(data)
        assert code_of(lambda: keeping.put_back(bad, tmp_path / "new", unlock)) in (
            "container.damaged",
            "container.foreign",
        )

    def told(**other: Any) -> str:
        about = {**words["about"], **other}
        bad.write_bytes(first + b"\n" + msgspec.json.encode({**words, "about": about}) + b"\n" + database)
        return code_of(lambda: keeping.put_back(bad, tmp_path / "new", unlock))

    assert told(made_at="2031-01-01T00:00:00Z") == "backup.forged"
    assert told(mac="") == "backup.forged"
    assert told(vault="0" * 32) == "backup.forged"
    assert told(header="") == "container.damaged"
    assert not (tmp_path / "new").exists()
    newer = folder / "x.db"
    with at_work(folder) as desk:
        desk.store.copy(newer, desk.unlocked.database_key())
    about = msgspec.json.decode(msgspec.json.encode(words["about"]), type=keeping.Backup)
    container.write(tmp_path / "mixed", keeping.BACKUP, about, newer)
    assert code_of(lambda: keeping.put_back(tmp_path / "mixed", tmp_path / "new", unlock)) == "backup.forged"


def test_a_copy_is_encrypted_and_one_moment(saved, tmp_path):
    folder, file, _ = saved
    assert b"SQLite format 3" not in file.read_bytes()
    assert b"Okafor" not in file.read_bytes()
    assert b"NM-1" not in file.read_bytes()
    with at_work(folder) as desk:
        desk.store.copy(tmp_path / "copy.db", bytes(32))
        assert not list(tmp_path.glob("copy.db-*"))
        assert code_of(lambda: desk.store.copy(tmp_path / "copy.db", bytes(32))) == "store.foreign"
        assert code_of(lambda: desk.store.copy(tmp_path / "none" / "copy.db", bytes(32))) == "store.missing"
    assert header.NAME in {path.name for path in folder.iterdir()}
    assert keeping._COPY not in {path.name for path in folder.iterdir()}
