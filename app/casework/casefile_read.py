"""Reading a case file: strict JSON, every mistake with its path and the allowed values, nothing half read.

What is well-formed but doubtful is no mistake: it is kept, and casefile.py says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.casework import casefile_keys as keys
from app.casework.values import malformed
from app.forms.library import Library
from app.records.declared import RECORD_TYPES
from app.records.fields import Field, RecordType

MOST_BYTES = 32 * 1024 * 1024
MOST_DIGITS = 15
ANSWER_CODES = "answer"


@dataclass(frozen=True)
class Mistake:
    """Why a file is refused: where, what is wrong, and what is allowed there (empty where nothing needs saying)."""

    path: str
    mistake: str
    allowed: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.mistake}" + (f" (allowed: {self.allowed})" if self.allowed else "")


class Refused(Exception):
    """A file of which nothing is imported, with every mistake in it."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


@dataclass(eq=False)
class Item:
    """One record of the file. `fields` holds plain values; a reference is the Item it names."""

    declared: RecordType
    path: str
    key: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    nested: bool = False

    @property
    def type(self) -> str:
        return self.declared.name

    def where(self, name: str) -> str:
        """The path of one of its fields."""
        return self.path if self.nested and name in keys.INSIDE else self.path + step(name)


@dataclass(frozen=True)
class Opinion:
    """The officer's grade in the short form of an assessment."""

    assessment: Item
    grade: str
    reason: str


@dataclass
class Draft:
    """A file that holds no mistake."""

    case: dict[str, Any] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    opinions: list[Opinion] = field(default_factory=list)

    def of(self, kind: str) -> list[Item]:
        """The records of a type, in their order."""
        return [item for item in self.items if item.type == kind]


def read(data: bytes, library: Library) -> Draft:
    """The file as a draft. Raises Refused with every mistake."""
    whole = parse(data)
    reader = _Reader(library)
    draft = reader.whole(whole)
    if reader.mistakes:
        raise Refused(reader.mistakes)
    return draft


# -- strict JSON


class _Doubled(dict[str, Any]):
    """An object that names a key twice."""

    twice: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Odd:
    """A number that no field can hold: NaN, an infinity, or more digits than a computer keeps exactly."""

    text: str


