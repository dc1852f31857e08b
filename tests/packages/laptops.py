"""Officers' laptops beside a server's root: the desktop package in a root of its own, or this tree's program."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.packages.booted import JoinedRoot, Network
from tests.packages.work import ROOT, NotSoError, Work

PRACTICE = ROOT / "resources" / "practice"
PASSPHRASE = "mosslamp harrow tündle"
HOST = "holdfast.force.example"


class HereAndNow:
    """This machine itself, in the network of the proof and with its names; stands for a root where one is asked for."""

    def __init__(self, folder: Path, network: Network) -> None:
        folder.mkdir()
        self.folder, self._network = folder, network
        (folder / "hosts").write_text(f"127.0.0.1 localhost {HOST}\n", encoding="utf-8")

    def inside(self, path: str) -> Path:
        return self.folder / path.lstrip("/")

    def command(self, *command: str, told: Mapping[str, str] | None = None, user: str = "") -> list[str]:
        line = f'mount --bind "$0" /etc/hosts; exec {shlex.join(command)}'
        environment = [f"{name}={value}" for name, value in {"HOME": str(self.folder), **(told or {})}.items()]
        joined = ["unshare", "--mount", "env", *environment, "sh", "-ec", line, str(self.folder / "hosts")]
        return self._network.join(joined)


def with_package(work: Work, network: Network, name: str, package: Path, *more: str) -> JoinedRoot:
    """A clean root with the desktop package, and further packages of the distribution, in the network of the proof."""
    root = work.root(name, kind=JoinedRoot)
    work.copy_in(root, [package])
    # What is recommended as well is installed in the proof of the desktop package.
    wanted = [f"/packages/{package.name}", *more]
    work.run(root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted, quiet=True)
    root.inside("etc/hosts").write_text(f"127.0.0.1 localhost {HOST}\n", encoding="utf-8")
    root.network = network
    return root


class Laptop:
    """One laptop with one officer's vault. `say` and `run` of the work write down what it does."""

    def __init__(self, work: Work, network: Network, name: str) -> None:
        self._work, self.name = work, name
        try:
            package = work.one("desktop", "*.deb")
        except NotSoError:
            self._root: Any = HereAndNow(work.folder / name, network)
            self._program, place = str(ROOT / ".venv" / "bin" / "holdfast"), str(self._root.folder)
        else:
            self._root = with_package(work, network, name, package)
            self._program, place = "holdfast", "/srv"
        self._words = ["--vault", f"{place}/vault", "--passphrase-file", f"{place}/passphrase", "--json"]
        self._place = place
        self._file("passphrase").write_text(f"{PASSPHRASE}\n", encoding="utf-8")

    def run(self, *words: str, code: int = 0) -> list[Any]:
        """What a command of the program says, an object a line."""
        said = self._work.run(self._root, self._program, *self._words, *words, code=code)
        return [json.loads(line) for line in said.splitlines() if line.startswith(("{", "["))]

    def begin(self, officer: str, code: str) -> None:
        """A vault of its own that joins the server."""
        self.run("vault", "create", "--officer", officer)
        self.run("enrol", code)

    def new_case(self, practice: str = "sc01.json") -> str:
        """A case, taken in from an invented case file; returns its id."""
        self._file(practice).write_bytes((PRACTICE / practice).read_bytes())
        (line,) = self.run("case", "import", f"{self._place}/{practice}")
        return str(line["case"])

    def cases(self) -> set[str]:
        """The ids of the cases that it lists."""
        return {str(line["case"]) for line in self.run("case", "list")}

    def synced(self) -> bool:
        """Whether a round with the server went well just now."""
        said = self._work.run(self._root, "sh", "-c", f"{self._line('sync')} && echo synced || echo not", quiet=True)
        return said.rstrip().endswith("synced")

    def _line(self, *words: str) -> str:
        return shlex.join([self._program, *self._words, *words])

    def _file(self, name: str) -> Path:
        """Where a file in the laptop's place lies on this machine."""
        return self._root.folder / name if self._program != "holdfast" else self._root.inside(f"srv/{name}")
