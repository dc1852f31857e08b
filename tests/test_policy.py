"""The settings: what the force has locked, what the officer may choose within it, and what is passed over."""

from __future__ import annotations

from typing import Any

import pytest

from app.policy import DEFAULT_POLICY, Policy, check, in_force, may_choose, read, setting, settings, write
from app.problems import Problem


def kept(**values: str) -> Any:
    return lambda name: values.get(name, "")


def test_every_setting_is_declared_whole() -> None:
    for one in settings():
        assert one.sentence
        assert not one.lockable or one.why, f"{one.name} may be locked and does not say what that protects"
        if one.kind == "number":
            assert one.unit
            assert one.least is not None
            assert one.most is not None
            assert one.least <= one.default <= one.most
        if one.choices:
            assert one.default in dict(one.choices)


@pytest.mark.parametrize("one", settings(), ids=lambda one: one.name)
def test_a_value_is_read_as_it_was_written(one: Any) -> None:
    value = ("alder", "brook") if one.kind == "words" else one.default
    assert read(one, write(one, value)) == value


def test_without_a_word_of_the_force_the_officer_has_what_cannot_be_locked() -> None:
    free = {one.name for one in settings() if may_choose(one, DEFAULT_POLICY)}
    assert free == {one.name for one in settings() if not one.lockable or one.may_lower}
    assert "lock_on_suspend" not in free


def test_the_officer_may_lock_sooner_than_the_force_says_and_never_later() -> None:
    force = Policy(idle_lock_s=240)
    assert in_force(force, kept(idle_lock_s="120")).idle_lock_s == 120
    assert in_force(force, kept(idle_lock_s="300")).idle_lock_s == 240
    assert in_force(force, kept(idle_lock_s="59")).idle_lock_s == 240
    with pytest.raises(Problem) as refused:
        check(setting("idle_lock_s"), 241, force)
    assert (refused.value.code, refused.value.facts) == ("setting.range", {"least": 60, "most": 240})


def test_what_was_chosen_before_the_force_locked_it_is_passed_over() -> None:
    open_to_all = Policy(locked=frozenset())
    chosen = kept(lock_on_suspend="no", safe_contact_days="60", local_words="\n")
    assert in_force(open_to_all, chosen).lock_on_suspend is False
    assert in_force(open_to_all, chosen).safe_contact_days == 60
    locked = Policy(safe_contact_days=14, locked=frozenset({"lock_on_suspend", "safe_contact_days"}))
    found = in_force(locked, chosen)
    assert (found.lock_on_suspend, found.safe_contact_days) == (True, 14)


@pytest.mark.parametrize(
    ("name", "text"), [("scheme", "pink"), ("lock_on_suspend", "perhaps"), ("idle_lock_s", "long"), ("hide_key", "x")]
)
def test_a_kept_value_that_is_none_is_passed_over(name: str, text: str) -> None:
    assert in_force(Policy(locked=frozenset()), kept(**{name: text})) == Policy(locked=frozenset())
