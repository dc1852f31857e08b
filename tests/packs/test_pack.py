"""What is taken as a pack and what is refused, with the place of the mistake; none is ever half installed."""

from __future__ import annotations

import contextlib
import io
import os
import random
import stat
import warnings
import zipfile
from datetime import date
from pathlib import Path

import pytest

from app import paths
from app.force.places import PACK_KEY_FILE, Folder
from app.packs import archive, pack, shelf
from app.packs.shelf import Looked
from app.policy import Policy
from app.problems import Problem
from app.signed import public_line
from tests.force.made import OTHER, PUBLIC, Laptop
from tests.packs.made import DAY, directory, made, of_zip, profile, put, questionnaire, raw, shipped, told, words
from tests.vault.doubles import DyingDisk, FullDisk, Killed

RESOURCES = paths.resources()


def install(folder, data, today=DAY, **more):
    there = shelf.look([folder], [PUBLIC])
    return shelf.install(data, folder, there, [PUBLIC], today, RESOURCES, **more)


def refused(folder, data, code, today=DAY):
    """The facts of the Problem; nothing of the pack is there."""
    before = {file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}
    with pytest.raises(Problem) as problem:
        install(folder, data, today)
    assert problem.value.code == code, problem.value.facts
    assert ({file.name: file.read_bytes() for file in folder.iterdir()} if folder.exists() else {}) == before
    return problem.value.facts


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "packs"


def test_each_kind_is_installed_and_found_again(folder):
    install(folder, made("instruments", questionnaire(1)))
    install(folder, made("services", directory()))
    install(folder, made("profiles", profile()))
    install(folder, made("translations", words({"Today": "Hodiaŭ"})))
    found = shelf.look([folder], [PUBLIC])
    assert sorted(found.newest()) == [f"harbour-{k}" for k in ("instruments", "profiles", "services", "translations")]
    assert found.refused == ()
    assert install(folder, made("services", directory())).manifest.serial == 1  # once more changes nothing


def test_a_newer_pack_takes_the_place_of_the_older_one_and_of_instruments_both_stay(folder):
    install(folder, made("services", directory()))
    install(folder, made("services", directory(2), serial=2))
    install(folder, made("instruments", questionnaire(1)))
    install(folder, made("instruments", questionnaire(2), serial=2))
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["harbour-instruments-1.pack", "harbour-instruments-2.pack", "harbour-services-2.pack"]
    assert refused(folder, made("services", directory()), "pack.older")["seen"] == 2
    refused(folder, made("services", directory(3), serial=2), "pack.same")
    refused(folder, made("profiles", profile(), serial=9, name="harbour-services"), "pack.same")


def test_who_signed_it_and_what_was_signed(folder):
    good = made("services", directory())
    refused(folder, made("services", directory(), key=OTHER), "pack.unknown_key")
    refused(folder, good[:-1] + bytes([good[-1] ^ 1]), "pack.not_signed")
    refused(folder, good.partition(b"\n")[2], "pack.not_signed")
    refused(folder, b"", "pack.not_signed")
    refused(folder, b"x" * (pack.MOST_BYTES + 1), "pack.not_signed")


def test_one_that_has_ended_or_needs_a_newer_program_is_refused(folder):
    ends = made("services", directory(), expires=date(2026, 12, 1))
    refused(folder, ends, "pack.expired", date(2026, 12, 2))
    assert install(folder, ends, date(2026, 12, 1))
    refused(folder, made("profiles", profile(), program="99.0"), "pack.program")


def zipped(*entries, method=zipfile.ZIP_DEFLATED, mode=0o100644, flags=0):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as made_zip, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a name that stands there twice
        for name, data in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = mode << 16, method
            made_zip.writestr(info, data)
    return whole.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../x.toml", "/etc/x.toml", "forms/../../x.toml", "C:/x.toml", "forms\\x.toml", "forms//x.toml", ".x", "a b", "é"],
)
def test_a_name_that_leads_elsewhere_is_refused(folder, name):
    facts = refused(folder, of_zip(zipped((name, b"x"))), "pack.archive")
    assert "no name for a file" in facts["mistake"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (zipped(("forms/a.toml", b"\0" * 3_000_000)), "grows beyond"),
        (zipped(("forms/a.toml", b"x"), ("forms/a.toml", b"y")), "twice"),
        (zipped(("forms/a.toml", b"x"), ("forms/A.toml", b"y")), "twice"),
        (zipped(("forms/a.toml", b"/etc/passwd"), mode=stat.S_IFLNK | 0o777), "no plain file"),
        (zipped(("forms/a.toml", b"x" * 200), method=zipfile.ZIP_BZIP2), "no plain file"),
        (zipped(*((f"forms/a{n}.toml", b"x") for n in range(201))), "1 to 200 files"),
        (zipped(), "1 to 200 files"),
        (b"PK\x05\x06", "no whole zip"),
        (b"", "no whole zip"),
    ],
)
def test_a_zip_that_is_no_pack_is_refused(folder, data, said):
    assert said in refused(folder, of_zip(data), "pack.archive")["mistake"]


