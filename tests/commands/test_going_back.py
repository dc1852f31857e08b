"""A vault that a newer version has changed, at the command line."""

from __future__ import annotations

from app.clock import SystemClock
from app.store.store import Store
from app.vault import vault
from app.vault.vault import DATABASE
from tests.commands.conftest import PASSPHRASE, Vault
from tests.store.formats import further


def test_a_newer_vault_is_refused_and_goes_back_when_told(full: Vault, tmp_path):
    with vault.unlock(full.folder, PASSPHRASE, clock=SystemClock()) as unlocked:
        key, device = unlocked.database_key(), unlocked.device_id
        Store.open(full.folder, key, device, migrations=further(tmp_path / "later")).close()
    assert len(list(full.folder.glob(f"{DATABASE}.kept-*"))) == 1
    refused = full.run("status")
    assert refused.code == 1
    assert refused.err.startswith("This vault was last used by a newer version of the program")
    assert "holdfast vault go-back" in refused.err
    said = full.run("vault", "go-back")
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith("is one of this version again; nothing was lost.\n")
    again = full.run("vault", "go-back")
    assert again.code == 1
    assert again.err.startswith("This vault is one of this version of the program")
    (checked,) = full.json("vault", "check")
    assert (checked["pages"], checked["notebook"]) == ("whole", "whole")
