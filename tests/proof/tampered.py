"""Edits, deletions and reorderings of the history as database superuser: `verify` names every one.

Some are slips of one value; others are the work of somebody who knows the program and makes everything anew that needs
no key. What nothing signs and nothing follows from (README.md) is left alone here.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import psycopg
from psycopg import sql

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.rules.access import Officer
from sync.server import acts, administration, authority, deciding, erasure, seals, verify
from sync.server.statements import Signer
from tests.proof.frame import Proved
from tests.sync.laptops import Force, Laptop
from tests.sync.prove.processes import Server, server
from tests.sync.rewriting import made_anew

PROMISE: str = (
    "Whoever changes, deletes or reorders what was recorded, also as database superuser, is found out row by row."
)
GOALS: tuple[str, ...] = ("G33",)
NOW = datetime(2026, 11, 22, tzinfo=UTC)

HISTORY = {
    "entry": (
        [
            "number",
            "leaf",
            "device_id",
            "first",
            "count",
            "case_id",
            "hash",
            "received_at",
            "digest",
            "body",
            "signature",
            "released",
        ],
        "number, device_id, first, case_id",
    ),
    "node": (["level", "place", "hash"], "level, place"),
    "tree_head": (["size", "epoch", "root", "signature"], "size"),
    "counter": (["leaves"], "leaves"),
    "held_case": (["case_id", "number", "digest"], "case_id"),
    "quarantine": (["device_id", "first", "hash", "count", "case_id", "outcome", "body"], "device_id, first"),
    "device": (["device_id", "key", "last", "hash"], "device_id"),
    "erased": (["case_id", "officer_id", "second_id", "body", "signature"], "case_id"),
    "decision": (["device_id", "first", "hash", "verdict", "officer_id", "reason"], "device_id, first"),
    "officer": (["officer_id", "role", "unit_id", "active"], "officer_id"),
    "unit": (["unit_id", "above"], "unit_id"),
    "event": (
        ["event_id", "happened_at", "kind", "officer_id", "device_id", "case_id", "detail"],
        "event_id",
    ),
    "sealed_event": (["event_id", "number", "hash"], "event_id"),
    "event_seal": (["number", "until", "root", "signature"], "number"),
}
"""The tables of the history: the columns that something signs or follows from, and what a row is named by."""
NOT_DELETED = frozenset({"tree_head", "counter"})
"""What older heads cover, the newer ones cover as well; without its counter an organisation stands still."""


@dataclass
class Row:
    """A row as it was found: its table, where it lies, its values, and what it may be called."""

    table: str
    place: str
    values: dict[str, Any]
    names: set[str]


class History:
    """A force with a history of every kind, and the hand of somebody behind the server's back."""

    def __init__(self, made: Server, seed: int) -> None:
        self.force, self.chance = made.force, random.Random(seed)
        self.signer = Signer(authority.signing_key(made.config.signing_key))
        _live(self.force, self.signer)
        self.owner = self.force.owner()
        # One row at a time is looked for: nothing of the statements changes.
        self.rows = [row for table in HISTORY for row in self._rows(table)]
        for row in self.rows:
            if row.table == "decision":
                row.names |= self._entry(row.values)

    def close(self) -> None:
        self.owner.close()

    def verified(self) -> list[str]:
        return list(verify.verify(self.owner, self.force.org, self.signer.public))

    def _entry(self, place: dict[str, Any]) -> set[str]:
        """How the entry is named about which a person decided."""
        return set().union(
            *(
                one.names
                for one in self.rows
                if one.table == "entry" and all(one.values[name] == place[name] for name in ("device_id", "first"))
            )
        )

    def _rows(self, table: str) -> list[Row]:
        columns, names = HISTORY[table]
        query = sql.SQL("SELECT ctid::text, {} FROM {} WHERE org_id = %s ORDER BY {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table), sql.SQL(names)
        )
        found = []
        for place, *values in self.owner.execute(query, (self.force.org,)).fetchall():
            told = dict(zip(columns, values, strict=True))
            found.append(Row(table, place, told, _names(table, told)))
        if table == "device":
            # A device of which nothing was ever recorded has no history.
            found = [row for row in found if row.values["last"]]
        if table == "quarantine":
            # Beside a fork the log's own side of it is kept once more.
            found = [row for row in found if row.values["outcome"] != "accepted"]
        return found

    # -- what is done behind the server's back; each returns how the touched rows may be named

    def edited(self) -> tuple[str, set[str]]:
        """One value of one row is something else."""
        row = self.chance.choice(self.rows)
        column = self.chance.choice(HISTORY[row.table][0])
        value = _other(row.values[column], self.chance)
        self._set(row, {column: value})
        names = row.names | _names(row.table, {**row.values, column: value})
        # Another key is one with which nothing of the device holds; where the words were erased, another count is one
        # with which the next entry does not follow.
        if (row.table, column) in (("device", "key"), ("entry", "count")):
            names |= self._after(row)
        return f"{row.table}.{column} edited", names

    def deleted(self) -> tuple[str, set[str]]:
        """One row is gone; of an entry, what came after it no longer follows."""
        row = self.chance.choice([row for row in self.rows if row.table not in NOT_DELETED])
        query = sql.SQL("DELETE FROM {} WHERE ctid = %s::tid").format(sql.Identifier(row.table))
        self.owner.execute(query, (row.place,))
        return f"{row.table} deleted", row.names | self._after(row)

    def _after(self, row: Row) -> set[str]:
        if row.table == "device":
            device = row.values["device_id"]
            mine = [one for one in self.rows if one.table == "entry" and one.values["device_id"] == device]
            return set().union(*(one.names for one in mine))
        if row.table == "erased":
            case = row.values["case_id"]
            emptied = [one for one in self.rows if one.table == "entry" and one.values["case_id"] == case]
            return set().union(*(one.names for one in emptied))
        if row.table not in ("entry", "quarantine"):
            return set()
        place = row.values["first"] + row.values["count"]
        names = {f"entry {row.values['device_id']}:{place}", f"device {row.values['device_id']}"}
        if row.table == "entry":
            later = [one for one in self.rows if one.table == "entry" and one.values["leaf"] == row.values["leaf"] + 1]
            names |= {"counter"}.union(*(one.names for one in later))
        return names

    def back_dated(self) -> tuple[str, set[str]]:
        """An event is put in, as if it had been noted before what is sealed by now."""
        made, ago = random_id(), timedelta(hours=self.chance.randrange(2, 10_000))
        self.owner.execute(
            "INSERT INTO event VALUES (%s, %s, now() - %s, 'refused_access', '', '', '', '')",
            (self.force.org, made, ago),
        )
        return "event put in", {f"event {made}"}

    def reordered(self) -> tuple[str, set[str]]:
        """Two entries exchange what says where they stand, or what they say."""
        one, other = self.chance.sample([row for row in self.rows if row.table == "entry"], 2)
        how = self.chance.choice(
            (["received_at"], ["digest"], ["body"], ["body", "hash"], ["body", "hash", "signature"])
        )
        swapped = [{name: row.values[name] for name in how} for row in (other, one)]
        if swapped[0] == swapped[1]:
            return "", set()
        self._set(one, swapped[0])
        self._set(other, swapped[1])
        return f"entries exchange {' '.join(how)}", one.names | other.names

    def rewritten(self) -> tuple[str, set[str]]:
        """The words of an entry are other words, and all that needs no key is made anew."""
        row = self.chance.choice([row for row in self.rows if row.table == "entry" and row.values["body"]])
        body = bytes(row.values["body"]).replace(b'"author":"Officer ', b'"author":"Afficer ', 1)
        self._set(row, {"body": body, "hash": hashlib.sha256(body).hexdigest()})
        made_anew(self.owner, self.force.org)
        return "entry rewritten, all made anew", row.names

    def cut_off(self) -> tuple[str, set[str]]:
        """The last entries are gone, and all that needs no key is made anew."""
        entries = [row for row in self.rows if row.table == "entry"]
        gone = entries[-self.chance.randrange(1, len(entries)) :]
        for row in gone:
            self.owner.execute("DELETE FROM entry WHERE ctid = %s::tid", (row.place,))
        made_anew(self.owner, self.force.org)
        return "last entries deleted, all made anew", self._heads_from(gone[0])

    def exchanged(self) -> tuple[str, set[str]]:
        """Two entries stand in each other's place, and all that needs no key is made anew."""
        one, other = self.chance.sample([row for row in self.rows if row.table == "entry"], 2)
        first, second = sorted((one, other), key=lambda row: int(row.values["leaf"]))
        numbers = first.values["number"], second.values["number"]
        self._set(first, {"number": -1})
        self._set(second, {"number": numbers[0]})
        self.owner.execute(
            "UPDATE entry SET number = %s WHERE org_id = %s AND number = -1", (numbers[1], self.force.org)
        )
        made_anew(self.owner, self.force.org)
        return "entries exchanged, all made anew", self._heads_from(first)

    def _heads_from(self, row: Row) -> set[str]:
        """The heads that were signed over an entry."""
        heads = [one for one in self.rows if one.table == "tree_head" and one.values["size"] > row.values["leaf"]]
        return set().union(*(one.names for one in heads))

    def _set(self, row: Row, values: dict[str, Any]) -> None:
        query = sql.SQL("UPDATE {} SET {} WHERE ctid = %s::tid").format(
            sql.Identifier(row.table),
            sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in values),
        )
        assert self.owner.execute(query, (*values.values(), row.place)).rowcount == 1


