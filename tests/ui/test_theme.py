"""The theme: every pair of colours in every scheme can be read."""

from __future__ import annotations

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
