"""The place of one proof: its folder, its transcript, and the packages that it is about."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from tests.packages.root import CleanRoot

Kind = TypeVar("Kind", bound=CleanRoot)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
LATER = "9.9.9"
"""The version of the packages that are upgraded to: the same program, built under a higher number."""


class NotSoError(Exception):
    """Something that the packages promise is not so."""


class Work:
    """What a proof works with. `say` writes a line of the transcript; `run` a command with all that it said."""

    def __init__(self, folder: Path, dist: Path, keep: bool) -> None:
        folder.mkdir(parents=True)
        self.folder, self.dist, self._keep = folder.resolve(), dist.resolve(), keep
        self._transcript = (self.folder / "transcript.txt").open("w", encoding="utf-8")
        self.roots: list[CleanRoot] = []
        self._begun = time.monotonic()

    def say(self, line: str) -> None:
        """A line of the transcript, on the screen too."""
        stamped = f"[{time.monotonic() - self._begun:6.1f}] {line}"
        print(stamped, flush=True)
        self._transcript.write(stamped + "\n")
        self._transcript.flush()

    def root(self, name: str, *packages: str, suite: str = "bookworm", kind: type[Kind] = CleanRoot) -> Kind:
        """A bare Debian in a folder of its own, with these packages of the distribution added."""
        self.say(f"a clean root: {suite}, {name}" + (f", with {' '.join(packages)}" if packages else ""))
        made = kind(self.folder / f"root-{name}", suite)
        self.roots.append(made)
        if packages:
            self.run(made, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, quiet=True)
        return made

    def run(
        self,
        root: CleanRoot,
        *command: str,
        code: int = 0,
        quiet: bool = False,
        told: Mapping[str, str] | None = None,
        given: str = "",
        user: str = "",
    ) -> str:
        """What a command inside a root said (both streams). Raises NotSoError where it ends with another exit code.

        `quiet` leaves its words out of the transcript; `told` is its further environment, `given` its standard input,
        `user` who runs it (default: root).
        """
        self.say(f"{root.folder.name} $ {' '.join(command)}")
        begun = time.monotonic()
        done = subprocess.run(
            root.command(*command, told=told or {}, user=user),
            input=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if not quiet or done.returncode != code:
            for line in done.stdout.splitlines():
                self.say(f"    {line}")
        self.say(f"    → {done.returncode}, {time.monotonic() - begun:.1f} s")
        self.so(done.returncode == code, f"{command[0]} ends with {code}")
        return done.stdout

    def glance(
        self, root: CleanRoot, *command: str, told: Mapping[str, str] | None = None, user: str = ""
    ) -> tuple[int, str]:
        """Exit code and words of a command, without a line in the transcript: for what is asked again and again."""
        line = root.command(*command, told=told or {}, user=user)
        done = subprocess.run(line, capture_output=True, text=True, errors="replace", check=False)
        return done.returncode, done.stdout.strip()

    def so(self, holds: bool, what: str) -> None:
        """Raise NotSoError unless it holds; otherwise write that it does."""
        if not holds:
            raise NotSoError(what)
        self.say(f"so: {what}")

    def one(self, kind: str, pattern: str) -> Path:
        """The one built file of this name, for example one("desktop", "*.deb")."""
        found = sorted((self.dist / kind).glob(pattern))
        if len(found) != 1:
            raise NotSoError(f"there is one {pattern} in {self.dist / kind} (build it by: dev.py build {kind})")
        return found[0]

    def later(self, kind: str, pattern: str) -> Path:
        """The same package under a higher version; built where it is not there from an earlier proof."""
        dist = self.dist / f"as-{LATER}"
        if not list((dist / kind).glob(pattern)):
            self.say(f"building version {LATER} into {dist}")
            command = [sys.executable, str(ROOT / "packaging" / "build.py"), kind, "--version", LATER]
            subprocess.run([*command, "--out", str(dist)], check=True)
        return next((dist / kind).glob(pattern))

    def until(self, what: str, there: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
        """Wait for something that comes by itself. Raises NotSoError where it does not."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if there():
                return
            time.sleep(0.1)
        raise NotSoError(f"{what} came within {patience_s:.0f} s")

    def copy_in(self, root: CleanRoot, files: Iterable[Path], to: str = "/packages") -> None:
        """Put files into a folder of a root, which is made if need be."""
        root.inside(to).mkdir(exist_ok=True)
        for file in files:
            shutil.copy(file, root.inside(to))

    def end(self) -> None:
        """Stop what still runs in the roots and remove them, unless they are to be kept."""
        for root in self.roots:
            root.end()
            if not self._keep:
                shutil.rmtree(root.folder)
        self._transcript.close()
