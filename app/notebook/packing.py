"""A record's state as one small blob for a database row, and back. Not a wire format: rows can always be rebuilt."""

from __future__ import annotations

from typing import Any

import msgspec

from app.notebook.fold import FieldState, RecordState, Written
from app.notebook.hybrid import Stamp


def pack(record: RecordState) -> bytes:
    """The state as JSON bytes, the same bytes for the same state. Dots are numbered once, so that a row stays small."""
    dots = sorted(record.written)
    number = {name: i for i, name in enumerate(dots)}
    body: dict[str, Any] = {
        "t": record.type,
        "i": sorted(number[name] for name in record.appended),
        "d": dots,
        "w": [
            [w.author, w.device_time, w.stamp.milliseconds, w.stamp.counter, w.received]
            for w in (record.written[name] for name in dots)
        ],
        "c": sorted(number[name] for name in record.created),
        "f": {
            name: sorted(([number[d], value] for d, value in state.live.items()), key=_number)
            for name, state in record.fields.items()
            if state.live
        },
        "a": {name: sorted(state.awaited) for name, state in record.fields.items() if state.awaited},
        "k": {str(number[name]): known for name, known in record.knew.items()},
        "u": record.unknown,
    }
    return msgspec.json.encode(body, order="sorted")


class Packed(msgspec.Struct, frozen=True):
    """A packed state as it lies there, for whoever needs only its type and what stands in its fields."""

    t: str
    i: list[int]
    d: list[str]
    w: list[tuple[str, str, int, int, str | None]]
    c: list[int]
    f: dict[str, list[tuple[int, Any]]]
    a: dict[str, list[str]]
    k: dict[str, dict[str, int]]
    u: list[Any]

    def values(self, name: str) -> list[Any]:
        """The standing values of a field."""
        return [value for _, value in self.f.get(name, ())]


_PACKED = msgspec.json.Decoder(Packed)


def look(blob: bytes) -> Packed:
    """A packed state looked at, a quarter of the work of opening it. Raises ValueError where it could not be opened."""
    found = _PACKED.decode(blob)
    named = [*found.i, *found.c, *map(int, found.k), *(n for pairs in found.f.values() for n, _ in pairs)]
    if len(found.w) != len(found.d) or not all(0 <= n < len(found.d) for n in named):
        raise ValueError("not a packed state")
    return found


def _number(pair: list[Any]) -> int:
    return int(pair[0])


def unpack(record_id: str, blob: bytes) -> RecordState:
    """The state that `pack` wrote."""
    body = msgspec.json.decode(blob)
    dots = body["d"]
    written = {
        name: Written(a, t, Stamp(ms, n), received)
        for name, (a, t, ms, n, received) in zip(dots, body["w"], strict=True)
    }
    fields = {name: FieldState({dots[i]: value for i, value in pairs}) for name, pairs in body["f"].items()}
    for name, awaited in body["a"].items():
        fields.setdefault(name, FieldState()).awaited.update(awaited)
    return RecordState(
        id=record_id,
        type=body["t"],
        appended={dots[i] for i in body["i"]},
        created={dots[i]: written[dots[i]] for i in body["c"]},
        fields=fields,
        written=written,
        unknown=body["u"],
        knew={dots[int(i)]: known for i, known in body["k"].items()},
    )
