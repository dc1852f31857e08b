"""Role × unit × relation × flag × verb × field, from the one table of rights, tried on both ends by a real server.

The server is asked by requests that no program of ours would make, at every path that tells of a case; the laptop is a
real vault after a real round, and does what its screens do.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import msgspec

from app.casework import charge, edit, refused
from app.casework.charge import Receiver
from app.casework.desk import Desk
from app.i18n import translator
from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.problems import Problem
from app.records.declared import RECORD_TYPES
from app.rules import access
from sync.client import talk
from sync.server import deciding, described, marks, scope
from sync.wire import limits, messages
from tests.notebook.writers import key_of
from tests.proof.frame import Proved
from tests.sync.cells import DESK, WIRE, Cell, Cells
from tests.sync.laptops import Laptop, RefusedError
from tests.sync.police import Police, sync
from tests.sync.prove.processes import Server, server

PROMISE: str = (
    "Both ends do with a case what the one table of rights says, for every role, relation, flag, verb and field."
)
GOALS: tuple[str, ...] = ("G28", "G32")
WORDS = translator("en")
NOW = datetime(2026, 11, 22, tzinfo=UTC)

PATHS = {
    "/v1/push": access.CHANGE,
    "/v1/pull": access.HOLD,
    "/v1/snapshots": access.HOLD,
    "/v1/history": access.HOLD,
    "/v1/proof": access.HOLD,
    **dict.fromkeys(("/v1/enrol", "/v1/lease", "/v1/identity", "/v1/wiped"), "of the device itself"),
    **dict.fromkeys(("/v1/packs", "/v1/authority", "/v1/health"), "of no case"),
}
"""What each path of the server is about; one that stands not here is a fault."""
BY_WIRE = (access.CHANGE, access.HAND_OVER, access.ANSWER, access.REASSIGN, access.DECIDE, access.LIFT)
BY_DESK = (access.CHANGE, access.HAND_OVER, access.ANSWER, access.REASSIGN)
OWN_RULES = frozenset({"hand_over", "hand_over_answer"})
"""Records that are a verb of their own."""
SAYS_POLICE = frozenset({"police_suspect", "police_employee"})


class Matrix:
    """One role’s cells, tried; `found` are the differences, `tried` the cells and fields by what was tried."""

    def __init__(self, police: Police, role: str, cells: list[Cell], *, each_field: bool) -> None:
        self.cells, self.police, self.each_field = Cells(police.force, role, cells), police, each_field
        self.tried: Counter[str] = Counter()
        self.found: list[str] = []
        self.tree: dict[str, str] = {}
        self.refused = 0

    def run(self) -> None:
        cells = self.cells
        desks = {unit: self.police.enrolled(laptop.officer) for unit, laptop in cells.laptops.items()}
        cells.relate()
        self.tree = cells.force.do(scope.units)
        for unit, laptop in cells.laptops.items():
            mine = [cell for cell in cells.cells if cells.unit(cell) == unit]
            sync(desks[unit])
            self._shown(desks[unit], mine)
            self._held(laptop, mine)
            self._decided([cell for cell in mine if (cell.verb, cell.by) == (access.DECIDE, WIRE)])
            self._lifted([cell for cell in mine if (cell.verb, cell.by) == (access.LIFT, WIRE)])
            self._written(laptop, [cell for cell in mine if cell.by == WIRE and cell.verb in BY_DESK])
            self._done(desks[unit], [cell for cell in mine if cell.by == DESK])
        cells.close()

    def _may(self, cell: Cell, verb: str = "") -> bool:
        return access.may(self.cells.me(cell), verb or cell.verb, self.cells.facts(cell), self.tree)

    def _tell(self, cell: Cell, what: str, did: bool, may: bool) -> None:
        self.tried[what] += 1
        self.refused += not may
        if did != may:
            flags = f"{'restricted ' if cell.restricted else ''}{'' if cell.recent else 'old'}".strip()
            where = f"{self.cells.role} {'+'.join(cell.relations)} {flags}".strip()
            self.found.append(f"{where}: {what} is {'done' if did else 'refused'}, the table says {may}")

    # -- the server's end

    def _held(self, laptop: Laptop, mine: list[Cell]) -> None:
        numbers = dict(self._numbers())
        laptop.pull()
        joined = {one.case for one in laptop.notices if one.kind == "joined"} | laptop.cases()
        for start in range(0, len(mine), 100):
            some = mine[start : start + 100]
            told = {one.case for one in laptop.snapshots(*(cell.case for cell in some)).snapshots}
            for cell in some:
                may = self._may(cell, access.HOLD)
                self._tell(cell, "pull", cell.case in joined, may)
                self._tell(cell, "snapshots", cell.case in told, may)
                self._tell(cell, "history", _answered(laptop.history, cell.case), may)
                self._tell(cell, "proof", _answered(_proof(laptop), numbers[cell.case]), may)

    def _numbers(self) -> list[tuple[str, int]]:
        query = "SELECT case_id, min(number) FROM entry WHERE org_id = %s GROUP BY case_id"
        return [(case, number) for case, number in self.cells.force.rows(query, self.cells.force.org)]

    def _decided(self, mine: list[Cell]) -> None:
        """Somebody's entry was kept apart; the officer wants to read it, which only who decides may."""
        stranger, force = self.cells.stranger, self.cells.force
        for cell in mine:
            stranger.write(cell.case, notebook.assign(cell.case, {"reference": ("seen at the door", [])}))
        if mine:
            stranger.push()
        firsts = {notebook.read(one.body).case: notebook.read(one.body).first for one in stranger.writer.entries}
        for cell in mine:
            place = (stranger.device, firsts[cell.case], self.cells.me(cell))
            did = _goes(lambda place=place: force.do(lambda c, org: deciding.read(c, org, *place)), "not_to_decide")
            self._tell(cell, access.DECIDE, did, self._may(cell))

    def _lifted(self, mine: list[Cell]) -> None:
        """The officer and one of professional standards, who was named, lift the mark; where there is one."""
        for cell in mine:
            both = (self.cells.me(cell), self.cells.oversight)
            did = _goes(
                lambda cell=cell, both=both: self.cells.force.do(
                    lambda c, org: marks.lift(c, org, cell.case, *both, "so it is")
                ),
                "two_people",
                "case_unknown",
            )
            self._tell(cell, access.LIFT, did, self._may(cell) and cell.restricted)

    def _written(self, laptop: Laptop, mine: list[Cell]) -> None:
        told: list[tuple[Cell, str]] = []
        # As of now: what was written in good faith, before a case left, is another matter.
        now = laptop.pull_page().scope
        for cell in mine:
            changing = cell.verb == access.CHANGE
            for what, change in self._changes(cell) if changing else [(cell.verb, self.cells.change(cell))]:
                _write(laptop, cell.case, change, now)
                told.append((cell, what))
        entries = laptop.writer.entries[laptop.pushed :]
        outcomes = []
        for start in range(0, len(entries), 400):
            outcomes += laptop.push(*entries[start : start + 400]).outcomes
        laptop.pushed = len(laptop.writer.entries)
        for (cell, what), outcome in zip(told, outcomes, strict=True):
            self._tell(cell, what, outcome.outcome == "accepted", self._may(cell))
            if outcome.reason not in ("", "scope", "role"):
                self.found.append(f"{what} is refused because of {outcome.reason}")

    def _changes(self, cell: Cell) -> Iterator[tuple[str, notebook.Change]]:
        """Every field that is declared: each by itself, or those of a record together."""
        for kind in RECORD_TYPES.values():
            if kind.name in OWN_RULES:
                continue
            names = [one.name for one in kind.fields]
            values = {name: "no" if name in SAYS_POLICE else "x" for name in names}
            for some in [[name] for name in names] if self.each_field else [names]:
                fields = {name: values[name] for name in some}
                what = f"{kind.name}.{some[0]}" if self.each_field else f"{kind.name} with {len(some)} fields"
                if kind.name == "case":
                    yield what, notebook.assign(cell.case, {name: (value, []) for name, value in fields.items()})
                else:
                    yield what, notebook.append(random_id(), kind.name, fields)

    # -- the laptop's end

    def _shown(self, desk: Desk, mine: list[Cell]) -> None:
        there = set(desk.store.cases())
        for cell in mine:
            held = cell.case in there
            self._tell(cell, "on the laptop", held, self._may(cell, access.HOLD))
            if held:
                may = charge.standing(desk, desk.store.view(cell.case)).may
                for verb in access.VERBS:
                    self._tell(cell, f"{verb} on the laptop", verb in may, self._may(cell, verb))

    def _done(self, desk: Desk, mine: list[Cell]) -> None:
        there = set(desk.store.cases())
        for cell in mine:
            if cell.case in there:
                self._tell(cell, f"{cell.verb} by the program", self._do(desk, cell), self._may(cell))
        sync(desk)
        # What the program let through, the server lets count.
        self.found += [f"{self.cells.role}: {line.why}" for line in refused.refused(desk, WORDS)]

    def _do(self, desk: Desk, cell: Cell) -> bool:
        to = Receiver(self.cells.mate, "Officer", "")

        def act() -> None:
            if cell.verb == access.CHANGE:
                edit.set_field(desk, cell.case, cell.case, "reference", "by the program")
            elif cell.verb == access.ANSWER:
                charge.answer(desk, cell.case, "accepted")
            else:
                at_once = cell.verb == access.REASSIGN
                charge.hand_over(desk, cell.case, to, "workload", at_once=at_once)

        return _goes(act, "few", "not_yours", "answered")