def test_a_zip_that_says_another_length_is_refused():
    # A list that says 10 bytes of a file of 200: no more than it says is read, and that is not the file.
    data = zipped(("forms/a.toml", b"x" * 200), method=zipfile.ZIP_STORED)
    with pytest.raises(Problem):
        archive.unpack(data.replace((200).to_bytes(4, "little") * 2, (10).to_bytes(4, "little") * 2))


@pytest.mark.parametrize(
    ("about", "files", "where"),
    [
        (told("services", name="Harbour"), directory(), ("manifest.toml", "$.name")),
        (told("services", name="a" * 61), directory(), ("manifest.toml", "$.name")),
        (told("services", serial=2**31), directory(), ("manifest.toml", "$.serial")),
        (told("services", serial=0), directory(), ("manifest.toml", "$")),
        (told("services", title=""), directory(), ("manifest.toml", "$")),
        (told("services", program="new"), directory(), ("manifest.toml", "$.program")),
        (told("services", expires=date(2020, 1, 1)), directory(), ("manifest.toml", "$.expires")),
        (told("services"), {}, ("manifest.toml", "$.files")),
        (told("profiles"), directory(), ("services/harbour.toml", "$")),
        (told("services"), {"services/run.sh": b"x"}, ("services/run.sh", "$")),
        (told("translations"), {"i18n/eo/LC_MESSAGES/other.mo": b"x"}, ("i18n/eo/LC_MESSAGES/other.mo", "$")),
    ],
)
def test_a_manifest_with_a_mistake_is_named_with_its_place(folder, about, files, where):
    facts = refused(folder, raw(about, files), "pack.broken")
    assert (facts["file"], facts["where"]) == where


def test_files_and_manifest_are_one(folder):
    inside = archive.unpack(made("services", directory()).partition(b"\n")[2])
    for changed, said in (
        ({**inside, "services/more.toml": b"x"}, "does not name it"),
        ({**inside, "services/harbour.toml": b"x"}, "not the file"),
        ({"manifest.toml": inside["manifest.toml"]}, "missing"),
        ({"services/harbour.toml": b"x"}, "missing"),
        ({**inside, "manifest.toml": b"= 1"}, "Invalid statement"),
        ({**inside, "manifest.toml": inside["manifest.toml"] + b"[more]\n"}, "unknown field"),
    ):
        assert said in refused(folder, of_zip(archive.pack(changed)), "pack.broken")["mistake"]


@pytest.mark.parametrize(
    ("kind", "files", "old", "new", "where"),
    [
        ("services", directory(), "kinds = [", "kinds = ['palace', ", "forms.broken"),
        ("services", directory(), "id = 'harbour'", "id = 'invented-coast'", "forms.broken"),
        ("profiles", profile(), "plan = 'plan-modules'", "plan = 'none'", "forms.broken"),
        ("instruments", questionnaire(1), "group = 'children'", "group = 'harbours'", "forms.broken"),
        ("instruments", questionnaire(1), "id = 'hb-1'", "id = 'rr-1'", "forms.broken"),
        ("instruments", questionnaire(1), "holdfast-instrument/1", "holdfast-todo/1", "forms.broken"),
        ("instruments", questionnaire(1), "Is there a dispute about the children", "Is there a boat", "forms.broken"),
    ],
)
def test_broken_content_is_named_with_its_place(folder, kind, files, old, new, where):
    if kind == "profiles":
        install(folder, made("instruments", questionnaire(1)))
    changed = {name: data.replace(old.encode(), new.encode(), 1) for name, data in files.items()}
    assert changed != files
    facts = refused(folder, made(kind, changed), where)
    assert facts["path"].startswith("$.")
    assert facts["file"] in changed


def test_an_instrument_without_rules_and_a_profile_without_its_instrument_are_refused(folder):
    alone = {name: data for name, data in questionnaire(1).items() if name.startswith("forms/")}
    refused(folder, made("instruments", alone), "forms.no_instrument")
    assert refused(folder, made("profiles", profile()), "forms.broken")["path"] == "$.instruments"


def test_a_released_version_is_never_changed_by_a_pack(folder):
    install(folder, made("instruments", questionnaire(1)))
    other = {
        name: data.replace(b"Is anybody in danger", b"Is somebody in danger") for name, data in questionnaire(1).items()
    }
    refused(folder, made("instruments", other, serial=2), "forms.broken")
    weaker = {
        "rules/hb.toml": questionnaire(1)["rules/hb-1-rules.toml"].replace(b"level = 'high'", b"level = 'medium'")
    }
    refused(folder, made("instruments", weaker, serial=2), "forms.broken")
    same = {"forms/rr-1-again.toml": shipped("forms/rr-1.toml").encode(), **questionnaire(1), **questionnaire(2)}
    assert install(folder, made("instruments", same, serial=2))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (words({"{n} case": "{m} kazo"}), "a fact that the message does not have"),
        (words({}), "translates nothing"),
        ({"i18n/eo/LC_MESSAGES/holdfast.mo": b"\xde\x12\x04\x95" + b"\xff" * 40}, "no catalogue"),
        ({"i18n/eo/LC_MESSAGES/holdfast.mo": b""}, "no catalogue"),
    ],
)
def test_words_that_cannot_be_used_are_refused(folder, files, said):
    assert said in refused(folder, made("translations", files), "pack.broken")["mistake"]


