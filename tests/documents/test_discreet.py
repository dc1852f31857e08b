"""The discreet pages: only what may leave, in the victim's order, on two pages; what is left out is named."""

from __future__ import annotations

from typing import Any

import pytest

from app.documents import discreet, neutral
from app.documents.catalogue import BuildFindings, build, findings
from app.documents.scan import HINT, NAME_LIKE, NUMBER, PERSON, PLACE, TOLD, WAY, unsafe_words
from app.i18n import translator
from app.problems import Problem
from tests.documents import scenes
from tests.documents.reading import flat, overlaps, page_texts, sizes, text_of

EN = translator("en")


def printed(given: scenes.Given, **changes: Any) -> str:
    view = scenes.view_of(given)
    return text_of(build("safety-plan", "discreet", view, scenes.context(view, **changes), EN))


def found(given: scenes.Given, **changes: Any) -> BuildFindings:
    view = scenes.view_of(given)
    return findings("safety-plan", "discreet", view, scenes.context(view, **changes), EN)


def measure(record: str, module: str, what: str, **fields: Any) -> tuple[str, str, dict[str, Any]]:
    return ("measure", record, {"module": module, "what": what, "safe": "yes", **fields})


def test_safe_measures_stand_there_in_the_order_of_the_priorities() -> None:
    text = printed(scenes.sc1())
    health, house, money = (text.index(neutral.MODULES[m]) for m in ("P19", "P12", "P09"))
    assert health < house < money
    for words in ("Ring from the hall", "Check-up of the throat today", "Have the lock on the back gate"):
        assert words in text
    for words in ("Maureen", "Back door", "forty pounds", "Keira", "Holt", "Ruskin", "Millrace", "aunt"):
        assert words not in text


def test_what_is_left_out_is_named_with_its_reason() -> None:
    given = [
        *scenes.sc1(),
        measure("unsafe", "P10", "teach the emergency number", safe="unknown"),
        measure("spoken", "P27", "a neighbour rings back"),
        measure("way", "P14", "another way on wednesday"),
        measure("script", "P10", "اتصلي"),
        measure("other", "X", "something of a newer version"),
    ]
    left = {out.measure: out for out in found(given).left_out}
    assert {m: out.why for m, out in left.items()} == {
        "m2": discreet.STAYS,
        "m5": discreet.WORDS,
        "unsafe": discreet.NOT_SAFE,
        "spoken": discreet.STAYS,
        "way": discreet.STAYS,
        "script": discreet.SCRIPT,
        "other": discreet.STAYS,
    }
    assert [f.word for f in left["m5"].found] == ["Maureen"]
    assert all(out.why.endswith(".") for out in left.values()), "a sentence for the officer, not a code"


@pytest.mark.parametrize("module", ["P15", "P17"])
@pytest.mark.parametrize(("value", "leaves"), [("yes", False), ("unknown", False), ("declined", False), ("no", True)])
def test_steps_on_devices_leave_only_where_watching_is_ruled_out(module: str, value: str, leaves: bool) -> None:
    given = [r for r in scenes.sc1() if r[1] != "a-F17"]
    given.append(("answer", "a-F17", {"assessment": "a", "factor": "F17", "value": value}))
    given.append(measure("dev", module, "look at the settings together"))
    assert ("look at the settings together" in printed(given)) is leaves
    lines = scenes.library().module(module).discreet  # type: ignore[union-attr]
    assert (flat(lines[0]) in flat(printed(given))) is leaves


def test_an_unanswered_question_about_watching_is_not_a_no() -> None:
    given = [r for r in scenes.sc1() if r[1] != "a-F17"] + [measure("dev", "P15", "look at the settings together")]
    assert [out.why for out in found(given).left_out if out.measure == "dev"] == [discreet.WATCHED]


def test_an_earlier_yes_counts_until_it_is_answered_anew() -> None:
    given = [r for r in scenes.sc1() if r[1] != "a-F17"]
    given += [
        ("answer", "a-F17", {"assessment": "a", "factor": "F17", "value": "yes"}),
        ("answer", "b-F17", {"assessment": "b", "factor": "F17", "value": "not_asked"}),
        measure("dev", "P15", "look at the settings together"),
    ]
    assert "settings" not in printed(given)
    assert "settings" in printed([*given, ("answer", "c-F17", {"assessment": "c", "factor": "F17", "value": "no"})])


def test_a_noted_device_counts_as_watched() -> None:
    given = [*scenes.sc1(), ("safe_contact", "k2", {"person": "v", "compromised": ["tablet"]})]
    assert "settings" not in printed([*given, measure("dev", "P15", "look at the settings together")])


def test_a_hundred_measures_do_not_fit_and_the_officer_chooses() -> None:
    many = [
        measure(f"m{n:03d}", "P12", f"step number {n} of the list, done in the week that suits") for n in range(100)
    ]
    view = scenes.view_of([*[r for r in scenes.sc1() if r[0] != "measure"], *many])
    context = scenes.context(view)
    with pytest.raises(Problem) as caught:
        build("safety-plan", "discreet", view, context, EN)
    assert caught.value.code == "paper.too_long"
    told = findings("safety-plan", "discreet", view, context, EN)
    assert caught.value.facts == {"chosen": 100, "fit": told.fit}
    assert 10 < told.fit < 100
    chosen = frozenset(m[1] for m in many[: told.fit - 5])
    pdf = build("safety-plan", "discreet", view, scenes.context(view, chosen=chosen), EN)
    assert len(page_texts(pdf)) == 2
    assert overlaps(pdf) == []
    assert min(sizes(pdf)) >= 9
    assert all(f"step number {n} of" in text_of(pdf).replace("\r\n", " ") for n in range(told.fit - 5))


