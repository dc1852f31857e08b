"""A case as it is read: records with the value in force of each field, and every standing value where they differ."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Any, TypeVar

from app.notebook.fold import CaseState, RecordState, Standing
from app.notebook.ids import Dot, in_order
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType, same

T = TypeVar("T")

_EVER = 1 << 62
"""Beyond every sequence number: whoever puts a record away knows what that device writes afterwards."""


class Record:
    """One record of a case, read only."""

    def __init__(self, state: RecordState, about: Iterable[RecordState] = ()) -> None:
        """`about`: the other records that a decision to put this one away is about, for a case's own record."""
        self.state = state
        self.id, self.type = state.id, state.type
        self._about = (state, *(other for other in about if other is not state))

    @property
    def declared(self) -> RecordType | None:
        """The type's declaration; None for a type that only a newer version knows."""
        return RECORD_TYPES.get(self.type)

    def get(self, field: str, default: Any = None) -> Any:
        """The value in force: the more cautious one where standing values differ. `default` where there is none."""
        declared = self._field(field)
        if declared and declared.kind == "set":
            return self.elements(field)
        held = self.state.fields.get(field)
        if held is None or not held.live:
            return default
        if len(held.live) == 1 and field != "archived":
            # By far the most frequent case, and read a thousand times for one picture of a case.
            [value] = held.live.values()
        else:
            values = [s.value for s in self.standing(field)]
            if declared is not None:
                values = [v for v in values if v is None or declared.fits(v)] or [None]
            value = declared.in_force(values) if declared and len(values) > 1 else values[-1]
        # What does not fit is kept and shown as it stands, and nothing here reads it.
        return default if value is None or (declared is not None and not declared.fits(value)) else value

    def elements(self, field: str) -> list[Any]:
        """The elements of a set field, in the order in which they were added, each once."""
        found: list[Any] = []
        for standing in self.standing(field):
            values = standing.value if isinstance(standing.value, list) else [standing.value]
            found.extend(v for v in values if isinstance(v, str) and v not in found)
        return found

    def standing(self, field: str) -> list[Standing]:
        """The standing values of a field, oldest first.

        Where the record was put away by somebody who did not know of a change made elsewhere, that change stands
        beside it as a "no": archive against edit is a conflict, and the edit is kept in view.
        """
        found = self.state.standing(field)
        if field != "archived":
            return found
        unknown = self._unknown_to([s for s in found if s.value == "yes"])
        return sorted([*found, *unknown], key=lambda s: (s.written.stamp, in_order(s.dot)))

    def _unknown_to(self, archived: list[Standing]) -> list[Standing]:
        """The latest change that none of those who put the record away had seen, as a standing "no"."""
        knew = [{**self.state.knew[s.dot], in_order(s.dot)[0]: _EVER} for s in archived if s.dot in self.state.knew]
        if not knew or len(knew) < len(archived):
            return []
        found = [
            Standing("no", dot, state.written[dot])
            for state in self._about
            if state.type != "operation"
            for held in state.fields.values()
            for dot in held.live
            if all(in_order(dot)[1] > seen.get(in_order(dot)[0], 0) for seen in knew)
        ]
        return [max(found, key=lambda s: (s.written.stamp, in_order(s.dot)))] if found else []

    def in_conflict(self, field: str) -> bool:
        """Whether standing values differ."""
        declared = self._field(field)
        if declared and declared.kind == "set":
            return False
        if field == "archived":
            return len({str(s.value) for s in self.standing(field)}) > 1
        state = self.state.fields.get(field)
        if state is None or len(state.live) < 2:
            return False
        values = list(state.live.values())
        return any(not same(declared, value, values[0]) for value in values[1:])

    def conflicts(self) -> list[str]:
        """Names of the fields whose standing values differ."""
        return [name for name in self.state.fields if self.in_conflict(name)]

    def field_names(self) -> list[str]:
        """Names of the fields that hold something, declared ones first and in their order."""
        held = [name for name, state in self.state.fields.items() if state.live]
        declared = [f.name for f in self.declared.fields] if self.declared else []
        return [n for n in declared if n in held] + sorted(n for n in held if n not in declared)

    @property
    def archived(self) -> bool:
        """Whether the record is put away; an archive that meets an edit is a conflict and counts as not archived."""
        return "archived" in self.state.fields and bool(self.get("archived") == "yes")

    @property
    def created_at(self) -> str:
        """The device's time at which the record was first made (ISO 8601)."""
        made = self.state.created or self.state.written
        return min(made.values(), key=lambda w: w.stamp).device_time if made else ""

    @property
    def author(self) -> str:
        """Who first made the record."""
        made = self.state.created or self.state.written
        return min(made.values(), key=lambda w: w.stamp).author if made else ""

    def knew(self, *names: Dot) -> bool:
        """Whether somebody who made this record had all of these changes: the same device before, or taken in before.

        No clock is asked. Where nothing tells, the answer is no: the record counts as made beside them.
        """
        return any(all(self._had(made, name) for name in names) for made in self.made())

    def made(self) -> list[Dot]:
        """The changes by which the record was made: several where two devices made the same one."""
        return list(self.state.created or self.state.written)

    def _had(self, made: Dot, name: Dot) -> bool:
        (device, sequence), (other, number) = in_order(made), in_order(name)
        return number < sequence if device == other else number <= self.state.knew.get(made, {}).get(other, 0)

    def changed_at(self, field: str) -> str:
        """The device's time of the latest standing value of a field (ISO 8601), or an empty text."""
        standing = self.standing(field)
        return standing[-1].written.device_time if standing else ""

    def _field(self, name: str) -> Field | None:
        return self.declared.field(name) if self.declared else None


