"""How long cases are kept: periods from a file, counted from a case's last change; what is due is listed, never erased.

A hold keeps a case whatever its time says, such as for a trial.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app import paths
from app.problems import Problem
from app.rules.access import Officer
from sync.server import snapshots
from sync.server.database import Connection
from sync.server.events import note_act

FORMAT = "holdfast-retention/1"
_LONGEST = {"days": 365_000, "years": 1000}
"""Beyond that no calendar goes; what is to be kept for ever has no period."""
_AT_ONCE = 100
_OLD = (
    "SELECT c.case_id, c.changed_at, h.officer_id FROM held_case AS c LEFT JOIN legal_hold AS h ON h.org_id = c.org_id"
    " AND h.case_id = c.case_id WHERE c.org_id = %s AND c.changed_at <= %s ORDER BY c.changed_at, c.case_id"
)


class Length(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many days or years."""

    n: int
    unit: str

    def after(self, moment: datetime) -> datetime:
        """When it is over that begins at a moment; the 29th of February is over on the 1st of March."""
        if self.unit == "days":
            return datetime.fromtimestamp(moment.timestamp() + self.n * 86400, UTC)
        try:
            return moment.replace(year=moment.year + self.n)
        except ValueError:
            return moment.replace(year=moment.year + self.n, month=3, day=1)


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For how long which cases are kept."""

    code: str
    keep: Length
    profiles: list[str] | None = None
    grades: list[str] | None = None

    def fits(self, profile: str, grade: str) -> bool:
        """Whether it is about a case of this profile and grade."""
        return (self.profiles is None or profile in self.profiles) and (self.grades is None or grade in self.grades)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    periods: list[Period]


@dataclass(frozen=True)
class Due:
    """A case whose time is over, or will be. `hold`: who keeps it all the same, or nobody."""

    case: str
    period: str
    changed_at: datetime
    due_at: datetime
    hold: str


def periods(file: Path | None) -> list[Period]:
    """The periods of a file, or our neutral ones. Raises Problem server.retention_file."""
    try:
        where = file or paths.resources() / "retention" / "neutral.toml"
        found = msgspec.convert(tomllib.loads(where.read_text(encoding="utf-8")), _File)
    except (OSError, ValueError, msgspec.ValidationError) as error:
        raise Problem("server.retention_file", file=str(file), reason=_why(error)) from error
    wrong = next((p.code for p in found.periods if not 1 <= p.keep.n <= _LONGEST.get(p.keep.unit, 0)), "")
    if found.format != FORMAT or not found.periods or wrong:
        raise Problem("server.retention_file", file=str(file), reason=wrong or found.format)
    return found.periods


def _why(error: Exception) -> str:
    return (error.strerror or "no access") if isinstance(error, OSError) else " ".join(str(error).split())


def due(connection: Connection, org: str, rules: Sequence[Period], until: datetime) -> list[Due]:
    """The cases whose time is over by `until`, the longest over first; ids and codes, no content."""
    # No time is shorter than the shortest: of younger cases nothing has to be read.
    shortest = max(_before(until, rule.keep) for rule in rules)
    rows = connection.execute(_OLD, (org, shortest)).fetchall()
    found: list[Due] = []
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        states = snapshots.fold(connection, org, [case for case, _, _ in some])
        for case, changed, hold in some:
            rule = next((r for r in rules if r.fits(*_state(case, states.get(case, {})))), None)
            if rule is not None and rule.keep.after(changed) <= until:
                found.append(Due(case, rule.code, changed, rule.keep.after(changed), hold or ""))
    return sorted(found, key=lambda one: (one.due_at, one.case))


def hold(connection: Connection, org: str, case: str, by: Officer, reason: str) -> None:
    """Keep a case whatever its time says. Raises Problem server.case_unknown, server.reason_missing."""
    if not reason.strip():
        raise Problem("server.reason_missing")
    there = connection.execute("SELECT FROM held_case WHERE org_id = %s AND case_id = %s", (org, case)).fetchone()
    if there is None:
        raise Problem("server.case_unknown", case=case)
    connection.execute(
        "INSERT INTO legal_hold VALUES (%s, %s, %s, %s, now()) ON CONFLICT DO NOTHING",
        (org, case, by.id, reason.strip()),
    )
    note_act(connection, org, "held", officer=by.id, case=case)


def release(connection: Connection, org: str, case: str, by: Officer) -> None:
    """End a hold. Raises Problem server.case_unknown where there is none."""
    done = connection.execute("DELETE FROM legal_hold WHERE org_id = %s AND case_id = %s", (org, case))
    if not done.rowcount:
        raise Problem("server.case_unknown", case=case)
    note_act(connection, org, "hold_ended", officer=by.id, case=case)


def _before(until: datetime, length: Length) -> datetime:
    days = length.n if length.unit == "days" else length.n * 365
    return datetime.fromtimestamp(max(0.0, until.timestamp() - days * 86400), UTC)


def _state(case: str, records: dict[str, msgspec.Raw]) -> tuple[str, str]:
    """Profile and grade of a case, as they stand."""
    own = snapshots.opened(case, records).records.get(case)
    if own is None:
        return "", ""
    extreme = "yes" in _values(own, "extreme")
    grades = _values(own, "grade")
    return next(iter(_values(own, "profile")), ""), "extreme" if extreme else max(grades, key=_gravity, default="")


def _gravity(grade: str) -> int:
    """Of several standing values the gravest counts, and one that is not known here counts as graver than any."""
    return _GRADES.index(grade) if grade in _GRADES else len(_GRADES)


_GRADES = ("", "standard", "medium", "high", "extreme")


def _values(record: Any, name: str) -> list[str]:
    return [str(one.value or "") for one in record.standing(name)]
