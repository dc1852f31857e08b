"""Making, opening, checking and recovering a vault at the command line."""

from __future__ import annotations

import os
import stat
import subprocess
import unicodedata
from types import SimpleNamespace

import pytest

from app.casework import operations
from app.casework.desk import close_desk
from app.clock import SystemClock
from app.problems import Problem
from app.vault import vault
from app.vault.vault import SHIPPED_COST
from tests.commands.conftest import PASSPHRASE, ROOT, holdfast
from tests.commands.terminal import type_into
from ui.commands.vault import in_doubt

NEW = "rookfern ladle quartzbell"


def test_create_makes_a_vault_at_the_shipped_cost_and_shows_the_code_once(home, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSPHRASE}\n")
    said = holdfast(
        "vault", "create", "--officer", "Runa Okafor", "--short-name", "R. O.", "--json",
        "--passphrase-file", secret, XDG_DATA_HOME=str(home),
    )  # fmt: skip
    assert said.code == 0, said.err
    made = said.line
    folder = home / "holdfast" / "vaults" / os.path.basename(made["vault"])
    assert str(folder) == made["vault"]
    face = vault.look(folder)
    assert (face.short_name, face.cost, face.practice) == ("R. O.", SHIPPED_COST, False)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    # The one vault of this user is found without being named, the passphrase read from standard input.
    status = holdfast("status", "--json", given=PASSPHRASE + "\n", XDG_DATA_HOME=str(home))
    assert status.line["vault"] == made["vault"]
    vault.recover(folder, made["recovery_code"]).close()


@pytest.mark.parametrize(("code", "shown"), [("vault.not_flushed", True), ("vault.disk_full", False)])
def test_a_passphrase_made_by_chance_that_may_be_in_force_is_shown(capsys, code, shown):
    with pytest.raises(Problem, match=code), in_doubt(SimpleNamespace(language="en"), NEW):
        raise Problem(code)
    assert (NEW in capsys.readouterr().err) is shown


