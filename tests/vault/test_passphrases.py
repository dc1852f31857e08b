"""Generated passphrases carry what is promised; easy ones are named, and nobody is asked for capitals and signs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.problems import CATALOGUE
from app.vault import passphrases
from app.vault.passphrases import generate, weakness

LOCAL = ["Rhona Castell-Niell", "Northmere Police", "Saltby-on-Sea", "NM47"]


def test_words_are_plain_and_can_be_read_in_one_way() -> None:
    first, second = passphrases._list("first"), passphrases._list("second")
    for halves in (first, second):
        assert len(set(halves)) == len(halves)
        assert all(half.isascii() and half.isalpha() and half.islower() and 3 <= len(half) <= 4 for half in halves)
        assert not [(a, b) for a in halves for b in halves if a != b and b.startswith(a)]
    assert not set(first) & set(second)


def test_five_words_carry_more_than_five_of_a_list_of_7776() -> None:
    assert passphrases.bits(5) >= 64.6
    assert passphrases.bits(5) == pytest.approx(5 * passphrases.bits(1))


def test_generated_ones_are_good() -> None:
    seen = {generate() for _ in range(300)}
    assert len(seen) == 300
    for passphrase in seen:
        assert len(passphrase.split(" ")) == 5
        assert weakness(passphrase, LOCAL) is None
    assert len(generate(7).split()) == 7


@pytest.mark.parametrize(
    "passphrase",
    [
        "ferry lantern under the plum",
        "we walked home over the bridge",
        "καλή θάλασσα με πολλά κύματα",
        "тихая вода подмывает берега",
        "ALL IN CAPITALS WITHOUT SIGNS",
        "onlysmallletterswithoutspaces",
        "17 geese crossed the frozen marsh",
    ],
)
def test_good_ones_pass_without_rules_on_signs(passphrase: str) -> None:
    assert weakness(passphrase, LOCAL) is None


@pytest.mark.parametrize(
    ("passphrase", "code"),
    [
        ("", "vault.weak_short"),
        ("fourteen signs", "vault.weak_short"),
        ("           a           ", "vault.weak_short"),
        ("x1 " * 400, "vault.weak_long"),
        ("p" * 1_000_000, "vault.weak_long"),
        ("ferry lantern\0under the plum", "vault.weak_unreadable"),
        ("ferry lantern \ud800 under", "vault.weak_unreadable"),
        ("aaaaaaaaaaaaaaaaaaaa", "vault.weak_pattern"),
        ("abcabcabcabcabcabcabc", "vault.weak_pattern"),
        ("lantern lantern lantern", "vault.weak_pattern"),
        ("qwertyuiopasdfghjkl", "vault.weak_pattern"),
        ("123456789012345678", "vault.weak_pattern"),
        ("abcdefghijklmnopqrstuvwxyz", "vault.weak_pattern"),
        ("passwordpassword1", "vault.weak_common"),
        ("P4$$w0rd P0l1ce 2026", "vault.weak_common"),
        ("correct horse battery staple", "vault.weak_common"),
        ("Correct-Horse-Battery-Staple!", "vault.weak_common"),
        ("Welcome to Police 1", "vault.weak_common"),
        ("letmein letmein now", "vault.weak_common"),
        ("Rhona Castell 1999!", "vault.weak_local"),
        ("Castell Castell Rh", "vault.weak_local"),
        ("northmere police 2026", "vault.weak_local"),
        ("Saltby on Sea NM47 !", "vault.weak_local"),
        ("NORTHMERE-Northmere", "vault.weak_local"),
    ],
)
def test_easy_ones_are_named(passphrase: str, code: str) -> None:
    assert weakness(passphrase, LOCAL) == code
    assert code in CATALOGUE


def test_a_force_may_ask_for_more_characters() -> None:
    assert weakness("ferry lantern under", least_length=30) == "vault.weak_short"


def test_local_words_count_only_where_they_are_local() -> None:
    assert weakness("northmere harbour", ["Northmere", "harbour"]) == "vault.weak_local"
    assert weakness("northmere harbour") is None


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4))
def test_every_text_gets_an_answer(passphrase: str, local: list[str]) -> None:
    answer = weakness(passphrase, local)
    assert answer is None or answer in CATALOGUE
