"""What was typed at the real window lies in no file in readable form, save in the one that the officer named."""

from __future__ import annotations

import base64
import os
import tempfile
import time
from pathlib import Path

import pytest

from tests.documents.reading import flat, text_of
from tests.screen import canary
from tests.screen.driver import AtTheScreen

WORD = "tavorilumekazo"


@pytest.mark.parametrize(
    "shape",
    [
        WORD.encode(),
        WORD.upper().encode(),
        WORD.encode("utf-16-le"),
        WORD.encode().hex().encode(),
        base64.b64encode(f"the name is {WORD} and so on".encode()),
        base64.b64encode(f"name: {WORD}.".encode()),
        base64.b64encode(f" {WORD}.".encode("utf-16-le")),
    ],
)
def test_a_word_is_found_however_it_lies_there(shape: bytes) -> None:
    assert canary.looked_for([WORD]).search(b"\0\1" + shape + b"\2")


def test_an_accent_is_found_in_both_its_forms() -> None:
    pattern = canary.looked_for(["Örkényszentmihály"])
    assert pattern.search("O\u0308rke\u0301nyszentmiha\u0301ly".encode())
    assert pattern.search("örkényszentmihály".encode())


@pytest.mark.screen
def test_nothing_of_a_session_is_left_in_a_file(
    virtual_screen: dict[str, str], vault_folder: Path, tmp_path: Path
) -> None:
    words, begun = canary.draw(), time.time()
    # A home and a folder for temporary files of its own, so that whatever is left there is this program's doing.
    home, temporary, chosen = tmp_path / "home", tmp_path / "temporary", tmp_path / "chosen.pdf"
    for folder in (home, temporary):
        folder.mkdir()
    away = {name: value for name, value in virtual_screen.items() if not name.startswith("XDG_")}
    screen = {**away, "HOME": str(home), "TMPDIR": str(temporary)}
    canary.make_vault(vault_folder, words)
    at = AtTheScreen(screen, vault_folder, tmp_path, note_saved=False)
    try:
        canary.session(at, words, chosen)
    finally:
        at.close()
    pattern = canary.looked_for(words.values())
    changed = list(canary.changed_since(begun - 1, [tmp_path, Path(os.environ["HOME"]), Path(tempfile.gettempdir())]))
    assert chosen in changed
    assert [path for path in changed if path != chosen and canary.holds(path, pattern)] == []
    left = [str(path) for folder in (home, temporary) for path in folder.rglob("*") if path.is_file()]
    assert [path for path in left if not canary.may_be_written(path, vault_folder, chosen, tmp_path)] == []
    # The file that was asked for holds them all: the search above would have been blind otherwise.
    text = flat(text_of(chosen.read_bytes())).casefold()
    assert [
        word for place, word in words.items() if place not in ("draft", "last", "accents") and word not in text
    ] == []
    assert at.errors() == ""
