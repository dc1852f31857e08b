"""The place of one proof: its folder, its transcript, and the packages that it is about."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from tests.packages.root import CleanRoot

Kind = TypeVar("Kind", bound=CleanRoot)


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

    def root(self, name: str, *packages: str, suite: str = "bookworm", kind: type[Kind] = CleanRoot) -> Kind:  # type: ignore[assignment]
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