def test_create_refuses_a_folder_that_is_not_empty_and_a_weak_passphrase(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    said = holdfast("vault", "create", "--officer", "R", "--vault", tmp_path / "mine", given=PASSPHRASE)
    assert said.code == 1
    assert "not empty" in said.err
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    said = holdfast("vault", "create", "--officer", "R", "--vault", tmp_path / "new", given="short")
    assert said.code == 1
    assert "too short" in said.err


def test_create_offers_a_passphrase_made_by_chance(tmp_path):
    said = holdfast("vault", "create", "--officer", "R", "--vault", tmp_path / "v", "--generate", "--json")
    assert len(said.line["passphrase"].split()) == 5
    vault.unlock(tmp_path / "v", said.line["passphrase"], clock=SystemClock()).close()


def test_at_a_prompt_a_new_passphrase_is_typed_twice_and_never_shown(tmp_path):
    code, shown = type_into(["vault", "create", "--officer", "R", "--vault", tmp_path / "v"], NEW, NEW)
    assert code == 0, shown
    assert NEW not in shown
    code, shown = type_into(["vault", "create", "--officer", "R", "--vault", tmp_path / "w"], NEW, NEW + "x")
    assert code == 1
    assert "not the same" in shown
    assert not (tmp_path / "w").exists()


def test_a_prompt_opens_a_vault(full):
    code, shown = type_into(["status", "--vault", full.folder], PASSPHRASE)
    assert code == 0
    assert "10 cases" in shown
    assert PASSPHRASE not in shown


@pytest.mark.parametrize(
    "given",
    [
        PASSPHRASE,
        PASSPHRASE + "\n",
        PASSPHRASE + "\r\n",
        PASSPHRASE + "\nsomething else\n",
        unicodedata.normalize("NFD", PASSPHRASE),
        "\ufeff" + PASSPHRASE,
    ],
)
def test_the_passphrase_is_the_first_line_without_its_end_in_one_spelling(full, tmp_path, given):
    file = tmp_path / "given"
    file.write_bytes(given.encode())
    assert holdfast("status", "--vault", full.folder, "--passphrase-file", file).code == 0
    assert holdfast("status", "--vault", full.folder, given=given).code == 0


@pytest.mark.parametrize(
    "given, words",
    [
        ("", "No passphrase"),
        ("\n", "No passphrase"),
        (b"\xff\xfe\n", "cannot be read as text"),
        (PASSPHRASE + " ", "open"),
    ],
)
def test_no_or_another_passphrase_is_a_problem(full, given, words):
    said = holdfast("status", "--vault", full.folder, given=given)
    assert said.code == 1
    assert words in said.err
    assert said.out == ""


def test_after_a_wrong_passphrase_there_is_a_wait(full):
    assert "does not open" in holdfast("status", "--vault", full.folder, given="wrong").err
    assert "Try again in" in holdfast("status", "--vault", full.folder, given=PASSPHRASE).err


def test_a_new_passphrase_replaces_the_old_one(full, tmp_path):
    new = tmp_path / "new"
    new.write_text(NEW)
    said = full.run("vault", "passphrase", "--new-passphrase-file", new)
    assert said.code == 0, said.err
    assert holdfast("status", "--vault", full.folder, given=NEW).code == 0
    assert holdfast("status", "--vault", full.folder, given=PASSPHRASE).code == 1


def test_the_new_passphrase_may_be_the_second_line_of_standard_input(full):
    said = holdfast("vault", "passphrase", "--vault", full.folder, given=f"{PASSPHRASE}\n{NEW}\n")
    assert said.code == 0, said.err
    assert holdfast("status", "--vault", full.folder, given=NEW).code == 0


def test_the_recovery_code_opens_the_vault_sets_a_passphrase_and_is_logged(full, tmp_path):
    new = tmp_path / "new"
    new.write_text(NEW)
    said = holdfast("vault", "recover", "--vault", full.folder, "--new-passphrase-file", new, "--renew-code", "--json",
                    given=full.recovery_code.lower() + "\n")  # fmt: skip
    assert said.code == 0, said.err
    assert said.line["recovery_code"] != full.recovery_code
    desk = full.desk(NEW)
    assert [o.what for o in operations.logged(desk, desk.device_id)][-3:] == [
        "opened by recovery code",
        "passphrase changed",
        "recovery code renewed",
    ]
    close_desk(desk)
    again = holdfast("vault", "recover", "--vault", full.folder, given=f"{full.recovery_code}\n{PASSPHRASE}\n")
    assert again.code == 1


@pytest.mark.parametrize("code", ["", "RFAR-4XNC", "not a code at all", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"])
def test_no_other_code_opens_it(full, code):
    said = holdfast("vault", "recover", "--vault", full.folder, given=f"{code}\n{NEW}\n")
    assert said.code == 1
    assert holdfast("status", "--vault", full.folder, given=PASSPHRASE).code == 0


def test_check_says_of_each_part_that_it_is_whole(full):
    found = full.json("vault", "check")[0]
    assert [found[part] for part in ("header", "encryption", "pages", "notebook")] == ["whole"] * 4
    assert found["device_secret"] == "none"
    said = full.run("vault", "check")
    assert said.out.count("whole") == 4


def test_check_names_what_is_wrong(full):
    (full.folder / "vault.header").write_bytes(b"noise")
    assert full.json("vault", "check")[0]["header"] == "mended"
    database = bytearray((full.folder / "vault.db").read_bytes())
    database[-3000] ^= 1
    (full.folder / "vault.db").write_bytes(bytes(database))
    said = full.run("vault", "check", "--json")
    assert said.code == 1
    assert said.line["pages"] == "store.damaged"
    assert "cannot be read" in said.err
    assert "Pages: not whole" in full.run("vault", "check").out


@pytest.mark.parametrize(
    "harm, words",
    [
        (lambda f: (f / "vault.db").write_bytes(b"SQLite format 3\0" + b"\0" * 5000), "not encrypted"),
        (lambda f: (f / "vault.db").write_bytes(b""), "cannot be read"),
        (lambda f: (f / "vault.db").write_bytes(os.urandom(8192)), "does not belong"),
        (lambda f: (f / "vault.db").unlink(), "missing"),
        (lambda f: [(f / n).write_bytes(b"x") for n in ("vault.header", "vault.header.previous")], "damaged"),
        (lambda f: [(f / n).unlink() for n in ("vault.header", "vault.header.previous")], "no vault"),
    ],
)
def test_a_vault_that_is_broken_ends_in_a_problem(full, harm, words):
    harm(full.folder)
    said = full.run("case", "list", "--json")
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert len(said.err.strip().splitlines()) == 3


def test_two_programs_never_work_on_one_vault(full):
    desk = full.desk()
    said = full.run("case", "list")
    close_desk(desk)
    assert said.code == 1
    assert "open in another" in said.err
    assert full.run("case", "list").code == 0


def test_without_a_vault_and_with_several(full, home, filled):
    said = holdfast("status", given=PASSPHRASE, XDG_DATA_HOME=str(home))
    assert said.code == 1
    assert "vault create" in said.err
    import shutil

    for name in ("one", "two"):
        shutil.copytree(filled[0], home / "holdfast" / "vaults" / name)
        said = holdfast("status", given=PASSPHRASE, XDG_DATA_HOME=str(home))
        assert said.code == (0 if name == "one" else 2), said.err
    assert "--vault" in said.err


@pytest.mark.parametrize("variable", ["HOLDFAST_KDF", "HOLDFAST_COST", "HOLDFAST_TEST"])
def test_no_environment_weakens_what_is_shipped(variable):
    found = subprocess.run(
        ["git", "grep", "-l", variable, "--", "app", "ui"], cwd=ROOT, capture_output=True, check=False
    )
    assert found.stdout == b""
