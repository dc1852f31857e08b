"""The unlock screen by key presses: wrong and right passphrase, waiting, recovery code, practice."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.casework import new_laptop, recovery
from app.casework.desk import close_desk, create_vault, open_desk
from app.casework.operations import logged
from app.policy import strict
from app.problems import Problem
from app.store import migrating
from app.store.store import Store
from app.vault import custodians, vault
from app.vault.vault import FLOOR_COST
from tests.store.formats import further
from tests.ui.conftest import OFFICER, PASSPHRASE, begin
from tests.vault.test_custodians import CARDS, KEYS
from ui.shell.moved_out import MovedOut
from ui.shell.new_passphrase import AfterRecovery
from ui.shell.new_vault import NewVault
from ui.shell.opened_by_others import OpenedByOthers
from ui.shell.unlock import Unlock
from ui.shell.window import Window
from ui.widgets.text import PlainLabel


def type_and_enter(qtbot, field, text):
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_the_right_passphrase_opens_today(program, made_vault, qtbot):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    assert isinstance(screen, Unlock)
    assert screen.passphrase.edit.hasFocus()
    assert "IV" in screen.whose.text()
    assert screen.no_secret.isVisible()
    type_and_enter(qtbot, screen.passphrase.edit, PASSPHRASE)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    assert one.top.screen_shown.place == "today"
    assert one.top.windowTitle() == "Holdfast"


def test_a_wrong_passphrase_says_so_and_counts_down(program, made_vault, qtbot, clock):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    type_and_enter(qtbot, screen.passphrase.edit, "not this one at all")
    qtbot.waitUntil(screen.problem_bar.isVisible, timeout=20_000)
    assert screen.problem_bar.problem.code == "vault.wrong_passphrase"
    assert not screen.button.isEnabled()
    assert "1 second" in screen.state.text()
    clock.advance(2)
    screen._count_down()
    assert screen.button.isEnabled()
    assert screen.state.text() == "You can try again now."
    assert not screen.problem_bar.isVisible()  # its “try again in 1 s” is over as well
    screen.passphrase.clear()
    type_and_enter(qtbot, screen.passphrase.edit, PASSPHRASE)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)


def test_a_wait_goes_on_after_a_new_start(program, made_vault, qtbot):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    type_and_enter(qtbot, one.top.screen_shown.passphrase.edit, "not this one at all")
    qtbot.waitUntil(one.top.screen_shown.problem_bar.isVisible, timeout=20_000)
    again = begin(program, qtbot, "--vault", str(made_vault[0]))
    assert not again.top.screen_shown.button.isEnabled()
    assert again.top.screen_shown.code.isEnabled() or again.top.screen_shown.other_way.isEnabled()


def test_letters_are_hidden_until_shown_and_caps_lock_is_noted(program, made_vault, qtbot):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    field = one.top.screen_shown.passphrase
    assert field.edit.echoMode() == field.edit.EchoMode.Password
    field.show_letters.click()
    assert field.edit.echoMode() == field.edit.EchoMode.Normal
    qtbot.keyClick(field.edit, Qt.Key.Key_A)
    assert not field.caps.isVisible()
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    QApplication.sendEvent(
        field.edit, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "A")
    )
    assert field.caps.isVisible()


def test_the_recovery_code_opens_and_offers_a_new_passphrase(program, made_vault, qtbot, clock):
    folder, code = made_vault
    one = begin(program, qtbot, "--vault", str(folder))
    screen = one.top.screen_shown
    screen.other_way.click()
    assert screen.code.hasFocus()
    type_and_enter(qtbot, screen.code, code.lower().replace("-", " "))
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, AfterRecovery), timeout=20_000)
    offer = one.top.screen_shown
    new = offer.choice.passphrase()
    assert len(new.split()) == 5
    type_and_enter(qtbot, offer.choice.again.edit, new)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    desk = one.officer.desk
    assert [line.what for line in logged(desk, desk.device_id)][-2:] == [
        "opened by recovery code",
        "passphrase changed",
    ]
    one.officer._end()
    vault.unlock(folder, new, clock=clock).close()


def test_a_mistyped_recovery_code_is_told_apart(program, made_vault, qtbot):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    screen.other_way.click()
    type_and_enter(qtbot, screen.code, made_vault[1][:-1])
    qtbot.waitUntil(screen.problem_bar.isVisible, timeout=20_000)
    assert screen.problem_bar.problem.code == "vault.recovery_mistyped"


def test_a_practice_vault_shows_its_passphrase_and_its_mark(program, vault_folder, qtbot, clock):
    desk, _ = create_vault(
        vault_folder,
        officer=OFFICER,
        passphrase="practice",
        practice_passphrase="practice",
        cost=FLOOR_COST,
        clock=clock,
    )
    close_desk(desk)
    one = begin(program, qtbot, "--vault", str(vault_folder))
    screen = one.top.screen_shown
    assert "practice" in screen.shown_passphrase.label.text()
    assert screen.practice_mark.isVisible()
    type_and_enter(qtbot, screen.passphrase.edit, "practice")
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    assert "never sent" in one.top.screen_shown.status.text()


def test_a_second_program_on_the_same_vault_is_refused(program, made_vault, qtbot, clock):
    with vault.unlock(made_vault[0], PASSPHRASE, clock=clock):
        one = begin(program, qtbot, "--vault", str(made_vault[0]))
        screen = one.top.screen_shown
        type_and_enter(qtbot, screen.passphrase.edit, PASSPHRASE)
        qtbot.waitUntil(screen.problem_bar.isVisible, timeout=20_000)
        assert screen.problem_bar.problem.code == "vault.in_use"


def test_a_damaged_vault_is_listed_with_its_problem(program, made_vault, qtbot):
    for name in ("vault.header", "vault.header.previous"):
        if (made_vault[0] / name).exists():
            (made_vault[0] / name).write_bytes(b"")
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    assert screen.problem_bar.problem.code == "vault.damaged"
    assert not screen.button.isEnabled()


def test_a_swapped_database_is_said_on_the_unlock_screen(program, made_vault, qtbot):
    (made_vault[0] / "vault.db").write_bytes(b"SQLite format 3\0" + bytes(4080))
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    type_and_enter(qtbot, screen.passphrase.edit, PASSPHRASE)
    qtbot.waitUntil(screen.problem_bar.isVisible, timeout=20_000)
    assert screen.problem_bar.problem.code == "store.plaintext"


def test_without_a_vault_the_first_screen_makes_one(program, tmp_path, qtbot):
    one = begin(program, qtbot, "--vault", str(tmp_path / "none"))
    assert isinstance(one.top.screen_shown, NewVault)


def test_practice_without_a_practice_vault_says_so(program, monkeypatch, tmp_path, qtbot):
    from app import paths

    monkeypatch.setattr(paths, "practice_folder", lambda: tmp_path / "practice")
    one = begin(program, qtbot, "--practice")
    assert one.top.screen_shown.problem_bar.problem.code == "program.no_practice"


def test_escape_leads_from_the_recovery_code_back_to_the_passphrase(program, made_vault, qtbot):
    screen = begin(program, qtbot, "--vault", str(made_vault[0])).top.screen_shown
    screen.other_way.click()
    assert screen.code.hasFocus()
    qtbot.keyClick(screen.code, Qt.Key.Key_Escape)
    assert (screen.code.isVisible(), screen.passphrase.isVisible()) == (False, True)
    assert screen.passphrase.edit.hasFocus()
    assert screen.other_way.words == "Forgotten passphrase"


def test_a_policy_that_is_not_used_is_said_before_a_vault_is_opened(program, made_vault, qtbot, monkeypatch):
    wrong = strict(Problem("policy.not_signed"))
    monkeypatch.setattr("app.force.standing.load", lambda _today: wrong)
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    assert not screen.policy_problem.isVisible()  # it is read after the first paint
    one.prepare()
    qtbot.waitUntil(screen.policy_problem.isVisible, timeout=20_000)
    assert "its signature does not fit it" in screen.policy_problem.label.text()
    assert "strict settings of the program hold" in screen.policy_problem.label.text()
    one.show_unlock()
    assert one.top.screen_shown is not screen
    assert one.top.screen_shown.policy_problem.isVisible()


@pytest.mark.parametrize("away", ["nobody is there", "the laptop sleeps"])
def test_what_is_told_before_the_work_stands_in_no_open_vault_for_ever(program, made_vault, qtbot, clock, away):
    folder, code = made_vault
    one = begin(program, qtbot, "--vault", str(folder))
    one.top.screen_shown.other_way.click()
    type_and_enter(qtbot, one.top.screen_shown.code, code)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, AfterRecovery), timeout=20_000)
    watch = one.before_work
    clock.advance(299)
    watch.idle.tick()
    assert one.replaced == []
    if away == "the laptop sleeps":
        watch.suspend.going.emit()
    else:
        clock.advance(1)
        watch.idle.tick()
    assert [words[-2:] for words in one.replaced] == [["--first", str(folder)]]
    vault.unlock(folder, PASSPHRASE, clock=clock).close()  # nothing holds it any more


def test_the_work_watches_for_itself(program, made_vault, qtbot, clock):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    one.top.screen_shown.other_way.click()
    type_and_enter(qtbot, one.top.screen_shown.code, made_vault[1])
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, AfterRecovery), timeout=20_000)
    watch = one.before_work
    one.top.screen_shown.keep.click()
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    assert one.before_work is None
    assert not watch.idle._timer.isActive()


def test_forgotten_passphrase_says_who_can_help(program, made_vault, qtbot):
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    assert (screen.other_way.text(), screen.without_code.isVisible()) == ("Forgotten passphrase", False)
    screen.other_way.click()
    assert "nobody can open this vault" in screen.without_code.text()
    with vault.unlock(made_vault[0], PASSPHRASE, clock=one.clock) as unlocked:
        vault.set_custodians(unlocked, CARDS)
    again = begin(program, qtbot, "--vault", str(made_vault[0])).top.screen_shown
    again.other_way.click()
    assert "two of your force’s three custodians" in again.without_code.text()


def test_an_opening_by_custodians_is_told_until_it_is_read(program, made_vault, qtbot, clock):
    folder = made_vault[0]
    with vault.unlock(folder, PASSPHRASE, clock=clock) as unlocked:
        vault.set_custodians(unlocked, CARDS)
    request, code = vault.ask_custodians(folder, clock=clock)
    parts = [custodians.answer(request, key) for key in KEYS[:2]]
    close_desk(recovery.open_by_custodians(folder, code, parts, secrets=None, clock=clock))
    for read in (False, True):
        one = begin(program, qtbot, "--vault", str(folder))
        type_and_enter(qtbot, one.top.screen_shown.passphrase.edit, PASSPHRASE)
        qtbot.waitUntil(lambda one=one: isinstance(one.top.screen_shown, OpenedByOthers), timeout=20_000)
        notice = one.top.screen_shown
        said = " ".join(label.text() for label in notice.findChildren(PlainLabel))
        assert "Maud Ferrier and Iden Sorley opened it together" in said
        if read:
            assert notice.button.hasFocus()
            qtbot.keyClick(notice.button, Qt.Key.Key_Space)
            qtbot.waitUntil(lambda one=one: isinstance(one.top.screen_shown, Window), timeout=20_000)
            desk = one.officer.session.desk
            told = [line.what for line in logged(desk, desk.device_id)]
            assert told[-1] == "opening by custodians read by the officer"
            assert recovery.unread(desk) == []
        else:
            close_desk(notice.desk)


def test_a_vault_on_its_way_to_another_laptop_is_taken_back_or_closed(program, made_vault, qtbot, clock, tmp_path):
    folder = made_vault[0]
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    new_laptop.move_out(desk, tmp_path / "first")
    close_desk(desk)

    def entered():
        one = begin(program, qtbot, "--vault", str(folder))
        type_and_enter(qtbot, one.top.screen_shown.passphrase.edit, PASSPHRASE)
        qtbot.waitUntil(lambda: not isinstance(one.top.screen_shown, Unlock), timeout=20_000)
        assert isinstance(one.top.screen_shown, MovedOut)
        return one, one.top.screen_shown

    one, screen = entered()
    type_and_enter(qtbot, screen.receipt, made_vault[1])
    qtbot.waitUntil(screen.problem_bar.isVisible)
    assert screen.problem_bar.problem.code == "move.receipt_wrong"
    screen.back_button.click()
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    out = new_laptop.move_out(one.officer.session.desk, tmp_path / "second")
    one.officer._end()
    made = new_laptop.move_in(tmp_path / "second", out.code, tmp_path / "new", "rookfern ladle bell", cost=FLOOR_COST)
    close_desk(made.desk)
    one, screen = entered()
    type_and_enter(qtbot, screen.receipt, made.receipt)
    qtbot.waitUntil(lambda: bool(one.replaced), timeout=20_000)  # the key of what is gone stays in no process
    assert not (folder / "vault.db").exists()
    assert one.before_work is None


def test_an_update_is_said_while_it_runs(program, made_vault, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(migrating, "MIGRATIONS", further(tmp_path / "later"))
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen, said = one.top.screen_shown, []
    screen.upgrading.connect(
        lambda _part, _percent: said.append(screen.state.text()), Qt.ConnectionType.QueuedConnection
    )
    type_and_enter(qtbot, screen.passphrase.edit, PASSPHRASE)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    assert said[0] == "A copy of the vault is made before the update: 100 %."
    assert said[-1].startswith("The vault is being brought into the form of this version.")
    desk = one.officer.session.desk
    assert "brought up to date" in {done.what for done in logged(desk, desk.device_id)}


def test_the_program_of_before_goes_back(program, made_vault, qtbot, tmp_path, clock):
    with vault.unlock(made_vault[0], PASSPHRASE, clock=clock) as unlocked:
        later = further(tmp_path / "later")
        Store.open(made_vault[0], unlocked.database_key(), unlocked.device_id, migrations=later).close()
    one = begin(program, qtbot, "--vault", str(made_vault[0]))
    screen = one.top.screen_shown
    assert not screen.back.isVisible()
    type_and_enter(qtbot, screen.passphrase.edit, PASSPHRASE)
    qtbot.waitUntil(screen.problem_bar.isVisible, timeout=20_000)
    assert screen.problem_bar.problem.code == "store.newer"
    assert screen.back_says.isVisible()
    screen.back.setFocus()
    qtbot.keyClick(screen.back, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: isinstance(one.top.screen_shown, Window), timeout=20_000)
    desk = one.officer.session.desk
    assert "went back to an earlier version" in {done.what for done in logged(desk, desk.device_id)}
    desk.store.verify()


def test_what_was_lost_when_the_program_locked_by_itself_is_said(program, made_vault, qtbot):
    screen = begin(program, qtbot, "--vault", str(made_vault[0]), "--unsaved").top.screen_shown
    assert screen.unsaved.isVisible()
    assert "typed last could not be saved" in screen.unsaved.label.text()
    assert not begin(program, qtbot, "--vault", str(made_vault[0])).top.screen_shown.unsaved.isVisible()
