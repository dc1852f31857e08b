"""Whether a suspect of a case works for the police, as its entries say: then the case is for few. Pure, for both ends.

A victim or a witness who works for the police needs colleagues who can see the case; a suspect who does must not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

FLAG, EMPLOYEE = "police_suspect", "police_employee"
NO_SUSPECT = frozenset({"victim", "witness", "child", "helper", "other"})
"""Roles in which somebody who works for the police is no reason to keep the case from colleagues."""


@dataclass
class Police:
    """What was said so far. `flagged`: somebody marked the case; `employed`: people who work for the police; `cleared`:
    those of them who were no suspects when the mark was lifted, though nobody had said what they are in the case."""

    flagged: bool = False
    employed: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    roles: dict[str, set[str]] = field(default_factory=dict)

    def hear(self, changes: Iterable[Mapping[str, object]]) -> None:
        """Take in the changes of an entry. What was said once stays said: a later no frees nothing."""
        for change in changes:
            record, fields = change.get("record"), change.get("fields")
            if not isinstance(record, str):
                continue
            if change.get("op") == "add" and change.get("field") == "roles":
                self.roles.setdefault(record, set()).update(_texts(change.get("value")))
            if isinstance(fields, dict):
                self.flagged |= _yes(fields.get(FLAG))
                self.roles.setdefault(record, set()).update(_texts(_value(fields.get("roles"))))
                if _yes(fields.get(EMPLOYEE)):
                    self.employed.add(record)
                    self.cleared.discard(record)

    def lift(self) -> None:
        """People decided that no suspect of those who were named so far works for the police.

        Of somebody who works there and was no suspect they decided nothing: as a suspect, said later, it counts. Where
        nobody had said a role, no role is no reason any more, but a role that is said later may be one.
        """
        self.flagged = False
        self.cleared |= {one for one in self.employed if not self.roles.get(one)}
        self.employed = {one for one in self.employed if not self._may_be_suspect(one)}

    @property
    def restricts(self) -> bool:
        """Whether the case is for its author and for whoever is named alone.

        Of somebody who works for the police, whose role nobody has said yet, it counts as if it were the suspect.
        """
        return self.flagged or any(self._may_be_suspect(person) for person in self.employed)

    def _may_be_suspect(self, person: str) -> bool:
        held = self.roles.get(person, set())
        return may_be_suspect(held) and (bool(held) or person not in self.cleared)


def may_be_suspect(roles: Iterable[str]) -> bool:
    """Whether somebody with these roles is a suspect, or may be one."""
    held = set(roles)
    return not held or not held <= NO_SUSPECT


def _value(told: object) -> object:
    return told.get("value") if isinstance(told, dict) else told


def _yes(told: object) -> bool:
    return _value(told) == "yes"


def _texts(told: object) -> list[str]:
    if isinstance(told, str):
        return [told]
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
