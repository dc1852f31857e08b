"""What each command of dev.py does, in the order in which dev.py lists them.

Nothing here is part of the program: the program is started as `holdfast` from the virtual environment.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import machine
from environment import Environment

BESIDE = ("tests/ui", "tests/looks", "tests/screen", "tests/commands", "tests/casefile", "tests/documents")
"""Tests that draw windows, and some more: they take about as long as all others together, and run beside them."""

TRIAL_CODE = "HOLDFAST_TRIAL_CODE"
"""The variable that tells the program where the trial server beside it leaves a code for the practice vault."""

# Commands that are a module beside this one, run inside the virtual environment, and what they need of the machine.
MODULES: dict[str, tuple[machine.Need, ...]] = {
    "messages": (),
    "policy_files": (),
    "bench": machine.WINDOW,
    "bench_server": (),
    "pictures": machine.TESTS,
    "build": (),
    "wire_dictionary": (),
}


@dataclass(frozen=True)
class Command:
    """One command: a line for the list, and what it does with the project's root and the further arguments."""

    says: str
    do: Callable[[Path, list[str]], int]
    takes_more: bool = True


def run(root: Path, arguments: list[str], about: str) -> int:
    """Find the command that the arguments name and do it; without one, list them."""
    known = all_commands(root)
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in ("help", "--help", "-h"):
        print(about.strip(), "", *(f"  {title:14}{command.says}" for title, command in known.items()), sep="\n")
        return 0
    if name not in known:
        print(f"There is no command {name!r}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    if rest and not known[name].takes_more:
        print(f"{name} takes no further arguments: {' '.join(rest)}", file=sys.stderr)
        return 2
    return known[name].do(root, rest)


def all_commands(root: Path) -> dict[str, Command]:
    """The commands by name: those written here, and each module of MODULES whose file is there."""
    known = {
        "run": Command("open the program on an invented practice caseload; headless without a display", open_practice),
        "test": Command("lint, types, import directions, every test, prove; more arguments go to pytest", test),
        "prove": Command("the program under failure and attack; with --deep the large counts, for an hour", prove),
        "check": Command("lint, types and import directions only", check, takes_more=False),
        "setup": Command(
            "only what the others do first: virtual environment and system packages", setup, takes_more=False
        ),
    }
    for name, needs in MODULES.items():
        file = root / "packaging" / f"{name}.py"
        if file.exists():
            about = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or name
            known[name] = Command(about.splitlines()[0], _module(file, needs))
    return known


def open_practice(root: Path, arguments: list[str]) -> int:
    """Open the program on the practice caseload; where there is no display, do the same job without one."""
    environment = Environment(root)
    window = machine.has_display()
    machine.ensure((*environment.needs(), *(machine.WINDOW if window else ())), "running the program")
    environment.ensure("run")
    command = [str(environment.program("holdfast")), "practice"]
    told = dict(os.environ)
    if window:
        told[TRIAL_CODE] = str(environment.folder / "practice-code")
        start_trial_server(environment.program("holdfast-server"), Path(told[TRIAL_CODE]))
    else:
        print("No display here: doing the same job without a window.", flush=True)
        command.append("--headless")
    machine.hand_over([*command, *arguments], told)
    return 0


def start_trial_server(program: Path, code: Path) -> None:
    """Start the trial server beside the program, for as long as the program runs; without it the program works alone.

    It writes a code into the file `code`, with which the practice vault joins it by itself, and prints its address
    and its other codes here. The program inherits the one end of a pipe and never knows of it; when it ends, the server
    reads the end of its input and stops.
    """
    code.unlink(missing_ok=True)  # of a server that was killed
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    try:
        subprocess.Popen([str(program), "trial", "--until-input-ends", "--practice-code", str(code)], stdin=reading)
    except OSError as error:
        print(f"No trial server beside the program: {error.strerror}.", flush=True)
        os.close(writing)
    finally:
        os.close(reading)


def setup(root: Path, _arguments: list[str]) -> int:
    """Everything that the tests and the other commands need."""
    environment = Environment(root)
    machine.ensure((*environment.needs(), *machine.TESTS), "the tests")
    environment.ensure("dev")
    return 0


def check(root: Path, _arguments: list[str]) -> int:
    """What can be said without running the program; the quickest first, ending at the first that fails."""
    environment = Environment(root)
    machine.ensure(environment.needs(), "the checks")
    environment.ensure("dev")
    return _in_turn(root, _checks(root))


def test(root: Path, arguments: list[str]) -> int:
    """The checks, then every test, then the proofs; with arguments only the tests that they name."""
    setup(root, [])
    failed = _in_turn(root, _checks(root))
    if failed:
        return failed
    print("── tests", flush=True)
    pytest = [str(Environment(root).python), "-m", "pytest"]
    if arguments:
        return _program(root, [*pytest, *arguments])
    return _in_halves(root, pytest) or _in_turn(root, {"proofs": _proofs(root)})


def prove(root: Path, arguments: list[str]) -> int:
    """What is promised, each with a figure and a control; more arguments go to `python -m tests.proof`."""
    setup(root, [])
    return _program(root, [*_proofs(root), *arguments])


def _proofs(root: Path) -> list[str]:
    return [str(Environment(root).python), "-m", "tests.proof"]


def _in_halves(root: Path, pytest: list[str]) -> int:
    """All tests on two cores: the windows beside everything else. What the windows said is printed first."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        # One of the two keeps no notes of what failed: they would write into the same file.
        mine = [*pytest, "-p", "no:cacheprovider", *BESIDE]
        beside = subprocess.Popen(mine, cwd=root, stdout=said, stderr=subprocess.STDOUT)
        with tempfile.TemporaryFile("w+", encoding="utf-8") as others:
            without = [f"--ignore={folder}" for folder in BESIDE]
            done = subprocess.run([*pytest, *without], cwd=root, stdout=others, stderr=subprocess.STDOUT, check=False)
            failed = beside.wait()
            for output in (said, others):
                output.seek(0)
                sys.stdout.writelines(output)
                sys.stdout.flush()
    return failed or done.returncode


def _checks(root: Path) -> dict[str, list[str]]:
    environment = Environment(root)
    return {
        "lint": [str(environment.program("ruff")), "check", "--quiet"],
        "types": [str(environment.program("mypy"))],
        "import directions": [str(environment.program("lint-imports")), "--no-logo"],
    }


def _in_turn(root: Path, steps: dict[str, list[str]]) -> int:
    for title, command in steps.items():
        print(f"── {title}", flush=True)
        begun = time.monotonic()
        failed = _program(root, command)
        if failed:
            print(f"── {title}: failed", file=sys.stderr)
            return failed
        print(f"   {time.monotonic() - begun:.1f} s", flush=True)
    return 0


def _module(file: Path, needs: tuple[machine.Need, ...]) -> Callable[[Path, list[str]], int]:
    def do(root: Path, arguments: list[str]) -> int:
        environment = Environment(root)
        machine.ensure((*environment.needs(), *needs), file.stem)
        environment.ensure("dev")
        return _program(root, [str(environment.python), str(file), *arguments])

    return do


def _program(root: Path, command: list[str]) -> int:
    return subprocess.run(command, cwd=root, check=False).returncode
