"""The settings, each declared once: sentence, kind, default, range, whom it concerns, whose it is, what it protects.

The page of settings, the example policy, the templates for Windows and macOS and the administrators' table are made
from this declaration. What a force has locked is its own; the rest each officer chooses, kept in the officer's vault.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from app.i18n import N_
from app.problems import Problem

KIND = {bool: "yes_no", int: "number", str: "code", tuple: "words"}
SYSTEM = "system"
CONCERNS = {
    "officer": N_("the officer"),
    "laptop": N_("whoever finds the laptop"),
    "victim": N_("the victim"),
    "record": N_("the record of the case"),
}
LONGEST_WORD = 60
"""Most letters of one word in a setting that is a list of words."""
TAG = r"|[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
NAME = r"[a-z0-9][a-z0-9-]{0,62}"


def _setting(
    default: object,
    sentence: str,
    *,
    lockable: bool = True,
    least: int | None = None,
    most: int | None = None,
    unit: str = "",
    why: str = "",
    choices: tuple[tuple[str, str], ...] = (),
    may_lower: bool = False,
    hint: str = "",
    concerns: str = "officer",
    strict: object = None,
    pattern: str = "",
    force_only: bool = False,
) -> Any:
    """`least`, `most`: the floor that no policy goes beyond; of words their number. `unit`: seconds, minutes, hours,
    days, characters or words. `why`: what a lock protects. `may_lower`: the officer may choose less than the force
    says, never more. `choices`: codes with their words; none: `pattern` says what a code looks like. `strict`: what
    holds where the force's policy cannot be used; none: the default. `force_only`: the officer never chooses.
    """
    told = {"sentence": sentence, "lockable": lockable, "least": least, "most": most, "unit": unit, "why": why}
    told |= {"choices": choices, "may_lower": may_lower, "hint": hint, "concerns": concerns, "pattern": pattern}
    return field(
        default=default,
        metadata={**told, "force_only": force_only, "strict": default if strict is None else strict},
    )


@dataclass(frozen=True)
class Policy:
    """Every setting with its shipped default; `locked` and `reason` are what the force says about them."""

    scheme: str = _setting(
        SYSTEM,
        N_("Colours"),
        lockable=False,
        choices=(
            (SYSTEM, N_("As the system")),
            ("light", N_("Light")),
            ("dark", N_("Dark")),
            ("night", N_("Night, dim and red")),
        ),
    )
    language: str = _setting(
        "",
        N_("Language of the screens"),
        lockable=False,
        hint=N_("In use from the next unlocking on."),
        pattern=TAG,
    )
    hide_key: str = _setting(
        "",
        N_("A second way to hide, quickly one after the other"),
        lockable=False,
        choices=(
            ("", N_("F9 only")),
            ("esc", N_("Esc twice")),
            ("ctrl", N_("Ctrl twice")),
            ("shift", N_("Shift twice")),
        ),
        hint=N_(
            "F9 shows a page of vehicle checks at once. F9 or Enter there, then the passphrase, bring the work back."
        ),
    )
    idle_lock_s: int = _setting(
        300,
        N_("Time without a key or a click until the program locks"),
        least=60,
        most=900,
        unit="seconds",
        may_lower=True,
        why=N_("It protects a laptop that is left open."),
        concerns="laptop",
        strict=120,
    )
    idle_countdown_s: int = _setting(
        30,
        N_("Quiet countdown before an idle lock"),
        least=10,
        most=60,
        unit="seconds",
        why=N_("It protects what is half typed when the program locks by itself."),
        concerns="officer",
    )
    longest_open_h: int = _setting(
        12,
        N_("Time after which the program locks, even while it is used"),
        least=1,
        most=24,
        unit="hours",
        may_lower=True,
        hint=N_("Counted from the unlocking on. Five minutes before, a line says so."),
        why=N_("It protects a laptop that somebody else goes on using."),
        concerns="laptop",
    )
    lock_on_suspend: bool = _setting(
        True,
        N_("Lock when the laptop is suspended or its lid is closed"),
        why=N_("It protects a laptop that is carried away."),
        concerns="laptop",
    )
    passphrase_least_length: int = _setting(
        15,
        N_("Least length of a passphrase"),
        least=15,
        most=64,
        unit="characters",
        why=N_("It protects a copied disk from being guessed open."),
        concerns="laptop",
    )
    safe_contact_days: int = _setting(
        30,
        N_("Time until a safe-contact record must be confirmed again"),
        least=1,
        most=365,
        unit="days",
        why=N_("It protects the victim from a call or a letter that is no longer safe."),
        concerns="victim",
    )
    undo_minutes: int = _setting(
        15,
        N_("Time for which what was done can be taken back with one key"),
        least=1,
        most=60,
        unit="minutes",
        why=N_("It protects the record from being changed by one key after others may have read it."),
        concerns="record",
    )
    local_words: tuple[str, ...] = _setting(
        (),
        N_("Local words that no passphrase may be built on"),
        least=0,
        most=500,
        unit="words",
        why=N_("It protects a copied disk from being guessed open."),
        concerns="laptop",
    )
    profile: str = _setting(
        "neutral",
        N_("Profile of new cases: questionnaire, rules, deadlines, services"),
        pattern=NAME,
        force_only=True,
        why=N_("It decides which questions, deadlines and telephone numbers an officer has."),
        concerns="victim",
    )
    locked: frozenset[str] | None = None  # None: there is no word of the force yet, so whatever may be locked is
    reason: str = ""  # the force's own words on why, where it gives some
    organisation: str = ""
    serial: int = 0
    issued: date | None = None
    expires: date | None = None
    signed_by: str = ""  # the name of the key
    pack_keys: tuple[bytes, ...] = ()  # whose packs are trusted
    problem: Problem | None = None  # why the force's policy is not in force, or what of it is not understood


@dataclass(frozen=True)
class Setting:
    """One declared setting, for pages and tables. `kind`: number, yes_no, words or code."""

    name: str
    kind: str
    sentence: str
    default: Any
    lockable: bool
    least: int | None
    most: int | None
    unit: str
    why: str
    choices: tuple[tuple[str, str], ...]
    may_lower: bool
    hint: str
    concerns: str
    strict: Any
    pattern: str
    force_only: bool


def settings() -> list[Setting]:
    """All declared settings, in order."""
    return [
        Setting(name=f.name, kind=KIND[type(f.default)], default=f.default, **f.metadata)
        for f in fields(Policy)
        if f.metadata
    ]


def setting(name: str) -> Setting:
    """One declared setting."""
    return next(one for one in settings() if one.name == name)


def is_locked(one: Setting, force: Policy) -> bool:
    """Whether the force decides this one."""
    return one.force_only or (one.lockable and (force.locked is None or one.name in force.locked))


def may_choose(one: Setting, force: Policy) -> bool:
    """Whether the officer may choose here at all; a locked value that may be lowered can be."""
    return one.may_lower or not is_locked(one, force)


def bounds(one: Setting, force: Policy) -> tuple[int | None, int | None]:
    """Least and most of what the officer may choose."""
    return one.least, getattr(force, one.name) if is_locked(one, force) and one.may_lower else one.most


def check(one: Setting, value: Any, force: Policy) -> None:
    """Raise Problem setting.locked, setting.range(least, most), setting.choice where the officer may not choose it."""
    if not may_choose(one, force):
        raise Problem("setting.locked")
    least, most = bounds(one, force)
    if not within(one, value, least, most):
        if one.kind == "number":
            raise Problem("setting.range", least=least, most=most)
        raise Problem("setting.choice")


def within(one: Setting, value: Any, least: int | None, most: int | None) -> bool:
    """Whether a value is of the setting's kind, and neither below `least` nor above `most`."""
    # Asked for exactly: True is a whole number to Python, and a subclass may answer as it likes.
    if one.kind == "number":
        return type(value) is int and (least or 0) <= value <= (value if most is None else most)
    if one.kind == "yes_no":
        return type(value) is bool
    if one.kind == "words":
        return (
            type(value) is tuple
            and len(value) <= (most or 0)
            and all(type(w) is str and w.strip() and len(w) <= LONGEST_WORD for w in value)
        )
    if type(value) is not str:
        return False
    return value in dict(one.choices) if one.choices else re.fullmatch(one.pattern, value, re.ASCII) is not None


