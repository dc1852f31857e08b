"""One night of an officer at the real window, step by step: two families, a mistake, an interruption, a hand-over.

Each step is worked by keys alone and ends where its picture is taken. Nothing here looks into a vault.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.screen.driver import AtTheScreen
from tests.screen.test_hide import come_back, hidden
from tests.screen.typing import (
    QUESTIONS,
    answer_all,
    factors,
    give_grade,
    keira_and_dane,
    new_case,
    safe_contact,
    step,
    throat_held,
)

ASKED = {code: question for question, code in QUESTIONS.items()}
SECOND_PASSPHRASE = "lanternfish copperdale winding"
NEW, KNOWN = "NM-2026-0417", "NM-2026-0385"
HANDOVER = "handover.pdf"
ANSWERS = {"yes": factors("1-3,10,13,15,27,33,34,36"), "unknown": factors("7,24")}
FORGOTTEN = "F06"
"""What was told and recorded as no: the correction says yes."""
KNOWN_THEN = {"yes": factors("11,26,40,42")}
AGAIN = {"yes": factors("1,11,15,18,26,40,42")}
NOTE = "One hand, against the wardrobe. Black spots."
WORDS = "Both children of the neighbour heard it through the wa"
REASONING = "Dane has scratches on both hands, as from somebody who fights for air."


def by_factor(answers: dict[str, list[str]]) -> dict[str, str]:
    """Factor -> answer."""
    return {code: value for value, codes in answers.items() for code in codes}


def choose_vault(at: AtTheScreen, letter: str) -> None:
    """Go to the list of officers and take the one that begins with a letter."""
    at.wait_for("Unlock")
    at.tab_to("Whose vault", back=True)
    at.key(letter)


def two_officers(at: AtTheScreen) -> None:
    choose_vault(at, "i")


def begin_shift(at: AtTheScreen) -> None:
    at.key("Return")
    at.unlock()
    at.wait_for("TodayPage")


def today_closely(at: AtTheScreen) -> None:
    at.key("Down", "Down")


def first_family(at: AtTheScreen) -> None:
    new_case(at, "Keira", "Holt-Baines", NEW, "14 Tannery Row")


def its_people(at: AtTheScreen) -> None:
    keira_and_dane(at)
    at.tab_to("Custody ends", back=True)
    at.fill("Custody ends", "tomorrow 14:00")


def its_safe_contact(at: AtTheScreen) -> None:
    safe_contact(at)


def danger(at: AtTheScreen) -> None:
    at.key("ctrl+d")
    at.wait_for("DangerPanel")


def what_happened(at: AtTheScreen) -> None:
    at.key("Escape")
    throat_held(at)


def its_risk(at: AtTheScreen) -> None:
    step(at, 3, "RiskPage")
    at.tab_to(ASKED["F01"])
    met = answer_all(at, by_factor(ANSWERS), {"F02": ("Officer saw or heard it", "Hoarse voice, no mark outside.")})
    assert len(met) == len(QUESTIONS)


def her_own_view(at: AtTheScreen) -> None:
    at.press("How unsafe, 0 to 10: 9")
    at.fill("In the victim’s own words", "Next time he will not let go.")


def help_beside(at: AtTheScreen) -> None:
    at.key("F1")


def its_grade(at: AtTheScreen) -> None:
    at.key("F1")
    step(at, 4, "GradePage")
    give_grade(at, "h", "Pregnant, separation announced, threats to kill.")


def completed(at: AtTheScreen) -> None:
    at.press("Complete: seal these answers")
    at.wait_for_words("^Completed")


def mistake_seen(at: AtTheScreen) -> None:
    at.fill("What was recorded wrongly, and why", "The hand at her throat was told and recorded as no.")


def correction_begun(at: AtTheScreen) -> None:
    at.press("Correct this assessment")
    at.wait_for_words("This corrects the assessment of")


def answer_corrected(at: AtTheScreen) -> None:
    step(at, 3, "RiskPage")
    at.tab_to(ASKED[FORGOTTEN])
    at.key("y")
    at.wait_for_words("saved")


def corrected(at: AtTheScreen) -> None:
    step(at, 4, "GradePage")
    give_grade(at, "h", "Pressure on the throat in pregnancy; separation announced.")
    at.press("Complete: seal these answers")
    at.wait_for_words("^Completed")


def what_it_changes(at: AtTheScreen) -> None:
    at.tab_to("What has changed, then and now")


def pressed_by_mistake(at: AtTheScreen) -> None:
    step(at, 1, "PeoplePage")
    at.press("Add a witness")
    at.fill("Family name", "Wrongdoor")


def taken_back(at: AtTheScreen) -> None:
    at.tab_to("Sex: ")  # in a field of words the key takes back what was typed last in it
    at.key("ctrl+z")
    at.wait_for_words("^Taken back")


def last_minutes(at: AtTheScreen) -> None:
    at.key("F8")
    at.wait_for("TimelinePage")
    at.wait("the list", lambda now: now["focus"].get("name", "").startswith(("Undo", "Do it again")))


def plan(at: AtTheScreen) -> None:
    step(at, 5, "PlanPage")
    at.press("A bag that is ready")
    at.press("Add a measure: A bag that is ready")
    at.fill("What", "Bag and papers at a friend's")
    at.press("Safe to do: Yes")


def interrupted(at: AtTheScreen) -> None:
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.key("ctrl+End")
    at.xdotool("type", "--delay", "1", "--", f" {WORDS}")
    at.wait("the words", lambda now: str(now["focus"].get("value")).endswith(WORDS))


def hide(at: AtTheScreen) -> None:
    now = hidden(at, "F9")
    assert not any(word in said for said in now["said"] for word in ("Keira", NEW, "danger")), now["said"]


def back_from_hiding(at: AtTheScreen) -> None:
    now = come_back(at)
    assert str(now["focus"]["value"]).endswith(WORDS), now["focus"]


def lock(at: AtTheScreen) -> None:
    at.lock()
    assert not any("Keira" in said for said in at.now()["said"])


def back_in_the_same_field(at: AtTheScreen) -> None:
    at.unlock()
    now = at.wait_for("HappenedPage")
    assert (now["focus"]["name"], str(now["focus"]["value"]).endswith(WORDS)) == ("What happened", True), now["focus"]
    at.xdotool("type", "--delay", "1", "--", "ll.")
    at.wait("the end of the words", lambda now: str(now["focus"].get("value")).endswith(WORDS + "ll."))


def counter_allegation(at: AtTheScreen) -> None:
    step(at, 1, "PeoplePage")
    at.press("A second victim, or an allegation against the victim")
    at.pick("Who is the victim there", "Dane Ruskin")
    at.press("Why a second case: Counter-allegation")
    at.press("Make the linked case")
    at.wait_for_words("Nothing but the person crossed")


def primary_aggressor(at: AtTheScreen) -> None:
    at.fill("Who is the primary aggressor, and why", REASONING)


def linked_case(at: AtTheScreen) -> None:
    at.press("Open the linked case", back=True)
    at.wait("the linked case", lambda now: any("Dane" in said for said in now["said"]))


def slept(at: AtTheScreen) -> None:
    """The hour has jumped: the laptop slept, and the program noticed."""
    at.wait_for("Unlock")


def awake(at: AtTheScreen) -> None:
    at.unlock()
    at.wait_for("CaseFrame")


def darker(at: AtTheScreen) -> None:
    at.key("alt+7")
    at.wait_for("ThisVaultPage")
    at.press("Open the settings")
    at.wait_for("SettingsPage")
    at.press("Colours: Night")


def known_family(at: AtTheScreen) -> None:
    at.key("alt+3")
    at.wait_for("NewAttendancePage")
    at.fill("Given name", "Bronnagh")
    at.fill("Family name", "Tily")
    at.wait_for_words("^Here already")


def added_there(at: AtTheScreen) -> None:
    at.key("Down", "Return")
    at.wait_for("HappenedPage")
    at.fill("Incidents in 12 months", "3")
    at.fill("What happened", "He stood in the stairwell again and would not go. Pip opened the door.")


def asked_again(at: AtTheScreen) -> None:
    at.press("Start a reassessment", back=True)
    at.wait_for("RiskPage")
    at.tab_to(ASKED["F11"])


def reassessed(at: AtTheScreen) -> None:
    at.tab_to(ASKED["F01"], back=True)
    said = {"F11": ("Victim", "Kicked the lift door this time.")}
    assert len(answer_all(at, by_factor(AGAIN), said)) == len(QUESTIONS)


def graded_again(at: AtTheScreen) -> None:
    step(at, 4, "GradePage")
    give_grade(at, "h", "Third report, he came to the flat; the order was broken again.")
    at.press("Complete: seal these answers")
    at.wait_for_words("^Completed")


def way_refused(at: AtTheScreen) -> None:
    step(at, 8, "FollowUpPage")
    at.press("Contact the victim now: in which way?: Call")


def contact(at: AtTheScreen) -> None:
    at.press("Contact the victim now: in which way?: Face to face")
    at.press("The victim was reached: Yes")
    at.press("Feels: Less safe")
    at.press("Something happened since: Yes")
    at.fill("Next contact promised for", "tomorrow 10:00")


def breach(at: AtTheScreen) -> None:
    at.key("ctrl+b")
    at.fill("What was done", "Came to the stairwell of the flat.")


def told_before_release(at: AtTheScreen) -> None:
    open_case(at, NEW)
    step(at, 8, "FollowUpPage")
    at.press("How the victim was told: Face to face")
    at.press("Stamp: the victim was told")
    at.wait_for_words("was told")


def open_case(at: AtTheScreen, reference: str) -> None:
    """Find a case by its reference and open it."""
    at.key("ctrl+k")
    at.type(reference)
    at.key("Return")
    at.wait_for("CaseFrame")


def timeline(at: AtTheScreen) -> None:
    step(at, 9, "TimelinePage")
    at.key("Down", "Down")


def timeline_of_one_kind(at: AtTheScreen) -> None:
    at.tab_to("What", back=True)
    at.key("Home", "Down", "Down")


def earlier_values(at: AtTheScreen) -> None:
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.key("ctrl+h")
    at.wait("the sheet", lambda now: now["focus"].get("name", "").startswith("All values"))


def services(at: AtTheScreen) -> None:
    at.key("Escape")
    at.key("alt+5")
    at.wait_for("ServicesPage")


def all_keys(at: AtTheScreen) -> None:
    at.key("alt+1")
    at.wait_for("TodayPage")
    at.key("question")
    at.wait_for("KeySheet")


def today_at_the_end(at: AtTheScreen) -> None:
    at.key("Escape")
    at.wait_for("TodayPage")


def reviews(at: AtTheScreen) -> None:
    at.key("alt+6")
    at.wait_for("ReviewsPage")


def end_of_shift(at: AtTheScreen) -> None:
    at.key("ctrl+e")
    at.wait_for("EndOfShiftPage")
    at.wait("the first case", lambda now: now["focus"].get("name", "").startswith("Hand over"))


def handed_over(at: AtTheScreen) -> None:
    at.fill("Who takes over", "Tove Lindqvist, early shift")
    at.fill("Full path of the file to save", str(at.folder / HANDOVER))
    at.press("Save a copy there")
    at.wait_for_words("^Saved and logged in each case")


def shift_ended(at: AtTheScreen) -> None:
    at.tab_to("End the shift and lock", back=True)
    at.lock("space")


def second_officer(at: AtTheScreen) -> None:
    choose_vault(at, "t")
    at.key("Return")


def her_own_today(at: AtTheScreen) -> None:
    at.unlock(SECOND_PASSPHRASE)
    now = at.wait_for("TodayPage")
    nothing_of_the_first(now)


def finds_nothing(at: AtTheScreen) -> None:
    at.key("ctrl+k")
    at.type("Keira")
    at.wait_for_words("^Nothing found")


def hands_over_nothing(at: AtTheScreen) -> None:
    at.key("ctrl+e")
    nothing_of_the_first(at.wait_for("EndOfShiftPage"))
    at.wait_for_words("^Nothing to hand over")


def nothing_of_the_first(now: dict[str, Any]) -> None:
    """No name and no reference of the first officer's cases is on the screen."""
    known = ("Keira", "Holt", "Dane", "Ruskin", "Bronagh", "Tilley", "Vance", NEW, KNOWN)
    assert not [said for said in now["said"] if any(word in said for word in known)], now["said"]


