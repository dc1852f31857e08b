"""Which policy is in force: the force's where it can be believed, else the strict values with a Problem."""

from __future__ import annotations

import os
import plistlib
from datetime import date

import pytest

from app import signed
from app.force import standing
from app.force.document import of_values, read
from app.force.example import example
from app.force.places import KEY_FILE, POLICY_FILE, SIGNATURE_FILE, Preferences
from app.force.places import of_values as values_found
from app.policy import DEFAULT_POLICY, settings, strict
from app.problems import Problem
from tests.force.made import DAY, KEY, OTHER, PUBLIC, TEXT, Laptop, laptop, signature
from tests.force.prove import run


def refused(found, code):
    """Strict values and nothing else, and this is why."""
    assert found.problem is not None
    assert found.problem.code == code
    assert found == strict(found.problem)
    assert found.locked is None
    assert (found.idle_lock_s, found.passphrase_least_length) == (120, 15)
    return found


def test_a_signed_policy_is_in_force_with_every_value(tmp_path):
    found = laptop(tmp_path).load()
    assert found.problem is None
    assert (found.idle_lock_s, found.passphrase_least_length, found.undo_minutes) == (240, 20, 10)
    assert found.local_words == ("northmoor", "harrow")
    assert found.locked == {"idle_lock_s", "passphrase_least_length", "safe_contact_days"}
    assert (found.organisation, found.serial, found.issued) == ("Northmoor", 7, date(2027, 1, 15))
    assert found.signed_by == signed.name_of(PUBLIC)
    assert found.safe_contact_days == 14
    assert found.idle_countdown_s == DEFAULT_POLICY.idle_countdown_s


def test_a_laptop_that_no_force_has_touched_has_the_shipped_settings(tmp_path):
    assert Laptop(tmp_path).load() == DEFAULT_POLICY
    assert standing.load(DAY, standing.system_place().__class__(tmp_path / "none")) == DEFAULT_POLICY


def test_line_ends_and_empty_lines_change_nothing(tmp_path):
    here = laptop(tmp_path)
    whole = here.load()
    here.put(POLICY_FILE, "\ufeff" + TEXT.replace("\n", "  \r\n\r\n"))
    assert here.load() == whole


@pytest.mark.parametrize(
    ("missing", "code"),
    [(KEY_FILE, "policy.no_key"), (SIGNATURE_FILE, "policy.not_signed"), (POLICY_FILE, "policy.missing")],
)
def test_what_is_missing_is_said(tmp_path, missing, code):
    here = laptop(tmp_path)
    (tmp_path / missing).unlink()
    refused(here.load(), code)


def test_a_policy_of_another_key_is_refused_until_that_key_is_trusted_too(tmp_path):
    here = Laptop(tmp_path).policy(key=OTHER).trust(PUBLIC)
    refused(here.load(), "policy.unknown_key")
    here.trust(PUBLIC, OTHER.public_key().public_bytes_raw())
    assert here.load().serial == 7


def test_a_changed_policy_is_refused(tmp_path):
    here = laptop(tmp_path)
    here.put(POLICY_FILE, TEXT.replace("240", "900"))
    refused(here.load(), "policy.not_signed")


def test_a_signature_for_another_kind_of_file_is_none(tmp_path):
    here = laptop(tmp_path)
    here.put(SIGNATURE_FILE, signed.sign(standing.text_of(TEXT.encode()).encode(), signed.PACK, KEY))
    refused(here.load(), "policy.not_signed")


@pytest.mark.skipif(os.name != "posix", reason="rights of files as POSIX knows them")
@pytest.mark.parametrize("name", [POLICY_FILE, SIGNATURE_FILE, KEY_FILE, ""])
@pytest.mark.parametrize("mode", [0o664, 0o646])
def test_what_others_may_write_is_refused(tmp_path, name, mode):
    here = laptop(tmp_path)
    target = tmp_path / name if name else tmp_path
    target.chmod(mode | (0o111 if not name else 0))
    refused(here.load(), "policy.open")


@pytest.mark.skipif(os.name != "posix", reason="owners of files as POSIX knows them")
def test_what_somebody_else_owns_is_refused(tmp_path):
    laptop(tmp_path)
    refused(standing.load(DAY, standing.system_place().__class__(tmp_path, os.getuid() + 1)), "policy.open")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("idle_lock_s = 240", "idle_lock_s = 901", "$.settings.idle_lock_s"),
        ("idle_lock_s = 240", "idle_lock_s = true", "$.settings.idle_lock_s"),
        ("passphrase_least_length = 20", "passphrase_least_length = 14", "$.settings.passphrase_least_length"),
        ("lock_on_suspend = true", "lock_on_suspend = 1", "$.settings.lock_on_suspend"),
        ('hide_key = "esc"', 'hide_key = "space"', "$.settings.hide_key"),
        ('["northmoor", "harrow"]', '["northmoor", 7]', "$.settings.local_words"),
        ("serial = 7", "serial = -7", "$.serial"),
        ("serial = 7", "", "$"),
        ('locked = ["idle_lock_s"', 'locked = ["scheme"', "$.locked"),
        ("issued = 2027-01-15", "issued = 2027-01-15T10:00:00", "$.issued"),
        ("holdfast-policy/1", "holdfast-policy/2", "$.format"),
        ("[settings]", "[settings", "$"),
        ("[settings]", f"pack_keys = {'[' * 5000}\n[settings]", "$"),
    ],
)
def test_a_signed_mistake_is_named_with_its_place(tmp_path, old, new, where):
    text = TEXT.replace(old, new)
    assert text != TEXT
    found = refused(laptop(tmp_path, text).load(), "policy.broken")
    assert found.problem.facts["where"] == where


