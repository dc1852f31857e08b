"""The example of a policy, made from the declaration: every setting as it is shipped, with its sentence and range."""

from __future__ import annotations

import json
from textwrap import wrap
from typing import Any

from app.force.document import FORMAT
from app.policy import CONCERNS, Setting, settings

WIDTH = 110


def example() -> str:
    """A whole policy as TOML, to begin from. It locks whatever may be locked, as a laptop without a policy does."""
    lockable = [one for one in settings() if one.lockable and not one.force_only]
    head = [
        *_said("The policy of a force: what holds on its laptops. Change it, check it, sign it:"),
        *_said("holdfast policy check policy.toml; holdfast policy sign policy.toml --key KEY"),
        *_said(
            "Nothing beyond a range is accepted, neither here nor on a laptop. Lines may not be broken within a text."
        ),
        f"format = {toml(FORMAT)}",
        *_said("Who speaks. Officers read it beside each setting that is locked."),
        'organisation = "Northmoor (invented)"',
        *_said("Grows with each policy. A vault refuses one that is below what it has seen."),
        "serial = 1",
        *_said(
            "issued: shown to people. expires, if there is one: afterwards the strict settings of the program hold."
        ),
        "issued = 2027-01-01",
        "# expires = 2028-01-31",
        *_said("Why, in the force's own words; shown beside each locked setting."),
        'reason = ""',
        *_said("Settings that officers cannot change; those that are missing here they may change within their range."),
        f"locked = {toml([one.name for one in lockable])}",
        *_said("Public keys (base64) whose content packs are trusted, beside those that are pinned on the laptop."),
        "pack_keys = []",
        "[settings]",
    ]
    return "\n".join([*head, *(line for one in settings() for line in _lines(one))]) + "\n"


def told(one: Setting) -> str:
    """What a setting takes, and in what unit, in words: `60 to 900 seconds`."""
    if one.kind == "number":
        return f"{one.least} to {one.most} {one.unit}"
    if one.kind == "yes_no":
        return "true or false"
    if one.kind == "words":
        return f"at most {one.most} words"
    return ", ".join(toml(code) for code, _ in one.choices) if one.choices else "a code"


def toml(value: Any) -> str:
    """A value of a setting as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml(one) for one in value)}]"
    # A JSON string is a TOML basic string: both know the same escapes.
    return json.dumps(value, ensure_ascii=False)


def _lines(one: Setting) -> list[str]:
    parts = [f"{one.sentence}.", one.hint, one.why, f"Concerns {CONCERNS[one.concerns]}."]
    if not one.lockable:
        parts.append("Cannot be locked: the officer chooses, this is where the choice begins.")
    elif one.force_only:
        parts.append("The force's alone.")
    elif one.may_lower:
        parts.append("Locked, the officer may choose less and never more.")
    parts.append(f"Allowed: {told(one)}. Without a usable policy: {toml(one.strict)}.")
    return [*_said(" ".join(part for part in parts if part)), f"{one.name} = {toml(one.default)}"]


def _said(text: str) -> list[str]:
    return [f"# {line}" for line in wrap(text, WIDTH)]
