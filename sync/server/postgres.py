"""The ledger of one push in PostgreSQL, under the lock of the organisation's counter."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from app.notebook import entry as notebook
from app.rules.access import CaseFacts, Officer
from app.rules.police import Police
from sync.server import scope
from sync.server.database import Connection
from sync.server.events import REFUSED_ACCESS, note_event
from sync.server.judge import ACCEPTED, ANY_NUMBER, Chain, Held, Parting
from sync.server.ledger import Apart, Caller, NewEntry, Place, Written

# Row-level security knows no COPY; arrays in binary form come near it, and texts in one piece come nearer.
_ENTRY = (
    "INSERT INTO entry (org_id, device_id, received_at, released, number, leaf, first, count, case_id, hash, digest,"
    " body, signature) SELECT %s, %s, %s, %s, * FROM unnest(%b::int8[], %b::int8[], %b::int8[], %b::int4[],"
    " string_to_array(%s, ' '), string_to_array(%s, ' '), %b::bytea[], %b::bytea[], %b::bytea[])"
)
_NODE = "INSERT INTO node (org_id, level, place, hash) SELECT %s, * FROM unnest(%b::int4[], %b::int8[], %b::bytea[])"
_CASE = (
    "INSERT INTO held_case (org_id, case_id, author, owner, unit_id, restricted, number, changed_at, digest)"
    " SELECT %s, c, a, o, u, r, n, now(), d FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[], %b::bool[],"
    " %b::int8[], %b::bytea[]) AS t (c, a, o, u, r, n, d)"
    " ON CONFLICT (org_id, case_id) DO UPDATE SET restricted = excluded.restricted, number = excluded.number,"
    " changed_at = excluded.changed_at, digest = excluded.digest"
)

_FORGED = frozenset({"signature", "author", "device"})
"""Reasons that no honest laptop gives: somebody made the entry in another's place."""


