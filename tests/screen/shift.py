"""A whole shift at the real window, from unlocking at 22:00 to the officer of the next shift at 06:00.

    python -m tests.screen.shift FOLDER

Leaves a numbered picture of each step, a sheet of all of them and the hand-over as it was printed, prints how long the
window stood still in each step at the most, and looks at last whether the vault holds what was typed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.casework import casefile, cases, practice, risk
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import FixedClock, SystemClock
from app.records.view import CaseView
from app.vault import vault
from app.vault.vault import FLOOR_COST
from tests.documents.reading import flat, overlaps, page_texts
from tests.screen import night
from tests.screen.driver import OFFICER, PASSPHRASE, ROOT, AtTheScreen, NotThereError, screen_of_its_own

SECOND = "Tove Lindqvist"
AGO = timedelta(days=3, hours=4)
"""How long before the shift the known family was met last."""


@dataclass(frozen=True)
class Seen:
    """One step: when it was, the window's longest stall in it, the longest work of its own, and how busy the machine
    was: other programs lengthen the stall and not the work.
    """

    number: int
    name: str
    hour: str
    stall_ms: float
    own_ms: float
    load: float


class Night:
    """Works through the steps, lets the hours go by, and notes what is seen."""

    def __init__(self, at: AtTheScreen, hour: Path, begins: datetime, out: Path) -> None:
        self.at, self._hour, self.begins, self.out = at, hour, begins, out
        self.seen: list[Seen] = []

    def work(self) -> None:
        """All steps, one after the other."""
        for number, step in enumerate(night.NIGHT, 1):
            if step.hour:
                go_to(self._hour, hour_after(self.begins, step.hour))
            step.do(self.at)
            taken = self.at.settled_picture("step")
            taken.rename(self.out / f"{number:02d}-{step.name.replace(' ', '-')}.png")
            stall = self.at.stall()
            found = Seen(number, step.name, self._now(), stall["ms"], stall["own_ms"], os.getloadavg()[0])
            self.seen.append(found)
            print(line(found), flush=True)

    def _now(self) -> str:
        return f"{SystemClock().now() + timedelta(seconds=float(self._hour.read_text())):%H:%M}"


def line(seen: Seen) -> str:
    """A row of the table."""
    return (
        f"{seen.number:3}  {seen.name:30} {seen.hour}  {seen.stall_ms:7.1f} ms  "
        f"own work {seen.own_ms:6.1f} ms  load {seen.load:.1f}"
    )


def hour_after(begins: datetime, hour: str) -> datetime:
    """The next time after the beginning of the shift at which the clock shows this hour."""
    hours, minutes = map(int, hour.split(":"))
    moment = begins.replace(hour=hours, minute=minutes)
    return moment if moment >= begins else moment + timedelta(days=1)


def go_to(file: Path, moment: datetime) -> None:
    """Put the program's clock to a moment."""
    fresh = file.with_suffix(".new")
    fresh.write_text(repr((moment - SystemClock().now()).total_seconds()))
    fresh.replace(file)


def make_vaults(folder: Path, begins: datetime) -> None:
    """The vaults of two officers; in the first a family that was met some days before."""
    clock = FixedClock(begins - AGO)
    for name, officer, passphrase in (("1", OFFICER, PASSPHRASE), ("2", SECOND, night.SECOND_PASSPHRASE)):
        desk, _code = create_vault(
            folder / name,
            officer=officer,
            short_name=officer,
            passphrase=passphrase,
            cost=FLOOR_COST,
            clock=clock,
        )
        if name == "1":
            data = json.loads((ROOT / "resources" / "practice" / "quiet-former.json").read_bytes())
            casefile.import_case(desk, json.dumps(practice.moved(data, clock.now())).encode(), set())
            cases.list_cases(desk)
        close_desk(desk)


def handover(out: Path) -> None:
    """What was printed: both families are on it, nothing lies on anything else, and its pages become pictures."""
    pdf = (out / night.HANDOVER).read_bytes()
    text = flat(" ".join(page_texts(pdf)))
    for words in (night.NEW, night.KNOWN, "Keira Holt-Baines", "Bronagh Tilley", "Tove Lindqvist"):
        assert flat(words) in text, words
    assert overlaps(pdf) == []
    subprocess.run(["pdftoppm", "-r", "70", "-png", out / night.HANDOVER, out / "handover"], check=True)


