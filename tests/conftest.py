"""What every test stands on: a home of its own, no screen, no bus of the person at the machine, repeatable examples."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.home import alone

# Set before anything of Qt, keyring or platformdirs is imported, and inherited by every program a test starts.
_HOME = Path(tempfile.mkdtemp(prefix="holdfast-tests-"))
_ALONE = alone(_HOME)
os.environ.clear()
os.environ.update(_ALONE)

# A machine under load must not fail a test: no limit on time, neither for one example nor for making it.
_PATIENT = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("ci", derandomize=True, database=None, **_PATIENT)
settings.register_profile("dev", **_PATIENT)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The virtual screen is an X server: elsewhere than on Linux its tests are deselected."""
    if sys.platform.startswith("linux"):
        return
    away = [item for item in items if item.get_closest_marker("screen")]
    items[:] = [item for item in items if item not in away]
    config.hook.pytest_deselected(items=away)


@pytest.fixture
def vault_folder(tmp_path: Path) -> Path:
    """Where a test may make a vault; the folder itself does not exist yet."""
    return tmp_path / "vault"


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[dict[str, str]]:
    """The environment for a program that opens a real window: an X server of this run with a window manager on it."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as answer:
        # The server writes its number when it is ready; the end of the file without one means that it gave up.
        number = answer.readline().strip()
    assert number, "Xvfb did not start"
    environment = {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
    manager = subprocess.Popen(["openbox"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield environment
    finally:
        for program in (manager, server):
            program.terminate()
            program.wait()
