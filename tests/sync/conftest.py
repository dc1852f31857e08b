"""One real server with a real PostgreSQL for all tests of the exchange: each test works with officers of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sync.client import talk
from tests.sync.laptops import Force, Laptop
from tests.sync.police import Police

SERVER = [sys.executable, "-m", "sync.server.commands"]


@dataclass
class Trial:
    """A running trial: its process, its folder, and what it said when it was ready."""

    process: subprocess.Popen[str]
    folder: Path
    said: dict[str, Any]

    @property
    def port(self) -> int:
        return int(self.said["address"].rsplit(":", 1)[1])

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the server on this trial."""
        config = ["--config", str(self.folder / "server.toml")]
        return subprocess.run([*SERVER, words[0], *config, *words[1:]], capture_output=True, text=True, check=False)


def start_trial(folder: Path, *words: str, environment: dict[str, str] | None = None) -> Trial:
    """Start a trial and wait until it is ready."""
    log = folder.with_name(f"{folder.name}.log")
    with log.open("a") as errors:
        process = subprocess.Popen(
            [*SERVER, "trial", "--folder", str(folder), "--json", *words],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=environment,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"the trial did not start: {log.read_text()}"
    return Trial(process, folder, json.loads(line))


def stop_trial(trial: Trial) -> int:
    """End a trial in order; returns its exit code."""
    trial.process.terminate()
    code = trial.process.wait()
    if trial.process.stdout is not None:
        trial.process.stdout.close()
    return code


@pytest.fixture(scope="session")
def trial_place() -> Iterator[Path]:
    """A folder that PostgreSQL's user can reach, too."""
    place = Path(tempfile.mkdtemp(prefix="holdfast-trial-"))
    place.chmod(0o711)
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def trial(trial_place: Path) -> Iterator[Trial]:
    """The one trial of this run."""
    running = start_trial(trial_place / "trial", "--log-level", "INFO")
    yield running
    stop_trial(running)


@pytest.fixture
def force(trial: Trial) -> Iterator[Force]:
    """A fresh organisation with one unit on the running server."""
    made = Force(trial.folder, trial.port)
    yield made
    made.close()


@pytest.fixture
def police(force: Force, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Police]:
    """The officers of the fresh organisation with their vaults; nobody else writes in those, so no round waits."""
    monkeypatch.setattr(talk, "BREATH_S", 0)
    made = Police(force, tmp_path)
    yield made
    made.close()


@pytest.fixture
def laptop(force: Force) -> Laptop:
    """A laptop of an officer of the fresh organisation."""
    return force.laptop()
