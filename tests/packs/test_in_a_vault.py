"""Packs at work in a real vault: what was begun keeps its version, what was seen is never put back."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app import i18n, paths
from app.casework import cases, risk, services
from app.casework.desk import close_desk, create_vault, open_desk
from app.clock import FixedClock
from app.force.places import PACK_KEY_FILE
from app.packs import shelf
from app.packs.words import bring
from app.policy import Policy, strict
from app.problems import Problem
from app.signed import public_line
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.force.made import PUBLIC
from tests.force.made import Laptop as Machine
from tests.packs.made import DAY, directory, made, profile, put, questionnaire, raw, told, words

PASSPHRASE = "amber kettle violin harbour seven"
FORCE = Policy(organisation="Northmoor", serial=1, pack_keys=(PUBLIC,), profile="harbour", locked=frozenset())


class Laptop:
    """A vault and the user's folder of packs, opened anew for each step."""

    def __init__(self, folder, clock):
        self.folder, self.clock, self.packs = folder, clock, paths.packs_folder()
        close_desk(
            create_vault(folder, officer="Sergeant Ilse Marrow", passphrase=PASSPHRASE, cost=FLOOR_COST, clock=clock)[0]
        )

    def install(self, *packs):
        for data in packs:
            there = shelf.look([self.packs], [PUBLIC])
            shelf.install(data, self.packs, there, [PUBLIC], DAY, paths.resources())

    def open(self, force=FORCE):
        return open_desk(vault.unlock(self.folder, PASSPHRASE, clock=self.clock), clock=self.clock, policy=force)


@pytest.fixture
def laptop(vault_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "packs_folder", lambda: tmp_path / "packs")
    monkeypatch.setattr(paths, "machine_folder", lambda: tmp_path / "machine")
    made_one = Laptop(vault_folder, FixedClock(datetime(2026, 11, 14, 2, 0, tzinfo=UTC)))
    made_one.install(made("instruments", questionnaire(1)), made("profiles", profile()), made("services", directory()))
    return made_one


def codes(desk):
    return [problem.code for problem in desk.problems()]


def test_a_draft_keeps_the_version_that_it_was_begun_with(laptop):
    desk = laptop.open()
    assert codes(desk) == []
    case = cases.new_case(desk, "HB-2026-0001")
    assessment, _ = risk.start_assessment(desk, case)
    risk.answer(desk, case, assessment, "F08", value="yes", source="victim")
    before = risk.picture(desk, desk.store.view(case))
    assert before.total == 43
    close_desk(desk)

    laptop.install(made("instruments", questionnaire(2), serial=2))
    desk = laptop.open()
    view = desk.store.view(case)
    assert (risk.instrument(desk, view).id, risk.instrument(desk, view).version) == ("hb-1", 1)
    assert risk.rule_set(desk, view).instrument_version == 1
    seen = risk.picture(desk, view)
    assert (seen.total, seen.answers, seen.floor) == (43, before.answers, before.floor)
    with pytest.raises(Problem, match=r"risk\.unknown_factor"):
        risk.answer(desk, case, assessment, "F44", value="yes", source="victim")
    risk.answer(desk, case, assessment, "F01", value="no", source="victim")

    other = cases.new_case(desk, "HB-2026-0002")
    second, _ = risk.start_assessment(desk, other)
    assert risk.instrument(desk, desk.store.view(other)).version == 2
    risk.answer(desk, other, second, "F44", value="yes", source="victim")
    assert risk.picture(desk, desk.store.view(other)).total == 44
    # The next assessment of the first case is the newest, and the finished one keeps its own.
    third, _ = risk.start_assessment(desk, case)
    view = desk.store.view(case)
    assert risk.form_of(desk, view.record(third)).version == 2
    assert risk.form_of(desk, view.record(assessment)).version == 1
    close_desk(desk)


def test_the_profile_of_the_policy_brings_its_directory(laptop):
    desk = laptop.open()
    assert desk.profile.id == "harbour"
    assert [one.id for one in services.directories(desk)] == ["harbour"]
    assert desk.store.view(cases.new_case(desk)).case.get("profile") == "harbour"
    close_desk(desk)
    desk = laptop.open(replace(FORCE, profile="nowhere", serial=2))
    assert (desk.profile.id, codes(desk)) == ("neutral", ["pack.no_profile"])
    close_desk(desk)


def test_a_pack_that_is_put_back_is_not_used(laptop):
    older = (laptop.packs / "harbour-services-1.pack").read_bytes()
    laptop.install(made("services", directory(2), serial=2))
    close_desk(laptop.open())
    (laptop.packs / "harbour-services-2.pack").unlink()
    put(laptop.packs, older, "harbour-services-1.pack")
    desk = laptop.open()
    assert codes(desk) == ["pack.older"]
    assert desk.problems()[0].facts == {"name": "harbour-services", "serial": 1, "seen": 2}
    assert services.directories(desk) == []
    close_desk(desk)


