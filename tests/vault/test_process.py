"""The running program leaves no core dump and no temporary file on the disk, and lets no debugger in."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
    assert said(LOOK) == ("done\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system has no folder that lies in memory")
def test_temporary_files_lie_in_memory() -> None:
    code = "from app.vault import process; print(process.temporary_files_in_memory()); import tempfile; "
    assert said(code + "print(tempfile.gettempdir())") == ("True\n/dev/shm\n", "")


def said(code: str) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr
