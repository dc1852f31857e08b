"""What may stand in a field: text is cleaned, a doubtful value is kept and marked, only what is malformed is refused.

At the scene nothing is refused; the command line and case files refuse what no screen could enter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.clock import parse_moment
from app.i18n import N_
from app.records.fields import THREE, Field

_DAY = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_HOURS = re.compile(
    r"\s*\d{1,2}[:.]\d{2}\s*[-–]\s*\d{1,2}[:.]\d{2}\s*(?:,\s*\d{1,2}[:.]\d{2}\s*[-–]\s*\d{1,2}[:.]\d{2}\s*)*"
)
_NUMBER = re.compile(r"[+0-9() ./x-]{3,}")
OLDEST_YEAR = 1900
LONGEST_LINE = 300


@dataclass(frozen=True)
class Finding:
    """A remark on a value that was kept: a code and a sentence with facts."""

    code: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)


def clean(value: Any) -> Any:
    """Text without NUL and without halves of characters, which neither database nor paper can hold; lists likewise."""
    if isinstance(value, str):
        if "\x00" in value:
            value = value.replace("\x00", "")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            value = value.encode("utf-8", "replace").decode("utf-8")
        return value
    if isinstance(value, list):
        return [clean(item) for item in value]
    return value


def malformed(declared: Field, value: Any, codes: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """(mistake, what is allowed) where a value is none of the field's kind, else None; shapes as in a case file."""
    if value is None:
        return None
    kind = declared.kind
    if kind == "number":
        return (
            None if isinstance(value, int) and not isinstance(value, bool) else ("not a whole number", "a whole number")
        )
    if kind in ("codes", "set", "names"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return "not a list of texts", "a list of texts"
        return _unknown_codes(value, codes.get(declared.codes, ())) if declared.codes else _unclean(value)
    if kind == "map":
        return None if isinstance(value, dict) else ("not an object", "an object")
    if not isinstance(value, str):
        return "not a text", "a text"
    if kind == "three":
        return _unknown_codes([value], THREE)
    if kind == "code":
        return _unknown_codes([value], codes.get(declared.codes, ()))
    return _unclean([value])


def _unknown_codes(values: list[str], allowed: Sequence[str]) -> tuple[str, str] | None:
    unknown = [value for value in values if value not in allowed]
    return (f"unknown value {unknown[0]!r}", ", ".join(allowed)) if unknown else None


def _unclean(values: list[str]) -> tuple[str, str] | None:
    for value in values:
        if "\x00" in value:
            return "holds a NUL character", "text without NUL"
        if clean(value) != value:
            return "holds half a character (a lone surrogate)", "whole characters"
    return None


def doubtful(declared: Field, value: Any, now: datetime) -> Finding | None:
    """The remark on a value that is kept but looks wrong, or None."""
    if value in (None, "", []):
        return None
    if declared.kind == "day":
        return _doubtful_day(declared, str(value), now)
    if declared.kind == "moment":
        return _doubtful_moment(declared, str(value), now)
    if declared.kind == "number" and isinstance(value, int):
        low, high = declared.least, declared.most
        if (low is not None and value < low) or (high is not None and value > high):
            return Finding("number_unusual", N_("{value} is an unusual number here."), {"value": value})
    if declared.name in ("number", "phone") and declared.sensitivity == "contact" and not _NUMBER.fullmatch(str(value)):
        return Finding("phone_malformed", N_("This does not look like a telephone number."))
    if declared.name == "hours" and not _HOURS.fullmatch(str(value)):
        return Finding("hours_unclear", N_("Write hours as 09:00-12:00, so that nobody reads them wrongly."))
    if declared.kind == "line" and len(str(value)) > LONGEST_LINE:
        return Finding("line_long", N_("This is long for a single line. It is kept in full."))
    return None


def _doubtful_day(declared: Field, value: str, now: datetime) -> Finding | None:
    match = _DAY.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
        start = datetime(year, month, day, tzinfo=now.tzinfo)
    except ValueError:
        return Finding("date_malformed", N_("This is no date. Write 1995, 1995-06 or 1995-06-01."))
    if declared.name == "born" and start > now:
        return Finding("date_future", N_("This date is in the future."))
    if year < OLDEST_YEAR:
        return Finding("date_old", N_("This date is very long ago."))
    return None


def _doubtful_moment(declared: Field, value: str, now: datetime) -> Finding | None:
    moment = parse_moment(value)
    if moment is None:
        return Finding("moment_malformed", N_("This is no date and time. Write 2026-11-14 01:10."))
    if declared.name in ("occurred_from", "occurred_to", "reported_at") and (moment - now).total_seconds() > 300:
        return Finding("moment_future", N_("This moment is in the future."))
    if moment.year < OLDEST_YEAR:
        return Finding("date_old", N_("This date is very long ago."))
    return None
