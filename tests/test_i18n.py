"""Words for people: one kind of apostrophe, facts as they were typed."""

from __future__ import annotations

import re

import pytest

from app import paths
from app.i18n import PSEUDO, translator


def messages() -> list[str]:
    """Every message of the catalogue."""
    text = (paths.resources() / "i18n" / "holdfast.pot").read_text(encoding="utf-8")
    found = re.findall(r'^msgid(?:_plural)? ((?:".*"\n?)+)', text, re.MULTILINE)
    return ["".join(re.findall(r'"(.*)"', one)) for one in found]


@pytest.mark.parametrize("language", ["en", *sorted(PSEUDO)])
def test_no_shown_text_has_a_straight_apostrophe(language: str) -> None:
    words = translator(language)
    wrong = [shown for message in messages() if "'" in (shown := words.text(message))]
    assert len(messages()) > 500
    assert wrong == []


def test_what_somebody_typed_keeps_its_apostrophes() -> None:
    assert translator("en").text("{who}'s words", who="O'Dea") == "O'Dea’s words"
    assert translator("en").plural("{who}'s {n} word", "the neighbours' {n} words", 2) == "the neighbours’ 2 words"
