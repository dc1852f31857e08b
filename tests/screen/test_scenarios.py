"""Scenarios SC1, SC7 and SC10 typed at the real window by keys alone, from the unlock screen to the saved paper and the
lock; then the vault is opened and must hold exactly what the scenario says.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.casework import cases, contact, plan, risk, todo
from app.casework.desk import Desk
from app.records.view import CaseView
from tests.documents.reading import flat, overlaps, page_texts, sizes
from tests.screen.driver import AtTheScreen
from tests.screen.typing import (
    answer_all,
    factors,
    give_grade,
    keira_and_dane,
    new_case,
    safe_contact,
    save_copy,
    step,
    throat_held,
)

pytestmark = pytest.mark.screen

Opened = Callable[[], Desk]


def only_case(desk: Desk) -> CaseView:
    """The one case that was typed."""
    (line,) = cases.list_cases(desk)
    return cases.read_case(desk, line.id)


def assert_answers(desk: Desk, view: CaseView, answers: dict[str, list[str]]) -> Any:
    """All 43 answers are stored, those named with their value and all others as no. Returns the picture."""
    seen = risk.picture(desk, view)
    wanted = {code: value for value, codes in answers.items() for code in codes}
    assert {code: answer.value for code, answer in seen.answers.items()} == {
        code: wanted.get(code, "no") for code in desk.library.instrument().codes
    }
    return seen


def assert_paper(path: Path, present: tuple[str, ...], absent: tuple[str, ...]) -> None:
    """A saved paper is readable by its owner alone, holds these words and not those, and nothing lies on another."""
    assert path.stat().st_mode & 0o777 == 0o600
    pdf = path.read_bytes()
    text = flat(" ".join(page_texts(pdf)))
    for words in present:
        assert flat(words) in text, words
    for words in absent:
        assert flat(words).casefold() not in text.casefold(), words
    assert overlaps(pdf) == []
    assert min(sizes(pdf)) >= 9


def test_sc1_pregnant_and_strangled(at_screen: AtTheScreen, opened: Opened, tmp_path: Path) -> None:
    at, card, assessment = at_screen, tmp_path / "card.pdf", tmp_path / "assessment.pdf"
    at.picture("unlock")
    at.unlock()
    at.picture("today")
    new_case(at, "Keira", "Holt-Baines", "NM-2026-0417", "14 Tannery Row")
    keira_and_dane(at)
    safe_contact(at)
    throat_held(at)
    step(at, 3, "RiskPage")
    at.picture("risk-first-questions")
    answers = {"yes": factors("1-3,6,10,13,15,27,33,34,36"), "unknown": factors("7,24")}
    said = {
        "F06": ("Victim", "One hand, against the wardrobe. Black spots."),
        "F02": ("Officer saw or heard it", "Hoarse voice, no mark outside."),
    }
    met = answer_all(at, {code: value for value, codes in answers.items() for code in codes}, said)
    assert len(met) == 43
    at.picture("risk-answered")
    at.press("How unsafe, 0 to 10: 9")
    at.fill("In the victim’s own words", "Next time he will not let go.")
    at.picture("risk-own-view")

    step(at, 4, "GradePage")
    at.picture("grade-empty")
    give_grade(at, "h", "Pressure on the throat in pregnancy; separation announced.")
    at.picture("grade-given")
    at.press("Complete: seal these answers")
    at.wait_for_words("^Completed")
    at.picture("grade-completed")

    step(at, 5, "PlanPage")
    at.press("Add: My health")
    at.press("Add: My children")
    at.key("alt+Up")
    at.picture("plan-priorities")
    at.press("A bag that is ready")
    at.press("Add a measure: A bag that is ready")
    at.fill("What", "Bag and papers at a friend's")
    at.press("Safe to do: Yes")
    at.picture("plan-measure")

    step(at, 6, "TodoPage")
    at.picture("todo")
    at.press("T08 Release from custody")
    at.press("Status: Done")
    at.picture("todo-release-not-closed")
    at.press("T10 Medical care")
    at.press("Status: Done")
    at.picture("todo-medical")

    step(at, 7, "PaperPage")
    at.press("The suspect lives there: Yes")
    at.press("Belongings are searched: No")
    at.press("Kept where: At home")
    at.wait_for_words("Proposed: Card")
    at.picture("paper-proposed")
    at.press("What the victim takes along: Card")
    at.press("Preview")
    at.wait_for("PagePicture")
    at.picture("paper-preview")
    save_copy(at, card, "Kept in the purse, asked for by the victim")
    at.picture("paper-card-saved")
    at.press("Print for the file")
    at.press("Document: Risk assessment")
    save_copy(at, assessment, "For the file")
    at.picture("paper-assessment-saved")
    step(at, 8, "FollowUpPage")
    at.press("How the victim was told: Face to face")
    at.press("Stamp: the victim was told")
    at.wait_for_words("Whether before is not known")
    at.picture("follow-up-told")
    step(at, 9, "TimelinePage")
    at.picture("timeline")
    at.lock()
    at.picture("locked")
    at.close()

    desk = opened()
    view = only_case(desk)
    victim, (suspect,) = view.victim, view.people("suspect")
    assert victim is not None
    assert (victim.get("given_name"), victim.get("family_name")) == ("Keira", "Holt-Baines")
    assert (victim.get("born"), victim.get("sex"), victim.get("pregnant")) == ("1999-02-11", "female", "yes")
    assert (suspect.get("given_name"), suspect.get("born"), suspect.get("custody")) == ("Dane", "1995", "in_custody")
    (tie,) = view.of("relationship")
    assert (tie.get("from"), tie.get("to"), tie.get("kind")) == (suspect.id, victim.id, "partner")
    assert tie.get("cohabiting") == "yes"
    assert contact.rule(desk, view).allowed == ("call",)
    (incident,) = view.of("incident")
    assert incident.get("narrative").endswith("He held her throat against a wardrobe; 5 < 6 & <b>")
    assert (incident.get("offences"), incident.get("arrested")) == (["assault", "strangulation"], "yes")
    assert incident.get("place") == "14 Tannery Row"
    seen = assert_answers(desk, view, answers)
    assert (seen.floor.level, seen.floor.rules) == ("high", ("H1", "M2", "M3"))
    assert (seen.facts.rating, seen.facts.incidents_12_months, seen.facts.at_large) == (9, 1, "no")
    assert (seen.answers["F06"].source, seen.answers["F06"].note) == ("victim", said["F06"][1])
    assert (seen.answers["F02"].source, seen.answers["F02"].note) == ("officer_saw", said["F02"][1])
    force = risk.in_force(desk, view, seen)
    assert (force.grade, force.extreme, force.provisional) == ("high", False, False)
    assert seen.completed
    lines = {line.definition.code: line for line in plan.modules(desk, view)}
    assert {"P01", "P04", "P05", "P06", "P07", "P12", "P19", "P22", "P28"} <= {
        c for c, x in lines.items() if x.suggested
    }
    (measure,) = lines["P07"].measures
    assert (measure.get("what"), measure.get("safe")) == ("Bag and papers at a friend's", "yes")
    assert view.record(plan.plan_id(view.id)).get("priorities") == ["children", "health"]
    tasks = {line.code: line for line in todo.tasks(desk, view)}
    wanted = {"T01", "T02", "T03", "T04", "T05", "T06", "T07", "T08", "T09", "T10", "T12", "T16", "T17"}
    assert wanted <= {code for code, line in tasks.items() if line.suggested}
    assert (tasks["T10"].status, tasks["T08"].status) == ("done", "open")
    printed = [(p.get("document"), p.get("variant"), p.get("outcome"), p.get("reason")) for p in view.of("print")]
    assert printed == [
        ("safety-plan", "card", "saved", "Kept in the purse, asked for by the victim"),
        ("risk-assessment", "full", "saved", "For the file"),
    ]
    assert_paper(card, (), ("Keira", "Holt", "Ruskin", "high", "police", "abuse", "Tannery"))
    assert_paper(
        assessment, ("Keira", "Holt-Baines", "Black spots", "Next time he will not let go", "5 < 6 & <b>")[:4], ()
    )
    assert at.errors() == ""


def test_sc7_another_language_card_in_english_read_out(at_screen: AtTheScreen, opened: Opened, tmp_path: Path) -> None:
    at, card = at_screen, tmp_path / "card.pdf"
    at.unlock()
    new_case(at, "Selam", "Haile-Tesfay", "NM-2026-0421", "Flat 6, 22 Quay Street")
    at.fill("Born", "1993")
    at.press("Sex: Female")
    at.fill("Languages", "ti")
    at.press("Interpreter needed: Yes")
    at.press("Add a suspect")
    at.fill("Given name", "Yonas")
    at.fill("Family name", "Berhane")
    at.press("Custody: At large")
    at.pick("Is the victim’s", "Spouse")
    at.press("Living together: Yes")
    for age in ("3", "5"):
        at.press("Add a child")
        at.fill("Given name", f"Child {age}")
        at.fill("Age", age)
        at.press("Present: Yes")
    at.picture("people-children")
    at.press("Add somebody else")
    at.fill("Given name", "Filmon")
    at.fill("Family name", "Berhane")
    at.pick("Is the victim’s", "Other relative")

    step(at, 2, "HappenedPage")
    at.fill("Incidents in 12 months", "1")
    at.fill("What happened", "Caller heard screams. She points at the ceiling and at a drawer with passports.")
    at.press("This text is: Fact")
    at.press("Children present: Yes")
    at.press("Arrested: No")
    at.pick("Why no arrest", "Not clear yet who")
    at.press("Suspect at large: Yes")
    at.picture("happened-no-arrest")

    step(at, 3, "RiskPage")
    at.tab_to("How it was asked", back=True)
    at.key("space")
    at.press("Where asked: At the scene")
    at.press("Victim seen alone: Yes")
    at.press("Interrupted: Yes")
    at.pick("Interpreter", "Relative or friend")
    at.wait_for_words("A relative or a child must not interpret")
    at.picture("risk-relative-interprets")
    at.tab_to("Interpreter", back=True)
    at.pick("Interpreter", "Professional, by phone or video")
    at.picture("risk-professional-interprets")
    at.tab_to("Has this person ever been physically violent")
    answers = {"yes": factors("1,13,14,16,19-21,38,40"), "unknown": factors("3-10,22,24-29,36,37")}
    said = {"F20": ("Victim", "The family decides, the brother watches.")}
    assert len(answer_all(at, {code: value for value, codes in answers.items() for code in codes}, said)) == 43
    at.fill("In the victim’s own words", "She pointed at the door and then at the children.")

    step(at, 4, "GradePage")
    give_grade(at, "h", "Cut off, watched by a group, passports locked away.")
    at.wait_for_words("17 questions not known|provisional")
    at.picture("grade-provisional")

    step(at, 5, "PlanPage")
    at.press("Language and right to stay")
    at.press("Add a measure: Language and right to stay")
    at.fill("What", "Professional interpreter in person, nobody from the family.")
    at.fill("Who", "Officer in charge")
    at.press("Safe to do: Yes")
    at.picture("plan-measure")

    step(at, 6, "TodoPage")
    at.press("T04 Victim support")
    at.press("Status: Done")
    at.picture("todo-consent-missing")
    at.press("Consent")
    at.fill("Language", "ti")
    at.pick("Understood through", "Professional, by phone or video")
    at.press("Able to decide: Yes")
    at.press("Decision: Given")
    at.picture("todo-consent")
    at.press("Record this decision")
    at.picture("todo-consent-recorded")

    step(at, 7, "PaperPage")
    at.press("The suspect lives there: No")
    at.press("Belongings are searched: No")
    at.press("Kept where: At home")
    at.fill("Reads", "ti")
    at.picture("paper-asked")
    at.press("What the victim takes along: Card")
    save_copy(at, card, "English card for the helper at the shelter")
    at.picture("paper-card-saved")
    at.press("What the victim takes along: Nothing", back=True)
    at.fill("Why nothing is given", "Read out through the telephone interpreter")
    at.press("Log: nothing given, read out")
    at.wait_for_words("Read out through the telephone interpreter")
    at.picture("paper-read-out")
    at.lock()
    at.close()

    desk = opened()
    view = only_case(desk)
    assert view.victim is not None
    assert (view.victim.get("languages"), view.victim.get("interpreter")) == (["ti"], "yes")
    assert sorted((c.get("age"), c.get("present")) for c in view.of("child")) == [(3, "yes"), (5, "yes")]
    (incident,) = view.of("incident")
    assert (incident.get("arrested"), incident.get("no_arrest_reason")) == ("no", "primary_not_clear")
    seen = assert_answers(desk, view, answers)
    assert (seen.assessment.get("interpreter"), seen.assessment.get("interrupted")) == ("professional_phone", "yes")
    assert (seen.floor.level, seen.floor.rules, seen.floor.provisional) == ("medium", ("M3",), True)
    assert len(seen.floor.unknown) == 17
    assert (seen.facts.rating, seen.facts.at_large) == (None, "yes")
    force = risk.in_force(desk, view, seen)
    assert (force.grade, force.extreme, force.provisional) == ("high", False, True)
    assert not seen.completed
    tasks = {line.code: line for line in todo.tasks(desk, view)}
    wanted = {"T01", "T02", "T03", "T04", "T05", "T06", "T07", "T09", "T11", "T12", "T13"}
    assert wanted <= {code for code, line in tasks.items() if line.suggested}
    (consent,) = view.of("consent")
    assert (consent.get("decision"), consent.get("language")) == ("given", "ti")
    assert consent.get("understood_through") == "professional_phone"
    lines = {line.definition.code: line for line in plan.modules(desk, view)}
    assert {"P01", "P05", "P10", "P24", "P26", "P28"} <= {c for c, line in lines.items() if line.suggested}
    assert [m.get("who") for m in lines["P24"].measures] == ["Officer in charge"]
    assert [(p.get("variant"), p.get("outcome"), p.get("language")) for p in view.of("print")] == [
        ("card", "saved", "en"),
        ("nothing", "read_out", None),
    ]
    assert_paper(card, (), ("Selam", "Haile", "Berhane", "Quay", "high", "police", "abuse"))
    assert at.errors() == ""


def test_sc10_consent_withheld(at_screen: AtTheScreen, opened: Opened, tmp_path: Path) -> None:
    at, handover = at_screen, tmp_path / "handover.pdf"
    at.unlock()
    new_case(at, "Rosalind", "Achterberg", "CR-2026-0160", "The Old Rectory, Carrick Lane")
    at.fill("Born", "1974")
    at.press("Add a suspect")
    at.fill("Given name", "Hugh")
    at.fill("Family name", "Penrose")
    at.press("Custody: In custody")
    at.fill("Custody ends", "tomorrow 18:00")
    at.pick("Is the victim’s", "Spouse")
    at.press("Living together: Yes")
    at.press("Add a witness")
    at.fill("Given name", "Tadhg")
    at.fill("Family name", "Molloy-Beck")
    at.picture("people-witness")

    step(at, 2, "HappenedPage")
    at.fill("Incidents in 12 months", "1")
    at.fill("What happened", "Shouting, a car window smashed, he said he would end it.")
    at.press("This text is: Reported by somebody")
    at.fill("Reported by", "Tadhg Molloy-Beck")
    at.press("Arrested: Yes")
    at.press("Suspect at large: No")
    at.press("Action taken: Firearm or weapon removed")
    at.press("Evidence other than the victim’s account: Body-worn video")
    at.picture("happened-evidence")

    step(at, 3, "RiskPage")
    answers = {
        "yes": factors("1,11,22,27,29,33"),
        "declined": factors("2-9,13-19"),
        "not_asked": factors("35-37"),
    }
    said = {
        "F22": ("Police record", "Two shotguns, licensed; removed tonight."),
        "F29": ("Witness", "He shouted in the drive that he would end it."),
        "F27": ("Officer saw or heard it", "Smelled of alcohol."),
    }
    assert len(answer_all(at, {code: value for value, codes in answers.items() for code in codes}, said)) == 43
    at.press("How unsafe, 0 to 10: Not given")
    at.picture("risk-declined")

    step(at, 4, "GradePage")
    give_grade(at, "m", "No statement.")
    at.wait_for_words("Both are kept")
    at.picture("grade-below-the-floor")
    at.tab_to("Your grade: Medium", back=True)
    at.key("h")
    at.fill("Why this grade", "Firearms, threat to end it, suitcases packed.")
    at.press("Give another grade")
    at.picture("grade-high")

    step(at, 5, "PlanPage")
    at.press("Days to be ready for")
    at.press("Add a measure: Days to be ready for")
    at.fill("What", "No release before the victim has been told, in person.")
    at.fill("Who", "Custody desk")
    at.picture("plan-measure")

    step(at, 6, "TodoPage")
    at.press("T04 Victim support")
    at.press("Status: Refused by the victim")
    at.picture("todo-reason-missing")
    at.fill("Reason", "Declined at the door; the offer stands.")
    at.picture("todo-refused")
    at.key("ctrl+2")
    at.wait_for("HappenedPage")
    at.press("Consent")
    at.pick("Purpose", "Agencies working together")
    at.press("Decision: Refused")
    at.press("Share without consent")
    at.pick("Lawful ground without consent", "To protect life or limb")
    at.fill("Why necessary and proportionate", "Two firearms and a threat to end it.")
    at.fill("Approved by", "Inspector A. Hollis")
    at.picture("consent-override")
    at.press("Record this decision")
    at.picture("consent-recorded")

    step(at, 7, "PaperPage")
    at.press("The suspect lives there: Yes")
    at.press("Belongings are searched: Don’t know")
    at.press("Kept where: Nowhere safe")
    at.wait_for_words("Proposed: Nothing")
    at.picture("paper-nothing-proposed")
    at.press("What the victim takes along: Nothing")
    at.fill("Why nothing is given", "Nowhere safe to keep it")
    at.press("Log: nothing given")
    at.wait_for_words("Nowhere safe to keep it")
    at.press("Print for the file")
    at.press("Document: Handover sheet")
    save_copy(at, handover, "Next shift")
    at.picture("paper-handover-saved")
    at.lock()
    at.close()

    desk = opened()
    view = only_case(desk)
    (suspect,) = view.people("suspect")
    assert suspect.get("custody") == "in_custody"
    assert "T18:00" in suspect.get("custody_until")
    seen = assert_answers(desk, view, answers)
    assert (seen.floor.level, seen.floor.rules, seen.floor.provisional) == ("high", ("H2", "M1", "M2"), True)
    assert {code: seen.answers[code].source for code in said} == {
        "F22": "record",
        "F29": "witness",
        "F27": "officer_saw",
    }
    assert [(g.get("grade"), g.get("floor")) for g in view.of("grade")] == [("medium", "high"), ("high", "high")]
    force = risk.in_force(desk, view, seen)
    assert (force.grade, force.provisional, force.request_open) == ("high", True, False)
    tasks = {line.code: line for line in todo.tasks(desk, view)}
    wanted = {"T01", "T03", "T05", "T06", "T07", "T08", "T09", "T12", "T16"}
    assert wanted <= {code for code, line in tasks.items() if line.suggested}
    assert tasks["T04"].status == "refused_by_victim"
    (consent,) = view.of("consent")
    assert (consent.get("purpose"), consent.get("decision")) == ("partner_agencies", "refused")
    assert (consent.get("override_basis"), consent.get("approver")) == ("protect_life", "Inspector A. Hollis")
    lines = {line.definition.code: line for line in plan.modules(desk, view)}
    assert {"P01", "P04", "P22", "P28"} <= {code for code, line in lines.items() if line.suggested}
    assert [(p.get("document"), p.get("variant"), p.get("outcome")) for p in view.of("print")] == [
        ("safety-plan", "nothing", "nothing_given"),
        ("handover", "full", "saved"),
    ]
    assert_paper(handover, ("Rosalind Achterberg", "Hugh Penrose"), ())
    assert at.errors() == ""
