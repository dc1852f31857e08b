"""Two officers who disagree, over a real server: both are heard, a person decides, and no clock has a say in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest

from app.casework import cases, conflicts, edit, risk
from app.casework.desk import Desk
from app.clock import Clock, FixedClock, SystemClock
from app.i18n import translator
from app.notebook import fold
from tests.sync.police import Police, sync

EN = translator("en")
NAMES = ("given_name", "custody", "address")


class Jumping(SystemClock):
    """A clock that is somewhere else each time it is asked."""

    def __init__(self) -> None:
        self._asked = 0

    def now(self) -> datetime:
        self._asked += 1
        return super().now() + timedelta(days=(self._asked * 2741) % 9000 - 6000)


def away(days: float) -> Clock:
    return FixedClock(SystemClock().now() + timedelta(days=days))


CLOCKS: dict[str, Callable[[], tuple[Clock, Clock]]] = {
    "a year off in either direction": lambda: (away(366), away(-366)),
    "in 2001": lambda: (FixedClock(datetime(2001, 1, 1, tzinfo=UTC)), SystemClock()),
    "jumping": lambda: (Jumping(), Jumping()),
}


class Story:
    """What two officers of one unit do in one case, and what both laptops show after each step."""

    def __init__(self, police: Police, clocks: tuple[Clock, Clock]) -> None:
        self.here, self.there = self.both = police.enrolled(), police.enrolled()
        for desk, clock in zip(self.both, clocks, strict=True):
            desk.clock = clock
        self.shown: list[Any] = []
        self.case = cases.new_case(self.here, "NM-2026-0417")
        self.person = edit.create(self.here, self.case, "person", {"roles": ["suspect"], "given_name": "Dane"})[0]
        self.assessment = risk.start_assessment(self.here, self.case)[0]
        for factor in ("F01", "F02"):
            risk.answer(self.here, self.case, self.assessment, factor, value="no")
        self.meet()

    def meet(self) -> None:
        """Both have all that the other wrote; what is shown is noted, and is the same on both."""
        for desk in (self.here, self.there, self.here, self.there):
            assert sync(desk, desk.clock).waiting == 0
        shown = [self.look(desk) for desk in self.both]
        assert shown[0] == shown[1]
        self.shown.append(shown[0])

    def look(self, desk: Desk) -> Any:
        """The line of the list, what waits for a decision, and what stands in the person: without a time."""
        [line] = cases.list_cases(desk)
        person = cases.read_case(desk, self.case).record(self.person)
        assert person is not None
        return (
            (line.grade, line.apart, line.conflicts),
            sorted((one.field, sorted((str(s.value), s.in_force) for s in one.sides)) for one in self.open(desk)),
            {
                name: sorted(str(s.value) for s in person.standing(name))
                for name in ("given_name", "custody", "address")
            },
            person.archived,
        )

    def open(self, desk: Desk) -> list[conflicts.Conflict]:
        return conflicts.open_conflicts(desk, cases.read_case(desk, self.case), EN)

    def decide(self, desk: Desk, field: str, value: str, reason: str = "") -> None:
        [one] = [one for one in self.open(desk) if one.field == field]
        conflicts.decide(desk, self.case, one.record_id, field, value, seen=one.seen, reason=reason)

    def live(self) -> list[Any]:
        """All of it; what was shown after each step."""
        here, there = self.both
        risk.grade(here, self.case, self.assessment, "high", "He knows where they sleep.")
        risk.grade(there, self.case, self.assessment, "standard", "First call here.")
        self.meet()
        # Two decisions apart are a conflict again.
        self.decide(here, "grade", "high", "Seen by me.")
        self.decide(there, "grade", "standard", "Nothing speaks for more.")
        self.meet()
        self.decide(there, "grade", "high", "Agreed on the telephone.")
        self.meet()
        # What is put away here is gone on with there.
        edit.archive(here, self.case, self.person, "by_mistake")
        edit.set_field(there, self.case, self.person, "address", "4 Rope Walk")
        self.meet()
        self.decide(here, "archived", "no")
        # The same said twice is no conflict.
        for desk in self.both:
            edit.set_field(desk, self.case, self.person, "custody", "released")
        self.meet()
        # Whoever has seen a value replaces it, whatever either clock says.
        for n, desk in enumerate((here, there, here)):
            edit.set_field(desk, self.case, self.person, "given_name", f"Dane {n}")
            self.meet()
        return self.shown


def both_are_heard(shown: list[Any]) -> None:
    """What has to stand after each step, on both laptops."""
    begun, apart, again, decided, put_away, same, *names = shown
    assert begun[0][1:] == ((), 0)
    assert apart[0] == ("high", ("high", "standard"), 1)
    assert apart[1] == [("grade", [("high", True), ("standard", False)])]
    assert again[0] == apart[0]
    assert decided[0] == ("high", (), 0)
    assert [field for field, _ in put_away[1]] == ["archived"]
    assert (put_away[2]["address"], put_away[3]) == (["4 Rope Walk"], False)
    assert (same[0][2], same[2]["custody"], same[3]) == (0, ["released", "released"], False)
    assert [one[2]["given_name"] for one in names] == [["Dane 0"], ["Dane 1"], ["Dane 2"]]


def test_two_who_disagree_are_both_heard_until_a_person_decides(police: Police):
    both_are_heard(Story(police, (SystemClock(), SystemClock())).live())


@pytest.mark.parametrize("clocks", CLOCKS)
def test_clocks_change_nothing_of_what_stands(police: Police, clocks: str):
    both_are_heard(Story(police, CLOCKS[clocks]()).live())


def latest_clock_wins() -> Any:
    """Of values that were written apart, the one with the later clock stands alone."""
    write = fold.RecordState.apply

    def latest_wins(self: Any, name: Any, change: Any, written: Any) -> None:
        write(self, name, change, written)
        for state in self.fields.values():
            if len(state.live) > 1:
                last = max(state.live, key=lambda dot: self.written[dot].stamp)
                state.live = {last: state.live[last]}

    return mock.patch.object(fold.RecordState, "apply", latest_wins)


def test_if_the_latest_clock_won_it_would_be_found_out(police: Police):
    # It cannot even be told to its end: nothing waits for a decision.
    with latest_clock_wins(), pytest.raises((AssertionError, ValueError)):
        both_are_heard(Story(police, (away(366), away(-366))).live())