def look_after(desk: Desk) -> None:
    """The vault holds what was typed, and the assessment that was corrected stands as it was."""
    by_reference = {one.reference: one for one in cases.list_cases(desk)}
    new = cases.read_case(desk, by_reference[night.NEW].id)
    corrected, before = assessments(new)[-1], assessments(new)[-2]
    assert corrected.get("corrects") == before.id
    assert before.get("completed_at")
    assert corrected.get("completed_at")
    wanted = dict.fromkeys(night.ASKED, "no") | night.by_factor(night.ANSWERS)
    assert answers(new, before.id) == wanted
    assert answers(new, corrected.id) == wanted | {night.FORGOTTEN: "yes"}
    (incident,) = new.of("incident")
    assert str(incident.get("narrative")).endswith(night.WORDS + "ll.")
    assert [p for p in new.people() if p.get("family_name") == "Wrongdoor"] == []
    assert new.case.get("aggressor_reasoning") == night.REASONING
    links = new.of("link")
    assert {link.get("kind") for link in links} == {"counter_allegation"}
    (there,) = {str(link.get("other_case")) for link in links}
    other = cases.read_case(desk, there)
    assert other.victim is not None
    assert other.victim.get("given_name") == "Dane"
    assert not any(person.get("address") or person.get("phone") for person in other.people())

    known = cases.read_case(desk, by_reference[night.KNOWN].id)
    first, again = assessments(known)
    assert answers(known, first.id) == dict.fromkeys(night.ASKED, "no") | night.by_factor(night.KNOWN_THEN)
    assert answers(known, again.id) == dict.fromkeys(night.ASKED, "no") | night.by_factor(night.AGAIN)
    assert len(known.of("incident")) == 2
    assert [grade.get("grade") for grade in known.of("grade")] == ["medium", "high"]
    assert risk.in_force(desk, known, risk.picture(desk, known)).grade == "high"
    assert len(known.of("follow_up")) == 4
    assert "handover" in {printed.get("document") for printed in known.of("print")}


def assessments(view: CaseView) -> list[Any]:
    """All assessments of a case, in the order in which they were begun."""
    return list(view.of("assessment"))


def answers(view: CaseView, assessment: str) -> dict[str, str]:
    """Factor -> answer of one assessment."""
    return {
        str(answer.get("factor")): str(answer.get("value"))
        for answer in view.of("answer")
        if answer.get("assessment") == assessment
    }


def opened(folder: Path, passphrase: str) -> Desk:
    """A vault's desk, after the program has let go of it."""
    return open_desk(vault.unlock(folder, passphrase, clock=SystemClock()), clock=SystemClock())


def sheet(out: Path) -> Path:
    """All pictures of the night on one."""
    sys.path.append(str(ROOT / "packaging"))
    from pictures import contact_sheet

    contact_sheet([out / name for name in night.names(out)], out / "sheet.png")
    return out / "sheet.png"


def as_installed(home: Path) -> dict[str, str]:
    """The environment of a program whose modules are compiled already, as they are where it is installed."""
    compiled = {"PYTHONPYCACHEPREFIX": str(home / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}
    command = [sys.executable, "-m", "compileall", "-q", "app", "ui", "sync/client", "sync/wire"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **compiled}, check=True)
    return compiled


def run(screen: dict[str, str], out: Path) -> list[Seen]:
    """Have the night, and look what is left of it."""
    vaults, hour = Path(screen["HOME"]) / ".local/share/holdfast/vaults", out / "hour"
    begins = SystemClock().now().replace(hour=22, minute=0, second=0, microsecond=0)
    make_vaults(vaults, begins)
    go_to(hour, begins)
    own = {**screen, **as_installed(Path(screen["HOME"])), "HOLDFAST_EAR_HOUR": str(hour), "TZ": "UTC"}
    at = AtTheScreen(own, None, out, "--scheme", "light", pictures=out / "between", stalls=True, note_saved=False)
    shift = Night(at, hour, begins, out)
    try:
        shift.work()
    except NotThereError:
        at.picture("not-there")
        raise
    finally:
        at.close()
        hour.unlink()
        sheet(out)
    assert at.errors() == "", at.errors()
    handover(out)
    for folder, passphrase, check in (("1", PASSPHRASE, look_after), ("2", night.SECOND_PASSPHRASE, has_no_case)):
        desk = opened(vaults / folder, passphrase)
        check(desk)
        close_desk(desk)
    return shift.seen


def has_no_case(desk: Desk) -> None:
    """The second officer's vault is empty."""
    assert cases.list_cases(desk) == []


def main() -> int:
    """Have the night and print the table."""
    out = Path(sys.argv[1]).resolve()
    if out.exists() and any(out.iterdir()):
        print(f"{out} is not empty", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    with screen_of_its_own(bare=True) as screen:
        seen = run(screen, out)
    worst = max(seen, key=lambda one: one.stall_ms)
    most = max(seen, key=lambda one: one.own_ms)
    print(
        f"{len(seen)} steps; the worst stall of the window: {worst.stall_ms:.0f} ms ({worst.name}); "
        f"the longest work of its own: {most.own_ms:.0f} ms ({most.name})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
