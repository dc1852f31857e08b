"""Worlds from seeds that once broke, and that a seed replays; `tests/proof` lives through many more."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from app.notebook import entry as notebook
from sync.client import identity as renewal
from tests.sync.ground import Ground, ground
from tests.sync.world import Laptop, World, holds, many_requests, rest, story

FOUND_OUT = (37, 111, 148, 152, 263, 388, 626, 638, 1033)
"""Seeds in which something once did not hold. They stay."""
FOUND_OUT_AMONG_PEOPLE = (251, 283, 961)
"""And those of worlds in which people change who has a case."""


@pytest.fixture(scope="module")
def server() -> Iterator[Ground]:
    with ground() as made:
        yield made


def lived(server: Ground, seed: int, **more: Any) -> None:
    story(seed, server, Path(tempfile.mkdtemp(prefix="holdfast-world-")), **more).close()


@pytest.mark.parametrize("seed", FOUND_OUT + FOUND_OUT_AMONG_PEOPLE)
def test_what_was_once_found_stays_mended(server, seed):
    lived(server, seed, people=seed in FOUND_OUT_AMONG_PEOPLE)


def test_a_seed_replays(server):
    def told(seed: int) -> list[tuple[str, str, int, str]]:
        world = story(seed, server, Path(tempfile.mkdtemp(prefix="holdfast-world-")))
        rounds_done = [(one.name, one.store.device, one.rounds, str(one.store.cases())) for one in world.laptops]
        world.close()
        return rounds_done

    assert told(5) == told(5)
    assert told(5) != told(6)


def put_back_before_the_copy(server: Ground) -> None:
    """A vault is copied, both copies take new devices, and the server is put back to before it knew of either."""
    with many_requests():
        world = World(7, server, Path(tempfile.mkdtemp(prefix="holdfast-world-")))
        try:
            world.calm = True
            one, case = world.add_laptop(0), world.id()
            world.write(one, case, [notebook.create(case, "case", {"reference": "A"})])
            world.sync(one)
            world.keep_backup()
            change(world, one, case, "acknowledged, and in no backup")
            world.sync(one)
            copy = world.clone(one)
            for laptop in (one, copy, one):
                change(world, laptop, case, f"on {laptop.name}")
                world.sync(laptop)
            assert len({one.vault, one.store.device, copy.store.device}) == 3
            world.restore_backup()
            rest(world)
            holds(world)
            assert len(world.written) == 5
        finally:
            world.close()


def change(world: World, laptop: Laptop, case: str, value: str) -> None:
    record = laptop.store.case(case).records[case]
    world.write(laptop, case, [notebook.assign(case, {"reference": (value, record.seen("reference"))})])


def test_devices_that_a_server_lost_are_vouched_for_by_the_one_that_it_still_knows(server):
    put_back_before_the_copy(server)


def test_without_somebody_to_vouch_for_them_they_would_be_shut_out(server):
    with (
        mock.patch.object(renewal, "introduce_again", return_value=False),
        pytest.raises(AssertionError, match=r"sync\.not_enrolled"),
    ):
        put_back_before_the_copy(server)