class Step(NamedTuple):
    """What happens, its name on the picture, and the hour to which the clock goes first, where it does."""

    name: str
    do: Callable[[AtTheScreen], None]
    hour: str = ""


NIGHT = (
    Step("two officers", two_officers, "22:00"),
    Step("today with clocks", begin_shift),
    Step("today line by line", today_closely),
    Step("new attendance made", first_family),
    Step("people", its_people),
    Step("safe contact", its_safe_contact),
    Step("immediate danger", danger),
    Step("what happened", what_happened),
    Step("43 answers", its_risk),
    Step("her own view", her_own_view),
    Step("help beside", help_beside),
    Step("grade and floor", its_grade),
    Step("completed", completed),
    Step("mistake seen", mistake_seen),
    Step("correction begun", correction_begun),
    Step("answer corrected", answer_corrected),
    Step("correction completed", corrected),
    Step("what the correction changes", what_it_changes),
    Step("pressed by mistake", pressed_by_mistake),
    Step("undo", taken_back),
    Step("last minutes", last_minutes),
    Step("safety plan", plan),
    Step("interrupted", interrupted),
    Step("hidden", hide),
    Step("back from hiding", back_from_hiding),
    Step("locked", lock),
    Step("back in the same field", back_in_the_same_field, "23:50"),
    Step("counter-allegation", counter_allegation),
    Step("primary aggressor", primary_aggressor),
    Step("linked case", linked_case),
    Step("slept and locked itself", slept, "02:40"),
    Step("awake again", awake),
    Step("night colours", darker),
    Step("known family found", known_family),
    Step("attendance added there", added_there),
    Step("asked again what is known", asked_again),
    Step("reassessed", reassessed),
    Step("graded again", graded_again),
    Step("what changed since", what_it_changes),
    Step("call at night refused", way_refused),
    Step("follow-up contact", contact),
    Step("breach", breach),
    Step("told before release", told_before_release),
    Step("timeline", timeline),
    Step("timeline filtered", timeline_of_one_kind),
    Step("earlier values", earlier_values),
    Step("services", services),
    Step("all keys", all_keys),
    Step("today before the end", today_at_the_end),
    Step("reviews", reviews),
    Step("end of shift", end_of_shift),
    Step("handed over", handed_over),
    Step("shift ended", shift_ended),
    Step("second officer", second_officer, "06:00"),
    Step("own today", her_own_today),
    Step("finds nothing", finds_nothing),
    Step("hands over nothing", hands_over_nothing),
)


def names(folder: Path) -> list[str]:
    """The pictures of a night that are there, in order."""
    return sorted(path.name for path in folder.glob("[0-9][0-9]-*.png"))
