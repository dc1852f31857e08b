"""The only way from a case to a page: a case read through the table of what a paper may hold."""

from __future__ import annotations

from typing import Any

from app.documents.allowed import WITHHELD, Allowed
from app.notebook.fold import Standing
from app.records.fields import Field
from app.records.view import CaseView, Record


class Forbidden(LookupError):
    """A builder asked for a field that its paper may not hold: a mistake in the builder, never in the case."""


class Sifted:
    """A record of which only the allowed fields can be read."""

    def __init__(self, record: Record, allowed: Allowed) -> None:
        self._record = record
        self._prints = allowed.prints.get(record.type, frozenset())
        self._decides = allowed.decides.get(record.type, frozenset())
        self.id, self.type = record.id, record.type

    @property
    def created_at(self) -> str:
        return self._record.created_at

    @property
    def author(self) -> str:
        return self._record.author

    @property
    def archived(self) -> bool:
        return self._record.archived

    def get(self, field: str, default: Any = None) -> Any:
        """The value in force, to be printed; `default` where there is none or where it is withheld from every paper.

        Raises Forbidden for a field that this paper may not hold.
        """
        if field not in self._prints:
            raise Forbidden(f"{self.type}.{field} may not stand on this paper")
        if field in self.withheld:
            return default
        return self._record.get(field, default)

    def decide(self, field: str, default: Any = None) -> Any:
        """The value in force, to choose or order by; it is never shown. Raises Forbidden like `get`."""
        if field not in self._decides and field not in self._prints:
            raise Forbidden(f"{self.type}.{field} may not decide about this paper")
        return self._record.get(field, default)

    def differing(self, field: str) -> list[Standing]:
        """The standing values of a field that is in conflict, oldest first; nothing where officers agree."""
        if field not in self._prints or field in self.withheld or not self._record.in_conflict(field):
            return []
        return self._record.standing(field)

    def fields(self) -> list[tuple[str, Field | None]]:
        """The allowed fields that hold something, with their declaration (None for one of a newer version)."""
        declared = self._record.declared
        names = [name for name in self._record.field_names() if name in self._prints]
        return [(name, declared.field(name) if declared else None) for name in names]

    @property
    def withheld(self) -> list[str]:
        """The fields of this record that are withheld from every paper."""
        code = self._record.get("code")
        return [field for (kind, field), codes in WITHHELD.items() if kind == self.type and code in codes]

    @property
    def declared_fields(self) -> tuple[Field, ...]:
        """The allowed fields of the type in the order of their declaration."""
        declared = self._record.declared
        return tuple(f for f in declared.fields if f.name in self._prints) if declared else ()


class Sieve:
    """A case of which only what a paper may hold can be read."""

    def __init__(self, view: CaseView, allowed: Allowed) -> None:
        self._view, self._allowed = view, allowed

    def of(self, kind: str, archived: bool = False) -> list[Sifted]:
        """Records of a type in the order in which they were made."""
        return [Sifted(record, self._allowed) for record in self._view.of(kind, archived)]

    def one(self, kind: str) -> Sifted | None:
        """The first record of a type, or None."""
        found = self.of(kind)
        return found[0] if found else None

    def latest(self, kind: str) -> Sifted | None:
        """The last record of a type, or None."""
        found = self.of(kind)
        return found[-1] if found else None

    def people(self, role: str) -> list[Sifted]:
        """The people who hold a role."""
        return [Sifted(person, self._allowed) for person in self._view.people(role)]

    def record(self, record_id: str) -> Sifted | None:
        """The record of that id, or None."""
        found = self._view.record(record_id)
        return Sifted(found, self._allowed) if found else None

    @property
    def case(self) -> Sifted:
        """The case's own fields."""
        return Sifted(self._view.case, self._allowed)
