"""The modules of `packaging/`, which are no package and lie on the path only where they are asked for."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

PLACE = Path(__file__).resolve().parents[2] / "packaging"


def part(name: str) -> ModuleType:
    """A module by its name there, such as `artefacts.sbom`."""
    if str(PLACE) not in sys.path:
        sys.path.append(str(PLACE))
    return importlib.import_module(name)
