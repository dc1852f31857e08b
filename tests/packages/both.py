"""Both packages together, each in a clean root of its own: a case that is typed at the window of a laptop comes to the
server by itself and stands on a second laptop; what is made there comes back.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.packages.booted import BootedRoot, Network
from tests.packages.desktop import AT_THE_WINDOW, HOME, VICTIM, Officer
from tests.packages.laptops import Laptop, with_package
from tests.packages.screen import USER
from tests.packages.server import PSQL, asked, code_for, first_code, network_for, serving
from tests.packages.work import Work

HELD = "SELECT case_id FROM held_case"


def prove(work: Work) -> None:
    """Enrolled, typed, sent, counted, handed on, read; and the way back."""
    package = work.one("desktop", "*.deb")
    with network_for(work) as network:
        server = serving(work, network)
        officer = _enrolled(work, network, package, first_code(work, server))
        case = _sent_by_the_window(work, server, officer)
        other = Laptop(work, network, "laptop-two")
        other.begin("B. Coulter", code_for(work, server, "B.Coulter"))
        _handed_on(work, server, officer, other, case)
        server.power_off()


def _enrolled(work: Work, network: Network, package: Path, code: str) -> Officer:
    """An officer at a laptop with a screen, whose vault belongs to the force."""
    laptop = with_package(work, network, "laptop", package, *AT_THE_WINDOW)
    work.run(laptop, "useradd", "--create-home", USER)
    officer = Officer(work, laptop)
    officer.begins()
    officer.holdfast("enrol", code)
    return officer


def _sent_by_the_window(work: Work, server: BootedRoot, officer: Officer) -> str:
    """A case is typed; nobody presses anything to send it. Returns its id."""
    work.so(not _held(work, server), "the server holds no case yet")
    officer.attends()
    work.until("the case at the server", lambda: bool(work.glance(server, *PSQL, HELD)[1]))
    officer.closes()
    (line,) = officer.cases()
    work.so([line["case"]] == _held(work, server), "the server holds the one case of the laptop")
    work.so(_unsent(officer) == 0, "and the laptop knows that all it wrote is there")
    # A backup counts the entries of a laptop, and is one more itself.
    here = json.loads(officer.holdfast("vault", "backup", f"{HOME}/backup", "--json"))["entries"]
    work.so(_unsent(officer) == 1, "what is not sent yet is said")
    officer.holdfast("sync")
    there = asked(work, server, "SELECT count(*) FROM entry")
    work.so(str(here) == there, f"the laptop's {here} entries are the {there} of the server")
    return line["case"]


def _handed_on(work: Work, server: BootedRoot, officer: Officer, other: Laptop, case: str) -> None:
    """A colleague's laptop gets the case, word for word, and makes another, which comes back."""
    other.run("sync")
    work.so(other.cases() == {case}, "the case stands on a colleague's laptop")
    (there,) = other.run("case", "show", case)
    here = _shown(officer, case)
    # Whoever looks at a case is noted in it, on each laptop by itself until both have met the server again.
    looked = _ids(there.pop("operations"))
    looked_here = _ids(here.pop("operations"))
    work.so(there == here and all(name in json.dumps(there) for name in VICTIM), "with all that was typed")
    work.so(looked != looked_here, "each laptop has noted who looked there")
    another = other.new_case("sc04.json")
    other.run("sync")
    officer.holdfast("sync")
    work.so({line["case"] for line in officer.cases()} == {case, another}, "the colleague's case came to the first one")
    work.so(looked < _ids(_shown(officer, case)["operations"]), "and that the colleague looked at the first case")
    work.so(set(_held(work, server)) == {case, another}, "the server holds both")
    work.run(server, "holdfast-server", "verify")


def _held(work: Work, server: BootedRoot) -> list[str]:
    """The ids of the cases that the server holds, asked past it."""
    return asked(work, server, HELD).split()


def _shown(officer: Officer, case: str) -> dict[str, Any]:
    """What stands in a case on the officer's laptop."""
    found: dict[str, Any] = json.loads(officer.holdfast("case", "show", case, "--json"))
    return found


def _ids(records: list[dict[str, Any]]) -> set[str]:
    return {record["id"] for record in records}


def _unsent(officer: Officer) -> int:
    """How many entries are on the laptop only."""
    return int(json.loads(officer.holdfast("status", "--json"))["unsent"])
