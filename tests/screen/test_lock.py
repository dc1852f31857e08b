"""Locked in the middle of a word at the real window: after unlocking the words are there, and so is the officer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.casework import cases
from app.casework.desk import Desk
from tests.screen.driver import PASSPHRASE, AtTheScreen
from tests.screen.typing import new_case, question_at, step

pytestmark = pytest.mark.screen


def test_locked_in_the_middle_of_a_word(at_screen: AtTheScreen, opened: Callable[[], Desk]) -> None:
    at = at_screen
    at.unlock()
    new_case(at, "Keira", "Holt-Baines", "NM-2026-0417")
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.type("The neighbour heard a crash and then nothing mo")
    process = at.now()["process"]
    at.lock()
    locked = at.now()
    assert locked["titles"] == ["Holdfast"]
    assert not any("Keira" in said or "neighbour" in said for said in locked["said"])
    assert locked["process"] == process == at.program.pid
    at.picture("locked")
    at.unlock()
    now = at.wait_for("HappenedPage")
    assert (now["focus"]["name"], now["focus"]["value"]) == (
        "What happened",
        "The neighbour heard a crash and then nothing mo",
    )
    at.picture("returned")
    at.type("re")  # the cursor stands where it stood

    step(at, 3, "RiskPage")
    at.key("n", "Down", "Down", "y")
    asked = question_at(at.now())
    at.lock()
    at.unlock()
    assert question_at(at.wait_for("RiskPage")) == asked
    at.picture("returned-to-the-question")
    at.lock()
    at.close()

    desk = opened()
    (line,) = cases.list_cases(desk)
    view = cases.read_case(desk, line.id)
    (incident,) = view.of("incident")
    assert incident.get("narrative") == "The neighbour heard a crash and then nothing more"
    assert sorted((a.get("value") for a in view.of("answer")), key=str) == ["no", "yes"]
    assert at.errors() == ""


def test_wrong_passphrase_then_closing_and_the_way_back(at_screen: AtTheScreen) -> None:
    at = at_screen
    at.wait_for("Unlock")
    at.xdotool("type", "--delay", "1", "--", "quite another passphrase")
    at.xdotool("key", "Return")
    said = at.wait_for_words("passphrase.*(not|wrong)|does not open")
    assert said
    at.picture("wrong-passphrase")
    at.wait("the field to be ready again", lambda now: now["focus"].get("name") == "Passphrase")
    at.wait("the waiting to end", lambda now: not any(said.startswith("You can try again in") for said in now["said"]))
    at.unlock()
    new_case(at, "Keira", "Holt-Baines", "NM-2026-0417")
    at.tab_to("Given name")
    at.key("ctrl+e")  # also from a field of one line, to which X11 would give the key
    at.wait_for("EndOfShiftPage")
    at.key("alt+2", "Return")
    at.wait_for("PeoplePage")
    at.xdotool("key", "alt+F4")
    at.program.wait(60)
    assert at.program.returncode == 0
    at.start()
    at.unlock()
    at.wait_for("PeoplePage")
    assert at.errors() == ""


def test_hidden_in_the_middle_of_a_word(at_screen: AtTheScreen) -> None:
    at = at_screen
    at.unlock()
    new_case(at, "Keira", "Holt-Baines", "NM-2026-0417")
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.type("The neighbour heard a cra")
    at.xdotool("key", "F9")
    hidden = at.wait_for("NeutralPage")
    assert hidden["titles"] == ["Holdfast"]
    assert not any(word in said for said in hidden["said"] for word in ("Keira", "NM-2026", "Safe contact", "Happened"))
    at.settled_picture("hidden")

    def asked(now: dict[str, Any]) -> bool:
        # For a moment after hiding the page is deaf, so that a key that was on its way does not call for the field.
        if now["focus"].get("name") != "Password":
            at.xdotool("key", "Return")
        return now["focus"].get("name") == "Password"

    at.wait("the field", asked)
    at.xdotool("type", "--delay", "1", "--", PASSPHRASE)
    at.xdotool("key", "Return")
    now = at.wait("the window again", lambda now: now["focus"].get("name") == "What happened")
    assert now["focus"]["value"] == "The neighbour heard a cra"
    at.type("sh")
    assert at.heard()["focus"]["value"] == "The neighbour heard a crash"
    assert at.errors() == ""
