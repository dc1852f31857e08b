"""Histories of several devices that write, and read some of what the others wrote, in every order that can happen."""

from __future__ import annotations

from hypothesis import strategies as st

from app.notebook import entry as notebook
from app.notebook.entry import Entry
from tests.notebook.writers import CASE, Writer

RECORDS = ("r1", "r2")
FIELDS = ("f1", "f2")


def act(writer: Writer, kind: str, record: str, name: str, value: str) -> Entry:
    """One action of a person who looks at what this device shows."""
    state = writer.state().records.get(record)
    if kind == "create":
        return writer.write(notebook.create(record, "answer" if value < "m" else "task", {name: value}))
    if kind == "append":
        return writer.write(notebook.append(record, "note", {name: value}))
    if kind == "add":
        return writer.write(notebook.add(record, "roles", value))
    if kind == "remove":
        return writer.write(notebook.remove(record, "roles", state.seen("roles") if state else []))
    if kind == "archive":
        saw = state.seen("archived") if state else []
        return writer.write(notebook.assign(record, {"archived": ("yes", saw)}, state.known() if state else {}))
    if kind == "future":
        return writer.write({"op": "move", "record": record, "to": value})
    if kind == "both":
        saw = {field: state.seen(field) if state else [] for field in FIELDS}
        return writer.write(
            notebook.assign(record, {field: (value, saw[field]) for field in FIELDS}),
            notebook.add(record, "roles", value),
        )
    return writer.put(name, value, record)


@st.composite
def histories(draw: st.DrawFn, devices: int = 3, most: int = 14) -> list[Entry]:
    """Entries of several devices on one case in the order in which they were made."""
    writers = [Writer("abc"[n]) for n in range(devices)]
    made: list[Entry] = []
    kinds = ["set", "set", "set", "both", "add", "remove", "create", "append", "archive", "future"]
    for _ in range(draw(st.integers(1, most))):
        writer = draw(st.sampled_from(writers))
        if draw(st.booleans()):
            # Reads what the others have written up to some moment, as a pull does.
            writer.read(*made[: draw(st.integers(0, len(made)))])
        made.append(
            act(
                writer,
                draw(st.sampled_from(kinds)),
                draw(st.sampled_from(RECORDS)),
                draw(st.sampled_from(FIELDS)),
                draw(st.sampled_from("adkpz")),
            )
        )
    return made


def seen_by_later_ones(entries: list[Entry]) -> set[tuple[str, str, str]]:
    """(record, field, dot) of everything that a later writer named as seen."""
    found = set()
    for entry in entries:
        for change in entry.changes:
            if change["op"] == "set":
                found |= {(change["record"], n, d) for n, wish in change["fields"].items() for d in wish["saw"]}
            elif change["op"] == "remove":
                found |= {(change["record"], change["field"], d) for d in change["saw"]}
    return found


def written_dots(entries: list[Entry]) -> set[tuple[str, str, str]]:
    """(record, field, dot) of every value that was ever written."""
    found = set()
    for entry in entries:
        for name, change in zip(entry.dots(), entry.changes, strict=True):
            if change["op"] in ("create", "append", "set"):
                found |= {(change["record"], key, name) for key in change["fields"]}
            elif change["op"] == "add":
                found.add((change["record"], change["field"], name))
    return found


def live_dots(snapshot: dict) -> set[tuple[str, str, str]]:
    """(record, field, dot) of every value that stands in a snapshot of a case."""
    return {
        (record, name, dot)
        for record, state in snapshot.items()
        for name, values in state["fields"].items()
        for dot, _ in values
    }


__all__ = ["CASE", "histories", "live_dots", "seen_by_later_ones", "written_dots"]
