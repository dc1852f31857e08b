"""Several officers on one laptop: the list on the unlock screen, the short name, nothing of one for another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app import paths
from app.casework import cases, edit
from app.casework.desk import close_desk, create_vault
from app.casework.operations import logged
from app.problems import Problem
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.ui.conftest import PASSPHRASE, begin
from tests.ui.looking import cut, nameless
from ui.shell.window import Window

CANARIES = ("Zanzibella", "Quorrington", "NM-2026-9917", "Marmalade Row", "Wibblethorpe")


@pytest.fixture
def vaults(monkeypatch, tmp_path, clock) -> Path:
    """The folder of this laptop's vaults, with two officers of whom Tam worked last."""
    folder = tmp_path / "vaults"
    monkeypatch.setattr(paths, "vaults_folder", lambda: folder)
    for number, name in enumerate(("Ilse Varga", "Tam Okoro"), 1):
        make(folder, number, name, clock)
        os.utime(folder / str(number) / "vault.db", (1_000_000 + number, 1_000_000 + number))
    return folder


def make(folder: Path, number: int, name: str, clock, **more: object) -> None:
    desk, _ = create_vault(
        folder / str(number), officer=name, passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock, **more
    )
    close_desk(desk)


def listed(screen) -> list[tuple[str, str, str]]:
    return [(line.title, line.under, line.end) for line in screen.chooser.rows.lines]


def test_the_last_one_stands_first_and_no_full_name_or_time_is_seen(program, vaults, qtbot):
    screen = begin(program, qtbot).top.screen_shown
    assert listed(screen) == [("TO", "", ""), ("IV", "", "")]
    assert screen.chooser.isVisible()
    assert screen.door.folder.name == "2"
    assert screen.passphrase.edit.hasFocus(), "the last officer types at once"
    everything = " ".join(part.text() for part in screen.findChildren(type(screen.whose)))
    assert "Varga" not in everything
    assert "Okoro" not in everything


