"""Enrolment in bulk: a list of officers becomes officers and one code for each of them; all of it, or nothing.

The list is CSV with a line of names: `name`, `role`, `unit` (an id, or a name that only one unit has), `identity`.
"""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from app.clock import iso
from app.problems import Problem
from app.rules.access import ROLES, holds_cases
from sync.server import administration
from sync.server.administration import Person
from sync.server.database import Connection
from sync.wire import limits

COLUMNS = ("name", "role", "unit", "identity")
_MOST = 10_000
_MOST_BYTES = 8 << 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that a spreadsheet takes for a formula."""


@dataclass(frozen=True)
class Wish:
    """A line of the list. `number`: as an editor counts it."""

    number: int
    name: str
    role: str
    unit: str
    identity: str


@dataclass(frozen=True)
class Issued:
    """An officer with a code. `made`: the officer was not there before."""

    officer: str
    name: str
    unit: str
    code: str
    expires_at: str
    made: bool


def read(file: Path) -> list[Wish]:
    """The lines of a list. Raises Problem server.officers_file, which names every line that is wrong in itself."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise Problem("server.officers_file", reason="it is too long")
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Problem("server.officers_file", reason=error.strerror or "no access") from error
    except UnicodeDecodeError as error:
        raise Problem("server.officers_file", reason=f"byte {error.start} is no UTF-8") from error
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        head = [name.strip().lower() for name in next(rows, [])]
        if sorted(head) != sorted(COLUMNS):
            raise Problem("server.officers_file", reason=f"line 1 must name {', '.join(COLUMNS)}")
        wishes = list(_wishes(head, ((rows.line_num, row) for row in rows)))
    except csv.Error as error:
        raise Problem("server.officers_file", reason=f"line {rows.line_num}: {error}") from error
    if not wishes or len(wishes) > _MOST:
        raise Problem("server.officers_file", reason=f"it has {len(wishes)} officers; 1 to {_MOST} are possible")
    return wishes


def _wishes(head: Sequence[str], rows: Iterable[tuple[int, list[str]]]) -> Iterator[Wish]:
    wrong: list[str] = []
    for number, row in rows:
        if not any(field.strip() for field in row):
            continue
        if len(row) != len(head):
            wrong.append(f"line {number}: {len(row)} fields instead of {len(head)}")
            continue
        told = {name: field.strip() for name, field in zip(head, row, strict=True)}
        yield Wish(number, *(told[name] for name in COLUMNS))
    _refuse(wrong)


def issue(
    connection: Connection, org: str, wishes: Sequence[Wish], where: tuple[str, int], pin: bytes, now: datetime
) -> list[Issued]:
    """Make the officers that are not there yet, and a code for each. `where`, `pin`: of the server, for the codes.

    Raises Problem server.officers_file, which names every line that cannot be; then nothing has changed.
    """
    units = administration.units(connection, org)
    by_name = Counter(name for _, name, _ in units)
    known = {unit: unit for unit, _, _ in units} | {name: unit for unit, name, _ in units if by_name[name] == 1}
    people = [person for person in administration.people(connection, org) if person.active]
    wrong: list[str] = []
    found: list[Person | None] = []
    seen: set[str] = set()
    for one in wishes:
        reason, person = _look(one, known, people, seen)
        if reason:
            wrong.append(f"line {one.number}: {reason}")
        found.append(person)
    _refuse(wrong)
    names = {unit: name for unit, name, _ in units}
    expires = iso(now + timedelta(minutes=limits.CODE_MINUTES))
    issued = []
    for one, person in zip(wishes, found, strict=True):
        unit = known[one.unit]
        officer = (
            person.id if person else administration.new_officer(connection, org, one.name, one.role, unit, one.identity)
        )
        code = administration.code_for(connection, org, officer, where, pin, now)
        issued.append(Issued(officer, one.name, names[unit], code, expires, person is None))
    return issued


def _look(one: Wish, units: dict[str, str], people: Sequence[Person], seen: set[str]) -> tuple[str, Person | None]:
    """What is wrong with a line, or nothing; and the officer that it means, where there is one already."""
    if not 0 < len(one.name) <= 200 or not one.name.isprintable() or one.name.startswith(_FORMULA):
        return "this is no name", None
    if one.role not in ROLES or not holds_cases(one.role):
        return f"the role “{one.role}” has no cases on a laptop", None
    if one.unit not in units:
        return f"there is no unit “{one.unit}”, or more than one", None
    same = f"{one.name.lower()} {units[one.unit]}"
    if same in seen or (one.identity and f"identity {one.identity}" in seen):
        return "this officer stands in the list before", None
    seen.update({same, f"identity {one.identity}"} if one.identity else {same})
    found = [p for p in people if one.identity and p.identity == one.identity]
    # Two people may have one name: whoever signs in as somebody else is another one.
    found = found or [p for p in people if p.name == one.name and not (one.identity and p.identity)]
    if len(found) > 1:
        return "more than one officer is meant", None
    if not found:
        return "", None
    person = found[0]
    if (person.role, person.unit, person.identity) != (one.role, units[one.unit], one.identity or person.identity):
        return "this officer is there with another role, unit or identity", None
    if person.name != one.name:
        return "somebody else signs in as that", None
    if person.devices >= limits.DEVICES_PER_OFFICER:
        return "this officer has as many laptops as are allowed", None
    return "", person


def _refuse(wrong: Sequence[str]) -> None:
    if wrong:
        more = f"; and {len(wrong) - 20} more" if len(wrong) > 20 else ""
        raise Problem("server.officers_file", reason="; ".join(wrong[:20]) + more)


def write(file: Path, issued: Sequence[Issued]) -> None:
    """The codes as CSV, for its owner alone. Raises Problem server.file_there, server.file_not_written."""
    try:
        fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Problem("server.file_there", file=str(file)) from error
    except OSError as error:
        raise Problem("server.file_not_written", file=str(file), reason=error.strerror or "no access") from error
    try:
        with open(fd, "w", encoding="utf-8", newline="") as out:
            table = csv.writer(out)
            table.writerow(("name", "unit", "code", "holds_until"))
            table.writerows((one.name, one.unit, one.code, one.expires_at) for one in issued)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        file.unlink(missing_ok=True)
        raise Problem("server.file_not_written", file=str(file), reason=error.strerror or "no access") from error
