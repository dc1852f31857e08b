"""Snapshots: what stands in cases, folded by the same code as on the laptop. A cache, never a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from app.notebook import entry as notebook
from app.notebook.fold import CaseState
from app.notebook.packing import pack, unpack
from sync.server.database import Connection
from sync.server.ledger import Caller
from sync.wire import limits, messages

# Each row looks its subscription up by its whole key: a join may be planned as a walk over all of a device's cases.
_COLUMNS = (
    "SELECT c.case_id, c.number, c.changed_at, c.digest FROM held_case AS c WHERE c.org_id = %(org)s"
    " AND (SELECT s.until IS NULL FROM subscription AS s WHERE s.org_id = c.org_id AND s.device_id = %(device)s"
    " AND s.case_id = c.case_id)"
)
_KEPT = "SELECT case_id, number, records FROM snapshot WHERE org_id = %s AND case_id = ANY(%s)"
_NEWEST = _COLUMNS + " AND c.number < %(after)s ORDER BY c.number DESC LIMIT %(most)s"
_SINCE = _COLUMNS + " AND c.number > %(after)s ORDER BY c.number LIMIT %(most)s"
_NAMED = _COLUMNS + " AND c.case_id = ANY(%(cases)s) ORDER BY c.number DESC LIMIT %(most)s"
_LATER = (
    "SELECT case_id, body, received_at FROM entry WHERE org_id = %(org)s AND case_id = ANY(%(cases)s) ORDER BY number"
)
_BYTES = 2 << 20
_DECODER = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True)
class Turn:
    """Where a first synchronisation stands.

    First come the cases that had not changed when it began (`begun`), newest first; then, in the order of their
    changes, those that changed meanwhile: so none is missed, however long it takes.
    """

    begun: int
    after: int
    meanwhile: bool = False

    def text(self) -> str:
        """As it stands in a message."""
        return f"{self.begun}.{self.after}.{int(self.meanwhile)}"


def read_turn(text: str, number: int) -> Turn:
    """The place that a message names; its beginning where it names none. Raises ValueError."""
    if not text:
        return Turn(number, number + 1)
    begun, after, meanwhile = (int(part) for part in text.split("."))
    if not (0 <= begun <= number and 0 <= after <= number + 1 and meanwhile in (0, 1)):
        raise ValueError
    return Turn(begun, after, bool(meanwhile))


def next_page(
    connection: Connection, caller: Caller, turn: Turn, limit: int, number: int
) -> tuple[list[messages.Snapshot], Turn, bool]:
    """The next snapshots of everything in scope, the place after them, and whether there are more.

    `number`: the last one that was given, in this reading.
    """
    most = min(limit, limits.PAGE) if limit > 0 else limits.PAGE
    query = _SINCE if turn.meanwhile else _NEWEST
    # Right after a great push the planner knows nothing of the cases yet: without this it sorts all of them each time.
    connection.execute("SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)")
    rows = _rows(connection, caller, query, after=turn.after, most=most + 1)
    taken = _fitting(rows[:most])
    after = taken[-1][1] if taken else turn.after
    more = len(rows) > len(taken)
    if not more and not turn.meanwhile and number > turn.begun:
        return _snapshots(connection, caller, taken), Turn(turn.begun, turn.begun, meanwhile=True), True
    return _snapshots(connection, caller, taken), Turn(turn.begun, after, turn.meanwhile), more


def in_scope(connection: Connection, caller: Caller) -> int:
    """How many cases are a device's to hold."""
    row = connection.execute(
        "SELECT count(*) FROM subscription AS s JOIN held_case USING (org_id, case_id)"
        " WHERE s.org_id = %s AND s.device_id = %s AND s.until IS NULL",
        (caller.org, caller.device),
    ).fetchone()
    assert row is not None
    return int(row[0])


def of_cases(connection: Connection, caller: Caller, cases: Sequence[str]) -> list[messages.Snapshot]:
    """Snapshots of named cases, as many as fit; the others may be asked for again."""
    rows = _rows(connection, caller, _NAMED, cases=list(cases), most=len(cases))
    return _snapshots(connection, caller, _fitting(rows))


def _rows(connection: Connection, caller: Caller, query: str, **wanted: Any) -> list[tuple[Any, ...]]:
    """Case, number, changed at, digest, and the kept snapshot: its number and its records."""
    told = {"org": caller.org, "device": caller.device, **wanted}
    found = connection.execute(query.encode(), told).fetchall()
    cases = [row[0] for row in found]
    kept = {row[0]: row[1:] for row in connection.execute(_KEPT, (caller.org, cases)).fetchall()}
    return [(*row, *kept.get(row[0], (None, None))) for row in found]


def _fitting(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """As many rows as an answer carries, but one in any case."""
    taken: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        size += len(row[5]) if row[5] is not None else 4096
        if taken and size > _BYTES:
            break
        taken.append(row)
    return taken


def _snapshots(connection: Connection, caller: Caller, rows: list[tuple[Any, ...]]) -> list[messages.Snapshot]:
    stale = [row[0] for row in rows if row[4] is None or row[4] < row[1]]
    fresh = fold(connection, caller.org, stale)
    return [
        messages.Snapshot(
            case=case,
            number=number,
            changed_at=changed.isoformat(timespec="seconds"),
            digest=bytes(digest).hex(),
            records=fresh[case] if case in fresh else _DECODER.decode(records),
        )
        for case, number, changed, digest, _, records in rows
    ]


def fold(connection: Connection, org: str, cases: Sequence[str]) -> dict[str, dict[str, msgspec.Raw]]:
    """The records of cases, packed, folded from all of their entries."""
    if not cases:
        return {}
    states: dict[str, CaseState] = {case: CaseState(case) for case in cases}
    rows = connection.execute(_LATER, {"org": org, "cases": list(cases)}).fetchall()
    for case, body, received in rows:
        states[case].apply(notebook.read(bytes(body)), received)
    return {case: packed(state) for case, state in states.items()}


def packed(state: CaseState) -> dict[str, msgspec.Raw]:
    """The records of a case as a snapshot carries them."""
    return {key: msgspec.Raw(pack(record)) for key, record in sorted(state.records.items())}


def opened(case: str, records: Mapping[str, msgspec.Raw]) -> CaseState:
    """The state that a snapshot tells."""
    return CaseState(case, {key: unpack(key, bytes(raw)) for key, raw in records.items()})


def keep(connection: Connection, org: str, cases: Iterable[str]) -> int:
    """Fold cases whose snapshot is behind, and keep them; returns how many were."""
    rows = connection.execute(
        "SELECT c.case_id, c.number, c.digest FROM held_case AS c WHERE c.org_id = %s AND c.case_id = ANY(%s)"
        " AND c.number > COALESCE((SELECT s.number FROM snapshot AS s WHERE s.org_id = c.org_id"
        " AND s.case_id = c.case_id), 0)",
        (org, list(cases)),
    ).fetchall()
    fresh = fold(connection, org, [row[0] for row in rows])
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO snapshot VALUES (%s, %s, %s, %s, %s) ON CONFLICT (org_id, case_id) DO UPDATE"
            " SET number = excluded.number, digest = excluded.digest, records = excluded.records"
            " WHERE snapshot.number < excluded.number",
            [(org, case, number, digest, msgspec.json.encode(fresh[case])) for case, number, digest in rows],
        )
    return len(rows)
