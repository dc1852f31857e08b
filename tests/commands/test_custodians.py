"""Custodians at the command line: keys, cards, a request, two parts, and what the officer and the notebook hear."""

from __future__ import annotations

import pytest

from app.casework import operations, recovery
from app.casework.desk import close_desk
from app.clock import SystemClock
from app.vault import custodian_key, vault
from app.vault.vault import FLOOR_COST
from tests.commands.conftest import PASSPHRASE, holdfast

NEW = "rookfern ladle quartzbell"
NAMES = ("Maud Ferrier", "Iden Sorley", "Pia Tolland")


@pytest.fixture
def keys(tmp_path):
    """Three key files, the last two at the floor's cost; and the organisation's file."""
    files = [tmp_path / f"{name.split()[0].lower()}.key" for name in NAMES]
    (tmp_path / "words").write_text(f"{PASSPHRASE}\n", encoding="utf-8")
    made = holdfast(
        "custodian", "new", "--name", NAMES[0], "--out", files[0], "--json", "--passphrase-file", tmp_path / "words"
    )
    assert made.line["public"] == f"{files[0]}.public"
    for file, name in zip(files[1:], NAMES[1:], strict=True):
        custodian_key.make(file, name, PASSPHRASE, cost=FLOOR_COST)
    (tmp_path / "custodians").write_bytes(
        b"".join((file.parent / f"{file.name}.public").read_bytes() for file in files)
    )
    return files


def test_two_custodians_open_a_vault_and_the_officer_is_told(full, keys, tmp_path):
    words = ("--passphrase-file", tmp_path / "words", "--json")
    assert full.json("vault", "custodians", tmp_path / "custodians")[0]["custodians"] == list(NAMES)
    asked = holdfast("--vault", full.folder, "vault", "recover", "--request", tmp_path / "request", "--json").line
    parts = [tmp_path / "part-1", tmp_path / "part-2"]
    for key, part in zip(keys[:2], parts, strict=True):
        given = ("custodian", "open", tmp_path / "request", "--key", key, "--out", part, *words)
        refused = holdfast(*given, "--check", "0000-0000-0000")
        assert (refused.code, part.exists()) == (1, False)
        assert "check number" in refused.err
        assert holdfast(*given, "--check", asked["check"]).line["vault"] == vault.look(full.folder).device_id
        assert asked["check"] in (key.parent / f"{key.name}.notes").read_text()
    given = [piece for part in parts for piece in ("--part", part)]
    alone = holdfast("--vault", full.folder, "vault", "recover", *given[:2], given=f"{asked['code']}\n{NEW}\n")
    assert (alone.code, "of one" in alone.err) == (1, True)
    done = holdfast(
        "--vault", full.folder, "vault", "recover", *given, "--renew-code", "--json", given=f"{asked['code']}\n{NEW}\n"
    )  # fmt: skip
    assert (done.code, done.line["custodians"]) == (0, "Maud Ferrier, Iden Sorley"), done.err
    again = holdfast("--vault", full.folder, "vault", "recover", *given, given=f"{asked['code']}\n{NEW}\n")
    assert (again.code, "changed after" in again.err) == (1, True)
    with pytest.raises(vault.Problem, match="wrong_passphrase"):
        vault.unlock(full.folder, PASSPHRASE, clock=SystemClock())
    (full.folder / "vault.attempts").unlink()
    desk = full.desk(NEW)
    assert [one.by for one in recovery.unread(desk)] == [NAMES[:2]]
    told = [(one.what, one.reason) for one in operations.logged(desk, desk.device_id)]
    assert ("opened by two custodians", "Maud Ferrier, Iden Sorley") in told
    assert ("passphrase changed", "") in told
    assert ("recovery code renewed", "") in told
    recovery.acknowledge(desk)
    assert recovery.unread(desk) == []
    close_desk(desk)
    check = holdfast("--vault", full.folder, "vault", "check", "--json", given=f"{NEW}\n")
    assert (check.code, check.line["notebook"]) == (0, "whole"), check.err


def test_a_vault_is_made_with_custodians(keys, tmp_path):
    made = holdfast(
        "vault", "create", "--vault", tmp_path / "v", "--officer", "Runa Okafor",
        "--custodians", tmp_path / "custodians", "--json", "--passphrase-file", tmp_path / "words",
    )  # fmt: skip
    assert made.code == 0, made.err
    assert vault.look(tmp_path / "v").custodians
    wrong = holdfast(
        "vault", "create", "--vault", tmp_path / "w", "--officer", "R", "--custodians", keys[0], given=PASSPHRASE + "\n"
    )
    assert (wrong.code, (tmp_path / "w").exists()) == (1, False)
