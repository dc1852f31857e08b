"""What looks for words and keys finds them however they lie there; a whole session is `python -m tests.proof words`."""

from __future__ import annotations

import base64
import gzip
import subprocess
import sys
import unicodedata
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.documents import scenes
from tests.screen.searched import Sought, memory_of, shapes

WORD, ACCENTS = "tavorilumekazo", "örkényszentmihály"
KEY = bytes(range(3, 256, 8))
SOUGHT = Sought({"word": WORD, "accents": ACCENTS}, {"key": KEY})


@pytest.mark.parametrize(
    "shape",
    [
        WORD.encode(),
        WORD.upper().encode(),
        WORD.capitalize().encode("utf-16-le"),
        WORD.encode("utf-16-be"),
        WORD.encode().hex().encode(),
        WORD.encode("utf-16-le").hex().upper().encode(),
        base64.b64encode(f"the name is {WORD} and so on".encode()),
        base64.b64encode(f"name: {WORD}.".encode()),
        base64.urlsafe_b64encode(f" {WORD}.".encode("utf-16-le")),
        WORD[::-1].encode(),
    ],
)
def test_a_word_is_found_however_it_lies_there(shape: bytes) -> None:
    assert SOUGHT.within(b"\0\1" + shape + b"\2") == {"word"}


@pytest.mark.parametrize(
    "text",
    [
        ACCENTS,
        ACCENTS.upper(),
        unicodedata.normalize("NFD", ACCENTS),
        unicodedata.normalize("NFD", ACCENTS.upper()),
        "orkenyszentmihaly",
        quote(ACCENTS),
        ACCENTS.encode("ascii", "backslashreplace").decode(),
        ACCENTS.encode("ascii", "xmlcharrefreplace").decode(),
    ],
)
def test_accents_are_found_in_all_their_forms(text: str) -> None:
    assert SOUGHT.within(text.encode()) == {"accents"}


@pytest.mark.parametrize(
    "form", [KEY, KEY.hex().encode(), KEY.hex().upper().encode(), base64.b64encode(b"key: " + KEY), KEY[::-1]]
)
def test_a_key_is_found_in_all_its_forms(form: bytes) -> None:
    assert SOUGHT.within(b"x" + form + b"y") == {"key"}


def test_every_shape_is_long_enough_not_to_be_there_by_chance() -> None:
    assert min(map(len, shapes(WORD))) >= 8
    assert SOUGHT.within(bytes(range(256)) * 64) == set()


def test_what_is_packed_or_lies_across_two_pieces_is_found(tmp_path: Path) -> None:
    packed = {
        "a.gz": gzip.compress(WORD.encode()),
        "b.z": zlib.compress(ACCENTS.encode()),
        "c.pdf": b"%PDF-1.4\n1 0 obj\nstream\n" + zlib.compress(WORD.encode()) + b"\nendstream",
        "d": b"\0" * ((1 << 24) - 5) + WORD.encode(),
    }
    for name, data in packed.items():
        (tmp_path / name).write_bytes(data)
        assert len(SOUGHT.in_file(tmp_path / name)) == 1, name
        assert not Sought({"other": "gazomekutavilo"}).in_file(tmp_path / name)
    (tmp_path / WORD).touch()
    assert SOUGHT.in_file(tmp_path / WORD) == {"word"}


def test_a_word_on_a_paper_is_found_though_no_byte_of_it_spells_the_word() -> None:
    from app.documents.catalogue import build
    from app.i18n import translator

    given = [(kind, record, {**fields, "family_name": WORD}) for kind, record, fields in scenes.sc1()]
    view = scenes.view_of(given)
    pdf = build("case-file", "full", view, scenes.context(view), translator("en"))
    assert not SOUGHT.within(pdf)
    assert SOUGHT.in_paper(pdf) == {"word"}


def test_a_word_in_the_memory_of_another_process_is_found() -> None:
    code = "import sys; word = sys.stdin.readline(); print(len(word), flush=True); sys.stdin.readline()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(WORD + "\n")
        other.stdin.flush()
        other.stdout.readline()
        assert SOUGHT.in_memory(memory_of(other.pid)) == {"word"}
        other.stdin.write("\n")
