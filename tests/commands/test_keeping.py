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
