"""Conditions of a rule and what they come to for one case, in three values.

A condition is data, made by app/forms from the notation in a rules file; nothing here runs text as code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from app.rules.three import Three, all_of, any_of, known, not_, possibly


class Known(Protocol):
    """What a condition may ask about a case."""

    def three(self, name: str) -> Three:
        """A factor code or a named fact."""
        ...

    def number(self, name: str) -> int | None:
        """A count, a rating, or a level as its place in the order (standard 0); None where it is not known."""
        ...


@dataclass(frozen=True)
class Is:
    """A factor that is present, or a fact of the case that holds."""

    name: str


@dataclass(frozen=True)
class Compare:
    """A number against a limit."""

    name: str
    how: Literal[">=", ">", "="]
    limit: int


@dataclass(frozen=True)
class Not:
    """The opposite; of unknown it is unknown."""

    of: Condition


@dataclass(frozen=True)
class Possibly:
    """Yes unless known to be no: for what must count as long as nobody knows."""

    of: Condition


@dataclass(frozen=True)
class AllOf:
    """Every part."""

    of: tuple[Condition, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part."""

    of: tuple[Condition, ...]


Condition = Is | Compare | Not | Possibly | AllOf | AnyOf


def evaluate(condition: Condition, case: Known) -> Three:
    """Yes, no or unknown; a comparison with a number that is not known is unknown."""
    match condition:
        case Is(name):
            return case.three(name)
        case Compare(name, how, limit):
            return _compare(case.number(name), how, limit)
        case Not(of):
            return not_(evaluate(of, case))
        case Possibly(of):
            return possibly(evaluate(of, case))
        case AllOf(parts):
            return all_of(evaluate(part, case) for part in parts)
        case AnyOf(parts):
            return any_of(evaluate(part, case) for part in parts)


def because(condition: Condition, case: Known) -> tuple[str, ...]:
    """The names (factors, facts, counts) that make the condition yes, each once, in its own order."""
    return tuple(dict.fromkeys(_because(condition, case)))


def names(condition: Condition) -> Iterator[tuple[str, bool]]:
    """Every name in a condition, with whether it is compared as a number."""
    match condition:
        case Is(name):
            yield name, False
        case Compare(name, _, _):
            yield name, True
        case Not(of) | Possibly(of):
            yield from names(of)
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from names(part)


def _because(condition: Condition, case: Known) -> Iterator[str]:
    if evaluate(condition, case) != "yes":
        return
    match condition:
        case Is(name) | Compare(name, _, _):
            yield name
        case Possibly(of):
            yield from _because(of, case)
        case Not():
            return  # what is absent is no reason that a person would name
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _because(part, case)


def _compare(value: int | None, how: str, limit: int) -> Three:
    if value is None:
        return "unknown"
    if how == ">=":
        return known(value >= limit)
    return known(value > limit if how == ">" else value == limit)
