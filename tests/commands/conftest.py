"""A vault with the invented cases, copied for each test, and the real program started on it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.casework import casefile, practice
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.vault import vault
from app.vault.vault import FLOOR_COST

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "mosslamp harrow tündle"


@dataclass(frozen=True)
class Said:
    """How a run of the program ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON, one object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> Any:
        assert len(self.lines) == 1, self.out
        return self.lines[0]


def holdfast(*arguments: object, given: str | bytes = "", **environment: str) -> Said:
    """Run the real program; `given` is its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "ui.commands.main", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, **environment},
        input=given.encode() if isinstance(given, str) else given,
        capture_output=True,
        check=False,
    )
    said = Said(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in said.err, said.err
    return said


class Vault:
    """A vault's folder with its passphrase in a file."""

    def __init__(self, folder: Path, recovery_code: str, beside: Path) -> None:
        self.folder, self.recovery_code = folder, recovery_code
        self.file = beside / "passphrase"
        self.file.write_text(f"{PASSPHRASE}\n", encoding="utf-8")

    def run(self, *arguments: object, **more: Any) -> Said:
        """A command on this vault."""
        return holdfast("--vault", self.folder, "--passphrase-file", self.file, *arguments, **more)

    def json(self, *arguments: object) -> list[Any]:
        """The lines of a command that must work."""
        said = self.run("--json", *arguments)
        assert said.code == 0, said.err
        return said.lines

    def desk(self, passphrase: str = PASSPHRASE) -> Desk:
        """The vault, open in this process."""
        return open_desk(vault.unlock(self.folder, passphrase, clock=SystemClock()))


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("filled") / "vault"
    desk, code = create_vault(folder, officer="Asta Lindqvist-Moor", passphrase=PASSPHRASE, cost=FLOOR_COST)
    for file in practice.files():
        casefile.import_case(desk, file.read_bytes())
    close_desk(desk)
    return folder, code


@pytest.fixture
def full(filled: tuple[Path, str], tmp_path: Path) -> Vault:
    """A vault with the invented cases."""
    shutil.copytree(filled[0], tmp_path / "vault")
    (tmp_path / "vault").chmod(0o700)
    return Vault(tmp_path / "vault", filled[1], tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A data folder of this test's own, for commands that name no vault."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder
