"""The theme: every pair of colours in every scheme can be read."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from ui import theme


def test_contrast_of_known_colours() -> None:
    assert theme.contrast("#FFFFFF", "#000000") == pytest.approx(21.0)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", list(theme.SCHEMES))
@pytest.mark.parametrize(("ink", "ground", "least"), theme.PAIRS)
def test_every_pair_is_readable(name: str, ink: str, ground: str, least: float) -> None:
    scheme = theme.SCHEMES[name]
    assert theme.contrast(getattr(scheme, ink), getattr(scheme, ground)) >= least


def test_every_ink_is_among_the_pairs() -> None:
    """A colour token that nobody pairs with its ground is one that nobody checked."""
    paired = {token for pair in theme.PAIRS for token in pair[:2]}
    tokens = {f.name for f in fields(theme.Scheme)} - {"name", "dark", "hair"}  # a hairline carries no meaning
    assert tokens == paired


@pytest.mark.parametrize("scheme", theme.SCHEMES.values(), ids=lambda s: s.name)
def test_the_style_sheet_leaves_no_token_open(scheme: theme.Scheme) -> None:
    assert "@" not in theme.style_sheet(scheme)


RULE = re.compile(r"([^{}]+)\{([^}]*)\}")
SELECTOR = re.compile(r'(\w+)((?:\[\w+="\w+"\])*)((?::{1,2}[\w-]+)*)$')


def rules() -> list[tuple[str, frozenset[str], dict[str, str]]]:
    """Each rule of the style sheet: the kind of widget, its conditions, and which tokens it uses for what."""
    found = []
    for selectors, body in RULE.findall(theme._SHEET):
        told = dict(re.findall(r"(?<![\w-])(background|color|border-color): (@?\w+)", body))
        for selector in selectors.split(","):
            parts = SELECTOR.match(selector.strip())
            if parts and told and "::" not in parts[3]:
                found.append((parts[1], frozenset(re.findall(r"\[[^]]*\]|:[\w-]+", parts[2] + parts[3])), told))
    return found


def test_every_pair_of_the_style_sheet_is_checked() -> None:
    """Words on the ground that they get in each state, with what the less special rules leave of it."""
    checked = {pair[:2] for pair in theme.PAIRS}
    unchecked = set()
    for widget, conditions, _told in rules():
        whole: dict[str, str] = {}
        for other, fewer, told in sorted(rules(), key=lambda rule: len(rule[1])):
            if other == widget and fewer <= conditions:
                whole |= told
        ink, ground = whole.get("color", "@ink"), whole.get("background", "transparent")
        if widget == "QFrame" or not (whole.get("color") or whole.get("background")):
            continue  # a frame has no words of its own; those in it are the rule after it
        grounds = theme.GROUNDS if ground == "transparent" else (ground.removeprefix("@"),)
        unchecked |= {(ink.removeprefix("@"), on) for on in grounds} - checked
    assert unchecked == set()


def test_words_in_a_frame_with_a_tone_are_checked_on_its_ground() -> None:
    grounds = dict(re.findall(r'QFrame\[tone="(\w+)"\] \{ background: @(\w+)', theme._SHEET))
    inks = dict(re.findall(r'QFrame\[tone="(\w+)"\] QLabel \{ color: @(\w+)', theme._SHEET))
    assert set(grounds) == set(inks) >= {"danger", "warn", "calm", "practice"}
    assert {(inks[tone], grounds[tone]) for tone in grounds} <= {pair[:2] for pair in theme.PAIRS}
