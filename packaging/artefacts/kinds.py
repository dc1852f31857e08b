"""The kinds of artefacts. To add an artefact: a module here with two names, and its line in KINDS.

`NEEDS: tuple[machine.Need, ...]` is what the machine must have; the command installs it or says what to type.
`make(order) -> list[Made]` writes finished files into `order.out` from `order.source`, uses `order.work` for what lies
between, and says of each file what is inside it. The same order must give the same bytes: times are `order.epoch`,
archives are sorted. Contents lists, checksums, the signature and the comparison of two builds are made for it.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

KINDS = ("desktop", "server", "windows")


def load(kind: str) -> Any:
    """The module that makes an artefact, or None where this tree has none."""
    name = f"artefacts.{kind}"
    return importlib.import_module(name) if importlib.util.find_spec(name) else None