def test_arrows_letters_and_enter_choose_a_vault(program, vaults, qtbot, clock):
    make(vaults, 3, "Ines Toth", clock, short_name="Ines")
    os.utime(vaults / "3" / "vault.db", (1_000, 1_000))
    screen = begin(program, qtbot).top.screen_shown
    qtbot.keyClick(screen.passphrase.edit, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert screen.chooser.hasFocus()
    qtbot.keyClick(screen.chooser, Qt.Key.Key_Down)
    assert screen.door.face.short_name == "IV"
    assert screen.chooser.hasFocus(), "the arrows go on through the names"
    qtbot.keyClick(screen.chooser, Qt.Key.Key_I)
    assert screen.door.face.short_name == "Ines"
    qtbot.keyClick(screen.chooser, Qt.Key.Key_I)
    assert screen.door.face.short_name == "IV"
    qtbot.keyClick(screen.chooser, Qt.Key.Key_Return)
    assert screen.passphrase.edit.hasFocus()


def test_what_was_typed_for_one_vault_is_gone_with_the_choice_of_another(program, vaults, qtbot):
    screen = begin(program, qtbot).top.screen_shown
    qtbot.keyClicks(screen.passphrase.edit, "half a passphrase")
    screen.chooser.setFocus()
    qtbot.keyClick(screen.chooser, Qt.Key.Key_Down)
    assert screen.passphrase.text() == ""


def test_two_of_one_name_are_told_apart_by_their_vaults(program, vaults, qtbot, clock):
    make(vaults, 3, "Ida Vogel", clock)
    os.utime(vaults / "3" / "vault.db", (1_000, 1_000))
    screen = begin(program, qtbot).top.screen_shown
    assert listed(screen) == [("TO", "", ""), ("IV", "vault 1", ""), ("IV", "vault 3", "")]


def test_a_damaged_vault_stands_beside_the_others_with_what_is_wrong(program, vaults, qtbot):
    for name in ("vault.header", "vault.header.previous"):
        (vaults / "2" / name).write_bytes(b"")
    screen = begin(program, qtbot).top.screen_shown
    assert listed(screen)[0][0] == "Vault “2”"
    assert listed(screen)[0][1] == Problem("vault.damaged").sentences(screen.translator).happened
    assert listed(screen)[0][2] == "cannot be read"
    assert screen.door.face.short_name == "IV", "a vault that can be opened is offered first"
    screen.chooser.setFocus()
    qtbot.keyClick(screen.chooser, Qt.Key.Key_Up)
    assert screen.problem_bar.problem.code == "vault.damaged"
    assert not screen.button.isEnabled()
    qtbot.keyClick(screen.chooser, Qt.Key.Key_Down)
    assert not screen.problem_bar.isVisible()


def test_a_practice_vault_is_marked_in_the_list(program, vaults, qtbot, clock):
    make(vaults, 3, "Ines Toth", clock, practice_passphrase=PASSPHRASE)
    screen = begin(program, qtbot, "--first", str(vaults / "3")).top.screen_shown
    assert listed(screen)[0] == ("IT", "", "practice")
    assert screen.practice_mark.isVisible()


def test_the_officer_who_locked_stands_first(program, vaults, qtbot):
    screen = begin(program, qtbot, "--first", str(vaults / "1")).top.screen_shown
    assert [line[0] for line in listed(screen)] == ["IV", "TO"]


@pytest.mark.parametrize("language", ["en", "xx", "xx-rtl"])
def test_the_list_looks_right(program, vaults, qtbot, language):
    one = begin(program, qtbot, "--language", language)
    for size in ((1024, 640), (1366, 768)):
        one.top.resize(*size)
        qtbot.waitUntil(lambda: cut(one.top) == [])
        assert nameless(one.top) == []


# --- the short name


def test_another_short_name_is_chosen_and_logged(at_work, desk, qtbot, clock):
    page = at_work().top.screen_shown
    page.go({"place": "vault"})
    page = page.pages["vault"]
    page.short_name.setFocus()
    page.short_name.selectAll()
    qtbot.keyClicks(page.short_name, "  Kestrel  2 ")
    qtbot.keyClick(page.short_name, Qt.Key.Key_Return)
    assert desk.short_name == "Kestrel 2"
    assert "Kestrel 2" in page.short_name_state.text()
    assert vault.look(desk.unlocked.folder, clock=clock).short_name == "Kestrel 2"
    assert logged(desk, desk.device_id)[-1].what == "short name changed"


@pytest.mark.parametrize(
    ("typed", "code"),
    [("", "vault.short_name"), ("x" * 25, "vault.short_name"), ("varga ILSE", "vault.full_name")],
)
def test_no_full_name_and_no_empty_one(at_work, desk, typed, code, qtbot):
    window = at_work().top.screen_shown
    window.go({"place": "vault"})
    page = window.pages["vault"]
    page.short_name.set_value(typed)
    page.rename_button.click()
    assert window.problem_bar.problem.code == code
    assert desk.short_name == "IV"


# --- nothing of one officer for another


def test_the_next_officer_sees_nothing_of_the_first(program, vaults, qtbot, clock):
    from app.casework.desk import open_desk

    first = open_desk(vault.unlock(vaults / "1", PASSPHRASE, clock=clock), clock=clock)
    case = cases.new_case(first, CANARIES[2])
    who = {"roles": ["victim"], "given_name": CANARIES[0], "family_name": CANARIES[1]}
    edit.create(first, case, "person", who)
    edit.create(first, case, "incident", {"place": CANARIES[3], "narrative": CANARIES[4]})
    cases.immediate_danger(first, case)
    close_desk(first)

    one = begin(program, qtbot, "--first", str(vaults / "2"))
    screen = one.top.screen_shown
    assert screen.door.face.short_name == "TO"
    qtbot.keyClicks(screen.passphrase.edit, PASSPHRASE)
    qtbot.keyClick(screen.passphrase.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    window = one.top.screen_shown
    assert window.pages["today"].empty.isVisible()
    seen = " ".join(line.aloud() for line in window.pages["today"].list.rows.lines)
    window.go({"place": "shift"})
    assert window.pages["shift"].empty.isVisible()
    assert not [word for word in CANARIES if word in seen]
    window.focus_find()
    for word in CANARIES:
        window.find_box.set_value("")
        qtbot.keyClicks(window.find_box, word)
        window._find()
        assert not list(window.pages["find"].list.rows.lines), word
    one.officer._end()
    found = {
        (file.name, word)
        for file in vaults.rglob("*")
        if file.is_file()
        for word in CANARIES
        if word.encode() in file.read_bytes()
    }
    assert found == set(), "also not in the encrypted files themselves"
