"""What the clean roots of the package proofs stand on. The roots themselves are made by the proofs, as root."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.packages import root

ROOT = Path(__file__).resolve().parents[2]
INDEXES = """\
$(ORIGIN)|$(LABEL)|http://never-fetched.example/debian/
Docker|Docker CE|https://containers.example/linux/debian/
Debian|Debian-Security|http://mirror.force.example/debian-security/
Debian|Debian|http://mirror.force.example/debian/
Debian|Debian|http://mirror.force.example/debian/
Debian Backports|Debian Backports|http://mirror.force.example/backports/
"""


def test_a_root_is_made_from_the_mirror_of_this_machines_own_apt_and_from_no_other():
    assert root.mirrors(INDEXES, "Debian") == ["http://mirror.force.example/debian"]
    assert root.mirrors(INDEXES, "Debian-Security") == ["http://mirror.force.example/debian-security"]
    assert root.mirrors("Ubuntu|Ubuntu|http://mirror.force.example/ubuntu/\n", "Debian") == []


def test_a_machine_that_did_not_start_is_ended_and_nothing_else():
    """In a group of its own, for a signal to process 0 goes to all of a group."""
    code = (
        "import subprocess, sys; from tests.packages.booted import BootedRoot\n"
        "root = BootedRoot.__new__(BootedRoot)\n"
        "root._machine = started = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "root.power_off(); print(started.returncode, root.runs)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, start_new_session=True, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "-9 False\n"), done.stderr
