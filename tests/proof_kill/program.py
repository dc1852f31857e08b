"""Types into the real program at a virtual screen, kills it at random moments, and counts what it had called saved.

By hand: `python -m tests.proof_kill.program 200`. The last line says what was found; exit code 1 if anything was lost.
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.casework import cases, edit, place, risk
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.screen.driver import OFFICER, PASSPHRASE, AtTheScreen, screen_of_its_own

LONGEST_S = 2.5
KEYS = ("Down", "Up", "space", "period", "ctrl", "shift", *"abcdefghijklmnopqrstuvwxyz")
WORDS = ("door", "kitchen", "hall", "cup", "stairs", "neighbour", "light", "window", "phone", "coat")


@dataclass
class Found:
    """What a series of kills showed. `said`: what the screen called saved, oldest first, as (what, value)."""

    kills: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)
    lost: int = 0

    def __str__(self) -> str:
        words = sum(1 for what, _ in self.said if what == "narrative")
        return (
            f"{self.kills} kills of the real program while it was typed into, {len(self.said)} answers and texts "
            f"called saved ({words} texts), {self.lost} lost"
        )


@contextmanager
def opened(folder: Path) -> Iterator[Desk]:
    """The vault, as after the next start of the program."""
    clock = SystemClock()
    desk = open_desk(vault.unlock(folder, PASSPHRASE, clock=clock), clock=clock)
    try:
        yield desk
    finally:
        close_desk(desk)


def make_vault(folder: Path) -> str:
    """A vault with one case at work; returns the case's id."""
    desk, _ = create_vault(folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST)
    try:
        case_id = cases.new_case(desk, "NM-2026-0417")
        edit.create(desk, case_id, "person", {"given_name": "Mira", "roles": ["victim"]})
        edit.create(desk, case_id, "incident", {"narrative": "begun"})
        risk.start_assessment(desk, case_id)
        return case_id
    finally:
        close_desk(desk)


def stand_at(folder: Path, case_id: str, step: str) -> None:
    """Let the program show this step after unlocking."""
    with opened(folder) as desk:
        place.stand(desk, {"place": "case", "case": case_id, "step": step})


def hands(at: AtTheScreen, step: str, chance: random.Random) -> subprocess.Popen[bytes]:
    """Keys that go on by themselves until the program is gone: answers, or sentences with short pauses."""
    chain: list[str] = []
    if step == "risk":
        at.wait_for("RiskPage")
        for _ in range(chance.randrange(30)):
            chain += ["key", "Down"]
        for _ in range(150):
            chain += ["key", chance.choice("ynkdx"), "key", "Down" if chance.random() < 0.8 else "Up"]
            if chance.random() < 0.3:
                chain += ["sleep", "0.02"]
    else:
        at.wait_for("HappenedPage")
        at.tab_to("What happened")
        at.key("ctrl+End")
        for _ in range(12):
            sentence = " ".join(chance.choice(WORDS) for _ in range(chance.randint(1, 6)))
            chain += [
                "type",
                "--args",
                "1",
                "--delay",
                "2",
                f" {sentence}.",
                "sleep",
                f"{chance.uniform(0.2, 0.6):.2f}",
            ]
    return subprocess.Popen(
        ["xdotool", *chain], env=at.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def kill_once(screen: Mapping[str, str], folder: Path, run: Path, step: str, chance: random.Random) -> list[Any]:
    """Start, unlock, type, kill; returns what the screen had called saved."""
    run.mkdir()
    at = AtTheScreen(screen, folder, run)
    try:
        at.unlock()
        keys = hands(at, step, chance)
        time.sleep(chance.uniform(0.0, LONGEST_S))
        at.kill()
        keys.terminate()
        keys.wait()
        # A key that was down at that moment would go on repeating into the next program.
        at.xdotool("keyup", *KEYS)
    finally:
        at.close()
    lines = at.saved.read_text().splitlines(keepends=True) if at.saved.exists() else []
    return [json.loads(line) for line in lines if line.endswith("\n")]


def named(note: dict[str, Any]) -> tuple[str, str] | None:
    """(factor or field, value) of what was called saved, where it is one of those that are looked for."""
    if note.get("factor") and note.get("value"):
        return str(note["factor"]), str(note["value"])
    if note.get("field") == "narrative" and isinstance(note.get("value"), str):
        return "narrative", str(note["value"])
    return None


def noted(desk: Desk, case_id: str) -> list[tuple[str, str]]:
    """The same from the notebook, oldest first."""
    factors = {record.id: str(record.get("factor")) for record in desk.store.view(case_id).of("answer")}
    found = []
    for one in desk.store.entries(case_id):
        for change in one.entry.changes:
            for name, wish in (change.get("fields") or {}).items():
                value = wish["value"] if change["op"] == "set" else wish
                if name == "narrative" or (name == "value" and change["record"] in factors):
                    found.append(("narrative" if name == "narrative" else factors[change["record"]], str(value)))
    return found


def missing(said: list[tuple[str, str]], there: list[tuple[str, str]]) -> int:
    """How much of what was said is not there, in the order in which it was said."""
    rest, lost = iter(there), 0
    for one in said:
        before = list(rest)
        if one in before:
            rest = iter(before[before.index(one) + 1 :])
        else:
            rest, lost = iter(before), lost + 1
    return lost


def run(
    screen: Mapping[str, str], place_for_it: Path, kills: int, seed: int | None = None, *, put_back: bool = False
) -> Found:
    """Kill as often as asked; after each kill open and verify the vault, and look for all that was called saved.

    `put_back`: after each kill the vault is put back to what it was before, as if nothing had reached the disk.
    """
    chance, found, folder = random.Random(seed), Found(), place_for_it / "vault"
    case_id = make_vault(folder)
    for number in range(kills):
        step = "risk" if number % 2 == 0 else "happened"
        stand_at(folder, case_id, step)
        kept = _copied(folder, place_for_it / "kept") if put_back else None
        notes = kill_once(screen, folder, place_for_it / f"run{number}", step, chance)
        if kept is not None:
            _copied(kept, folder)
        found.kills += 1
        found.said += [one for one in map(named, notes) if one is not None]
        with opened(folder) as desk:
            desk.store.verify()
            desk.store.check_pages()
            found.lost = missing(found.said, noted(desk, case_id))
        if number % 20 == 19:
            print(found, file=sys.stderr, flush=True)
    return found


def _copied(folder: Path, target: Path) -> Path:
    shutil.rmtree(target, ignore_errors=True)
    return shutil.copytree(folder, target)


def main(kills: int) -> int:
    """Run in a folder of its own and say what was found."""
    with tempfile.TemporaryDirectory() as folder, screen_of_its_own() as screen:
        found = run(screen, Path(folder), kills)
    print(found)
    return 1 if found.lost else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200))
