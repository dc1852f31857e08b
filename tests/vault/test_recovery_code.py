"""The recovery code survives handwriting, and a slip of the pen is told from a wrong code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.problems import Problem
from app.vault import recovery_code
from app.vault.recovery_code import SYMBOLS, read_back, write_out

CODE = bytes(range(100, 116))


def test_seven_groups_of_four() -> None:
    groups = write_out(CODE).split("-")
    assert [len(group) for group in groups] == [4] * 7
    assert set("".join(groups)) <= set(SYMBOLS)
    assert not set("ILOU") & set(SYMBOLS)


BETWEEN = [" ", "", "-", " - ", "–", "\n", ".", "\u00a0", "−"]


@given(st.binary(min_size=16, max_size=16), st.sampled_from(BETWEEN), st.booleans())
def test_read_as_people_write(code: bytes, between: str, small: bool) -> None:
    text = write_out(code).replace("-", between)
    text = text.lower() if small else text
    for sign, like in (("0", "o"), ("0", "O"), ("1", "l"), ("1", "I"), ("1", "i"), ("v", "u"), ("V", "U")):
        assert read_back(text.replace(sign, like)) == code
    assert read_back(f"  {text}\r\n") == code


def test_full_width_letters_are_read() -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if sign != "-" else "－" for sign in write_out(CODE))
    assert read_back(wide) == CODE


def test_every_wrong_symbol_and_every_swap_is_found() -> None:
    text = write_out(CODE).replace("-", "")
    slips = {text[:at] + sign + text[at + 1 :] for at in range(28) for sign in SYMBOLS}
    slips |= {text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(27)}
    slips -= {text}
    assert len(slips) > 28 * 31
    for slip in slips:
        with pytest.raises(Problem) as caught:
            read_back(slip)
        assert caught.value.code == "vault.recovery_mistyped"


@given(st.text(max_size=60))
def test_anything_else_is_mistyped(text: str) -> None:
    try:
        code = read_back(text)
    except Problem as problem:
        if problem.code != "vault.recovery_mistyped" or problem.facts:
            raise
    else:
        assert len(code) == recovery_code.CODE_BYTES


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "x" * 1_000_000, "-" * 28, "＊" * 28, "²" * 28])
def test_hostile_text_is_mistyped(text: str) -> None:
    with pytest.raises(Problem):
        read_back(text)
