"""The officer's own settings, within what the force allows: kept in the vault and in use at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.casework import place
from app.casework.desk import Desk
from app.policy import check, read, setting, write
from app.problems import Problem


def choose(desk: Desk, name: str, value: Any) -> None:
    """Use another value of a setting from now on. Raises Problem setting.locked, setting.range, setting.choice."""
    one = setting(name)
    check(one, value, desk.force)
    place.choose(desk, name, write(one, value))
    desk.policy = replace(desk.policy, **{name: value})


def type_in(desk: Desk, name: str, text: str) -> None:
    """`choose` with what was typed. Raises Problem setting.number, too."""
    try:
        value = read(setting(name), text.strip())
    except ValueError:
        raise Problem("setting.number") from None
    choose(desk, name, value)