def in_force(force: Policy, kept: Callable[[str], str]) -> Policy:
    """The force's policy with what the officer chose within it; a kept value that it does not allow is passed over."""
    chosen = {}
    for one in settings():
        text = kept(one.name)
        if not text:
            continue
        try:
            value = read(one, text)
            check(one, value, force)
        except (ValueError, Problem):
            continue
        chosen[one.name] = value
    return replace(force, **chosen)


def read(one: Setting, text: str) -> Any:
    """A value as it is kept or typed. Raises ValueError for what is none of its kind."""
    if one.kind == "number":
        return int(text)
    if one.kind == "yes_no":
        return ("no", "yes").index(text) == 1
    if one.kind == "words":
        return tuple(word.strip() for word in text.splitlines() if word.strip())
    return text


def write(one: Setting, value: Any) -> str:
    """A value as it is kept."""
    if one.kind == "yes_no":
        return "yes" if value else "no"
    if one.kind == "words":
        return "\n".join(value) or "\n"  # no words at all is a choice, too
    return str(value)


DEFAULT_POLICY = Policy()


def strict(problem: Problem) -> Policy:
    """What holds where the force's policy cannot be used: the strict value of each setting, and nothing to choose that
    a force may lock.
    """
    return Policy(**{one.name: one.strict for one in settings()}, problem=problem)
