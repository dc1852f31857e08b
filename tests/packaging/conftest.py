"""The set-up scripts beside dev.py as modules: they are not a package and lie on the path only while they run."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("machine", "environment", "commands")


def _script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "packaging")
    for each in SCRIPTS:
        monkeypatch.delitem(sys.modules, each, raising=False)
    return importlib.import_module(name)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return _script("commands", monkeypatch)


@pytest.fixture
def environment(commands: ModuleType) -> ModuleType:
    return sys.modules["environment"]


@pytest.fixture
def machine(commands: ModuleType) -> ModuleType:
    return sys.modules["machine"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the set-up reads of the project."""
    root = tmp_path / "project"
    (root / "packaging").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", root)
    for name in ("locked-run.txt", "locked-dev.txt"):
        shutil.copy(ROOT / "packaging" / name, root / "packaging")
    return root
