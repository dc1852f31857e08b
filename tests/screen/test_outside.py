"""The program as assistive technology meets it, from another process through AT-SPI; what it enters is in the vault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.casework import cases
from app.casework.desk import Desk
from tests.screen.driver import AtTheScreen
from tests.screen.outside import EDITABLE_STATE, FOCUSED, SHOWING, Outside, printed, session_bus
from tests.screen.typing import new_case, step

pytestmark = pytest.mark.screen

NAMED = {"push button", "radio button", "check box", "combo box", "text", "entry", "list", "password text", "button"}
WORDS = "Said while the kettle boiled: next time nobody will hear it."


@pytest.fixture
def heard_program(
    virtual_screen: dict[str, str], closed_vault: Path, tmp_path: Path
) -> Iterator[tuple[AtTheScreen, Outside]]:
    """The program at its unlock screen, on a bus where another process listens."""
    with session_bus() as on_the_bus:
        at = AtTheScreen({**virtual_screen, **on_the_bus}, closed_vault, tmp_path)
        outside = Outside(on_the_bus["DBUS_SESSION_BUS_ADDRESS"])
        yield at, outside
        outside.close()
        at.close()


def test_the_risk_page_is_read_and_words_put_into_it_are_saved(
    heard_program: tuple[AtTheScreen, Outside], opened: Callable[[], Desk]
) -> None:
    at, outside = heard_program
    at.unlock()
    new_case(at, "Keira", "Holt-Baines", "NM-2026-0417")
    step(at, 3, "RiskPage")
    program = outside.program("Holdfast")
    yes = outside.find(program, "radio button", "Has this person ever held your throat")
    assert yes.name.endswith(": Yes")
    tree = list(outside.tree(program))
    print(printed(tree))
    roles = Counter(thing.role for thing in tree)
    assert roles["radio button"] >= 43 * 5
    seen = [thing for thing in tree if thing.role in NAMED and SHOWING in outside.states(thing)]
    assert [thing for thing in seen if not thing.name.strip()] == []
    assert [thing.role for thing in seen if FOCUSED in outside.states(thing)] == ["radio button"]

    outside.press(yes)
    field = outside.find(program, "text", "In the victim’s own words")
    assert EDITABLE_STATE in outside.states(field)
    assert outside.put_words(field, WORDS)
    assert outside.words(field) == WORDS
    at.wait("saved", lambda now: any(said.startswith("saved ") for said in now["said"]))
    at.lock()
    at.close()

    desk = opened()
    (line,) = cases.list_cases(desk)
    view = cases.read_case(desk, line.id)
    kept = [view.of("answer")[-1].get("note"), *(one.get("words") for one in view.of("victim_view"))]
    assert WORDS in kept
    assert [answer.get("value") for answer in view.of("answer")].count("yes") == 1
    assert at.errors() == ""
