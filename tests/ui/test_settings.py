"""The settings on their page: each declared one is there, and what is changed is what the program works by."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.casework import place
from app.casework.desk import close_desk, open_desk
from app.changed import Changed
from app.packs import pack
from app.packs.standing import InUse
from app.policy import DEFAULT_POLICY, Policy, settings, strict
from app.problems import Problem
from app.vault import vault
from tests.force.made import PUBLIC
from tests.packs.made import directory, made
from tests.ui.conftest import PASSPHRASE
from ui.shell.settings import value_words
from ui.widgets.choices import ChoiceRow, CodeBox
from ui.widgets.edits import LineEdit, WordsEdit
from ui.widgets.text import PlainLabel


def page_of(one):
    one.top.screen_shown.go({"place": "settings"})
    return one.top.screen_shown.pages["settings"]


def said_on(page):
    return [label.text() for label in page.findChildren(PlainLabel) if label.isVisibleTo(page) and label.text()]


def test_every_declared_setting_is_there_with_its_value(at_work, desk):
    page = page_of(at_work())
    said = said_on(page)
    assert list(page.rows) == [one.name for one in settings()]
    for one in settings():
        assert one.sentence in said
        if page.rows[one.name].editor is None:
            assert value_words(one, getattr(desk.policy, one.name), page.translator) in said
            assert f"Your force decides this. {one.why}" in page.rows[one.name].told.text()


def test_the_page_is_reached_from_this_vault_and_leads_back(at_work, qtbot):
    one = at_work()
    window = one.top.screen_shown
    window.go({"place": "vault"})
    window.pages["vault"].settings_button.click()
    assert window.place == "settings"
    assert window.rail["vault"].isChecked()
    window.pages["settings"].back_button.click()
    assert window.place == "vault"


def test_colours_are_chosen_by_keys_and_kept_in_the_vault(at_work, desk, qtbot):
    one = at_work()
    row = page_of(one).rows["scheme"].editor
    assert row.buttons[0].hasFocus()
    qtbot.keyClick(row.buttons[0], Qt.Key.Key_Right)
    qtbot.keyClick(row.buttons[1], Qt.Key.Key_Right)
    assert row.value() == "system"  # arrows move, they choose nothing
    qtbot.keyClick(row.buttons[2], Qt.Key.Key_Space)
    assert one.theme.scheme.name == "dark"
    assert place.chosen(desk, "scheme") == desk.policy.scheme == "dark"
    one.theme.choose("system")


def test_a_shorter_idle_lock_counts_at_once_and_after_the_next_unlocking(at_work, desk, clock):
    one = at_work()
    row = page_of(one).rows["idle_lock_s"]
    row.editor.setFocus()
    row.editor.selectAll()
    QTest.keyClicks(row.editor, "120")
    row.editor.flush()
    assert "saved" in row.mark.text()
    assert row.value.text() == "= 2 minutes"
    clock.advance(119)
    one.officer.idle.tick()
    assert one.replaced == []
    clock.advance(1)
    one.officer.idle.tick()
    assert len(one.replaced) == 1
    again = open_desk(vault.unlock(desk.unlocked.folder, PASSPHRASE, clock=clock), clock=clock)
    assert again.policy.idle_lock_s == 120
    close_desk(again)


@pytest.mark.parametrize("typed", ["30", "301", "soon"])
def test_a_value_outside_its_range_is_refused_in_place(at_work, desk, typed):
    row = page_of(at_work()).rows["idle_lock_s"]
    row.editor.setFocus()
    row.editor.selectAll()
    QTest.keyClicks(row.editor, typed)
    row.editor.flush()
    wanted = "A whole number" if typed == "soon" else "Only 1 minute to 5 minutes can be chosen here."
    assert row.mark.text().startswith(wanted)
    assert row.mark.isVisible()
    assert row.editor.property("doubtful")
    assert (desk.policy.idle_lock_s, place.chosen(desk, "idle_lock_s")) == (300, "")
    row.editor.selectAll()
    QTest.keyClicks(row.editor, "240")
    row.editor.flush()
    assert desk.policy.idle_lock_s == 240
    assert not row.editor.property("doubtful")


@pytest.fixture
def free_desk(desk):
    """A desk whose force has locked nothing."""
    desk.force = desk.policy = Policy(locked=frozenset())
    return desk


def test_each_kind_has_its_editor_where_the_force_locks_nothing(at_work, free_desk):
    page = page_of(at_work())
    kinds = {one.name: type(page.rows[one.name].editor) for one in settings()}
    assert kinds["idle_lock_s"] is LineEdit
    assert kinds["lock_on_suspend"] is ChoiceRow
    assert kinds["local_words"] is WordsEdit
    assert kinds["language"] is CodeBox
    assert [name for name, row in page.rows.items() if row.editor is None] == ["profile"]  # the force's alone


def test_a_lock_lifted_by_the_force_is_the_officers_choice(at_work, free_desk):
    one = at_work()
    page = page_of(one)
    page.rows["lock_on_suspend"].editor.choose("no")
    assert free_desk.policy.lock_on_suspend is False
    one.officer.suspend.going.emit()
    assert one.replaced == []
    words = page.rows["local_words"].editor
    words.setFocus()
    words.setPlainText("mosslamp\nbarnfog")
    words.flush()
    assert one.officer.session.policy.local_words == ("mosslamp", "barnfog")
    page.rows["lock_on_suspend"].editor.choose("yes")
    one.officer.suspend.going.emit()
    assert len(one.replaced) == 1


def test_the_forces_own_reason_is_shown(at_work, desk):
    desk.force = desk.policy = replace(desk.force, reason="Order 12 of the district.")
    page = page_of(at_work())
    assert page.rows["safe_contact_days"].told.text().endswith("Order 12 of the district.")


def signed_force(**more):
    return Policy(
        organisation="Northmoor",
        serial=7,
        issued=date(2026, 5, 1),
        signed_by="b02a8a1f39bd0d94",
        locked=frozenset({"idle_lock_s", "safe_contact_days"}),
        **more,
    )


def test_a_locked_setting_says_who_locked_it_and_both_pages_show_the_policy(at_work, desk):
    desk.force = desk.policy = signed_force(idle_lock_s=240)
    one = at_work()
    page = page_of(one)
    assert page.rows["safe_contact_days"].told.text().startswith("Default: 30 days. Northmoor has locked this. It")
    assert "Northmoor decides how long it is at most." in page.rows["idle_lock_s"].told.text()
    assert page.rows["undo_minutes"].editor is not None
    one.top.screen_shown.go({"place": "vault"})
    for shown in (page, one.top.screen_shown.pages["vault"]):
        said = [label.text() for label in shown.policy.lines]
        assert said[0] == "Northmoor: policy number 7 of 1 May 2026."
        assert "b02a8a1f39bd0d94" in said[1]
        assert said[-1].startswith("Locked: Time without a key or a click until the program locks; Time until")
        assert not shown.policy.problem.isVisibleTo(shown)


def test_a_policy_that_is_not_used_is_said_in_the_window_and_stays_said(at_work, desk):
    desk.force = desk.policy = strict(Problem("policy.not_signed"))
    one = at_work()
    window = one.top.screen_shown
    assert window.problem_bar.isVisible()
    assert "its signature does not fit it" in window.problem_bar.happened.text()
    assert "Everything that was saved is safe." in window.problem_bar.rest.text()
    one.officer.session.tell(Changed())
    assert window.problem_bar.isVisible()
    page = page_of(one)
    assert page.policy.problem.isVisibleTo(page)
    assert "Ask your administrator" in page.policy.problem.label.text()
    assert page.rows["safe_contact_days"].editor is None  # nothing that a force may lock can be chosen


def test_a_vault_that_has_seen_a_policy_refuses_an_older_one(made_vault, clock):
    folder, _code = made_vault
    for serial, code in ((7, None), (6, "policy.older"), (0, "policy.gone"), (7, None), (8, None), (7, "policy.older")):
        force = replace(signed_force(idle_lock_s=600), serial=serial) if serial else DEFAULT_POLICY
        opened = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock, policy=force)
        assert (opened.force.problem.code if opened.force.problem else None) == code
        assert opened.policy.idle_lock_s == (120 if code else 600)
        close_desk(opened)


def test_this_vault_lists_the_packs_in_use_with_their_dates_and_what_is_wrong(at_work, desk):
    whole = pack.read(made("services", directory(), expires=date(2026, 12, 31)), [PUBLIC])
    desk.packs = InUse((whole,), (Problem("pack.changed", file="harbour-profiles-2.pack"),))
    one = at_work()
    window = one.top.screen_shown
    assert window.problem_bar.happened.text().startswith("The file “harbour-profiles-2.pack” is not used")
    window.go({"place": "vault"})
    card = window.pages["vault"].packs
    said = "Harbour services: directories of services, number 1 of 14 Nov 2026, until 31 Dec 2026."
    assert [label.text() for label in card.lines] == [said]
    assert ["its signature does not fit it" in banner.label.text() for banner in card.problems] == [True]
