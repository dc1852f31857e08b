"""Cases to each of which one officer stands in known ways alone: the cells of the table of rights, on a real server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.rules import access
from app.rules.access import CaseFacts, Officer
from sync.server import administration, scope
from sync.server.database import Connection
from sync.server.postgres import lock
from tests.sync.laptops import Force

WIRE, DESK = "wire", "desk"
"""How an officer goes about it: by requests that nobody's program would make, or as the program does."""


@dataclass(frozen=True)
class Cell:
    """How an officer stands to a case, and what is tried with it. `by`: as above."""

    relations: tuple[str, ...]
    restricted: bool
    recent: bool
    verb: str
    by: str = WIRE
    case: str = field(default_factory=random_id)

    @property
    def offer(self) -> str:
        """The id of the hand-over that is open, where there is one."""
        return self.case[::-1]


class Cells:
    """A force in which officers of one role stand to a case for each cell: one in its unit, one in the unit above."""

    def __init__(self, force: Force, role: str, cells: list[Cell]) -> None:
        self.force, self.role, self.cells = force, role, cells
        self.above = force.do(lambda c, org: administration.new_unit(c, org, "Above"))
        self.here = force.do(lambda c, org: administration.new_unit(c, org, "Here", self.above))
        elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
        self.elsewhere = elsewhere
        self.author, self.stranger = force.laptop(unit=elsewhere), force.laptop(unit=elsewhere)
        # A unit of their own: elsewhere is the cases' unit where it is not the officers'.
        far = force.do(lambda c, org: administration.new_unit(c, org, "Far"))
        force.do(lambda c, org: administration.move_officer(c, org, self.stranger.officer, "officer", far))
        self.mate = force.officer(unit=self.here)
        self.oversight = Officer(force.officer("professional_standards", far), "professional_standards", far)
        self.laptops = {unit: force.laptop(role, unit) for unit in (self.here, self.above)}

    def unit(self, cell: Cell) -> str:
        """The unit of the officer whose cell it is."""
        return self.above if "below" in cell.relations else self.here

    def me(self, cell: Cell) -> Officer:
        """The officer whose cell it is."""
        return Officer(self.laptops[self.unit(cell)].officer, self.role, self.unit(cell))

    def facts(self, cell: Cell) -> CaseFacts:
        """What decides about the case, as it follows from the cell."""
        me = self.me(cell).id
        named = frozenset({self.oversight.id} if cell.verb == access.LIFT else ())
        found = CaseFacts(
            self.author.officer,
            self.author.officer,
            self.elsewhere,
            named=named,
            restricted=cell.restricted,
            recent=cell.recent,
        )
        changed: dict[str, dict[str, Any]] = {
            "own": {"author": me},
            "in_charge": {"owner": me},
            "assigned": {"assigned": frozenset({me})},
            "named": {"named": named | {me}},
            "offered": {"offer": cell.offer, "offered": me},
            "unit": {"unit": self.here},
            "below": {"unit": self.here},
        }
        for relation in cell.relations:
            found = replace(found, **changed[relation])
        return found

    def relate(self) -> None:
        """Have the cases opened and sent, and make them what their cells say."""
        for cell in self.cells:
            self.author.new_case(case=cell.case)
            if "offered" in cell.relations:
                fields = {"how": "offered", "officer": self.me(cell).id, "reason": "specialist"}
                self.author.write(cell.case, notebook.append(cell.offer, "hand_over", fields))
        for start in range(0, len(self.author.writer.entries), 400):
            self.author.push(*self.author.writer.entries[start : start + 400])
        self.author.pushed = len(self.author.writer.entries)
        self.force.do(self._relate)

    def _relate(self, connection: Connection, org: str) -> None:
        number = lock(connection, org).number
        for cell in self.cells:
            facts = self.facts(cell)
            age = timedelta(0 if cell.recent else access.RECENT_DAYS + 1)
            connection.execute(
                "UPDATE held_case SET restricted = %s, changed_at = now() - %s WHERE org_id = %s AND case_id = %s",
                (cell.restricted, age, org, cell.case),
            )
            number = scope.charge(connection, org, cell.case, facts, number)
            number = scope.recompute_case(connection, org, cell.case, facts, number)
        scope.give(connection, org, number)

    def change(self, cell: Cell) -> notebook.Change:
        """What says in the notebook that the verb is done."""
        if cell.verb == access.ANSWER:
            return notebook.append(random_id(), "hand_over_answer", {"hand_over": cell.offer, "answer": "sent_back"})
        how = "reassigned" if cell.verb == access.REASSIGN else "offered"
        return notebook.append(random_id(), "hand_over", {"how": how, "officer": self.mate})

    def close(self) -> None:
        for laptop in (self.author, self.stranger, *self.laptops.values()):
            laptop.close()
