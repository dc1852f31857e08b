"""What an order to destroy a vault reaches: everything of its database, also the copies that were kept of it."""

from __future__ import annotations

from app.vault import vault, wiped, wiping
from app.vault.vault import DATABASE, FLOOR_COST


def test_copies_and_what_was_never_finished_go_with_the_vault(tmp_path):
    folder = tmp_path / "vault"
    made = vault.create(folder, officer="Runa Okafor", passphrase="mosslamp harrow tündle", cost=FLOOR_COST)
    for name in ("", "-wal", "-shm", ".kept-5", ".kept-5-journal", ".kept.new", ".back.new", ".back.new-wal"):
        (folder / f"{DATABASE}{name}").write_bytes(b"sealed")
    wiping.destroy(made.unlocked, b"")
    made.unlocked.close()
    assert sorted(file.name for file in folder.iterdir()) == ["vault.lock", wiped.NAME]
