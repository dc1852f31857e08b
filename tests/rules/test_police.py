"""When a case is for few because a suspect works for the police, and when it is not."""

from __future__ import annotations

import itertools

import pytest

from app.rules.police import Police, may_be_suspect

FLAG = {"op": "set", "record": "c", "fields": {"police_suspect": {"value": "yes", "saw": []}}}


def person(*roles: str, employed: str = "yes") -> list[dict[str, object]]:
    made: list[dict[str, object]] = [
        {"op": "create", "record": "p", "type": "person", "fields": {"police_employee": employed}}
    ]
    return made + [{"op": "add", "record": "p", "field": "roles", "value": role} for role in roles]


def heard(*entries: list[dict[str, object]]) -> Police:
    police = Police()
    for changes in entries:
        police.hear(changes)
    return police


@pytest.mark.parametrize(
    "changes, restricts",
    [
        ([{"op": "create", "record": "c", "fields": {"police_suspect": "yes"}}], True),
        ([FLAG], True),
        ([{"op": "set", "record": "c", "fields": {"police_suspect": {"value": "no", "saw": []}}}], False),
        ([{"op": "set", "record": "c", "fields": {"police_suspect": {"value": "unknown", "saw": []}}}], False),
        (person("suspect"), True),
        (person("victim", "suspect"), True),
        # Colleagues must be able to help a victim who works for the police, and to read what a colleague saw.
        (person("victim"), False),
        (person("witness"), False),
        (person("helper", "witness"), False),
        # What nobody has said yet, or what a later version says, is no reason to show it.
        (person(), True),
        (person("respondent"), True),
        (person("suspect", employed="no"), False),
        (person("suspect", employed="unknown"), False),
        ([{"op": "create", "record": "c", "fields": {"reference": "yes"}}], False),
        (
            [{"op": "later", "fields": "yes"}, {"op": "later"}, {"record": 7, "fields": {"police_suspect": "yes"}}],
            False,
        ),
    ],
)
def test_what_makes_a_case_one_for_few(changes: list[dict[str, object]], restricts: bool):
    assert heard([{"op": "x"}, *changes]).restricts is restricts


def test_in_whatever_order_it_is_said():
    parts = [
        [{"op": "create", "record": "p", "type": "person", "fields": {"given_name": "Jon"}}],
        [{"op": "set", "record": "p", "fields": {"police_employee": {"value": "yes", "saw": []}}}],
        [{"op": "add", "record": "p", "field": "roles", "value": "witness"}],
        [{"op": "add", "record": "p", "field": "roles", "value": "suspect"}],
    ]
    assert all(heard(*order).restricts for order in itertools.permutations(parts))
    assert not heard(*parts[:3]).restricts


def test_what_was_said_once_stays_said():
    assert heard(
        [FLAG], [{"op": "set", "record": "c", "fields": {"police_suspect": {"value": "no", "saw": []}}}]
    ).restricts
    taken_out = [{"op": "remove", "record": "p", "field": "roles", "saw": ["d:1"]}]
    assert heard(person("suspect"), taken_out).restricts
    assert heard(
        person("suspect"), [{"op": "set", "record": "p", "fields": {"police_employee": {"value": "no"}}}]
    ).restricts


@pytest.mark.parametrize(
    "roles, later, restricts",
    [
        ((), ("suspect",), True),
        ((), ("witness",), False),
        ((), ("witness", "suspect"), True),
        (("witness",), ("suspect",), True),
        (("suspect",), ("witness",), False),
    ],
)
def test_what_is_said_after_two_people_lifted_the_mark_counts(
    roles: tuple[str, ...], later: tuple[str, ...], restricts: bool
):
    """They decided about the suspects of then, and about nobody who becomes one."""
    said = heard([FLAG], person(*roles))
    said.lift()
    assert not said.restricts
    said.hear([{"op": "add", "record": "p", "field": "roles", "value": role} for role in later])
    assert said.restricts is restricts


def test_what_is_said_once_more_of_somebody_without_a_role_counts_again():
    said = heard(person())
    said.lift()
    assert not said.restricts
    said.hear([{"op": "set", "record": "p", "fields": {"police_employee": {"value": "yes", "saw": []}}}])
    assert said.restricts


def test_who_may_be_a_suspect():
    assert [may_be_suspect(r) for r in ([], ["suspect"], ["witness"], ["witness", "x"])] == [True, True, False, True]
