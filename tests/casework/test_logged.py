"""What is done with a case or a vault, and leaves it otherwise as it is, stands in the log of the six operations."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from app.casework import casefile, conflicts, edit, move, new_laptop, operations, paper, rebuild, recovery, rekey
from app.casework import cases as casework
from app.casework.desk import Desk, choose_short_name, close_desk, open_desk
from app.i18n import translator
from app.notebook import entry as notebook
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.casefile.made import least
from tests.casework.conftest import PASSPHRASE, SceneOne
from tests.vault.test_custodians import CARDS


def logged(desk: Desk, case: str) -> list[tuple[str, str]]:
    return [(one.operation, one.what) for one in operations.logged(desk, case)]


def test_a_case_file_that_is_taken_in_is_a_collection(desk: Desk) -> None:
    made = casefile.import_case(desk, json.dumps(least()).encode())
    assert ("collection", "case file") in logged(desk, made.case)


def test_what_is_moved_is_a_combination_in_both_cases(desk: Desk, scene: SceneOne) -> None:
    other = casework.new_case(desk, "NM-2026-0418")
    incident, _ = edit.create(desk, scene.case, "incident", {"place": "Gate"})
    move.move(desk, scene.case, incident, other)
    assert ("combination", "moved record") in logged(desk, scene.case)
    assert ("combination", "moved record") in logged(desk, other)


def test_a_decision_between_two_values_is_logged_with_its_reason(desk: Desk, scene: SceneOne) -> None:
    edit.write(desk, scene.case, [notebook.assign(scene.suspect, {"custody": ("at_large", [])})])
    view = casework.read_case(desk, scene.case)
    (one,) = conflicts.open_conflicts(desk, view, translator("en"))
    why = "The custody record says so."
    conflicts.decide(desk, scene.case, one.record_id, one.field, "in_custody", seen=one.seen, reason=why)
    assert ("alteration", operations.DECISION) in logged(desk, scene.case)


def test_nothing_given_is_a_disclosure_too(desk: Desk, scene: SceneOne) -> None:
    paper.nothing_given(desk, scene.case, "bag is searched", read_out=True)
    assert ("disclosure", "read out") in logged(desk, scene.case)


def _moved_and_taken_back(desk: Desk, folder: Path) -> None:
    new_laptop.move_out(desk, folder / "moved")
    new_laptop.take_back(desk)


def _opened_and_read(desk: Desk, _folder: Path) -> None:
    recovery.note(desk, ["Maud Ferrier", "Iden Sorley"])
    recovery.acknowledge(desk)


ON_THE_VAULT: dict[str, Callable[[Desk, Path], object]] = {
    "move to another laptop taken back": _moved_and_taken_back,
    "opened by two custodians": lambda desk, _: recovery.note(desk, ["Maud Ferrier", "Iden Sorley"]),
    "opening by custodians read by the officer": _opened_and_read,
    "short name changed": lambda desk, _: choose_short_name(desk, "Marrow"),
    "custodians set": lambda desk, _: recovery.set_custodians(desk, CARDS),
}


@pytest.mark.parametrize("what", ON_THE_VAULT)
def test_what_is_done_with_the_vault_itself_stands_in_its_own_notebook(desk: Desk, tmp_path: Path, what: str) -> None:
    ON_THE_VAULT[what](desk, tmp_path)
    assert ("alteration", what) in logged(desk, desk.device_id)


def _opened_again(desk: Desk) -> vault.Unlocked:
    close_desk(desk)
    return vault.unlock(desk.unlocked.folder, PASSPHRASE, clock=desk.clock)


def test_a_vault_that_was_encrypted_or_built_anew_says_so(desk: Desk) -> None:
    rekey.rekey(desk, PASSPHRASE, cost=FLOOR_COST)
    again = open_desk(_opened_again(desk), clock=desk.clock)
    assert ("alteration", "vault encrypted anew") in logged(again, again.device_id)
    done = rebuild.rebuild(_opened_again(again), clock=desk.clock)
    assert ("alteration", "vault rebuilt") in logged(done.desk, done.desk.device_id)
    close_desk(done.desk)