def test_a_name_of_a_newer_version_is_said_and_the_rest_holds(tmp_path):
    found = laptop(tmp_path, TEXT + "colour_of_ink = 3\n").load()
    assert (found.problem.code, found.problem.facts) == ("policy.unknown", {"names": "colour_of_ink"})
    assert found.idle_lock_s == 240


def test_a_policy_ends_after_its_last_day(tmp_path):
    here = laptop(tmp_path, TEXT.replace("issued", "expires = 2027-03-01\nissued"))
    assert here.load().idle_lock_s == 240
    refused(here.load(date(2027, 3, 2)), "policy.expired")


def test_a_vault_refuses_an_older_policy_and_none(tmp_path):
    kept = {}
    newer = laptop(tmp_path).load()
    assert standing.in_vault(newer, kept.get, kept.__setitem__) is newer
    older = laptop(tmp_path, TEXT.replace("serial = 7", "serial = 6")).load()
    assert older.serial == 6
    refused(standing.in_vault(older, kept.get, kept.__setitem__), "policy.older")
    refused(standing.in_vault(DEFAULT_POLICY, kept.get, kept.__setitem__), "policy.gone")
    broken = strict(Problem("policy.not_signed"))
    assert standing.in_vault(broken, kept.get, kept.__setitem__) == broken
    assert standing.in_vault(newer, kept.get, kept.__setitem__) is newer
    assert standing.in_vault(DEFAULT_POLICY, {}.get, kept.__setitem__) is DEFAULT_POLICY


def test_forms_and_numbers_stay_those_of_the_force_while_its_policy_is_broken(tmp_path):
    kept = {}
    at_work = laptop(tmp_path, TEXT.replace("[settings]", "[settings]\nprofile = 'harbour'")).load()
    assert standing.in_vault(at_work, kept.get, kept.__setitem__).profile == "harbour"
    found = standing.in_vault(strict(Problem("policy.not_signed")), kept.get, kept.__setitem__)
    assert (found.profile, found.idle_lock_s) == ("harbour", 120)
    later = laptop(tmp_path, TEXT.replace("serial = 7", "serial = 8")).load()
    assert standing.in_vault(later, kept.get, kept.__setitem__).profile == "neutral"
    assert standing.in_vault(found, kept.get, kept.__setitem__).profile == "neutral"


# -- where the system holds values


def test_a_signed_policy_among_values_is_the_only_word(tmp_path):
    lines = TEXT.splitlines()
    told = {"policy": [one for one in lines if one], "policy_signature": signature(TEXT), "idle_lock_s": 900}
    found = standing._believed(values_found(told, (PUBLIC,)), DAY)
    assert (found.problem, found.idle_lock_s, found.serial) == (None, 240, 7)


def test_values_hold_where_no_key_is_pinned_and_not_where_one_is():
    told = {"idle_lock_s": 90, "lock_on_suspend": 0, "local_words": ["harrow"], "organisation": "Northmoor"}
    found = standing._believed(values_found(told, ()), DAY)
    assert (found.idle_lock_s, found.lock_on_suspend, found.local_words) == (90, False, ("harrow",))
    with pytest.raises(Problem) as told_why:
        standing._believed(values_found(told, (PUBLIC,)), DAY)
    assert told_why.value.code == "policy.unsigned"
    with pytest.raises(Problem, match=r"policy\.broken"):
        of_values({"idle_lock_s": 901})


def test_managed_preferences_of_a_mac_are_read_and_a_broken_list_is_said(tmp_path):
    owner = os.getuid() if hasattr(os, "getuid") else 0
    place = Preferences(tmp_path / "prefs.plist", tmp_path / "machine", owner)
    assert standing.load(DAY, place) == DEFAULT_POLICY
    (tmp_path / "prefs.plist").write_bytes(plistlib.dumps({"idle_lock_s": 61, "lock_on_suspend": True}))
    assert standing.load(DAY, place).idle_lock_s == 61
    (tmp_path / "prefs.plist").write_bytes(b"<plist>")
    refused(standing.load(DAY, place), "policy.unreadable")


# -- the example


def test_the_example_is_a_policy_and_says_every_setting():
    policy, unknown = read(example())
    assert unknown == ()
    assert policy.locked == {one.name for one in settings() if one.lockable and not one.force_only}
    for one in settings():
        assert getattr(policy, one.name) == one.default
        assert f"\n{one.name} = " in example()


# -- changed at random


def test_changed_policies_weaken_nothing():
    counted, faults = run(600)
    assert faults == []
    assert sum(count for what, count in counted.items() if "refused" in what) > 300
    assert counted["signed: in force"] > 10


def test_without_the_check_of_the_signature_the_proof_finds_weakened_ones(monkeypatch):
    monkeypatch.setattr(signed, "check", lambda *_: "off")
    assert run(200)[1]


def test_without_the_floors_the_proof_finds_weakened_ones(monkeypatch):
    monkeypatch.setattr("app.force.document.within", lambda *_: True)
    assert run(200)[1]
