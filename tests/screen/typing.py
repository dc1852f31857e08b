"""How an officer types a case by keyboard: the parts of the steps that every scenario has in common."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app import paths
from app.forms.library import load_library
from tests.screen.driver import AtTheScreen, NotThereError

QUESTIONS = {factor.question: factor.code for factor in load_library(paths.resources()).instrument().factors}
KEYS = {"yes": "y", "no": "n", "unknown": "k", "declined": "d", "not_asked": "x"}
NOTE = "In the victim’s own words, or what you saw"


def new_case(at: AtTheScreen, given: str, family: str, reference: str, place: str = "") -> None:
    """Make a case from the place “New attendance”."""
    at.key("alt+3")
    at.wait_for("NewAttendancePage")
    at.fill("Given name", given)
    at.fill("Family name", family)
    at.fill("Reference", reference)
    if place:
        at.fill("Place", place)
        at.key("shift+Tab")
    at.key("Return")
    at.wait_for("PeoplePage")


def keira_and_dane(at: AtTheScreen) -> None:
    """The rest of a victim whose name is there already, and a suspect in custody who is the partner."""
    at.fill("Born", "11.2.1999")
    at.press("Sex: Female")
    at.press("Pregnant: Yes")
    at.picture("people-victim")
    at.press("Add a suspect")
    at.fill("Given name", "Dane")
    at.fill("Family name", "Ruskin")
    at.fill("Born", "1995")
    at.press("Sex: Male")
    at.press("Custody: In custody")
    at.pick("Is the victim’s", "Partner")
    at.press("Living together: Yes")
    at.picture("people-suspect")


def safe_contact(at: AtTheScreen) -> None:
    """Agree how the victim may be reached."""
    at.press("Safe ways: Call")
    at.fill("Safe number", "+44 20 7946 0000")
    at.fill("Safe hours", "09:00-12:00")
    at.press("Voicemail allowed: No")
    at.press("Confirmed with the victim")
    at.picture("people-safe-contact")


def throat_held(at: AtTheScreen) -> None:
    """What happened to a victim whose throat was held, and that the suspect was arrested."""
    step(at, 2, "HappenedPage")
    at.fill("Happened from", "yesterday 01:10")
    at.fill("Incidents in 12 months", "1")
    at.fill("What happened", "She spoke of going to her aunt. He held her throat against a wardrobe; 5 < 6 & <b>")
    at.press("Injury: Yes")
    at.fill("Offences", "assault; strangulation")
    at.press("Arrested: Yes")
    at.press("Suspect at large: No")
    at.picture("happened")


def step(at: AtTheScreen, number: int, page: str) -> dict[str, Any]:
    """Go to a step of the case by its key."""
    at.key(f"ctrl+{number}")
    return at.wait_for(page)


def factors(numbers: str) -> list[str]:
    """Factor codes from numbers and ranges: "1,3-5"."""
    found = []
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        found += [f"F{n:02d}" for n in range(int(first), int(last or first) + 1)]
    return found


def question_at(now: Mapping[str, Any]) -> str:
    """The code of the factor in whose card the focus stands, or an empty string."""
    name = str(now["focus"].get("name", ""))
    return next((code for question, code in QUESTIONS.items() if name.startswith(question)), "")


def answer_all(at: AtTheScreen, answers: Mapping[str, str], said: Mapping[str, tuple[str, str]]) -> list[str]:
    """Answer every question with its key, going down with the arrow; what `answers` does not name is no.

    `said`: factor -> (source, note), typed into the card. Returns the codes in the order in which they were met.
    """
    met: list[str] = []
    now = at.now()
    while True:
        code = question_at(now)
        if not code:
            raise NotThereError(f"no question has the focus but {now['focus']}")
        if code not in met:
            met.append(code)
            now = at.key(KEYS[answers.get(code, "no")])
            if code in said:
                source, note = said[code]
                at.tab_to("From", most=8)
                pick_here(at, source)
                at.tab_to(NOTE, most=8)
                at.type(note)
                # In a text the arrows move the cursor; Tab goes on to the question below or to this card's last button.
                now = at.key("Tab")
                if question_at(now) != code:
                    continue
        before = now["focus"]["name"]
        now = at.key("Down")
        if now["focus"]["name"] == before:
            return met


def pick_here(at: AtTheScreen, label: str) -> dict[str, Any]:
    """Take an entry of the box in which the focus stands, by the down arrow."""
    now = at.now()
    for _ in range(40):
        if now["focus"].get("value") == label:
            return now
        now = at.key("Down")
    raise NotThereError(f"“{label}” is not in the box “{now['focus'].get('name')}”")


def save_copy(at: AtTheScreen, path: Path, reason: str) -> str:
    """Fill in reason and file name of the paper that is shown, save the copy; returns what the screen says."""
    at.fill("Why it is printed", reason)
    at.fill("Full path of the file to save", str(path))
    at.press("Save a copy there")
    return at.wait_for_words("Saved and logged")


def give_grade(at: AtTheScreen, key: str, why: str) -> None:
    """Give a grade by its key, with the reason."""
    at.key(key)
    at.fill("Why this grade", why)
    at.press("Give this grade")