def test_the_same_contents_give_the_same_pack():
    assert made("services", directory()) == made("services", directory())


def test_changed_packs_are_refused(folder):
    good, chance = made("services", directory()), random.Random(3)
    for _ in range(300):
        changed = bytearray(good)
        place = chance.randrange(len(changed))
        match chance.randrange(3):
            case 0:
                changed[place] ^= 1 << chance.randrange(8)
            case 1:
                del changed[place : place + chance.randint(1, 30)]
            case _:
                changed[place:place] = chance.randbytes(chance.randint(1, 30))
        # Blanks of the first line may differ: the zip is the signed one.
        if bytes(changed).split(b"\n", 1)[-1] == good.split(b"\n", 1)[1] and bytes(changed).split() == good.split():
            continue
        with pytest.raises(Problem, match=r"pack\.(not_signed|unknown_key)"):
            pack.read(bytes(changed), [PUBLIC])


PIECE = 13


class InSmallPieces(DyingDisk):
    """Writes so little at a time that it can be cut off at fifty places and more."""

    def write(self, fd, data):
        return super().write(fd, data[:PIECE])


def test_an_installation_that_is_cut_off_leaves_the_old_or_the_new(folder):
    install(folder, made("translations", words({"Today": "Hodiaŭ"})))
    newer, ends = made("translations", words({"Today": "Hodiaŭe"}), serial=2), set()
    for steps in range(len(newer) // PIECE + 10):
        with contextlib.suppress(Killed):
            install(folder, newer, to=InSmallPieces(steps))
        found = shelf.look([folder], [PUBLIC])
        assert found.refused == ()
        ends.add(found.newest()["harbour-translations"].manifest.serial)
    assert steps >= 50
    assert ends == {1, 2}


def test_an_older_one_that_cannot_be_taken_away_does_no_harm(folder, monkeypatch):
    install(folder, made("services", directory()))

    whole = Path.unlink

    def held(file, **more):
        if file.suffix == ".pack":
            raise PermissionError(13, "another program has it open")
        whole(file, **more)

    monkeypatch.setattr(Path, "unlink", held)
    install(folder, made("services", directory(2), serial=2))
    assert shelf.look([folder], [PUBLIC]).newest()["harbour-services"].manifest.serial == 2


def test_a_full_disk_leaves_the_old(folder):
    install(folder, made("services", directory()))
    with pytest.raises(Problem, match="vault"):
        install(folder, made("services", directory(2), serial=2), to=FullDisk(500))
    assert [file.name for file in folder.iterdir()] == ["harbour-services-1.pack"]


def test_what_lies_there_and_cannot_be_believed_is_said(folder):
    put(folder, made("services", directory(), key=OTHER), "harbour-services-1.pack")
    put(folder, made("profiles", profile()), "something.pack")
    put(folder, b"x", "y.pack")
    put(folder, b"x", "readme.txt")
    found = shelf.look([folder], [PUBLIC])
    assert found.packs == ()
    assert {one.file: one.problem.code for one in found.refused} == {
        "harbour-services-1.pack": "pack.unknown_key",
        "something.pack": "pack.name",
        "y.pack": "pack.not_signed",
    }


def test_a_pack_is_taken_away_and_instruments_are_not(folder):
    install(folder, made("services", directory()))
    install(folder, made("instruments", questionnaire(1)))
    found = shelf.look([folder], [PUBLIC])
    assert shelf.remove(folder, found, "harbour-services") == ["harbour-services-1.pack"]
    with pytest.raises(Problem, match=r"pack\.kept"):
        shelf.remove(folder, found, "harbour-instruments")
    with pytest.raises(Problem, match=r"pack\.kept"):  # also while nobody knows the key
        shelf.remove(folder, shelf.look([folder], []), "harbour-instruments")
    assert (folder / "harbour-instruments-1.pack").exists()
    with pytest.raises(Problem, match=r"pack\.not_there"):
        shelf.remove(folder, Looked(), "../x")


def test_keys_come_from_the_policy_and_from_the_laptop(tmp_path):
    laptop = Laptop(tmp_path / "machine")
    machine = Folder(laptop.folder, os.getuid() if hasattr(os, "getuid") else 0)
    policy, other = Policy(pack_keys=(PUBLIC,)), OTHER.public_key().public_bytes_raw()
    assert shelf.keys(policy, machine) == (PUBLIC,)
    laptop.put(PACK_KEY_FILE, public_line(other))
    assert shelf.keys(policy, machine) == (PUBLIC, other)
    (laptop.folder / PACK_KEY_FILE).chmod(0o666)
    with pytest.raises(Problem, match=r"policy\.open"):
        shelf.keys(policy, machine)
