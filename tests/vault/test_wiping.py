"""What an order to destroy a vault reaches: everything of its database, also the copies that were kept of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.vault import aside, header, vault, wiped, wiping
from app.vault.vault import DATABASE, FLOOR_COST, Created
from tests.vault.doubles import make


def test_copies_and_what_was_never_finished_go_with_the_vault(tmp_path):
    folder = tmp_path / "vault"
    made = vault.create(folder, officer="Runa Okafor", passphrase="mosslamp harrow tündle", cost=FLOOR_COST)
    for name in ("", "-wal", "-shm", ".kept-5", ".kept-5-journal", ".kept.new", ".back.new", ".back.new-wal"):
        (folder / f"{DATABASE}{name}").write_bytes(b"sealed")
    wiping.destroy(made.unlocked, b"")
    made.unlocked.close()
    assert sorted(file.name for file in folder.iterdir()) == ["vault.lock", wiped.NAME]


def kept_aside(made: Created) -> Path:
    there = aside.place(made.unlocked.folder)
    shutil.copytree(made.unlocked.folder, there)
    (there / DATABASE).write_bytes(b"sealed")
    return there


@pytest.mark.parametrize("end", [lambda unlocked: wiping.destroy(unlocked, b""), wiping.leave])
def test_what_was_kept_aside_of_it_goes_with_the_vault_and_nothing_of_another(tmp_path, end):
    one, two = make(tmp_path / "one"), make(tmp_path / "two")
    mine, others = [kept_aside(one), kept_aside(one)], kept_aside(two)
    end(one.unlocked)
    one.unlocked.close()
    assert not any(there.exists() for there in mine)
    assert {DATABASE, header.NAME} <= {file.name for file in others.iterdir()}
    two.unlocked.close()


def test_what_was_kept_aside_stays_where_a_vault_was_never_whole(tmp_path):
    """One of the same id may have been here before; what is kept of that has nothing to do with a failed arrival."""
    made = make(tmp_path / "one")
    there = kept_aside(made)
    wiping.remove(made.unlocked)
    made.unlocked.close()
    assert (there / header.NAME).exists()
