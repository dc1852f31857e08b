"""The running program leaves no core dump and lets no debugger of the same account in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOOK = """
import sys
from app.vault import process
said = process.harden()
if sys.platform == "linux":
    import ctypes, resource
    assert said == ["no core dumps", "not dumpable"]
    assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0
    assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
print("done")
"""


def test_no_dump_and_no_tracing() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("done\n", "")