def parse(data: bytes) -> Any:
    """The JSON of a file. Raises Refused where it is none."""
    if len(data) > MOST_BYTES:
        raise Refused([Mistake("$", f"larger than {MOST_BYTES // 1024 // 1024} MiB")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused([Mistake("$", f"not UTF-8 at byte {error.start}")]) from None
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_Odd, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise Refused([Mistake("$", f"not JSON at line {error.lineno}, column {error.colno}")]) from None
    except RecursionError:
        raise Refused([Mistake("$", "nested too deeply")]) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    doubled, seen = _Doubled(found), set()
    doubled.twice = tuple(dict.fromkeys(k for k, _ in pairs if k in seen or seen.add(k)))  # type: ignore[func-returns-value]
    return doubled


def _whole(digits: str) -> int | _Odd:
    return int(digits) if len(digits.lstrip("-")) <= MOST_DIGITS else _Odd(digits)


_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,60}")


def step(key: str) -> str:
    """One key as a part of a path. A key that is no plain word is quoted, and cut where it is long."""
    return f".{key}" if _PLAIN.fullmatch(key) else f"[{key[:60]!a}]"


# -- the shape


class _Reader:
    """Goes through the file once, collects mistakes, and hangs references in at the end."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.mistakes: list[Mistake] = []
        self._codes, self._lines = keys.known_codes(library), keys.line_codes(library)
        self._draft = Draft()
        self._named: dict[tuple[str, str], Item] = {}

    def wrong(self, path: str, mistake: str, allowed: str = "") -> None:
        self.mistakes.append(Mistake(path, mistake, allowed))

    def whole(self, data: Any) -> Draft:
        if not self._is_object("$", data):
            return self._draft
        case_fields = {f.name: f for f in keys.CASE_FIELDS}
        self._known("$", data, ["format", "case", *case_fields, *keys.SHORT_KEYS, *keys.LIST_KEYS])
        if data.get("format") != keys.FORMAT:
            self.wrong("$.format", "missing" if data.get("format") is None else "unknown format", keys.FORMAT)
        if data.get("case") is not None and not isinstance(data["case"], str):
            self.wrong("$.case", "not a text", "a text")
        for name, declared in case_fields.items():
            self._take(self._draft.case, "case", declared, data.get(name), f"$.{name}")
        for kind in keys.TRAVELLING:
            if kind.name in keys.SHORT_KEYS and data.get(kind.name) is not None:
                self._item(kind, data[kind.name], f"$.{kind.name}", short=True)
            for number, value in enumerate(self._list(f"$.{kind.case_key}", data.get(kind.case_key))):
                self._item(kind, value, f"$.{kind.case_key}[{number}]")
        if not self._draft.of("person") and not data.get("people"):
            self.wrong("$.people", "missing", "at least one person")
        self._refer()
        return self._draft

    def _item(self, kind: RecordType, value: Any, path: str, short: bool = False) -> None:
        if not self._is_object(path, value):
            return
        inside = [*keys.NESTED, *keys.OPINION] if kind.name == "assessment" else []
        self._known(path, value, ["key", *(f.name for f in kind.fields), *inside])
        item = self._add(Item(kind, path))
        self._fields(item, value)
        self._name(item, value.get("key"))
        if kind.name == "safe_contact" and short and "person" not in item.fields:
            victims = [p for p in self._draft.of("person") if "victim" in p.fields.get("roles", ())]
            item.fields |= {"person": victims[0]} if victims else {}
        if kind.name == "assessment":
            self._assessment(item, value, short)

    def _add(self, item: Item) -> Item:
        self._draft.items.append(item)
        return item

    def _fields(self, item: Item, value: dict[str, Any], without: tuple[str, ...] = ()) -> None:
        for declared in item.declared.fields:
            if declared.name not in without:
                self._take(item.fields, item.type, declared, value.get(declared.name), item.path + step(declared.name))

    def _name(self, item: Item, key: Any) -> None:
        path = f"{item.path}.key"
        if key is None:
            return
        if not isinstance(key, str) or malformed(_KEY, key, {}):
            self.wrong(path, "not a plain text", "a text")
        elif (item.type, key) in self._named:
            self.wrong(path, f"{key!a} is used twice")
        else:
            item.key = key
            self._named[item.type, key] = item

    # -- an assessment with its answers, the victim's view and the officer's opinion

    def _assessment(self, item: Item, value: dict[str, Any], short: bool) -> None:
        form = self.library.instruments.get(item.fields.get("instrument") or next(iter(self.library.instruments)))
        if form is None:
            return  # an unknown instrument has been refused already
        if short:
            item.fields = {"instrument": form.id, "version": form.version} | item.fields
        listed = self._answers(item, value.get("answers"), form.codes)
        rest = "not_asked" if value.get("unlisted") is None else value["unlisted"]
        if self._is_code(f"{item.path}.unlisted", rest, self._codes[ANSWER_CODES]) and rest != "not_asked":
            for code in form.codes:
                if code not in listed:
                    fields = {"assessment": item, "factor": code, "value": rest}
                    self._add(Item(RECORD_TYPES["answer"], f"{item.path}.unlisted", fields=fields, nested=True))
        view = value.get("victim_view")
        if view is not None and self._is_object(f"{item.path}.victim_view", view):
            self._nested("victim_view", item, view, f"{item.path}.victim_view", {})
        grade, reason = value.get("officer_grade"), value.get("officer_reason")
        held: dict[str, Any] = {}
        self._take(held, "grade", _field("grade", "grade"), grade, f"{item.path}.officer_grade")
        self._take(held, "grade", _field("grade", "reason"), reason, f"{item.path}.officer_reason")
        if "grade" in held:
            self._draft.opinions.append(Opinion(item, held["grade"], held.get("reason", "")))

    def _answers(self, item: Item, answers: Any, factors: tuple[str, ...]) -> set[str]:
        path = f"{item.path}.answers"
        if answers is None or not self._is_object(path, answers):
            return set()
        for factor, value in answers.items():
            if factor not in factors:
                self.wrong(path + step(factor), "unknown factor", ", ".join(factors))
            elif value is not None and self._is_object(path + step(factor), value):
                self._nested("answer", item, value, path + step(factor), {"factor": factor})
        return {factor for factor, value in answers.items() if value is not None}

    def _nested(self, kind: str, of: Item, value: dict[str, Any], path: str, fixed: dict[str, Any]) -> None:
        declared = RECORD_TYPES[kind]
        self._known(path, value, [f.name for f in declared.fields if f.name not in keys.INSIDE])
        item = self._add(Item(declared, path, fields={"assessment": of, **fixed}, nested=True))
        self._fields(item, value, keys.INSIDE)

    # -- one value

    def _take(self, into: dict[str, Any], kind: str, declared: Field, value: Any, path: str) -> None:
        if value is None:
            return
        allowed = keys.allowed_for(kind, declared, self._codes, self._lines)
        if declared.kind in ("codes", "set", "names"):
            values = self._list(path, value)
            good = [self._is_plain(f"{path}[{n}]", declared, v, allowed) for n, v in enumerate(values)]
            if not all(good):
                return
            value = list(dict.fromkeys(values)) if declared.kind == "set" else values
        elif declared.kind == "map":
            if not self._is_object(path, value) or not self._is_sealed(path, declared.name, value):
                return
        elif not self._is_plain(path, declared, value, allowed):
            return
        if value not in ("", []):
            into[declared.name] = value

    def _is_plain(self, path: str, declared: Field, value: Any, allowed: tuple[str, ...] | None) -> bool:
        if isinstance(value, _Odd):
            self.wrong(
                path, "not a value that can be kept", "a whole number" if declared.kind == "number" else "a text"
            )
            return False
        as_line = declared if declared.kind == "number" else _KEY
        found = malformed(as_line, value, {})
        if found:
            self.wrong(path, *found)
            return False
        return allowed is None or value == "" or self._is_code(path, value, allowed)

    def _is_code(self, path: str, value: Any, allowed: tuple[str, ...]) -> bool:
        if isinstance(value, str) and value in allowed:
            return True
        shown = f"unknown value {value[:60]!a}" if isinstance(value, str) else "not a text"
        self.wrong(path, shown, ", ".join(allowed))
        return False

    def _is_sealed(self, path: str, name: str, value: dict[str, Any]) -> bool:
        """Whether a part of a completed assessment has the shape in which it was sealed. It is kept as it stands."""
        before = len(self.mistakes)
        if name == "victim_view":
            self._inside(path, "victim_view", value)
        else:
            factors = self._lines["answer", "factor"]
            for factor, answer in value.items():
                if factor not in factors:
                    self.wrong(path + step(factor), "unknown factor", ", ".join(factors))
                elif self._is_object(path + step(factor), answer):
                    self._inside(path + step(factor), "answer", answer)
        return len(self.mistakes) == before

    def _inside(self, path: str, kind: str, value: dict[str, Any]) -> None:
        fields = [f for f in RECORD_TYPES[kind].fields if f.name not in keys.INSIDE]
        self._known(path, value, [f.name for f in fields])
        for declared in fields:
            self._take({}, kind, declared, value.get(declared.name), path + step(declared.name))

    def _is_object(self, path: str, value: Any) -> bool:
        if not isinstance(value, dict):
            self.wrong(path, "not an object", "an object")
            return False
        if isinstance(value, _Doubled):
            for key in value.twice:
                self.wrong(path + step(key), "stands there twice")
            value.twice = ()  # said once
        return True

    def _list(self, path: str, value: Any) -> list[Any]:
        if value is None:
            return []
        if not isinstance(value, list):
            self.wrong(path, "not a list", "a list")
            return []
        return value

    def _known(self, path: str, value: dict[str, Any], allowed: list[str]) -> None:
        for key in value:
            if key not in allowed:
                self.wrong(path + step(key), "unknown field", ", ".join(allowed))

    # -- references

    def _refer(self) -> None:
        for item in self._draft.items:
            for name, kind in _references(item.declared):
                key = item.fields.get(name)
                if not isinstance(key, str):
                    continue
                named = self._named.get((kind, key))
                if named is None:
                    known = [k for of, k in self._named if of == kind]
                    allowed = ", ".join(known) or f"the key of a {kind}; none has one"
                    self.wrong(item.where(name), f"no {kind} has the key {key[:60]!a}", allowed)
                else:
                    item.fields[name] = named


def _references(declared: RecordType) -> Iterator[tuple[str, str]]:
    for f in declared.fields:
        if f.kind == "person":
            yield f.name, "person"
        elif f.kind == "record":
            yield f.name, f.refers


def _field(kind: str, name: str) -> Field:
    found = RECORD_TYPES[kind].field(name)
    assert found is not None
    return found


_KEY = Field("key", "line", "")
