"""The force's policy as a document: TOML with a serial, values of settings, what is locked, and keys that are trusted.

The same names come as values of the Windows policy key or of macOS managed preferences. Every value is checked against
its declaration; a mistake is a Problem that names its place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from app import signed
from app.policy import Policy, Setting, settings, within
from app.problems import Problem

FORMAT = "holdfast-policy/1"
MOST_BYTES = 64_000
LONGEST = {"organisation": 120, "reason": 500}
MOST_SERIAL = 2**31 - 1
LISTS = ("locked", "pack_keys")
HEAD = ("format", "organisation", "serial", "issued", "expires", "reason", *LISTS)


def text_of(body: bytes) -> str:
    """The text that is signed and read: lines without trailing blanks, no empty ones, each ended by a line feed.

    A registry value of several lines can hold no empty one, and editors differ in how a line ends.
    Raises Problem policy.broken.
    """
    if len(body) > MOST_BYTES:
        raise broken("$", f"the policy is larger than {MOST_BYTES} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise broken("$", f"byte {error.start} is not UTF-8") from error
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    return "".join(f"{line}\n" for line in lines if line)


def read(text: str) -> tuple[Policy, tuple[str, ...]]:
    """The policy in a text, and the names in it that this version does not know. Raises Problem policy.broken."""
    try:
        told = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise broken("$", str(error)) from error
    if told.get("format") != FORMAT:
        raise broken("$.format", f"“{FORMAT}” stands here")
    values = told.pop("settings", {})
    if not isinstance(values, dict):
        raise broken("$.settings", "a table stands here")
    if "serial" not in told or "organisation" not in told:
        raise broken("$", "organisation and serial stand in every policy")
    return _policy(told, values, "$.settings.")


def of_values(values: Mapping[str, Any]) -> tuple[Policy, tuple[str, ...]]:
    """The policy of values that stand beside each other, as a registry key or a property list has them.

    Raises Problem policy.broken.
    """
    head = {name: value for name, value in values.items() if name in HEAD}
    return _policy(head, {name: value for name, value in values.items() if name not in HEAD}, "$.")


def _policy(told: Mapping[str, Any], values: Mapping[str, Any], where: str) -> tuple[Policy, tuple[str, ...]]:
    known = {one.name: one for one in settings()}
    chosen = {name: _value(known[name], value, where + name) for name, value in values.items() if name in known}
    unknown = [*(name for name in told if name not in HEAD), *(name for name in values if name not in known)]
    locked = told.get("locked")
    if locked is not None:
        named = _texts(locked, "$.locked")
        for name in named:
            if name in known and not known[name].lockable:
                raise broken("$.locked", f"“{name}” cannot be locked")
        unknown += [name for name in named if name not in known]
    read_policy = Policy(
        **chosen,
        locked=None if locked is None else frozenset(name for name in named if name in known),
        organisation=_line(told, "organisation"),
        reason=_line(told, "reason"),
        serial=_serial(told.get("serial", 0)),
        issued=_day(told, "issued"),
        expires=_day(told, "expires"),
        pack_keys=tuple(_key(one) for one in _texts(told.get("pack_keys", []), "$.pack_keys")),
    )
    return read_policy, tuple(dict.fromkeys(unknown))


def _value(one: Setting, value: Any, where: str) -> Any:
    if one.kind == "words" and type(value) is list:
        value = tuple(value)
    if not within(one, value, one.least, one.most):
        raise broken(where, allowed(one))
    return value


def allowed(one: Setting) -> str:
    """What a setting takes, as the example policy says it too."""
    if one.kind == "number":
        return f"a whole number from {one.least} to {one.most} stands here"
    if one.kind == "yes_no":
        return "true or false stands here"
    if one.kind == "words":
        return f"a list of at most {one.most} words stands here"
    if one.choices:
        return f"one of these stands here: {', '.join(repr(code) for code, _ in one.choices)}"
    return "a code stands here, or nothing between the quotes" if _may_be_empty(one) else "a code stands here"


def _may_be_empty(one: Setting) -> bool:
    return within(one, "", None, None)


def _texts(value: Any, where: str) -> list[str]:
    if type(value) is not list or len(value) > 200 or not all(type(one) is str for one in value):
        raise broken(where, "a list of texts stands here")
    return value


def _line(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name, "")
    if type(value) is not str or len(value) > LONGEST[name] or any(not sign.isprintable() for sign in value):
        raise broken(f"$.{name}", f"a text on one line of at most {LONGEST[name]} letters stands here")
    return value.strip()


def _serial(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= MOST_SERIAL:
        raise broken("$.serial", f"a whole number from 1 to {MOST_SERIAL} stands here")
    return value


def _day(told: Mapping[str, Any], name: str) -> date | None:
    value = told.get(name)
    if type(value) is str:  # as a registry value has it
        try:
            value = date.fromisoformat(value)
        except ValueError as error:
            raise broken(f"$.{name}", "a day stands here, as 2027-01-31") from error
    if value is not None and (isinstance(value, datetime) or type(value) is not date):
        raise broken(f"$.{name}", "a day stands here, as 2027-01-31")
    return value


def _key(text: str) -> bytes:
    try:
        return signed.read_key(text)
    except signed.NotAKey as error:
        raise broken("$.pack_keys", "public keys stand here, each 32 bytes in base64") from error


def broken(where: str, mistake: str) -> Problem:
    """The Problem of a policy that cannot be read."""
    return Problem("policy.broken", where=where, mistake=mistake)
