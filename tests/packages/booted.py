"""A clean root that is started like a machine: its own systemd begins and ends services, by systemd-nspawn.

Its network is one that only the roots of one proof share: nothing of it meets this machine or another proof. Names and
ports in it can be the real ones.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.packages.root import PATH, CleanRoot

BOOT_S = 180.0
# systemd closes a service's network by BPF, which nspawn would not let it load.
ALLOWED = "bpf @keyring"
POLICY = "usr/sbin/policy-rc.d"


class Network:
    """A network of its own: the loopback, with further addresses as if of other machines."""

    ELSEWHERE = "10.77.0.1"

    def __init__(self, *addresses: str) -> None:
        if shutil.which("ip") is None or shutil.which("systemd-nspawn") is None:
            raise SystemExit("Type: sudo apt-get install -y iproute2 systemd-container, then start again as root.")
        self.name = f"holdfast-{os.getpid()}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        further = [f"addr add {address}/32 dev lo" for address in (self.ELSEWHERE, *addresses)]
        for words in ("link set lo up", *further):
            subprocess.run(["ip", "-n", self.name, *words.split()], check=True)

    @property
    def file(self) -> Path:
        return Path("/run/netns") / self.name

    def join(self, command: list[str]) -> list[str]:
        """The command line that runs a command in this network."""
        return ["nsenter", f"--net={self.file}", *command]

    def end(self) -> None:
        subprocess.run(["ip", "netns", "delete", self.name], check=False)


class JoinedRoot(CleanRoot):
    """A clean root whose commands see a network of the proof, once it was told which."""

    network: Network | None = None

    def command(self, *command: str, told: Mapping[str, str] | None = None, user: str = "") -> list[str]:
        line = super().command(*command, told=told, user=user)
        return self.network.join(line) if self.network else line


class BootedRoot(JoinedRoot):
    """A root with systemd. Until `boot` its commands are run as in any other; then as on a machine that runs."""

    _machine: subprocess.Popen[bytes] | None = None
    _first = 0

    @property
    def runs(self) -> bool:
        """Whether it was started and not stopped."""
        return self._first != 0

    def boot(self, log: Path) -> None:
        """Start it, and be back when systemd has started all it should."""
        assert self.network is not None
        # A folder is no machine; this one becomes one, and services may be started.
        self.inside(POLICY).unlink(missing_ok=True)
        words = ["--quiet", "--register=no", "--keep-unit", "--settings=no", "--link-journal=no", "--console=pipe"]
        words += [f"--network-namespace-path={self.network.file}", f"--system-call-filter={ALLOWED}"]
        words += [f"--machine={self.folder.name}", "--boot", f"--directory={self.folder}"]
        told = {"PATH": PATH, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}
        with log.open("wb") as said:
            self._machine = subprocess.Popen(
                ["systemd-nspawn", *words], env=told, stdin=subprocess.DEVNULL, stdout=said, stderr=said
            )
        until = time.monotonic() + BOOT_S
        while not self._first:
            self._first = next(_inits(self._machine.pid), 0)
            if self._machine.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the root does not start: {log.read_text(errors='replace')}")
            time.sleep(0.1)
        while time.monotonic() < until:
            asked = self.command("systemctl", "is-system-running", "--wait")
            if subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() in (
                "running",
                "degraded",
            ):
                return
            time.sleep(0.2)
        raise RuntimeError("the root does not come to an end of its start")

    def command(self, *command: str, told: Mapping[str, str] | None = None, user: str = "") -> list[str]:
        if not self._first:
            return super().command(*command, told=told, user=user)
        environment = {"PATH": PATH, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
        words = ["env", "-i", *(f"{name}={value}" for name, value in {**environment, **(told or {})}.items())]
        as_user = ["runuser", "-u", user, "--"] if user else []
        line = shlex.join([*as_user, *words, *command])
        return ["nsenter", "--target", str(self._first), "--all", "sh", "-c", f"cd /srv; exec {line}"]

    def power_off(self) -> None:
        """Stop it as a machine is stopped."""
        if self._machine is None:
            return
        if self.runs:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._first, signal.SIGRTMIN + 4)
        else:
            # It never came to its first process; a signal to process 0 would go to the proof itself.
            self._machine.kill()
        try:
            self._machine.wait(30)
        except subprocess.TimeoutExpired:
            self._machine.kill()
            self._machine.wait()
        self._machine, self._first = None, 0

    def end(self) -> None:
        self.power_off()
        super().end()


def _inits(above: int) -> Iterator[int]:
    """Processes below one that are the first in their own place."""
    for file in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            said = file.read_text()
            parent, inside = re.search(r"^PPid:\s+(\d+)$", said, re.M), re.search(r"^NSpid:(.*)$", said, re.M)
            if parent and inside and int(parent[1]) == above and inside[1].split()[-1] == "1":
                yield int(file.parent.name)
