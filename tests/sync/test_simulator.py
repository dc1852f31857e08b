"""Worlds from seeds: whatever networks, disks, clocks, copies and backups do, everything holds once all is quiet.

And the other way round: with one mechanism switched off, the same check finds it.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from app.notebook import entry as notebook
from app.notebook import fold
from app.store import exchange, identity, snapshots
from sync.client import charges
from sync.client import identity as renewal
from sync.client import round as rounds
from sync.server import judge, scope
from tests.sync import simulate
from tests.sync.ground import Ground, ground
from tests.sync.world import Faults, Laptop, World, holds, many_requests, rest, story

SEEDS, SHORT = 24, 476
"""How many worlds a run of the tests lives through, and how many more that are short; `python -m tests.sync.simulate`
takes any number of whole ones."""
SHORT_LENGTH = 20
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


def test_everything_holds_in_every_world():
    assert simulate.all_of(0, SEEDS) == []


def test_everything_holds_in_many_short_worlds():
    assert simulate.all_of(SEEDS, SEEDS + SHORT, SHORT_LENGTH) == []


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


# ---- With a mechanism switched off ----------------------------------------------------------------------------------


def latest_wins(self: fold.FieldState, name: str, value: Any, saw: Any) -> None:
    self.live = {name: value}


def forget_what_was_not_named(original: Callable[..., Any]) -> Callable[..., Any]:
    """The laptop takes the whole push as accepted, whatever the answer names."""

    def noted(self: Any, outcomes: Any) -> Any:
        with self.store.transaction() as connection:
            connection.execute("UPDATE entry SET state = 'sent', number = 1 WHERE state = 'unsent'")
        return original(self, outcomes)

    return noted


def forget_it(self: identity._Again, first: int, *_: Any) -> None:
    """The copy gives up what it had not sent."""
    self.connection.execute("DELETE FROM entry WHERE device = ? AND first = ?", (self.old, first))


def cursor_first(original: Callable[..., Any]) -> Callable[..., Any]:
    """The place is kept before what it covers."""

    def take(self: Any, page: Any) -> None:
        self.set_cursor(page.cursor)
        original(self, page)

    return take


@contextlib.contextmanager
def broken(mechanism: str) -> Iterator[None]:
    patches = {
        "both values stand": lambda: mock.patch.object(fold.FieldState, "write", latest_wins),
        "only what is named is sent": lambda: mock.patch.object(
            rounds._Exchange, "noted", forget_what_was_not_named(rounds._Exchange.noted)
        ),
        "the place comes with the data": lambda: mock.patch.object(
            rounds._Exchange, "take", cursor_first(rounds._Exchange.take)
        ),
        "a copy is noticed": lambda: mock.patch.object(judge, "_again", lambda one, place, grounds: accept(one)),
        "what was lost goes out again": lambda: mock.patch.object(exchange, "send_again", return_value=0),
        "what a copy has not sent is made anew": lambda: mock.patch.object(identity._Again, "make", forget_it),
        "a case that went is removed": lambda: mock.patch.object(snapshots, "remove", return_value=True),
        "who works for the police is heard": lambda: mock.patch.object(
            judge, "after_police", lambda _entry, _grounds, facts: facts
        ),
        "whoever may not have a case loses it": lambda: mock.patch.object(
            scope, "recompute_case", lambda _connection, _org, _case, _now, number: number
        ),
        "who has charge is kept": lambda: mock.patch.object(charges, "keep", return_value=set()),
        "what counts after all comes back": lambda: mock.patch.object(
            exchange, "_counts_after_all", return_value=False
        ),
    }
    with patches[mechanism]():
        yield


def accept(one: Any) -> judge.Verdict:
    return judge.Verdict(one, judge.ALREADY, held=judge.Held(one.hash, judge.ACCEPTED, 1, "x"), fresh=False)


MECHANISMS = (
    "both values stand",
    "only what is named is sent",
    "the place comes with the data",
    "a copy is noticed",
    "what was lost goes out again",
    "what a copy has not sent is made anew",
    "a case that went is removed",
)
OF_PEOPLE = (
    "who works for the police is heard",
    "whoever may not have a case loses it",
    "who has charge is kept",
    "what counts after all comes back",
)


@pytest.mark.parametrize("mechanism", MECHANISMS + OF_PEOPLE)
def test_a_mechanism_that_is_switched_off_is_found_out(server, mechanism):
    rough = Faults(lost=12, answer_lost=15, crash=15)
    with broken(mechanism):
        for seed in range(40):
            if fails(server, seed, rough, people=mechanism in OF_PEOPLE):
                return
    pytest.fail(f"forty worlds without “{mechanism}”, and nobody noticed")


def fails(server: Ground, seed: int, faults: Faults, *, people: bool = False) -> bool:
    folder = Path(tempfile.mkdtemp(prefix="holdfast-world-"))
    try:
        story(seed, server, folder, faults=faults, people=people).close()
    except Exception:  # noqa: BLE001 - whatever it is, it was noticed
        return True
    return False
