"""Hostile texts in every text field, through every screen, document, search, export and exchange, under strace.

The texts are in `typed/texts.py`; `typed/session.py` is the program itself, without a screen, at work on them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sync.server import authority
from sync.wire import code as codes
from tests.proof.frame import ROOT, Proved
from tests.proof.typed.texts import BAIT, texts
from tests.sync.prove.processes import Server, server

PROMISE: str = (
    "Whatever text stands in a field, nothing that it names is opened, nothing stumbles, and it is shown as typed."
)
GOALS: tuple[str, ...] = ("G41",)
_CALLS = "trace=%file,connect"
_CONNECTED = re.compile(r"connect\(.*(?:sin_addr=inet_addr\(\"(?!127\.)|sin6_addr=inet_pton\(AF_INET6, \"(?!::1\"))")


def gate() -> Proved:
    """Every text, each in some two fields."""
    return _proved(4)


def deep() -> Proved:
    """Every text in some ten fields."""
    return _proved(20)


def control() -> Proved:
    """Labels that show markup, as Qt’s own do."""
    return _proved(1, markup=True)


def _proved(count: int, *, markup: bool = False) -> Proved:
    with server() as made, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        told = {
            "folder": name,
            "into": str(folder / "found"),
            "cases": count,
            "markup": markup,
            "codes": [] if markup else [_code(made), _code(made)],
        }
        trace = folder / "trace"
        strace = ["strace", "-f", "-qq", "-s", "4096", "-e", _CALLS, "-e", "signal=none", "-o", str(trace)]
        done = subprocess.run(
            [*strace, sys.executable, "-m", "tests.proof.typed.session"],
            cwd=ROOT,
            input=json.dumps(told),
            capture_output=True,
            text=True,
            check=False,
        )
        if not (folder / "found").exists():
            return Proved(f"the session ended with {done.returncode}", [done.stderr[-1500:]])
        found = json.loads((folder / "found").read_text())
        lines = trace.read_text(errors="replace").splitlines()
        opened = sorted({line.split(" ", 1)[-1][:160] for line in lines if BAIT in line or _CONNECTED.search(line)})
        bugs = [line.split("bug:")[1] for line in made.log.read_text().splitlines() if "bug:" in line]
    counted = ", ".join(f"{number:,} {what}" for what, number in sorted(found["counted"].items()))
    faults = [*(f"opened: {line}" for line in opened), *found["faults"], *sorted(set(bugs))]
    figure = f"{len(texts())} texts; {counted}; {len(lines):,} files and connections traced: {len(faults)} faults"
    return Proved(figure, faults)


def _code(made: Server) -> str:
    """An enrolment code of an officer of the one unit."""
    pin = authority.pin(made.config.authority.read_bytes())
    return codes.write(codes.Code("127.0.0.1", made.port, pin, made.force.secret(made.force.officer())))
