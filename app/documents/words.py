"""Values of a case as words for paper: names, codes, dates, lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.clock import parse_moment
from app.documents.sieve import Sieve, Sifted
from app.documents.text import can_draw
from app.forms.definitions import Factor
from app.forms.library import Library
from app.i18n import N_, Translator
from app.records.fields import Field

NONE = N_("none recorded")
LEFT_OUT = N_("A name in its own script is left out here; it stands in the case.")


class Lookup:
    """Labels for codes, in one language."""

    def __init__(self, library: Library, translator: Translator) -> None:
        self.library, self.tr = library, translator

    def code(self, code_list: str, value: str) -> str:
        """The label of a code; what is not in the list is shown as it was kept."""
        return self.tr.text(self.library.label(code_list, value))

    def local_day(self, moment: str) -> str:
        """The day of a moment where the paper is printed; what is no moment as it is."""
        at = parse_moment(moment)
        return at.astimezone().date().isoformat() if at else moment

    def order_type(self, kind: str) -> str:
        """A kind of order; one in somebody's own words as it stands."""
        return self.tr.text(kind) if self.library.is_order_type(kind) else kind

    def factor(self, code: str) -> Factor | None:
        """The factor of that code in any instrument, or None."""
        return next((f for i in self.library.instruments.values() if (f := i.factor(code)) is not None), None)

    def factor_label(self, code: str) -> str:
        """Code and short label of a factor: `F06 Strangulation`."""
        found = self.factor(code)
        return f"{code} {self.tr.text(found.label)}" if found else code


def value_words(value: Any, field: Field | None, look: Lookup, sieve: Sieve) -> str:
    """One value as words; an empty text where there is nothing to say."""
    if value is None or value == "" or value == [] or value == {}:
        return ""
    kind = field.kind if field else ""
    if kind in {"person", "record"}:
        return _reference(str(value), look, sieve)
    if kind == "map":
        return _map_words(value, look)
    if isinstance(value, list):
        return ", ".join(value_words(each, field, look, sieve) for each in value if each not in (None, ""))
    if field and field.tags:
        return look.code(field.tags, str(value))
    if kind == "three":
        return look.code("three", str(value))
    if field and (field.codes or field.tags):
        return look.code(field.codes or field.tags, str(value))
    if field and field.name in ("type", "order_type"):
        return look.order_type(str(value))
    if field and field.name == "instrument" and (form := look.library.instruments.get(str(value))) is not None:
        return look.tr.text(form.title)
    if kind == "day":
        return look.tr.day(str(value))
    if kind == "moment":
        return look.tr.moment(str(value))
    return str(value)


def _map_words(value: Any, look: Lookup) -> str:
    """The parts of a sealed record, one to a line: `F06 Strangulation: Yes, Victim, in her own words`."""
    if not isinstance(value, dict):
        return str(value)
    lines = []
    for key, held in value.items():
        parts = held if isinstance(held, dict) else {key: held}
        said = [_sealed_part(name, part, look) for name, part in parts.items()]
        lines.append(f"{look.factor_label(str(key))}: {', '.join(part for part in said if part)}")
    return "\n".join(lines)


def _sealed_part(name: str, part: Any, look: Lookup) -> str:
    if part in (None, "", []):
        return ""
    if isinstance(part, list):
        return ", ".join(_sealed_part(name, each, look) for each in part)
    if name == "recent":
        return look.tr.text("in the last six months: {answer}", answer=look.code("three", str(part)))
    lists = {"value": "answer", "source": "source", "distrusts": "measure_kind", "trusts": "measure_kind"}
    return look.code(lists[name], str(part)) if name in lists else str(part)


def _reference(record_id: str, look: Lookup, sieve: Sieve) -> str:
    found = sieve.record(record_id)
    if found is None:
        return record_id
    if found.type == "person":
        return person_name(found, look.tr)
    if found.type == "assessment":
        return look.tr.text("Assessment of {at}", at=look.tr.moment(found.created_at))
    if found.type == "order":
        return order_words(found, look)
    return record_id


def order_words(order: Sifted, look: Lookup) -> str:
    """An order in a few words: its kind and its number."""
    kind = str(order.get("type") or "")
    return " ".join(p for p in (look.order_type(kind) or look.tr.text("Order"), str(order.get("number") or "")) if p)


def person_name(person: Sifted | None, tr: Translator) -> str:
    """Given and family name; the name in its own script only where there is no Latin one."""
    if person is None:
        return tr.text("Name not known")
    latin = " ".join(str(person.get(f)) for f in ("given_name", "family_name") if person.get(f))
    return latin or str(person.get("original_name") or "") or tr.text("Name not known")


def drawable_names(person: Sifted, field: str) -> tuple[str, bool]:
    """Own-script name or other names as far as they can be drawn, and whether one was left out.

    Where no Latin name exists nothing is left out, so that the paper is refused instead of printed without a name.
    """
    held = person.get(field)
    names = [str(n) for n in held] if isinstance(held, list) else [str(held)] if held else []
    if not (person.get("given_name") or person.get("family_name")):
        return ", ".join(names), False
    kept = [name for name in names if can_draw(name)]
    return ", ".join(kept), len(kept) < len(names)


def listed(parts: Iterable[str]) -> str:
    """Parts that hold something, separated by a middle dot."""
    return " · ".join(part for part in parts if part)
