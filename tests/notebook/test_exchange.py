"""Three devices and a server: whatever the network does, all agree and nothing vanishes; wrong folds are found out."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from app.clock import FixedClock
from app.notebook.fold import CaseState, FieldState, RecordState
from app.notebook.ids import in_order
from tests.notebook.exchange import PlainDevice
from tests.notebook.machine import NAMES, START, Exchange


class TestThreeDevices(Exchange.TestCase):
    settings = settings(max_examples=80, stateful_step_count=40)


# --- wrong ways, which the same machine must find out ---------------------------------------------------------------


class LatestWins(RecordState):
    """The value with the latest stamp wins: the rule of most other systems."""

    def apply(self, name, change, written):
        super().apply(name, change, written)
        for state in self.fields.values():
            if len(state.live) > 1 and change["op"] != "append":
                last = max(state.live, key=lambda d: (self.written[d].stamp, in_order(d)))
                state.live = {last: state.live[last]}


class LastToArriveWins(RecordState):
    """A write replaces whatever stands here, whether its author saw it or not."""

    def apply(self, name, change, written):
        if change["op"] == "set":
            for key in change["fields"]:
                self.fields.setdefault(key, FieldState()).live.clear()
        super().apply(name, change, written)


class NothingIsReplaced(RecordState):
    """A write joins the others and takes nothing away: what its author saw stays."""

    def _removable(self, saw):
        return []


class TwiceIsTwice(CaseState):
    """Every arrival is taken in, also of what is held."""

    def apply(self, entry, received=None):
        self.taken_in.clear()
        return super().apply(entry, received)


def with_records(kind: type[RecordState]) -> type[CaseState]:
    class Records(dict):
        def setdefault(self, key, default):
            if key not in self:
                self[key] = kind(key)
            return self[key]

    class Wrong(CaseState):
        def __init__(self, case: str) -> None:
            super().__init__(case, Records())

    return Wrong


def machine(**how) -> type[Exchange]:
    class Wrong(Exchange):
        def make_devices(self):
            return [PlainDevice(name, FixedClock(START), **how) for name in NAMES]

        def folded(self, case, entries):
            state = how.get("new_state", CaseState)(case)
            for entry in entries:
                state.apply(entry)
            return state.snapshot()

    return Wrong


def found_out(wrong: type[Exchange]) -> str:
    """What the machine says about a wrong way; no search for the shortest example."""
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(
            wrong,
            settings=settings(
                max_examples=400, stateful_step_count=50, phases=[Phase.generate], database=None, derandomize=True
            ),
        )
    return str(caught.value)


def test_a_fold_in_which_the_latest_wins_is_found_out():
    assert "vanished" in found_out(machine(new_state=with_records(LatestWins)))


def test_a_fold_that_does_not_look_at_what_was_seen_is_found_out():
    assert "replicas differ" in found_out(machine(new_state=with_records(LastToArriveWins)))
    assert "its reader had replaced" in found_out(machine(new_state=with_records(NothingIsReplaced)))


def test_a_cursor_that_is_stored_before_the_data_is_found_out():
    assert "replicas differ" in found_out(machine(cursor_first=True))


def test_a_device_that_takes_entries_in_twice_is_found_out():
    class Forgetful(PlainDevice):
        """Does not look whether it holds an entry already."""

        def deliver(self, answer, keys, crash=False):
            self.held.clear()
            super().deliver(answer, keys, crash)

    class Wrong(Exchange):
        def make_devices(self):
            return [Forgetful(name, FixedClock(START), new_state=TwiceIsTwice) for name in NAMES]

    assert found_out(Wrong)


def test_the_real_fold_passes_the_very_same_check():
    ran = count()

    class Right(machine()):
        def what_must_hold(self):
            next(ran)
            super().what_must_hold()

    run_state_machine_as_test(
        Right,
        settings=settings(max_examples=40, stateful_step_count=50, phases=[Phase.generate], database=None),
    )
    assert next(ran) >= 40
