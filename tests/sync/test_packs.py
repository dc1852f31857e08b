"""Content packs on their way from the server to a laptop: handed out as signed, checked again, kept or said why not."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from app import paths, signed
from app.clock import FixedClock, SystemClock
from app.force.places import PACK_KEY_FILE
from app.packs import shelf
from app.packs.arriving import Arriving
from app.policy import Policy
from sync.client import packs as fetched
from sync.server import packs
from sync.wire import limits
from sync.wire.messages import Packs, WantPacks
from sync.wire.signing import from_text
from tests.force.made import OTHER, PUBLIC
from tests.packs.made import directory, made, questionnaire, words
from tests.sync.laptops import Force, Laptop, RefusedError
from tests.sync.police import Listening, code_of, sync

FORCE = Policy(organisation="Northmoor", serial=1, pack_keys=(PUBLIC,))
TODAY = SystemClock().now().date()


def put(force, *files):
    for file in files:
        force.do(lambda c, org, file=file: packs.take_in(c, org, file, (PUBLIC,), SystemClock().now()))


def wants(laptop, **have):
    return laptop.ask("/v1/packs", WantPacks(protocol=limits.PROTOCOL, have=have), Packs)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "packs_folder", lambda: tmp_path / "packs")
    monkeypatch.setattr(paths, "machine_folder", lambda: tmp_path / "machine")
    return tmp_path / "packs"


def names(folder):
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_a_laptop_gets_what_it_has_not_as_it_was_signed(force, laptop):
    service, newer = made("services", directory(2), serial=2), made("instruments", questionnaire(1))
    put(force, made("services", directory()), service, newer)
    found = wants(laptop)
    assert [(one.name, one.serial) for one in found.packs] == [("harbour-instruments", 1), ("harbour-services", 2)]
    assert [from_text(one.file) for one in found.packs] == [newer, service]
    assert not found.more
    assert [one.name for one in wants(laptop, **{"harbour-services": 2}).packs] == ["harbour-instruments"]
    assert wants(laptop, **{"harbour-services": 2, "harbour-instruments": 7}).packs == []


def test_another_force_has_none_of_them_and_a_stranger_gets_nothing(force, laptop, trial):
    put(force, made("services", directory()))
    other = Force(trial.folder, trial.port)
    try:
        assert wants(other.laptop()).packs == []
    finally:
        other.close()
    stranger = Laptop(force, force.officer())
    with pytest.raises(RefusedError, match="401 not_enrolled"):
        wants(stranger)


def test_the_server_takes_in_what_the_named_keys_signed_and_nothing_older(force):
    assert code_of(lambda: put(force, made("services", directory(), key=OTHER))) == "pack.unknown_key"
    put(force, made("services", directory(2), serial=2))
    assert code_of(lambda: put(force, made("services", directory()))) == "pack.older"
    assert code_of(lambda: put(force, made("services", directory(3), serial=2))) == "pack.same"
    past = {"issued": TODAY - timedelta(days=500), "expires": TODAY - timedelta(days=400)}
    assert code_of(lambda: put(force, made("translations", words({"a": "b"}), **past))) == "pack.expired"
    assert code_of(lambda: put(force, b"x" * (limits.PACK + 1))) == "server.pack_large"
    put(force, made("instruments", questionnaire(1)), made("instruments", questionnaire(2), serial=2))
    kept = [f"{name} {serial}" for name, serial, *_ in force.do(packs.kept)]
    assert kept == ["harbour-instruments 1", "harbour-instruments 2", "harbour-services 2"]


def test_an_administrator_adds_lists_and_takes_away(force, trial, tmp_path):
    (tmp_path / "h.pack").write_bytes(made("services", directory()))
    (tmp_path / "keys").write_text(signed.public_line(PUBLIC))
    org = ("--organisation", force.name)
    assert trial.command("pack", *org, "--add", str(tmp_path / "h.pack")).returncode == 1
    done = trial.command("pack", *org, "--add", str(tmp_path / "h.pack"), "--keys", str(tmp_path / "keys"))
    assert done.returncode == 0, done.stderr
    assert '"harbour-services"' in trial.command("pack", *org).stdout
    assert trial.command("pack", *org, "--remove", "harbour-services").returncode == 0
    assert trial.command("pack", *org).stdout == ""
    again = trial.command("pack", *org, "--remove", "harbour-services")
    assert again.stderr.startswith("There is no pack “harbour-services” on this server.")


def test_large_packs_come_one_after_the_other(force, laptop):
    chance = random.Random(2)
    for n in range(3):
        noise = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _ in range(500_000))
        put(force, made("translations", words({"Today": noise}), name=f"much-{n}"))
    asked, have = 0, {}
    while asked < 10:
        answer = wants(laptop, **have)
        have |= {one.name: one.serial for one in answer.packs}
        asked += 1
        if not answer.more:
            break
    assert sorted(have) == ["much-0", "much-1", "much-2"]
    assert asked > 1


def test_a_round_brings_packs_once_an_hour_and_keeps_none_that_it_does_not_trust(force, police, folder):
    desk = police.enrolled()
    clock = FixedClock(SystemClock().now())
    put(force, made("services", directory()))
    asked: list[str] = []

    def round_with(policy=FORCE):
        asked.clear()
        arriving = Arriving(policy, TODAY)
        return sync(desk, clock, shelf=arriving, reach=lambda *where: Listening(*where, asked=asked))

    done = round_with()
    assert (done.packs, done.not_taken, names(folder)) == (1, [], ["harbour-services-1.pack"])
    assert "packs" in asked
    put(force, made("services", directory(2), serial=2))
    assert round_with().packs == 0
    assert "packs" not in asked
    clock.advance(fetched.EVERY.total_seconds() + 1)
    refused = round_with(Policy())
    assert [problem.code for problem in refused.not_taken] == ["pack.unknown_key"]
    assert names(folder) == ["harbour-services-1.pack"]
    clock.advance(fetched.EVERY.total_seconds() + 1)
    assert round_with().packs == 1
    assert names(folder) == ["harbour-services-2.pack"]
    assert shelf.look([folder], [PUBLIC]).refused == ()


def test_keys_that_others_can_change_are_said_once_an_hour_and_not_with_each_round(force, police, folder, tmp_path):
    desk, clock = police.enrolled(), FixedClock(SystemClock().now())
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine" / PACK_KEY_FILE).write_text("")
    (tmp_path / "machine" / PACK_KEY_FILE).chmod(0o666)

    def said():
        return [problem.code for problem in sync(desk, clock, shelf=Arriving(FORCE, TODAY)).not_taken]

    assert (said(), said()) == (["policy.open"], [])
    clock.advance(fetched.EVERY.total_seconds() + 1)
    assert said() == ["policy.open"]


def test_a_round_without_a_shelf_asks_for_none(force, police, folder):
    desk, asked = police.enrolled(), []
    put(force, made("services", directory()))
    sync(desk, reach=lambda *where: Listening(*where, asked=asked))
    assert "packs" not in asked
    assert names(folder) == []
