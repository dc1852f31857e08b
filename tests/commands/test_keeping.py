"""Backing a vault up, putting it back and moving it, at the command line."""

from __future__ import annotations

import shutil

from tests.commands.conftest import holdfast


def test_a_backup_is_made_and_put_back(full, tmp_path):
    made = full.json("vault", "backup", tmp_path / "one.backup")[0]
    assert made["cases"] > 3
    assert full.run("vault", "backup", tmp_path / "one.backup").code == 1
    refused = full.run("vault", "restore", tmp_path / "one.backup")
    assert (refused.code, "may be newer" in refused.err) == (1, True)
    done = full.json("vault", "restore", tmp_path / "one.backup", "--replace")[0]
    assert done["kept_aside"].endswith("/.kept-aside/vault-1")
    assert len(full.json("case", "list")) == made["cases"]
    shutil.rmtree(full.folder)
    (tmp_path / "code").write_text(full.recovery_code)
    said = holdfast(
        "vault", "restore", tmp_path / "one.backup", "--vault", full.folder, "--code-file", tmp_path / "code"
    )
    assert (said.code, "goes on as another device" in said.out) == (0, True)
    assert full.json("vault", "check")[0]["notebook"] == "whole"
    shutil.rmtree(full.folder)
    there = holdfast("vault", "restore", tmp_path / "one.backup", "--vault", full.folder, "--unopened")
    assert (there.code, full.folder.exists()) == (0, True)


def test_a_vault_moves_to_another_laptop(full, tmp_path):
    cases = len(full.json("case", "list"))
    out = full.json("vault", "move-out", tmp_path / "one.move")[0]
    refused = full.run("status")
    assert (refused.code, "for another laptop" in refused.err) == (1, True)
    new = tmp_path / "laptop" / "one"
    given = ("vault", "move-in", tmp_path / "one.move", "--vault", new, "--json", "--generate")
    there = holdfast(*given, given=out["code"] + "\n").line
    (tmp_path / "words").write_text(there["passphrase"])
    listed = holdfast("case", "list", "--vault", new, "--json", "--passphrase-file", tmp_path / "words")
    assert len(listed.lines) == cases, listed.err
    (tmp_path / "receipt").write_text(there["receipt"])
    assert full.json("vault", "move-done", "--code-file", tmp_path / "receipt")[0]["closed"] == str(full.folder)
    assert full.run("status").code == 1
    out = holdfast("vault", "move-out", tmp_path / "two.move", "--vault", new, "--passphrase-file", tmp_path / "words")
    assert (out.code, "shown only now" in out.out) == (0, True)
    back = holdfast("vault", "move-back", "--vault", new, "--passphrase-file", tmp_path / "words")
    assert (back.code, "goes on here" in back.out) == (0, True)


def test_a_damaged_vault_is_rebuilt_and_says_what_is_missing(full, tmp_path):
    before = full.json("case", "list")
    size = (full.folder / "vault.db").stat().st_size
    with (full.folder / "vault.db").open("r+b") as file:
        for place in range(size // 4, size, size // 12):
            file.seek(place)
            file.write(bytes(16))
    assert full.run("vault", "check").code == 1
    said = full.run("vault", "rebuild")
    assert (said.code, "is whole again" in said.out, "Could not be read" in said.out) == (0, True, True), said.err
    assert full.json("vault", "check")[0]["notebook"] == "whole"
    assert 0 < len(full.json("case", "list")) <= len(before)
    assert full.json("vault", "rebuild")[0]["missing"] == {}
    assert [path.name for path in sorted((tmp_path / ".kept-aside").iterdir())] == ["vault-1", "vault-2"]
