"""Values and fields in words for people: codes by their labels, moments as local time, people by name."""

from __future__ import annotations

from typing import Any

from app.casework.desk import Desk
from app.i18n import N_, Translator
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from app.records.names import full_name
from app.records.view import CaseView, Record

THREE = {"yes": N_("Yes"), "no": N_("No"), "unknown": N_("Don’t know")}


OWN_TASKS = {"OTHER": N_("A task of the officer’s own"), "VISIT": N_("A visit")}


def say(desk: Desk, view: CaseView, field: Field, value: Any, words: Translator) -> str:
    """A field's value in words; an empty text where nothing stands."""
    if value in (None, "", []):
        return ""
    if field.kind == "three":
        return words.text(THREE.get(str(value), str(value)))
    if field.kind in ("code", "codes", "set"):
        values = value if isinstance(value, list) else [value]
        return ", ".join(words.text(desk.library.label(field.codes, v)) for v in values)
    if field.kind == "moment":
        return words.moment(str(value))
    if field.kind == "day":
        return words.day(str(value))
    if field.kind == "person":
        return full_name(view.record(str(value))) or words.text(N_("a person of this case"))
    if field.tags:
        values = value if isinstance(value, list) else [value]
        return ", ".join(words.text(desk.library.label(field.tags, v)) for v in values)
    if field.name == "factors":
        known = [(v, desk.library.factor(str(v))) for v in (value if isinstance(value, list) else [value])]
        return ", ".join(words.text(factor.label) if factor else str(v) for v, factor in known)
    if field.kind == "names":
        return ", ".join(str(v) for v in value) if isinstance(value, list) else str(value)
    if field.kind == "record" and field.refers == "order":
        return order_words(desk, view.record(str(value)), words)
    if field.name in ("type", "order_type") and field.kind == "line":
        return words.text(str(value)) if desk.library.is_order_type(str(value)) else str(value)
    if field.kind in ("record", "map") or field.name in ("other_case", "record_here", "record_there"):
        return ""
    if field.name == "instrument":
        form = desk.library.instruments.get(str(value))
        return words.text(form.title) if form else str(value)
    if field.name == "profile":
        profile = desk.library.profiles.get(str(value))
        return words.text(profile.title) if profile else str(value)
    if field.name == "factor":
        factor = desk.library.factor(str(value))
        return words.text(factor.label) if factor else str(value)
    if field.name == "code":
        task = desk.library.task(str(value))
        return words.text(task.label if task else OWN_TASKS.get(str(value), str(value)))
    if field.name == "module":
        module = desk.library.module(str(value))
        return words.text(module.label) if module else str(value)
    return str(value)


def order_words(desk: Desk, order: Record | None, words: Translator) -> str:
    """An order in a few words: its kind and its number."""
    if order is None:
        return ""
    kind = str(order.get("type") or "")
    said = words.text(kind) if desk.library.is_order_type(kind) else kind or words.text(N_("Order, kind not recorded"))
    return " ".join(part for part in (said, str(order.get("number") or "")) if part)


def type_label(kind: str, words: Translator) -> str:
    """What a record type is called."""
    declared = RECORD_TYPES.get(kind)
    return words.text(declared.label) if declared else words.text(N_("Record of a newer version"))
