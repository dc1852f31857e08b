"""The diagnostic file holds nothing personal: words in every field of every type, names of files, people and machines
are put where it could find them, and none of them is in it."""

from __future__ import annotations

import getpass
import json
import os
import platform
import shutil
import socket
from pathlib import Path

import pytest

from app import policy
from app.casework import diagnostics as facts
from app.casework.desk import CHOICE, close_desk, create_vault
from app.clock import SystemClock
from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.vault.vault import FLOOR_COST
from tests.commands.conftest import PASSPHRASE, holdfast
from ui import diagnostics

OFFICER, SHORT, FOLDER, USER, HOST = (f"canary{n:02}x" for n in range(5))


def shape(kind: str, word: str):
    return {"number": 424242, "codes": [word], "names": [word], "set": [word], "map": {word: word}}.get(kind, word)


@pytest.fixture
def planted(tmp_path: Path):
    """An open vault with a word of its own in each field of each type, and all words that were put anywhere."""
    desk, code = create_vault(
        tmp_path / FOLDER, officer=f"{OFFICER} Canarysson", short_name=SHORT, passphrase=PASSPHRASE, cost=FLOOR_COST
    )
    words = [OFFICER, "Canarysson", SHORT, FOLDER, USER, HOST, PASSPHRASE, code, "424242", tmp_path.name]
    case = random_id()
    words.append(case)
    for kind, declared in RECORD_TYPES.items():
        record = case if kind == "case" else random_id()
        fields = {}
        for number, one in enumerate(declared.fields):
            word = f"canary{kind}{number}x"
            words += [word, record]
            fields[one.name] = shape(one.kind, word)
        desk.store.write(case, [notebook.create(record, kind, fields)], desk.author, SystemClock())
    for name in ("place", CHOICE + "local_words", CHOICE + "language", "server reference"):
        desk.store.remember(name, f"canary kept {name}")
        words.append(f"canary kept {name}")
    words += [desk.device_id, desk.unlocked.laptop_id, desk.session]
    yield desk, words
    close_desk(desk)


def held(file: Path, words: list[str]) -> list[str]:
    text = file.read_text().casefold()
    return [word for word in {*words, "canary"} if word.casefold() in text]


def test_no_word_of_anybody_is_in_it(planted, tmp_path):
    desk, words = planted
    told = diagnostics.write(tmp_path / "d", desk.unlocked.folder, desk)
    assert held(tmp_path / "d", words) == []
    assert json.loads((tmp_path / "d").read_text()) == told
    assert set(told) - {"kind"} <= set(facts.declared())
    assert (told["vault.open"], told["pages"], told["notebook"]) == ("whole", "whole", "whole")
    assert told["records.person"] == 1
    assert told["cases"] == 1
    assert {"program", "cipher.sqlcipher", "lease", "policy", "setting.local_words", "disk.free_mib"} <= set(told)
    refused = diagnostics.write(tmp_path / "e", desk.unlocked.folder, None, "vault.wrong_passphrase")
    assert (held(tmp_path / "e", words), refused["vault.open"]) == ([], "vault.wrong_passphrase")
    assert "pages" not in refused


def test_what_somebody_would_put_into_it_is_left_out_and_the_search_would_find_it(planted, tmp_path, monkeypatch):
    desk, words = planted
    leaks = {
        "officer": desk.officer,
        "vault.face": desk.officer,
        "machine": HOST,
        "program": f"1.0-{USER}",
        "cases": OFFICER,
        "setting.language": OFFICER,
        "setting.local_words": [OFFICER],
        "vault.open": True,
    }
    monkeypatch.setattr(facts, "of_program", lambda: dict(leaks))
    told = diagnostics.write(tmp_path / "d", desk.unlocked.folder, None)
    assert held(tmp_path / "d", words) == []
    assert not {"officer", "machine", "program", "cases", "vault.open"} & set(told)
    monkeypatch.setattr(facts, "checked", dict)
    diagnostics.write(tmp_path / "e", desk.unlocked.folder, None)
    assert {OFFICER, HOST, USER} <= set(held(tmp_path / "e", words))


def test_what_the_force_wrote_is_counted_and_not_told(planted, tmp_path):
    desk, words = planted
    force = policy.Policy(
        local_words=("canary-town", "canary-call"),
        reason="canary reason",
        problem=Problem("policy.unknown", names="canary"),
    )
    desk.force = desk.policy = force
    told = diagnostics.write(tmp_path / "d", desk.unlocked.folder, desk)
    assert (held(tmp_path / "d", words), told["setting.local_words"], told["policy"]) == ([], 2, "policy.unknown")


def test_counts_are_told_roughly():
    assert [facts.about(n) for n in (0, 1, 2, 3, 7, 11, 21, 99, 101, 4999, 0.2)] == [
        0,
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        5000,
        1,
    ]


def test_at_the_command_line_also_of_a_vault_that_does_not_open(full, tmp_path):
    mine = [getpass.getuser(), socket.gethostname(), platform.node(), os.uname().version, str(Path.home())]
    mine = [word for word in mine if len(word) > 3] + ["Asta", "Lindqvist", str(full.folder), full.folder.parent.name]
    assert full.json("diagnostics", tmp_path / "whole")[0]["facts"] > 60
    assert held(tmp_path / "whole", mine) == []
    assert full.run("diagnostics", tmp_path / "whole").code == 1
    with (full.folder / "vault.db").open("r+b") as file:
        file.seek(40)
        file.write(bytes(64))
    said = full.run("diagnostics", tmp_path / "broken")
    assert said.code == 0, said.err
    assert json.loads((tmp_path / "broken").read_text())["vault.open"] == "store.foreign"
    shutil.rmtree(full.folder)
    full.folder.mkdir()
    (full.folder / "vault.header").write_bytes(b"")
    closed = holdfast("diagnostics", tmp_path / "closed", "--locked", "--vault", full.folder)
    assert (closed.code, json.loads((tmp_path / "closed").read_text())["vault.face"]) == (0, "vault.damaged")
