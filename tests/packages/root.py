"""A bare Debian system in a folder, made by debootstrap from the mirrors that this machine uses, entered by chroot.

Each command gets mounts and processes of its own, which end with it: nothing is left mounted, nothing left running.
The network is the machine's, so that two roots reach each other on 127.0.0.1.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

KEPT = Path(__file__).resolve().parents[2] / "build" / "roots"
NEEDED = ("debootstrap", "chroot", "unshare", "mount")
# What a command inside sees of the machine; a root has no /sys, and its own /tmp and /run.
MOUNTS = """
set -e
mount --make-rprivate /
# What is a place of mounting can be mounted anew, as those who build images do.
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -t tmpfs -o mode=755 dev "$0/dev"
mkdir "$0/dev/pts" "$0/dev/shm"
for node in null zero full random urandom tty; do touch "$0/dev/$node"; mount --bind "/dev/$node" "$0/dev/$node"; done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$0/dev/pts"; ln -s pts/ptmx "$0/dev/ptmx"
mount -t tmpfs -o mode=1777 shm "$0/dev/shm"
ln -s /proc/self/fd "$0/dev/fd"; ln -s /proc/self/fd/0 "$0/dev/stdin"
ln -s /proc/self/fd/1 "$0/dev/stdout"; ln -s /proc/self/fd/2 "$0/dev/stderr"
"""
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CleanRoot:
    """A fresh copy of a bare system. The bare one is kept in build/roots and made once."""

    def __init__(self, folder: Path, suite: str) -> None:
        self.folder = folder
        self._running: list[subprocess.Popen[bytes]] = []
        subprocess.run(["cp", "-a", "--reflink=auto", str(bare(suite)), str(folder)], check=True)

    def inside(self, path: str) -> Path:
        """Where a path of the root lies on this machine."""
        return self.folder / path.lstrip("/")

    def command(self, *command: str, told: Mapping[str, str] | None = None, user: str = "") -> list[str]:
        """The command line that runs a command inside the root, with this environment and nothing of ours."""
        environment = {"PATH": PATH, "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive", "HOME": "/root"}
        if user:
            environment |= {"HOME": f"/home/{user}", "USER": user}
        words = ["env", "-i", *(f"{name}={value}" for name, value in {**environment, **(told or {})}.items())]
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        enter = f'{MOUNTS}exec chroot "$0" {shlex.join([*as_user, *words, *command])}'
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, str(self.folder)]

    def start(self, *command: str, told: Mapping[str, str] | None = None, user: str = "", log: Path) -> None:
        """Start something that runs on, as a service does, until `end`; what it says goes to a file."""
        with log.open("wb") as said:
            # Standard input stays open and empty: some services end with it.
            one = subprocess.Popen(
                self.command(*command, told=told, user=user),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._running.append(one)

    def end(self) -> None:
        """End what was started, gently and then not."""
        for one in reversed(self._running):
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGTERM)
                try:
                    one.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(one.pid, signal.SIGKILL)
                    one.wait()
        self._running.clear()


def bare(suite: str) -> Path:
    """The bare system of a suite, made if it is not kept yet. Needs root, and debootstrap."""
    kept = KEPT / suite
    if (kept / "etc" / "apt" / "sources.list").exists():
        return kept
    missing = [program for program in NEEDED if shutil.which(program) is None]
    if missing or os.geteuid():
        raise SystemExit(
            f"Clean roots are made as root, with {', '.join(NEEDED)}; missing: {', '.join(missing) or 'the rights'}.\n"
            "Type: sudo apt-get install -y debootstrap util-linux, then start again as root."
        )
    mirror, security = mirrors(_indexes(), "Debian"), mirrors(_indexes(), "Debian-Security")
    if not mirror:
        raise SystemExit(
            "A clean root is made from a mirror of Debian, and apt on this machine knows none.\n"
            "Put one into /etc/apt/sources.list.d, type: sudo apt-get update, then start again as root."
        )
    KEPT.mkdir(parents=True, exist_ok=True)
    making = kept.with_name(f"{suite}.making")
    shutil.rmtree(making, ignore_errors=True)
    subprocess.run(["debootstrap", "--variant=minbase", suite, str(making), mirror[0]], check=True, stdout=2)
    sources = [(mirror[0], suite), (mirror[0], f"{suite}-updates"), *((uri, f"{suite}-security") for uri in security)]
    lists = "".join(f"deb {uri} {name} main\n" for uri, name in sources)
    (making / "etc/apt/sources.list").write_text(lists, encoding="utf-8")
    for name in ("apt.conf.d", "auth.conf.d"):
        # Only what says how to reach the mirrors: a proxy, or a name and a key.
        for file in Path("/etc/apt", name).glob("*"):
            if "Proxy" in file.read_text(encoding="utf-8", errors="replace") or name == "auth.conf.d":
                shutil.copy(file, making / "etc/apt" / name)
    shutil.copy("/etc/resolv.conf", making / "etc/resolv.conf")
    # Nothing is started while packages are installed: a folder is no machine.
    policy = making / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    policy.chmod(0o755)
    update = CleanRoot.__new__(CleanRoot)
    update.folder = making
    subprocess.run(update.command("apt-get", "update", "-qq"), check=True)
    making.rename(kept)
    return kept


def _indexes() -> str:
    """What this machine's own apt says of each list of packages that it has fetched."""
    words = ("--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)", "Created-By: Packages")
    return subprocess.run(["apt-get", "indextargets", *words], capture_output=True, text=True, check=False).stdout


def mirrors(indexes: str, label: str) -> list[str]:
    """The addresses among them, in apt's order, of Debian's packages of a label; every suite of Debian lies there."""
    lines = [line.split("|") for line in indexes.splitlines()]
    found = [uri.rstrip("/") for origin, called, uri in lines if (origin, called) == ("Debian", label)]
    return list(dict.fromkeys(found))
