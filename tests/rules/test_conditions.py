"""Three values and conditions: the laws that keep an unknown from becoming a no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms.conditions import read_condition
from app.rules.conditions import AllOf, AnyOf, Compare, Condition, Is, Not, Possibly, because, evaluate
from app.rules.facts import CaseFacts
from app.rules.three import Three, all_of, any_of, not_, possibly, three
from tests.rules.cases import codes

THREE: tuple[Three, ...] = ("yes", "no", "unknown")
values = st.sampled_from(THREE)


class Known:
    """A case that knows what it is told, and counts up to five."""

    def __init__(self, told: dict[str, Three], number: int | None = None) -> None:
        self._told, self._number = told, number

    def three(self, name: str) -> Three:
        return self._told.get(name, "unknown")

    def number(self, name: str) -> int | None:
        return self._number


@given(values, values, values)
def test_laws_of_three_values(a: Three, b: Three, c: Three) -> None:
    assert not_(not_(a)) == a
    assert all_of([a, b]) == all_of([b, a])
    assert all_of([a, all_of([b, c])]) == all_of([a, b, c])
    assert any_of([a, any_of([b, c])]) == any_of([a, b, c])
    assert not_(all_of([a, b])) == any_of([not_(a), not_(b)])
    assert all_of([a, any_of([a, b])]) == a
    assert possibly(a) != "unknown"
    assert all_of([]) == "yes"
    assert any_of([]) == "no"


def test_recorded_values() -> None:
    assert [three(v) for v in ("yes", "no", "unknown", "declined", "not_asked", None, 1, "")] == [
        "yes",
        "no",
        *["unknown"] * 6,
    ]


conditions: st.SearchStrategy[Condition] = st.recursive(
    st.sampled_from([Is("F01"), Is("F02"), Is("F03")]),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(lambda parts: AllOf(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda parts: AnyOf(tuple(parts)), st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=12,
)
told = st.dictionaries(st.sampled_from(["F01", "F02", "F03"]), values)


@given(conditions, told, st.sampled_from(["F01", "F02", "F03"]), st.sampled_from(["yes", "no"]))
def test_learning_more_never_turns_a_settled_condition(
    condition: Condition, known: dict[str, Three], name: str, answer: Three
) -> None:
    before = evaluate(condition, Known({**known, name: "unknown"}))
    after = evaluate(condition, Known({**known, name: answer}))
    assert before in ("unknown", after)


@given(conditions, told)
def test_a_reason_is_given_only_for_yes_and_names_what_is_present(
    condition: Condition, known: dict[str, Three]
) -> None:
    case = Known(known)
    reasons = because(condition, case)
    if evaluate(condition, case) != "yes":
        assert reasons == ()
    assert all(case.three(name) == "yes" for name in reasons)


@pytest.mark.parametrize(
    ("text", "known", "number", "wanted"),
    [
        ("F01", {"F01": "yes"}, None, "yes"),
        ("F01 or F03..F05", {"F04": "yes"}, None, "yes"),
        ("F01 or F03..F04", {"F01": "no", "F03": "no", "F04": "no"}, None, "no"),
        ("F01 and F02", {"F01": "no"}, None, "no"),
        ("F01 and F02", {"F01": "yes"}, None, "unknown"),
        ("not F01", {}, None, "unknown"),
        ("possibly F01", {}, None, "yes"),
        ("possibly not F01", {"F01": "yes"}, None, "no"),
        ("not possibly F01", {}, None, "no"),
        ("F01 or F02 and F03", {"F01": "yes", "F02": "no"}, None, "yes"),
        ("(F01 or F02) and F03", {"F01": "yes", "F03": "no"}, None, "no"),
        ("present >= 3", {}, 3, "yes"),
        ("present > 3", {}, 3, "no"),
        ("present = 3", {}, 3, "yes"),
        ("rating >= 8", {}, None, "unknown"),
        ("not rating >= 8", {}, None, "unknown"),
        ("floor = high", {}, 2, "yes"),
        ("grade >= medium", {}, 0, "no"),
    ],
)
def test_notation(text: str, known: dict[str, Three], number: int | None, wanted: Three) -> None:
    assert evaluate(read_condition(text), Known(known, number)) == wanted


def test_a_range_names_each_factor() -> None:
    assert read_condition("F09..F11") == AnyOf((Is("F09"), Is("F10"), Is("F11")))
    assert read_condition("possibly critical >= 2") == Possibly(Compare("critical", ">=", 2))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "F01 or",
        "or F01",
        "F01 F02",
        "(F01",
        "F01)",
        "not",
        "F05..F01",
        "F1..F03",
        "F01..T03",
        "present >=",
        "present >= many",
        ">= 3",
        "F01; import os",
        "__import__('os')",
        "F01 && F02",
        "(" * 60 + "F01" + ")" * 60,
        "not " * 60 + "F01",
        "F01 or " * 200 + "F01",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        read_condition(text)


@given(st.text(max_size=60))
def test_no_text_makes_the_reader_fail_in_another_way(text: str) -> None:
    try:
        read_condition(text)
    except ValueError:
        pass


def test_facts_answer_for_conditions() -> None:
    case = CaseFacts(answers={"F01": "yes"}, at_large="yes", facts={"child": "yes"})
    assert [case.three(n) for n in ("F01", "F02", "child", "pets", "at_large", "always")] == [
        "yes",
        "unknown",
        "yes",
        "no",
        "yes",
        "yes",
    ]
    assert codes("1,3-5") == ("F01", "F03", "F04", "F05")
