"""Vaults for case files: real ones, made at the lowest allowed cost, and shared by the tests of a module."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.casework import casefile
from app.casework.casefile import Conclusion
from app.casework.desk import Desk, close_desk
from tests.casefile.made import make_desk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    made = make_desk(tmp_path_factory.mktemp("desk") / "vault")
    yield made
    close_desk(made)


@pytest.fixture(scope="module")
def other_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A second vault, where a case arrives that was exported from the first."""
    made = make_desk(tmp_path_factory.mktemp("other") / "vault")
    yield made
    close_desk(made)


class Pair:
    """Both vaults as one thing that prints short: Hypothesis writes down what a test is called with."""

    def __init__(self, desk: Desk, other_desk: Desk) -> None:
        self.desk, self.other_desk = desk, other_desk

    def __repr__(self) -> str:
        return "Pair"


@pytest.fixture(scope="module")
def pair(desk: Desk, other_desk: Desk) -> Pair:
    return Pair(desk, other_desk)


@pytest.fixture
def take_in(desk: Desk) -> Callable[[Any], Conclusion]:
    """Import an object as a case file."""
    return lambda data: casefile.import_case(desk, json.dumps(data).encode(), set())
