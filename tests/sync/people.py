"""What people do in a world to who has a case: hand over, answer, mark, assign, name, move, decide what counts.

And the witness: nothing beyond an officer's scope is handed out, in whatever order all this happens.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from app.notebook import entry as notebook
from app.problems import Problem
from app.rules.access import Officer
from app.rules.police import Police
from app.store import charges
from sync.server import administration, deciding, marks, scope
from sync.server.ledger import Caller
from sync.wire import messages

if TYPE_CHECKING:
    from tests.sync.world import Laptop, World

REASONS = ("shift_ends", "specialist")


class People:
    """A supervisor and an officer of professional standards without laptops, and what they and all others do."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.chance = random.Random(f"{world.seed} people")
        self.leader, self.standards = self.id(), self.id()
        self.lifted: set[str] = set()

        def made(connection: Any) -> None:
            top = connection.execute("SELECT unit_id FROM unit WHERE org_id = %s AND above = ''", (world.org,))
            (self.top,) = top.fetchone()
            for officer, role in ((self.leader, "supervisor"), (self.standards, "professional_standards")):
                connection.execute(
                    "INSERT INTO officer VALUES (%s, %s, %s, %s, %s)", (world.org, officer, role, role, self.top)
                )

        world.as_administrator(made)

    def id(self) -> str:
        return self.chance.randbytes(16).hex()

    # -- what happens

    def act(self) -> None:
        """One thing, now and then."""
        happening = self.chance.random() * 100
        if happening > 30:
            return
        laptop = self.chance.choice(self.world.laptops)
        if happening < 8:
            self._write(laptop, self._given)
        elif happening < 16:
            self._write(laptop, self._answered)
        elif happening < 18:
            self._write(laptop, self._marked)
        elif happening < 22:
            self._involve()
        elif happening < 24:
            self._move()
        elif happening < 28:
            self._decide()
        else:
            self._lift()

    def _write(self, laptop: Laptop, made: Any) -> None:
        with self.world.fragile(laptop):
            cases = sorted(laptop.store.cases())
            if cases:
                case = self.chance.choice(cases)
                change = made(laptop.store.case(case))
                if change is not None:
                    self.world.write(laptop, case, [change])

    def _given(self, _state: Any) -> notebook.Change:
        to = {"officer": self.chance.choice(self.world.officers)}
        if self.chance.random() < 0.3:
            to = {"unit": self.chance.choice(self.world.units)}
        return notebook.append(self.id(), "hand_over", {"how": "offered", "reason": self.chance.choice(REASONS), **to})

    def _answered(self, state: Any) -> notebook.Change | None:
        given = sorted(record.id for record in state.records.values() if record.type == "hand_over")
        if not given:
            return None
        said = self.chance.choice(("accepted", "accepted", "sent_back", "withdrawn"))
        fields = {"hand_over": self.chance.choice(given), "answer": said}
        return notebook.append(self.id(), "hand_over_answer", fields)

    def _marked(self, state: Any) -> notebook.Change:
        people = sorted(record.id for record in state.records.values() if record.type == "person")
        if people and self.chance.random() < 0.6:
            person = self.chance.choice(people)
            if self.chance.random() < 0.5:
                return notebook.add(person, "roles", self.chance.choice(("suspect", "victim")))
            seen = state.records[person].seen("police_employee")
            return notebook.assign(person, {"police_employee": ("yes", seen)})
        seen = state.records[state.id].seen("police_suspect") if state.id in state.records else []
        return notebook.assign(state.id, {"police_suspect": (self.chance.choice(("yes", "no")), seen)})

    def _involve(self) -> None:
        officer, kind = self.chance.choice(self.world.officers), self.chance.choice(("assigned", "named"))
        on = self.chance.random() < 0.6
        self._on_a_case(lambda c, case: administration.involve(c, self.world.org, case, officer, kind, involved=on))

    def _move(self) -> None:
        officer, unit = self.chance.choice(self.world.officers), self.chance.choice(self.world.units)
        org = self.world.org
        self.world.as_administrator(lambda c: administration.move_officer(c, org, officer, "officer", unit))

    def _decide(self) -> None:
        org, by = self.world.org, Officer(self.leader, "supervisor", self.top)

        def work(connection: Any) -> None:
            waiting = deciding.waiting(connection, org)
            if not waiting:
                return
            one = self.chance.choice(waiting)
            told = (connection, org, one.device, one.first, by, "so it is")
            if self.chance.random() < 0.7:
                deciding.let_count(*told, self.world.server_clock.now())
            else:
                deciding.leave_apart(*told)

        self._or_not(work)

    def _lift(self) -> None:
        org = self.world.org
        both = Officer(self.standards, "professional_standards", self.top), Officer(self.leader, "supervisor", self.top)

        def work(connection: Any, case: str) -> None:
            for one in both:
                administration.involve(connection, org, case, one.id, "named")
            marks.lift(connection, org, case, *both, "so it is")
            self.lifted.add(case)

        self._on_a_case(work)

    def _on_a_case(self, work: Any) -> None:
        def on(connection: Any) -> None:
            rows = connection.execute(
                "SELECT case_id FROM held_case WHERE org_id = %s ORDER BY case_id", (self.world.org,)
            ).fetchall()
            if rows:
                work(connection, self.chance.choice(rows)[0])

        self._or_not(on)

    def _or_not(self, work: Any) -> None:
        try:
            self.world.as_administrator(work)
        except Problem as problem:
            if not problem.code.startswith("server."):
                raise

    # -- what must hold

    def witness(self, caller: Caller, reply: Any) -> None:
        """Nothing of a case that the officer may not have now is in an answer."""
        told: set[str] = set()
        if isinstance(reply, messages.Pulled):
            told = {notebook.read(bytes(one.entry)).case for one in reply.entries} | {c.case for c in reply.charges}
            told |= set(reply.digests)
        elif isinstance(reply, messages.Snapshots):
            told = {one.case for one in reply.snapshots} | {one.case for one in reply.charges}
        elif isinstance(reply, messages.History):
            told = {reply.case}
        beyond = told - {caller.device} - self._may(caller.officer, caller.recent_days)
        assert not beyond, f"seed {self.world.seed}: {sorted(beyond)} went to a laptop that may not have them"

    def _may(self, officer: Officer, days: int) -> set[str]:
        return set(self.world.as_administrator(lambda c: scope.may_hold(c, self.world.org, officer, days)))

    def hold(self, entries: list[Any], scopes: dict[str, set[str]]) -> None:
        """At the end: scopes are what the table says, marked cases are with few, and laptops know who has charge."""
        police: dict[str, Police] = {}
        for _, _, case, body, _ in entries:
            police.setdefault(case, Police()).hear(notebook.read(bytes(body)).changes)
        marked = {case for case, said in police.items() if said.restricts} - self.lifted
        rows = self.world.as_administrator(self._rows)
        for laptop in self.world.laptops:
            device = laptop.store.device
            if device not in rows["devices"]:
                continue
            officer = rows["devices"][device]
            where = f"seed {self.world.seed}: {laptop.name}"
            assert scopes[device] == self._may(officer, 90), where
            for case in scopes[device] & marked:
                assert officer.id in rows["few"][case], f"{where} holds {case}, which is for few"
            for case in scopes[device] & rows["charged"].keys():
                kept = charges.charge(laptop.store, case)
                assert kept is not None, f"{where} does not know who has charge of {case}"
                assert (kept.owner, kept.unit, kept.offer, kept.restricted) == rows["charged"][case], where

    def _rows(self, connection: Any) -> dict[str, Any]:
        org = self.world.org
        devices = connection.execute(
            "SELECT d.device_id, o.officer_id, o.role, o.unit_id FROM device AS d JOIN officer AS o"
            " ON o.org_id = d.org_id AND o.officer_id = d.officer_id WHERE d.org_id = %s AND d.revoked_at IS NULL"
            " AND o.active",
            (org,),
        ).fetchall()
        cases = connection.execute(
            "SELECT case_id, author, owner, unit_id, offer, restricted, charged, ARRAY(SELECT i.officer_id FROM"
            " involved AS i WHERE i.org_id = c.org_id AND i.case_id = c.case_id AND i.kind = 'named')"
            " FROM held_case AS c WHERE c.org_id = %s",
            (org,),
        ).fetchall()
        return {
            "devices": {device: Officer(*who) for device, *who in devices},
            "few": {case: {author, *named} for case, author, *_, named in cases},
            "charged": {case: tuple(told[:4]) for case, _, *told, charged, _ in cases if charged is not None},
        }
