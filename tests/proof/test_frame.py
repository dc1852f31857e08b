"""The frame finds out: a control that comes back clean, an error in a proof, a proof that hangs or says nothing."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.proof import frame
from tests.proof.__main__ import _tell

PRETENDED = """
import os, sys, types
from pathlib import Path
from tests.proof import frame
from tests.proof.frame import Proved
def part():
{body}
one = types.SimpleNamespace(PROMISE="Holds.", GOALS=("G0",), gate=part, deep=part, control=part)
sys.modules["tests.proof.pretended"] = one
frame.say("pretended", "{part}", Path("{into}"))
"""


@pytest.fixture
def pretend(monkeypatch):
    """Run one part of a proof that does what its body says, in a process of its own."""

    def run(part: str, body: str) -> frame.Ran:
        def command(_name, part, into):
            lines = "\n".join(f"    {line}" for line in body.splitlines())
            return [sys.executable, "-c", PRETENDED.format(body=lines, part=part, into=into)]

        monkeypatch.setattr(frame, "_command", command)
        return frame._run("pretended", part, set())

    return run


def test_what_holds_and_what_does_not_is_told(pretend, capsys):
    good = pretend("gate", "return Proved('12 things: 0 lost', [])")
    bad = pretend("gate", "return Proved('12 things: 1 lost', ['the third is gone'])")
    assert (good.faults, good.goals) == ([], ("G0",))
    assert bad.faults == ["the third is gone"]
    _tell(bad)
    assert "FAULT the third is gone" in capsys.readouterr().out
    assert "holds  12 things: 0 lost" in frame.table([good])
    assert "FAULT" in frame.table([bad])


def test_a_control_in_which_nothing_was_found_is_a_fault(pretend):
    assert pretend("control", "return Proved('12 things: 1 lost', ['gone'])").faults == []
    clean = pretend("control", "return Proved('12 things: 0 lost', [])")
    assert clean.faults == ["the control came back clean: 12 things: 0 lost"]


@pytest.mark.parametrize("part", ["gate", "control"])
def test_an_error_in_a_proof_is_a_fault_with_its_place(pretend, part):
    ended = pretend(part, "from tests.proof import frame\nframe.table(5)")
    assert len(ended.faults) == 1
    first, *said = ended.faults[0].splitlines()
    assert first.startswith("ended with 1: TypeError: 'int' object is not iterable (tests/proof/frame.py, line ")
    assert any("Traceback" in line for line in said)
    assert "an error" in frame.table([ended])


def test_a_proof_that_is_killed_hangs_or_has_no_figure_is_a_fault(pretend, monkeypatch):
    assert "ended with -9" in pretend("gate", "os.kill(os.getpid(), 9)").faults[0]
    assert "a figure is one line with numbers" in pretend("gate", "return Proved('all well', [])").faults[0]
    monkeypatch.setitem(frame.LONGEST_S, "gate", 1.0)
    assert "did not end within 1 s" in pretend("gate", "import threading; threading.Event().wait()").faults[0]


def test_whoever_ends_the_proofs_ends_what_they_started(tmp_path):
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    part = "import os, sys, threading; os.open(sys.argv[1], os.O_WRONLY); threading.Event().wait()"
    proofs = (
        "import sys; from tests.proof import frame;"
        f"frame._command = lambda *_: [sys.executable, '-c', {part!r}, {str(alive)!r}];"
        "frame.run(['pretended'], 'gate', print)"
    )
    program = subprocess.Popen([sys.executable, "-c", proofs], cwd=frame.ROOT)
    with alive.open("rb") as heard:
        program.terminate()
        assert program.wait() == 128 + 15
        # It ends only when nobody is there any more who could say something.
        assert heard.read() == b""


def test_a_proof_has_a_home_of_its_own_and_leaves_nothing_behind(pretend):
    body = "path = Path(os.environ['HOME']) / 'left'\npath.touch()\nreturn Proved(f'1 {path}', [])"
    one, other = (pretend("gate", body).proved.figure for _ in range(2))
    assert one != other
    assert not frame.Path(one.removeprefix("1 ")).exists()


def test_every_proof_is_described():
    told = (frame.HERE / "README.md").read_text(encoding="utf-8")
    for name in frame.names():
        assert f"| `{name}` |" in told, name
        words = (frame.HERE / f"{name}.py").read_text(encoding="utf-8")
        for what in ("PROMISE", "GOALS", r"def gate\(\)", r"def deep\(\)", r"def control\(\)"):
            assert re.search(rf"^{what}", words, re.MULTILINE), f"{name}: {what}"