def test_an_older_questionnaire_that_this_vault_used_stays_for_its_drafts(laptop):
    desk = laptop.open()
    case = cases.new_case(desk)
    risk.start_assessment(desk, case)
    close_desk(desk)
    laptop.install(made("instruments", questionnaire(2), serial=2))
    close_desk(laptop.open())
    (laptop.packs / "harbour-instruments-2.pack").unlink()
    desk = laptop.open()
    assert codes(desk) == ["pack.older"]
    assert risk.instrument(desk, desk.store.view(case)).version == 1
    close_desk(desk)


def test_packs_that_were_checked_stay_in_use_while_the_policy_is_broken(laptop):
    close_desk(laptop.open())
    desk = laptop.open(strict(Problem("policy.not_signed")))
    assert codes(desk) == ["policy.not_signed"]
    assert desk.profile.id == "harbour"
    assert [one.id for one in services.directories(desk)] == ["harbour"]
    close_desk(desk)
    # What was never checked in this vault is not.
    put(laptop.packs, made("services", directory(3), serial=3), "harbour-services-3.pack")
    desk = laptop.open(strict(Problem("policy.not_signed")))
    assert codes(desk) == ["policy.not_signed", "pack.untrusted"]
    assert [one.version for one in services.directories(desk)] == [1]
    close_desk(desk)


def test_a_pack_that_has_ended_is_used_and_said(laptop):
    laptop.install(made("services", directory(2), serial=2, expires=DAY))
    laptop.clock.advance(3 * 24 * 3600)
    desk = laptop.open()
    assert codes(desk) == ["pack.ended"]
    assert [one.version for one in services.directories(desk)] == [2]
    close_desk(desk)


def test_a_pack_that_the_program_cannot_use_any_more_keeps_nobody_out(laptop):
    # Signed and whole, and of a profile that names what is not there: as after a change of the program.
    broken = {name: data.replace(b"'plan-modules'", b"'gone'") for name, data in profile(2).items()}
    put(laptop.packs, made("profiles", broken, serial=2), "harbour-profiles-2.pack")
    desk = laptop.open()
    assert codes(desk) == ["pack.no_profile", "pack.unusable"]
    assert "profiles/harbour.toml $.plan" in desk.problems()[1].facts["why"]
    assert desk.profile.id == "neutral"
    assert [one.id for one in desk.library.directories.values() if one.id == "harbour"] == ["harbour"]
    close_desk(desk)


def test_a_language_of_a_pack_is_there_before_the_first_word(laptop, tmp_path, monkeypatch):
    monkeypatch.setattr(i18n, "BROUGHT", dict(i18n.BROUGHT))
    monkeypatch.setattr("app.packs.words.BROUGHT", i18n.BROUGHT)
    laptop.install(made("translations", words({"Today": "Hodiaŭ", "Saved {at}": "Konservita {at}"})))
    bring()  # no key is trusted
    assert "eo" not in i18n.languages()
    machine = Machine(tmp_path / "machine")
    machine.put(PACK_KEY_FILE, public_line(PUBLIC))
    monkeypatch.setattr("app.force.places.OWNER", os.getuid() if hasattr(os, "getuid") else 0)
    bring()
    assert "eo" in i18n.languages()
    say = i18n.translator("eo").text
    assert (say("Today"), say("Saved {at}", at="14:02"), say("Lock")) == ("Hodiaŭ", "Konservita 14:02", "Lock")


def test_words_that_cannot_be_read_keep_nobody_from_the_program(laptop, tmp_path, monkeypatch):
    monkeypatch.setattr(i18n, "BROUGHT", dict(i18n.BROUGHT))
    monkeypatch.setattr("app.packs.words.BROUGHT", i18n.BROUGHT)
    monkeypatch.setattr("app.force.places.OWNER", os.getuid() if hasattr(os, "getuid") else 0)
    Machine(tmp_path / "machine").put(PACK_KEY_FILE, public_line(PUBLIC))
    broken = {"i18n/eo/LC_MESSAGES/holdfast.mo": b"\xde\x12\x04\x95" + b"\xff" * 40}
    for number, files in enumerate((broken, words({"Today": "Sot"}, "sq")), start=1):
        name = f"harbour-words-{'ab'[number - 1]}"
        put(laptop.packs, raw(told("translations", name=name), files), f"{name}-1.pack")
    bring()
    assert (set(i18n.languages()) & {"eo", "sq"}) == {"sq"}