def _write(laptop: Laptop, case: str, change: notebook.Change, scope: int) -> None:
    """An entry of a laptop that knows what it may have, as of this number."""
    writer = laptop.writer
    made = msgspec.structs.replace(writer.entry([change], case=case), scope=scope)
    signed = notebook.sign(made, key_of(laptop.device))
    writer.entries.append(signed)
    writer.number, writer.previous, writer.clock = writer.number + 1, signed.hash, made.stamp


def _proof(laptop: Laptop) -> Callable[[int], object]:
    return lambda number: laptop.ask(
        "/v1/proof", messages.WantProof(protocol=limits.PROTOCOL, number=number), messages.Proof
    )


def _answered(ask: Callable[[object], object], about: object) -> bool:
    try:
        ask(about)
    except RefusedError as refusal:
        if (refusal.status, refusal.code) != (404, "not_found"):
            raise
        return False
    return True


def _goes(work: Callable[[], object], *otherwise: str) -> bool:
    """Whether it is done; it may end in a Problem that is named by the last part of its code."""
    try:
        work()
    except Problem as problem:
        if problem.code.rpartition(".")[2] not in otherwise:
            raise
        return False
    return True


def cells(role: str, more: int) -> list[Cell]:
    """Every relation alone with every flag and verb, and `more` cases to which somebody stands in several ways."""
    chance = random.Random(role)
    flags = (False, True)
    stands = [((one,), restricted, recent) for one in access.RELATIONS for restricted in flags for recent in flags]
    for _ in range(more):
        several = tuple(sorted(chance.sample(access.RELATIONS, chance.randrange(2, 5))))
        stands.append((several, chance.random() < 0.3, chance.random() < 0.5))
    ways = [(verb, WIRE) for verb in BY_WIRE] + [(verb, DESK) for verb in BY_DESK]
    return [Cell(*stand, verb, by) for stand in stands for verb, by in ways]


