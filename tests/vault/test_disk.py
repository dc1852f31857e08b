"""The header on a disk that is full, fails or stops: old or new, never between."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from app.problems import Problem
from app.vault import attempts, header, vault
from app.vault.device_secret import SecretsInMemory
from app.vault.disk import Disk, make_folder, replace_file
from tests.vault.doubles import OTHER, PASSPHRASE, BrokenDisk, DyingDisk, FullDisk, Killed, clock, make


def opens(folder: Path, **with_: str) -> bool:
    attempts.forget(folder)
    try:
        if "code" in with_:
            vault.recover(folder, with_["code"]).close()
        else:
            vault.unlock(folder, with_["passphrase"], clock=clock()).close()
    except Problem as problem:
        if problem.code not in {"vault.wrong_passphrase", "vault.wrong_recovery_code"}:
            raise
        return False
    return True


def restore(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_a_file_is_old_or_new_at_every_step(tmp_path: Path) -> None:
    path, seen = tmp_path / "file", []
    for steps in range(40):
        path.write_bytes(b"old" * 400)
        disk = DyingDisk(steps)
        try:
            replace_file(path, b"new" * 500, disk)
        except Killed:
            seen.append(path.read_bytes())
            assert seen[-1] in {b"old" * 400, b"new" * 500}
        else:
            assert path.read_bytes() == b"new" * 500
            break
    assert disk.steps == 0
    assert set(seen) == {b"old" * 400, b"new" * 500}


def test_a_file_is_flushed_before_it_takes_its_name_and_its_folder_afterwards(tmp_path: Path) -> None:
    done: list[str] = []

    class Noting(Disk):
        def write(self, fd: int, data: bytes) -> int:
            done.append("write")
            return super().write(fd, data)

        def sync(self, fd: int) -> None:
            done.append("sync")
            super().sync(fd)

        def rename(self, source: Path, target: Path) -> None:
            done.append("rename")
            super().rename(source, target)

        def sync_folder(self, folder: Path) -> None:
            done.append("sync_folder")
            super().sync_folder(folder)

    replace_file(tmp_path / "file", b"new", Noting())
    assert done == ["write", "sync", "rename", "sync_folder"]


def test_folders_that_are_made_are_flushed_into_those_they_lie_in(tmp_path: Path) -> None:
    flushed: list[Path] = []

    class Noting(Disk):
        def sync_folder(self, folder: Path) -> None:
            flushed.append(folder)

    make_folder(tmp_path / "one" / "two" / "three", Noting())
    assert flushed == [tmp_path, tmp_path / "one", tmp_path / "one" / "two"]
    make_folder(tmp_path / "one" / "two", Noting())
    assert len(flushed) == 3


@pytest.mark.parametrize("what", ["code", "passphrase"])
def test_killed_at_every_step_of_a_change(vault_folder: Path, what: str) -> None:
    """Exactly one of old and new opens, whichever step was the last; without the atomic rename this fails."""
    created = make(vault_folder)
    created.unlocked.close()
    files = {path.name: path.read_bytes() for path in vault_folder.iterdir()}
    outcomes = []
    for steps in range(60):
        restore(vault_folder, files)
        unlocked, done = vault.recover(vault_folder, created.recovery_code), True
        old, new = {what: created.recovery_code if what == "code" else PASSPHRASE}, {what: OTHER}
        try:
            if what == "code":
                new = {what: vault.renew_recovery_code(unlocked, disk=DyingDisk(steps))}
            else:
                vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST, disk=DyingDisk(steps))
        except Killed:
            done = False
        unlocked.close()
        changed = header.read(vault_folder).headers[0].counter == 2
        assert opens(vault_folder, **old) is not changed
        if new[what] == OTHER and what == "code":  # the new code was never shown
            assert opens(vault_folder, passphrase=PASSPHRASE)
        else:
            assert opens(vault_folder, **new) is changed
        assert header.read(vault_folder).sound  # opening mends what the kill left unequal
        outcomes.append(changed)
        if done:
            break
    assert done
    assert outcomes == sorted(outcomes)
    assert not outcomes[0]


def test_killed_at_every_step_of_creation(tmp_path: Path) -> None:
    """Either there is a vault that opens with its passphrase, or the same folder takes a new one."""
    outcomes = []
    for steps in range(60):
        folder = tmp_path / f"at{steps}" / "vault"
        try:
            make(folder, disk=DyingDisk(steps)).unlocked.close()
            break
        except Killed:
            there = (folder / "vault.header").exists()
            outcomes.append(there)
            if there:
                assert opens(folder, passphrase=PASSPHRASE)
            else:
                make(folder).unlocked.close()
    assert set(outcomes) == {True, False}


def test_a_full_disk_at_every_byte_of_a_change(vault_folder: Path) -> None:
    created = make(vault_folder)
    created.unlocked.close()
    size = len((vault_folder / "vault.header").read_bytes())
    for room in (*range(0, size, 97), size - 1):
        with vault.recover(vault_folder, created.recovery_code) as unlocked:
            with pytest.raises(Problem) as caught:
                vault.renew_recovery_code(unlocked, disk=FullDisk(room))
            assert (caught.value.code, unlocked.counter) == ("vault.disk_full", 1)
        assert not list(vault_folder.glob("*.new"))
    # Room for one file of two: the change holds, and the next opening writes the second file.
    with vault.recover(vault_folder, created.recovery_code) as unlocked:
        fresh = vault.renew_recovery_code(unlocked, disk=FullDisk(size + 10))
    assert not header.read(vault_folder).sound
    assert opens(vault_folder, code=fresh)
    assert not opens(vault_folder, code=created.recovery_code)
    assert header.read(vault_folder).sound


def test_a_full_disk_leaves_no_half_vault(vault_folder: Path) -> None:
    kept = SecretsInMemory()
    for room in (0, 40, 500):
        with pytest.raises(Problem) as caught:
            make(vault_folder, disk=FullDisk(room), secrets=kept)
        assert caught.value.code == "vault.disk_full"
        assert list(vault_folder.iterdir()) == []
        assert kept._kept == {}
    make(vault_folder).unlocked.close()


def test_a_full_disk_keeps_nobody_out(vault_folder: Path) -> None:
    created = make(vault_folder)
    created.unlocked.close()
    (vault_folder / "vault.header.previous").write_bytes(b"")
    with pytest.raises(Problem) as caught:
        vault.unlock(vault_folder, OTHER, clock=clock(), disk=FullDisk(0))
    assert caught.value.code == "vault.wrong_passphrase"
    with vault.unlock(vault_folder, PASSPHRASE, clock=clock(), disk=FullDisk(0)) as unlocked:
        assert unlocked.mended


@pytest.mark.parametrize(
    ("step", "error", "code"),
    [
        ("write", errno.EIO, "vault.disk"),
        ("sync", errno.EIO, "vault.disk"),
        ("write", errno.EDQUOT, "vault.disk_full"),
        ("sync", errno.ENOSPC, "vault.disk_full"),
        ("rename", errno.EROFS, "vault.read_only"),
        ("rename", errno.EACCES, "vault.read_only"),
    ],
)
def test_a_failing_step_is_told_and_the_old_header_stands(vault_folder: Path, step: str, error: int, code: str) -> None:
    created = make(vault_folder)
    before = (vault_folder / "vault.header").read_bytes()
    with created.unlocked as unlocked:
        with pytest.raises(Problem) as caught:
            vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST, disk=BrokenDisk(step, error))
        assert caught.value.code == code
        assert (vault_folder / "vault.header").read_bytes() == before
        assert not list(vault_folder.glob("*.new"))
        # The next try works on the same open vault.
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST)
    assert opens(vault_folder, passphrase=OTHER)


def test_a_folder_that_is_not_flushed_is_told(vault_folder: Path) -> None:
    kept = SecretsInMemory()
    created = make(vault_folder)
    with created.unlocked as unlocked:
        with pytest.raises(Problem) as caught:
            vault.change_passphrase(
                unlocked, OTHER, secrets=kept, cost=vault.FLOOR_COST, disk=BrokenDisk("sync_folder", errno.EIO)
            )
        assert caught.value.code == "vault.not_flushed"
        assert unlocked.counter == 2
    vault.unlock(vault_folder, OTHER, secrets=kept, clock=clock()).close()