class CaseView:
    """All records of one case, in the order in which they were made."""

    def __init__(self, state: CaseState) -> None:
        self.id = state.id
        self._state, self._computed, self._computed_at = state, dict[Hashable, Any](), state.version
        ordered = sorted(state.records.values(), key=lambda r: (*r.first_written(), r.id))
        self._records = {r.id: Record(r, ordered if r.id == state.id else ()) for r in ordered}
        self._by_type: dict[str, list[Record]] = {}
        for record in self._records.values():
            self._by_type.setdefault(record.type, []).append(record)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def once(self, name: Hashable, compute: Callable[[], T]) -> T:
        """What `compute` makes of this case, made once and kept until the case changes; `name` says what it is."""
        if self._computed_at != self._state.version:
            self._computed, self._computed_at = {}, self._state.version
        if name not in self._computed:
            self._computed[name] = compute()
        found: T = self._computed[name]
        return found

    def record(self, record_id: str) -> Record | None:
        """The record of that id, archived or not."""
        return self._records.get(record_id)

    def of(self, kind: str, archived: bool = False) -> list[Record]:
        """Records of a type in the order in which they were made, without archived ones unless asked for."""
        return [r for r in self._by_type.get(kind, ()) if archived or not r.archived]

    def one(self, kind: str) -> Record | None:
        """The first record of a type that is not archived, or None."""
        found = self.of(kind)
        return found[0] if found else None

    def in_turn(self, kind: str) -> list[Record]:
        """Records of a type, each after those that its author had; only beside each other by the writers' clocks."""
        waiting, found = self.of(kind), []
        while waiting:
            nexts = (r for r in waiting if not any(r.knew(*o.made()) for o in waiting if o is not r))
            found.append(next(nexts, waiting[0]))
            waiting.remove(found[-1])
        return found

    def latest(self, kind: str) -> Record | None:
        """The last record of a type that is not archived, or None."""
        found = self.in_turn(kind)
        return found[-1] if found else None

    def people(self, role: str = "") -> list[Record]:
        """People of the case, or those who hold a role."""
        return [p for p in self.of("person") if not role or role in p.get("roles", [])]

    @property
    def victim(self) -> Record | None:
        """The one victim of the case, or None while nobody holds the role."""
        found = self.people("victim")
        return found[0] if found else None

    @property
    def case(self) -> Record:
        """The case's own fields."""
        return self._records.get(self.id) or Record(RecordState(self.id, "case"))

    def conflicts(self) -> list[tuple[Record, str]]:
        """Every field whose standing values differ."""
        return [(record, name) for record in self for name in record.conflicts()]


def nobody_after(records: list[Record]) -> list[Record]:
    """Those that no author of another one had: the last word, or several that were made beside each other."""
    return [r for r in records if not any(o.knew(*r.made()) for o in records if o is not r)]