def _run(roles: tuple[str, ...], more: int, off: str = "", *, each_field: bool = False) -> Proved:
    paths = set(described.document()["paths"])
    faults = [f"{path} is in no row" for path in sorted(paths ^ PATHS.keys())]
    tried: Counter[str] = Counter()
    number = refusals = 0
    with (
        server(off=off) as made,
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(talk, "BREATH_S", 0),
    ):
        for role in roles:
            done = _of_role(made, Path(folder) / role, role, more, each_field=each_field)
            tried += done.tried
            faults += done.found
            number, refusals = number + len(done.cells.cells), refusals + done.refused
        faults += sorted({line.split("bug:")[1] for line in made.log.read_text().splitlines() if "bug:" in line})
    fields = sum(len(kind.fields) for kind in RECORD_TYPES.values() if kind.name not in OWN_RULES)
    figure = (
        f"{number:,} cases, {tried.total():,} answers of both ends ({refusals:,} to be refused), {fields} fields,"
        f" {len(paths)} paths: {len(faults)} beside the table"
    )
    return Proved(figure, faults)


def _of_role(made: Server, folder: Path, role: str, more: int, *, each_field: bool) -> Matrix:
    folder.mkdir()
    police = Police(made.force, folder)
    try:
        matrix = Matrix(police, role, cells(role, more), each_field=each_field)
        matrix.run()
        return matrix
    finally:
        police.close()


def gate() -> Proved:
    """Every cell; the fields of a record together."""
    return _run(access.ROLES, 3)


def deep() -> Proved:
    """Every cell, each field by itself, and many cases to which somebody stands in several ways."""
    return _run(access.ROLES, 20, each_field=True)


def control() -> Proved:
    """A server whose table gives an officer what lies below the unit as well."""
    return _run(("officer",), 0, off="one table for both ends")
