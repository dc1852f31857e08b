"""A record's state as one small blob for a database row, and back. Not a wire format: rows can always be rebuilt."""

from __future__ import annotations

from typing import Any

import msgspec

from app.notebook.fold import FieldState, RecordState, Written
from app.notebook.hybrid import Stamp


def pack(record: RecordState) -> bytes:
    """The state as JSON bytes. Dots are numbered once, so that a row stays small."""
    dots = sorted(record.written)
    number = {name: i for i, name in enumerate(dots)}
    body: dict[str, Any] = {
        "t": record.type,
        "i": record.immutable,
        "d": dots,
        "w": {
            str(number[name]): [w.author, w.device_time, w.stamp.milliseconds, w.stamp.counter, w.received]
            for name, w in record.written.items()
        },
        "c": [number[name] for name in record.created],
        "f": {
            name: [[number[d], value] for d, value in state.live.items()]
            for name, state in record.fields.items()
            if state.live
        },
        "a": {name: sorted(state.awaited) for name, state in record.fields.items() if state.awaited},
        "u": record.unknown,
    }
    return msgspec.json.encode(body)


def unpack(record_id: str, blob: bytes) -> RecordState:
    """The state that `pack` wrote."""
    body = msgspec.json.decode(blob)
    dots = body["d"]
    written = {dots[int(i)]: Written(a, t, Stamp(ms, n), received) for i, (a, t, ms, n, received) in body["w"].items()}
    fields = {name: FieldState({dots[i]: value for i, value in pairs}) for name, pairs in body["f"].items()}
    for name, awaited in body["a"].items():
        fields.setdefault(name, FieldState()).awaited.update(awaited)
    return RecordState(
        record_id, body["t"], body["i"], {dots[i]: written[dots[i]] for i in body["c"]}, fields, written, body["u"]
    )