def _names(table: str, values: dict[str, Any]) -> set[str]:
    """How `verify` may name a row."""
    told = {
        "entry": "entry {number}|entry {device_id}:{first}|node 0/{leaf} (entry with leaf {leaf})",
        "node": "node {level}/{place}|node {level}/{place} (entry with leaf {place})",
        "tree_head": "tree_head {size}",
        "counter": "counter",
        "held_case": "held_case {case_id}",
        "quarantine": "entry {device_id}:{first}, kept apart|entry {device_id}:{first}",
        "device": "device {device_id}",
        "erased": "erased {case_id}",
        "decision": "decision {device_id}:{first}|entry {device_id}:{first}",
        "officer": "officer {officer_id}",
        "unit": "unit {unit_id}",
        "event": "event {event_id}",
        "sealed_event": "event {event_id}|event_seal {number}",
        "event_seal": "event_seal {number}",
    }[table]
    return set(told.format(**values).split("|"))


def _other(value: Any, chance: random.Random) -> Any:
    """A value of the same kind that is not this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + chance.choice((-1, 1, 1000))
    if isinstance(value, datetime):
        return value + chance.choice((-1, 1)) * timedelta(microseconds=1, days=chance.choice((0, 0, 1000)))
    if isinstance(value, bytes | memoryview):
        turned = bytearray(value)
        if not turned:
            return b"x"
        turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
        return bytes(turned[: chance.choice((-1, len(turned), len(turned)))])
    if not value or chance.random() < 0.1:
        return value + "x" if chance.random() < 0.5 else "" if value else "x"
    place = chance.randrange(len(value))
    return value[:place] + ("0" if value[place] != "0" else "1") + value[place + 1 :]


def _live(force: Force, signer: Signer) -> None:
    """What two units and a copied laptop do: cases, hand-overs, refusals, a fork, a decision, an erased case; three
    seals over the events of it."""

    def seal() -> None:
        force.do(lambda c, org: seals.seal(c, org, signer))

    west = force.do(lambda c, org: administration.new_unit(c, org, "West"))
    one, leader, stranger = force.laptop(), force.laptop("supervisor"), force.laptop(unit=west)
    cases = [one.new_case(f"NM-{n}") for n in range(4)]
    one.push()
    for case in cases:
        one.set(case, "reference", "B")
        one.push()
    given = random_id()
    one.write(cases[0], notebook.append(given, "hand_over", {"how": "offered", "officer": leader.officer}))
    one.push()
    leader.write(cases[0], notebook.append(random_id(), "hand_over_answer", {"hand_over": given, "answer": "accepted"}))
    leader.push()
    seal()
    for case in cases[:2]:
        stranger.write(case, notebook.assign(case, {"reference": ("seen at the door", [])}))
        stranger.new_case("NM-W")
    stranger.push()
    kept = force.do(deciding.waiting)[0]
    by = Officer(leader.officer, "supervisor", force.unit)
    force.do(lambda c, org: deciding.let_count(c, org, kept.device, kept.first, by, "In good faith.", NOW))
    copy = Laptop(force, one.officer, one.device)
    copy.epoch, copy.counter = one.epoch, one.counter
    copy.new_case("NM-copy")
    copy.push()
    seal()
    one.counter = copy.counter
    gone = one.new_case("NM-gone")
    one.set(gone, "reference", "C")
    one.push()
    second = Officer(force.officer("auditor"), "auditor", force.unit)
    with force.owner() as owner:
        erasure.order(owner, force.org, gone, (by, second), "By order of the court.", signer, NOW)
    one.set(cases[3], "reference", "D")
    one.push()
    seal()
    for laptop in (one, leader, stranger, copy):
        laptop.close()


KINDS = (
    *[History.edited] * 10,
    *[History.deleted] * 4,
    *[History.reordered] * 3,
    History.back_dated,
    History.rewritten,
    History.cut_off,
    History.exchanged,
)


def run(count: int, seed: int = 0) -> Proved:
    """So many changes, each of them to the whole history and taken back again."""
    faults: list[str] = []
    done: Counter[str] = Counter()
    with server() as made:
        history = History(made, seed)
        faults += [f"untouched: {line}" for line in history.verified()]
        while done.total() < count and len(faults) < 50:
            try:
                with history.owner.transaction(force_rollback=True):
                    what, names = history.chance.choice(KINDS)(history)
                    told = history.verified() if what else []
            except psycopg.Error:
                continue  # what the tables themselves refuse is no change
            except Exception as error:  # noqa: BLE001 - whatever it is, a row was not named
                faults.append(f"{type(error).__name__} {error}")
                continue
            if not what:
                continue
            done[what] += 1
            if not any(line.partition(": ")[0] in names for line in told):
                faults.append(f"{what}: not named ({sorted(names)[:3]}); told: {told[:3]}")
        faults += [f"untouched in the end: {line}" for line in history.verified()]
        rows = len(history.rows)
        history.close()
    figure = f"{done.total():,} changes of {len(done)} kinds to {rows} rows of history: {len(faults)} not named"
    return Proved(figure, faults)


def gate() -> Proved:
    """A sample."""
    return run(3000)


def deep() -> Proved:
    """The whole number."""
    return run(10_000)


def control() -> Proved:
    """Without the tree and its signed heads, the seals of events, and what events say."""
    nothing: Any = mock.Mock(side_effect=lambda *_: iter(()))
    with (
        mock.patch.object(verify, "_tree", nothing),
        mock.patch.object(verify, "_heads", nothing),
        mock.patch.object(seals, "verify", nothing),
        mock.patch.object(acts, "verify", nothing),
    ):
        return run(100)