class PostgresTaking:
    """One push of one device; made and used within one transaction."""

    def __init__(self, connection: Connection, caller: Caller) -> None:
        self._connection, self._caller = connection, caller

    def place(self) -> Place:
        return lock(self._connection, self._caller.org)

    def chain(self) -> Chain:
        row = self._one("SELECT last, hash FROM device WHERE org_id = %s AND device_id = %s", self._caller.device)
        return Chain(*row)

    def held(self, firsts: Collection[int]) -> Mapping[int, Sequence[Held]]:
        found: dict[int, list[Held]] = {}
        if not firsts:
            return found
        # Between the least and the greatest there is nothing at all of a push that brings only what is new.
        among = " FROM {} WHERE org_id = %s AND device_id = %s AND first BETWEEN %s AND %s AND first = ANY(%s)"
        wanted = (self._caller.org, self._caller.device, min(firsts), max(firsts), list(firsts))
        for first, own, number, received in self._connection.execute(
            ("SELECT first, hash, number, received_at" + among.format("entry")).encode(), wanted
        ).fetchall():
            found.setdefault(first, []).append(Held(own, ACCEPTED, number, received))
        for first, own, outcome, reason, received in self._connection.execute(
            ("SELECT first, hash, outcome, reason, received_at" + among.format("quarantine")).encode(), wanted
        ).fetchall():
            found.setdefault(first, []).append(Held(own, outcome, 0, received, reason))
        return found

    def heads(self, devices: Collection[str]) -> Mapping[str, int]:
        if not devices:
            return {}
        # After a restore, a device that has not been here since has more than the server knows: others may name it.
        rows = self._connection.execute(
            "SELECT d.device_id, CASE WHEN d.settled = %s THEN d.last ELSE %s END FROM device AS d"
            " WHERE d.org_id = %s AND d.device_id = ANY(%s)",
            (self._caller.epoch, ANY_NUMBER, self._caller.org, list(devices)),
        ).fetchall()
        return dict(rows)

    def cases(self, cases: Collection[str]) -> Mapping[str, CaseFacts]:
        return scope.facts(self._connection, self._caller.org, self._caller.recent_days, list(cases))

    def digests(self, cases: Collection[str]) -> Mapping[str, bytes]:
        query = "SELECT case_id, digest FROM held_case WHERE org_id = %s AND case_id = ANY(string_to_array(%s, ' '))"
        found = dict(self._all(query, cases))
        device = self._caller.device
        if device in cases:
            # What a device notes of itself is in no case that anybody holds: the entry before it says the digest.
            row = self._connection.execute(
                "SELECT digest FROM entry WHERE org_id = %s AND case_id = %s ORDER BY number DESC LIMIT 1",
                (self._caller.org, device),
            ).fetchone()
            found |= {device: row[0]} if row else {}
        return found

    def left(self, cases: Collection[str]) -> Mapping[str, Parting]:
        rows = self._connection.execute(
            "SELECT case_id, until, until_at > now() - %s FROM subscription"
            " WHERE org_id = %s AND device_id = %s AND case_id = ANY(string_to_array(%s, ' ')) AND until IS NOT NULL",
            (timedelta(days=self._caller.lease_days), self._caller.org, self._caller.device, " ".join(cases)),
        ).fetchall()
        return {case: Parting(until, lately) for case, until, lately in rows}

    def missing(self) -> bool:
        row = self._one(
            "SELECT EXISTS (SELECT FROM device WHERE org_id = %s AND device_id <> %s AND settled <> %s"
            " AND revoked_at IS NULL AND replaced_at IS NULL)",
            self._caller.device,
            self._caller.epoch,
        )
        return bool(row[0])

    def erased(self, cases: Collection[str]) -> Collection[str]:
        if not cases:
            return ()
        query = "SELECT case_id FROM erased WHERE org_id = %s AND case_id = ANY(string_to_array(%s, ' '))"
        return {case for (case,) in self._all(query, cases)}

    def people(self, officers: Collection[str]) -> Mapping[str, Officer]:
        rows = self._all(
            "SELECT officer_id, role, unit_id FROM officer"
            " WHERE org_id = %s AND officer_id = ANY(string_to_array(%s, ' ')) AND active",
            officers,
        )
        return {officer: Officer(officer, role, unit) for officer, role, unit in rows}

    def police(self, case: str) -> Police:
        return police(self._connection, self._caller.org, case)

    def units(self) -> Mapping[str, str]:
        return scope.units(self._connection, self._caller.org)

    def node(self, level: int, place: int) -> bytes:
        row = self._connection.execute(
            "SELECT hash FROM node WHERE org_id = %s AND level = %s AND place = %s", (self._caller.org, level, place)
        ).fetchone()
        assert row is not None, "a node of the tree is missing"
        return bytes(row[0])

    def write(self, written: Written) -> None:
        org, device = self._caller.org, self._caller.device
        self._add_entries(written.entries)
        self._add_nodes(written.nodes)
        for one in written.apart:
            self._set_apart(one)
        self._connection.execute(
            "UPDATE device SET last = %s, hash = %s WHERE org_id = %s AND device_id = %s",
            (written.chain.last, written.chain.hash, org, device),
        )
        self._change_cases(written)
        # Scope comes last: its notices take the numbers after those of the entries that brought them about.
        place = scope.after_push(self._connection, self._caller, written)
        self._connection.execute(
            "UPDATE counter SET number = %s, leaves = %s WHERE org_id = %s", (place.number, place.leaves, org)
        )

    def _add_entries(self, entries: Sequence[NewEntry]) -> None:
        if not entries:
            return
        self._connection.execute(
            _ENTRY,
            (
                self._caller.org,
                self._caller.device,
                entries[0].received_at,
                entries[0].released,
                [e.number for e in entries],
                [e.leaf for e in entries],
                [e.first for e in entries],
                [e.count for e in entries],
                " ".join([e.case for e in entries]),
                " ".join([e.hash for e in entries]),
                [e.digest for e in entries],
                [e.body for e in entries],
                [e.signature for e in entries],
            ),
        )

    def _add_nodes(self, nodes: Mapping[tuple[int, int], bytes]) -> None:
        if nodes:
            levels, places = [level for level, _ in nodes], [place for _, place in nodes]
            self._connection.execute(_NODE, (self._caller.org, levels, places, list(nodes.values())))

    def _set_apart(self, one: Apart) -> None:
        org = self._caller.org
        self._connection.execute(
            "INSERT INTO quarantine (org_id, device_id, first, hash, count, case_id, outcome, reason, received_at,"
            " body, signature) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (
                org,
                one.device,
                one.first,
                one.hash,
                one.count,
                one.case.replace("\0", ""),
                one.outcome,
                one.reason,
                one.received_at,
                one.body,
                one.signature.replace("\0", ""),
            ),
        )
        if one.reason == "scope" and self.cases([one.case]):
            note_event(self._connection, self._caller, REFUSED_ACCESS, one.case, one.received_at[:10])
        if one.reason in _FORGED:
            note_event(self._connection, self._caller, "forged", "", f"{one.reason} {one.first} {one.hash}")
        if one.outcome == "forked":
            # The other side of the fork stays in the log, which was confirmed, and is kept here beside this one.
            self._connection.execute(
                "INSERT INTO quarantine (org_id, device_id, first, hash, count, case_id, outcome, reason, received_at,"
                " body, signature) SELECT org_id, device_id, first, hash, count, case_id, 'accepted', 'forked',"
                " received_at, body, encode(signature, 'base64') FROM entry"
                " WHERE org_id = %s AND device_id = %s AND first = %s ON CONFLICT DO NOTHING",
                (org, one.device, one.first),
            )
            note_event(self._connection, self._caller, "forked", "", f"{one.first} {one.hash}")

    def _change_cases(self, written: Written) -> None:
        changed = list(written.cases.values())
        if not changed:
            return
        self._connection.execute(
            _CASE,
            (
                self._caller.org,
                [c.case for c in changed],
                [c.facts.author for c in changed],
                [c.facts.owner for c in changed],
                [c.facts.unit for c in changed],
                [c.facts.restricted for c in changed],
                [c.number for c in changed],
                [c.digest for c in changed],
            ),
        )

    def _one(self, query: str, *arguments: Any) -> tuple[Any, ...]:
        row = self._connection.execute(query.encode(), (self._caller.org, *arguments)).fetchone()
        assert row is not None
        return row

    def _all(self, query: str, ids: Collection[str]) -> list[tuple[Any, ...]]:
        # Ids go as one text: as a list, each of them would be looked at by itself before it is sent.
        return self._connection.execute(query.encode(), (self._caller.org, " ".join(ids))).fetchall()


def police(connection: Connection, org: str, case: str) -> Police:
    """What the entries of a case say about who in it works for the police, and what two people have lifted of that."""
    said = Police()
    rows = connection.execute(
        "SELECT e.body, e.number > c.lifted FROM entry AS e JOIN held_case AS c ON c.org_id = e.org_id"
        " AND c.case_id = e.case_id WHERE e.org_id = %s AND e.case_id = %s ORDER BY e.number",
        (org, case),
    ).fetchall()
    for since in (False, True):
        for body in (body for body, later in rows if later is since):
            said.hear(notebook.read(bytes(body)).changes)
        if not since:
            said.lift()
    return said


def lock(connection: Connection, org: str) -> Place:
    """Lock the counter of an organisation until the end of the transaction."""
    row = connection.execute("SELECT number, leaves FROM counter WHERE org_id = %s FOR UPDATE", (org,)).fetchone()
    assert row is not None, "an organisation has a counter"
    return Place(*row)
