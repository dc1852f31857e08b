"""How a promise is proven: every module of this folder is one promise, with its figure and with its control.

A module gives PROMISE, GOALS, gate(), deep() and control(); see README.md. Each part of it runs in a process and a home
of its own. A control comes back with faults, or the proof could not have found any: then it is itself a fault.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.home import alone

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NO_PROMISE = ("__init__", "__main__", "frame")
LONG = ("fuzzed", "power", "builds", "mutants", "logged", "hostile", "keys", "worlds")
"""Proofs that begin first, so that none of them is alone at the end."""
AT_ONCE = 2
"""Processes side by side: the smallest machine that is meant has two cores."""
LONGEST_S = {"gate": 1800.0, "deep": 3600.0, "control": 1800.0}
"""Seconds after which a part hangs, also on a machine under load. It is ended then, and that is a fault."""
_SAID_LINES = 30
_PLACE = re.compile(r'File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<name>\S+)')


@dataclass(frozen=True)
class Proved:
    """What a part of a proof found. `figure`: one line with numbers; `faults`: each thing that did not hold."""

    figure: str
    faults: list[str]


@dataclass(frozen=True)
class Ran:
    """A part that was run: of what proof, which part, what it found, and how long it took in seconds.

    A part that ended with an error has no figure, and names no goals.
    """

    name: str
    part: str
    proved: Proved
    goals: tuple[str, ...]
    took_s: float

    @property
    def faults(self) -> list[str]:
        """What is wrong with it: faults that were found, or a control in which nothing was found."""
        if self.part != "control" or not self.proved.figure:
            return self.proved.faults
        return [] if self.proved.faults else [f"the control came back clean: {self.proved.figure}"]


def names() -> list[str]:
    """The proofs that there are, by name."""
    found = (file.stem for file in HERE.glob("*.py"))
    return sorted(name for name in found if name not in NO_PROMISE and not name.startswith("test_"))


def say(name: str, part: str, into: Path) -> None:
    """Run one part of a proof in this process and write what it found into a file."""
    proof = importlib.import_module(f"tests.proof.{name}")
    proved = getattr(proof, part)()
    if "\n" in proved.figure or not re.search(r"\d", proved.figure):
        raise ValueError(f"a figure is one line with numbers, not {proved.figure!r}")
    into.write_text(json.dumps({"goals": proof.GOALS, **asdict(proved)}), encoding="utf-8")


def run(wanted: Sequence[str], part: str, tell: Callable[[Ran], None]) -> list[Ran]:
    """Run this part of each proof, then their controls, two at a time; tells each as soon as it is done."""
    order = sorted(wanted, key=lambda name: (name not in LONG, name))
    jobs = [(name, one) for one in (part, "control") for name in order]
    running: set[int] = set()
    # Whoever asks this process to end means all that it started: they are in sessions of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with ThreadPoolExecutor(AT_ONCE) as pool, contextlib.ExitStack() as stack:
        # Whoever ends this ends what it started.
        stack.callback(_end, running)
        return list(pool.map(lambda job: _told(_run(*job, running), tell), jobs))


def _told(ran: Ran, tell: Callable[[Ran], None]) -> Ran:
    tell(ran)
    return ran


def _run(name: str, part: str, running: set[int]) -> Ran:
    begun = time.monotonic()
    with _place() as place:
        file, said = place / "found", place / "said"
        environment = {**alone(place / "home"), "TMPDIR": str(place / "tmp")}
        with said.open("w") as output:
            process = subprocess.Popen(
                _command(name, part, file),
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
            running.add(process.pid)
            try:
                process.wait(LONGEST_S[part])
            except subprocess.TimeoutExpired:
                pass
            finally:
                # Whatever it has started goes with it.
                _end({process.pid})
                process.wait()
                running.discard(process.pid)
        took_s = time.monotonic() - begun
        if process.returncode == 0 and file.exists():
            told = json.loads(file.read_text(encoding="utf-8"))
            return Ran(name, part, Proved(told["figure"], told["faults"]), tuple(told["goals"]), took_s)
        fault = _how_it_ended(process.returncode, said.read_text(errors="replace"))
        if took_s >= LONGEST_S[part]:
            fault = f"{part} did not end within {LONGEST_S[part]:.0f} s: {fault}"
        return Ran(name, part, Proved("", [fault]), (), took_s)


def _command(name: str, part: str, into: Path) -> list[str]:
    return [sys.executable, "-m", "tests.proof", name, "--part", part, "--into", str(into)]


@contextlib.contextmanager
def _place() -> Iterator[Path]:
    """A folder for one part, home and temporary files; PostgreSQL runs as another user and must get through."""
    with tempfile.TemporaryDirectory(prefix="holdfast-proof-", ignore_cleanup_errors=True) as name:
        place = Path(name)
        place.chmod(0o755)
        (place / "home").mkdir(mode=0o700)
        (place / "tmp").mkdir(mode=0o755)
        yield place


def _end(running: set[int]) -> None:
    for leader in list(running):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(leader, signal.SIGKILL)


def _how_it_ended(code: int, said: str) -> str:
    """What a part that said nothing of itself said last, with the place in the project where that was."""
    lines = said.strip().splitlines()
    ours = [found for found in _PLACE.finditer(said) if found["file"].startswith(str(ROOT))]
    place = ""
    if ours:
        file = Path(ours[-1]["file"]).relative_to(ROOT)
        place = f" ({file}, line {ours[-1]['line']}, in {ours[-1]['name']})"
    last = lines[-1] if lines else "it said nothing"
    return "\n    ".join([f"ended with {code}: {last}{place}", *lines[-_SAID_LINES:]])


def table(found: Sequence[Ran]) -> str:
    """One line for each proof: its goals, whether it holds, its figure, what its control found, and its seconds."""
    lines = []
    for name in dict.fromkeys(ran.name for ran in found):
        parts = [ran for ran in found if ran.name == name]
        goals = next((" ".join(ran.goals) for ran in parts if ran.goals), "")
        held = "FAULT" if any(ran.faults for ran in parts) else "holds"
        figures = "; control: ".join(ran.proved.figure or "an error" for ran in parts)
        lines.append(f"{name:16} {goals:12} {held}  {figures}  [{sum(ran.took_s for ran in parts):.0f} s]")
    return "\n".join(lines)
