"""How a field is declared: kind, words, how sensitive it is, which of two values is the more cautious one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from app.clock import parse_moment

Kind = Literal[
    "line", "words", "three", "code", "codes", "set", "day", "moment", "number", "names", "person", "record", "map"
]
"""line: one line of text; words: free text; three: yes, no, unknown; code: one of a list; codes: several of a list;
set: several of a list, each added and removed by itself; day: partial date; moment: ISO 8601; number: whole number;
names: list of texts; person, record: an id within the case; map: plain JSON inside an immutable record."""

Sensitivity = Literal["ordinary", "identity", "contact", "special", "private"]
"""ordinary; identity: says who; contact: says where or how to find; special: health, origin, belief, sex life;
private: never on any paper that leaves the force."""

THREE = ("yes", "no", "unknown")

YES_FIRST = ("yes", "unknown", "no")
NO_FIRST = ("no", "unknown", "yes")
Caution = tuple[str, ...] | Literal["both", "either", "highest", "earliest"] | None
"""Most cautious value first; "both": only what every value holds; "either": what any value holds; "highest": the
greatest number; "earliest": the first of several moments; None: no order."""


_SHAPES: dict[str, type] = {"number": int, "names": list, "codes": list, "map": dict}


@dataclass(frozen=True)
class Field:
    """One field of a record type."""

    name: str
    kind: Kind
    label: str
    codes: str = ""
    sensitivity: Sensitivity = "ordinary"
    cautious: Caution = None
    least: int | None = None
    most: int | None = None
    tags: str = ""
    """A code list that gives words to what is kept (`en`: English); any other text may stand there too."""
    find: str = ""
    """Under which heading the field's text is found: name, reference or place; empty: it is not searched."""
    refers: str = "assessment"
    """The type of the record that a field of kind `record` names."""

    def fits(self, value: Any) -> bool:
        """Whether a value has the shape of this field. What another version or a damaged device wrote may not."""
        shape = _SHAPES.get(self.kind, str)
        if shape is list:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        return isinstance(value, shape) and not (shape is int and isinstance(value, bool))

    def in_force(self, values: list[Any]) -> Any:
        """The more cautious one of different standing values, oldest first; the latest where no order is declared."""
        if not values:
            return None
        if self.cautious == "both":
            return [v for v in values[0] or [] if all(v in (other or []) for other in values[1:])]
        if self.cautious == "either":
            return list(dict.fromkeys(v for value in values for v in value or []))
        if self.cautious == "highest":
            return max((v for v in values if isinstance(v, int)), default=values[-1])
        if self.cautious == "earliest":
            known = [v for v in values if parse_moment(str(v)) is not None]
            return min(known, key=lambda v: str(parse_moment(str(v))), default=values[-1])
        if isinstance(self.cautious, tuple):
            order = {value: place for place, value in enumerate(self.cautious)}
            return min(reversed(values), key=lambda v: order.get(str(v), len(order)))
        return values[-1]


def same(field: Field | None, one: Any, other: Any) -> bool:
    """Whether two values say the same: nothing is nothing, and where only what a list holds counts, not its order."""
    return bool(_told(field, one) == _told(field, other))


def _told(field: Field | None, value: Any) -> Any:
    if value in (None, "", []):
        return None
    if field is not None and field.cautious in ("both", "either") and isinstance(value, list):
        return sorted({str(item) for item in value})
    return value


@dataclass(frozen=True)
class RecordType:
    """A record type: its name, the key of its list in a case file, and its fields in the order of the screen."""

    name: str
    case_key: str
    label: str
    fields: tuple[Field, ...]
    immutable: bool = False

    def field(self, name: str) -> Field | None:
        """The declared field of that name, or None."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}
