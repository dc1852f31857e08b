"""Making a vault by key presses: the generated passphrase, an own one, the recovery code shown once."""

from __future__ import annotations

from PySide6.QtCore import Qt

from app.casework.operations import logged
from app.vault import vault
from tests.ui.conftest import begin
from ui.shell.new_vault import NewVault
from ui.shell.window import Window


def first_screen(program, qtbot, folder):
    one = begin(program, qtbot, "--vault", str(folder))
    screen = one.top.screen_shown
    assert isinstance(screen, NewVault)
    return one, screen


def test_a_vault_with_the_generated_passphrase(program, vault_folder, qtbot, clock):
    one, screen = first_screen(program, qtbot, vault_folder)
    assert screen.officer.hasFocus()
    qtbot.keyClicks(screen.officer, "Ilse Varga")
    qtbot.keyClicks(screen.short_name, "Ilse")
    words = screen.choice.passphrase()
    assert len(words.split()) == 5
    assert screen.choice.words.label.text() == words
    assert not screen.button.isEnabled()
    qtbot.keyClicks(screen.choice.again.edit, words)
    qtbot.keyClick(screen.choice.again.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(screen.code_part.isVisible, timeout=20_000)
    code = screen.code.label.text().replace("\n", "")
    assert not screen.go_on.isEnabled()
    screen.stored.click()
    qtbot.keyClicks(screen.last_group, "0000")
    assert "not the last group" in screen.verdict.text()
    assert not screen.go_on.isEnabled()
    screen.last_group.clear()
    qtbot.keyClicks(screen.last_group, code[-4:].lower())
    qtbot.keyClick(screen.last_group, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    assert one.officer.desk.officer == "Ilse Varga"
    assert vault.look(vault_folder).short_name == "Ilse"
    one.officer._end()
    vault.unlock(vault_folder, words, clock=clock).close()
    vault.recover(vault_folder, code).close()


def test_five_other_words(program, vault_folder, qtbot):
    _, screen = first_screen(program, qtbot, vault_folder)
    before = screen.choice.passphrase()
    screen.choice.another.click()
    assert screen.choice.passphrase() != before
    assert screen.choice.words.label.text() == screen.choice.passphrase()


def test_an_own_passphrase_is_judged_while_it_is_typed(program, vault_folder, qtbot):
    _, screen = first_screen(program, qtbot, vault_folder)
    qtbot.keyClicks(screen.officer, "Ilse Varga")
    screen.choice.switch.click()
    qtbot.keyClicks(screen.choice.first.edit, "short")
    assert "15 characters" in screen.choice.verdict.text()
    screen.choice.first.clear()
    qtbot.keyClicks(screen.choice.first.edit, "ilsevarga ilsevarga")
    assert "names" in screen.choice.verdict.text() or "pattern" in screen.choice.verdict.text()
    screen.choice.first.clear()
    own = "teapot under nine maples"
    qtbot.keyClicks(screen.choice.first.edit, own)
    assert screen.choice.verdict.text() == ""
    qtbot.keyClicks(screen.choice.again.edit, "teapot over")
    assert "not the same" in screen.choice.verdict.text()
    assert not screen.button.isEnabled()
    screen.choice.again.clear()
    qtbot.keyClicks(screen.choice.again.edit, own)
    assert screen.button.isEnabled()


def test_a_folder_that_is_taken_is_said_and_everything_typed_stays(program, vault_folder, qtbot):
    _, screen = first_screen(program, qtbot, vault_folder)
    vault_folder.mkdir()
    (vault_folder / "letter.txt").write_text("mine")
    qtbot.keyClicks(screen.officer, "Ilse Varga")
    qtbot.keyClicks(screen.choice.again.edit, screen.choice.passphrase())
    screen.button.click()
    qtbot.waitUntil(screen.problem_bar.isVisible, timeout=20_000)
    assert screen.problem_bar.problem.code == "vault.not_empty"
    assert screen.officer.text() == "Ilse Varga"
    assert screen.button.isEnabled()
    assert [p.name for p in vault_folder.iterdir()] == ["letter.txt"]


def test_closing_before_the_code_is_confirmed_leaves_a_vault_that_opens(program, vault_folder, qtbot, clock):
    one, screen = first_screen(program, qtbot, vault_folder)
    words = screen.choice.passphrase()
    qtbot.keyClicks(screen.officer, "Ilse Varga")
    qtbot.keyClicks(screen.choice.again.edit, words)
    screen.button.click()
    qtbot.waitUntil(screen.code_part.isVisible, timeout=20_000)
    assert one.top.close()
    vault.unlock(vault_folder, words, clock=clock).close()
    assert screen.recovery_code == ""


def test_a_vault_has_its_own_page_for_passphrase_and_code(at_work, desk, qtbot, clock):
    one = at_work()
    window = one.top.screen_shown
    window.go({"place": "vault"})
    page = window.pages["vault"]
    page.change_button.click()
    new = page.choice.passphrase()
    qtbot.keyClicks(page.choice.again.edit, new)
    page.use_button.click()
    qtbot.waitUntil(lambda: page.choice is None, timeout=20_000)
    page.renew_button.click()
    code = page.code.label.text().replace("\n", "")
    page.code.button.click()
    assert not page.code.isVisible()
    assert page.code.label.text() == ""
    assert logged(desk, desk.device_id)[-1].what == "recovery code renewed"
    folder = desk.unlocked.folder
    one.officer._end()
    vault.unlock(folder, new, clock=clock).close()
    vault.recover(folder, code).close()
