"""A vault moves to another laptop: everything of it, as another device, and on one laptop at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.casework import cases, new_laptop, operations
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.problems import Problem
from app.vault import vault
from app.vault.device_secret import SecretsInMemory
from app.vault.vault import FLOOR_COST
from tests.vault.test_custodians import CARDS

PASSPHRASE, NEW = "mosslamp harrow tündle", "rookfern ladle quartzbell"


def code_of(action: Any) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


@pytest.fixture
def old(tmp_path: Path):
    desk, _ = create_vault(
        tmp_path / "old" / "one", officer="Runa Okafor", short_name="R. O.", passphrase=PASSPHRASE, cost=FLOOR_COST,
        cards=CARDS, secrets=SecretsInMemory(),
    )  # fmt: skip
    cases.new_case(desk, "NM-1")
    yield desk
    close_desk(desk)


def references(desk: Desk) -> list[str]:
    return sorted(case.reference for case in cases.list_cases(desk))


def test_it_arrives_whole_as_another_device_and_is_closed_where_it_was(old, tmp_path):
    folder, file, secrets = old.unlocked.folder, tmp_path / "file", SecretsInMemory()
    old_id, old_laptop = old.device_id, old.unlocked.laptop_id
    out = new_laptop.move_out(old, file)
    assert new_laptop.moved_out(old) == out.at
    assert code_of(lambda: cases.new_case(old, "too late")) == "move.out"
    assert code_of(lambda: new_laptop.move_out(old, tmp_path / "twice")) == "move.out_already"
    data = file.read_bytes()
    for clear in (b"Okafor", b"R. O.", b"NM-1", b"SQLite format 3", old_id.encode()):
        assert clear not in data
    made = new_laptop.move_in(
        file, out.code.lower(), tmp_path / "new" / "one", NEW, secrets=secrets, cost=FLOOR_COST
    )  # fmt: skip
    new = made.desk
    assert (references(new), new.officer, new.short_name) == (["NM-1"], "Runa Okafor", "R. O.")
    assert (new.unlocked.device_id, new.unlocked.custodians) == (old_id, [card.name for card in CARDS])
    assert new.unlocked.device_secret == "system"
    assert new.device_id != old_id
    assert new.unlocked.laptop_id != old_laptop
    new.store.verify()
    cases.new_case(new, "NM-2")
    told = [one.what for one in operations.logged(new, new.device_id)]
    assert told[-2:] == ["vault moved to another laptop", "vault moved in from another laptop"]
    close_desk(new)
    vault.recover(tmp_path / "new" / "one", made.recovery_code).close()
    again = open_desk(vault.unlock(tmp_path / "new" / "one", NEW, secrets=secrets, clock=SystemClock()))
    assert references(again) == ["NM-1", "NM-2"]
    close_desk(again)
    assert not list((tmp_path / "new" / "one").glob("*moving*"))
    assert code_of(lambda: new_laptop.close_here(old, out.code)) == "move.receipt_wrong"
    assert references(old) == ["NM-1"]
    new_laptop.close_here(old, made.receipt)
    assert not {path.name for path in folder.iterdir()} & {"vault.db", "vault.header", "vault.header.previous"}


def test_it_is_taken_back_as_another_device(old, tmp_path):
    assert code_of(lambda: new_laptop.take_back(old)) == "move.not_out"
    out, before = new_laptop.move_out(old, tmp_path / "file"), old.device_id
    new_laptop.take_back(old)
    assert (new_laptop.moved_out(old), old.device_id != before) == (None, True)
    cases.new_case(old, "NM-2")
    assert references(old) == ["NM-1", "NM-2"]
    made = new_laptop.move_in(tmp_path / "file", out.code, tmp_path / "new", NEW, cost=FLOOR_COST)
    assert made.desk.device_id not in (before, old.device_id)
    assert references(made.desk) == ["NM-1"]
    close_desk(made.desk)


def test_a_wrong_code_or_a_damaged_file_leaves_nothing(old, tmp_path):
    file, new = tmp_path / "file", tmp_path / "new"
    out = new_laptop.move_out(old, file)
    new_laptop.take_back(old)
    other = new_laptop.move_out(old, tmp_path / "other")
    assert code_of(lambda: new_laptop.move_in(file, other.code, new, NEW)) == "move.code_wrong"
    assert code_of(lambda: new_laptop.move_in(file, out.code[:-1], new, NEW)) == "vault.recovery_mistyped"
    whole = file.read_bytes()
    line, others = whole.split(b"\n", 2)[1], (tmp_path / "other").read_bytes().split(b"\n", 2)
    for bad in (whole[:-1], whole[:-40] + bytes(40), b"", whole.split(b"\n", 1)[0] + b"\n" + line + b"\n" + others[2]):
        file.write_bytes(bad)
        assert code_of(lambda: new_laptop.move_in(file, out.code, new, NEW)) in (
            "container.damaged",
            "container.foreign",
        )
    assert not new.exists()
    file.write_bytes(whole)
    assert code_of(lambda: new_laptop.move_in(file, out.code, new, "short")) == "vault.weak_short"
    new.mkdir()
    (new / "letter.txt").write_text("mine")
    assert code_of(lambda: new_laptop.move_in(file, out.code, new, NEW)) == "vault.not_empty"
    assert [path.name for path in new.iterdir()] == ["letter.txt"]


def test_a_file_that_cannot_be_written_changes_nothing(old, tmp_path):
    assert code_of(lambda: new_laptop.move_out(old, tmp_path / "no" / "folder")) == "vault.disk"
    assert new_laptop.moved_out(old) is None
    cases.new_case(old, "NM-2")


def test_a_vault_that_cannot_arrive_whole_leaves_nothing(old, tmp_path, monkeypatch):
    out, new = new_laptop.move_out(old, tmp_path / "file"), tmp_path / "new"

    def full(*_given: object) -> None:
        raise Problem("store.full", file="vault.db")

    with monkeypatch.context() as later:
        later.setattr(operations, "log", full)
        assert (
            code_of(lambda: new_laptop.move_in(tmp_path / "file", out.code, new, NEW, cost=FLOOR_COST)) == "store.full"
        )
    assert {path.name for path in new.iterdir()} <= {vault.LOCK}
    made = new_laptop.move_in(tmp_path / "file", out.code, new, NEW, cost=FLOOR_COST)
    assert references(made.desk) == ["NM-1"]
    close_desk(made.desk)