def test_a_doubtful_word_can_be_confirmed_but_a_name_never() -> None:
    given = [*scenes.sc1(), measure("d", "P04", "ring Bella first"), measure("n", "P04", "ring Maureen first")]
    assert "Bella" not in printed(given)
    left = {out.measure: out for out in found(given).left_out}
    assert left["d"].can_confirm
    assert not left["n"].can_confirm
    text = printed(given, confirmed=frozenset({"d", "n"}))
    assert "Bella" in text
    assert "Maureen" not in text


@pytest.mark.parametrize(
    ("text", "kind", "word"),
    [
        ("go to maureen on the way", PERSON, "Maureen"),
        ("tell MO about it", PERSON, "Mo"),
        ("Holt rings at noon", PERSON, "Holt"),
        ("Keira's keys", PERSON, "Keira"),
        ("leave it at millrace terrace", PLACE, "Millrace"),
        ("the office in Northmere", PLACE, "Northmere"),
        ("quote nm-2026-0417", PLACE, "NM-2026-0417"),
        ("say rye or wheat", PLACE, "rye or wheat"),
        ("ring 020 7946 0000", NUMBER, "79460000"),
        ("ring 0161 496 0999 in the evening", NUMBER, "0161 496 0999"),
        ("speak to the police first", TOLD, "police"),
        ("the refuge has a bed", TOLD, "refuge"),
        ("keep the DVDS letter", TOLD, "dvds"),
        ("what the judge said", HINT, "judge"),
        ("leave by the back door at 6 pm", WAY, "leave, 6 pm"),
        ("the taxi comes on friday", WAY, "taxi, friday"),
        ("the bus, 18:05", WAY, "bus, 18:05"),
        ("by the side door", HINT, "side door"),
        ("while he sleeps", HINT, "he sleeps"),
        ("walk to Bella and wait", NAME_LIKE, "Bella"),
    ],
)
def test_what_would_betray_is_found(text: str, kind: str, word: str) -> None:
    assert (kind, word) in [(f.kind, f.word) for f in unsafe_words(text, scenes.view_of(scenes.sc1()))]


@pytest.mark.parametrize(
    "text",
    [
        "Keep the phone charged. Ask for the lock to be looked at on Monday.",
        "I’ll put the keys by the door",
        "Copies of papers: with the GP.",
        "Move the car nearer; keep half a tank",
        "Mop the hall",  # begins like the name Mo
        "",
    ],
)
def test_everyday_words_are_no_finding(text: str) -> None:
    assert unsafe_words(text, scenes.view_of(scenes.sc1())) == []


def test_people_of_every_standing_value_and_put_away_records_are_known() -> None:
    given = [*scenes.sc1(), ("person", "x", {"roles": ["helper"], "given_name": "Zuleika", "archived": "yes"})]
    assert unsafe_words("zuleika has a key", scenes.view_of(given))


def test_modules_that_never_leave_have_no_plain_heading() -> None:
    for module in scenes.library().modules:
        assert (module.leaving == "nothing") is (module.code not in neutral.MODULES), module.code


def test_no_neutral_line_or_heading_betrays_anything() -> None:
    view = scenes.view_of(scenes.sc7())
    for module in scenes.library().modules:
        for line in module.discreet:
            assert [f for f in unsafe_words(line, view) if f.kind != HINT] == [], line
    for words in (*neutral.MODULES.values(), *neutral.REMINDERS.values(), neutral.TITLE):
        assert unsafe_words(words, view) == []


def test_without_any_measure_the_pages_still_hold_the_numbers() -> None:
    text = printed([("case", scenes.CASE, {"reference": "x"})])
    assert neutral.TO_WRITE_ON in text
    assert "Garden club" in text
    assert "none recorded" not in text


def test_a_code_word_of_the_plan_is_known_in_other_measures() -> None:
    given = [
        *scenes.sc1(),
        ("measure", "code", {"module": "P05", "what": "Say “pineapple pizza” to Jo.", "safe": "yes"}),
    ]
    assert unsafe_words("order pineapple pizza on friday", scenes.view_of(given))
    assert not unsafe_words("order pineapple pizza on friday", scenes.view_of(scenes.sc1()))


@pytest.mark.parametrize("part", range(3))
def test_the_words_of_a_measure_leave_only_where_the_plan_s_definition_says_so(part: int) -> None:
    modules = scenes.library().modules[part::3]
    given = [r for r in scenes.sc1() if r[0] != "measure"]
    given += [measure(f"x{m.code}", m.code, f"plain words for {m.code.lower()}") for m in modules]
    text = flat(printed(given, suggested_modules=()))
    for module in modules:
        may = module.leaving == "words" and "what" not in module.file_only
        assert (flat(f"plain words for {module.code.lower()}") in text) is may, module.code
        for line in module.discreet:
            assert (flat(line) in text) is (module.leaving != "nothing"), module.code
