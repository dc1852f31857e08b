"""What one build starts from, and what it says that it has made."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """One build: `source` is a clean copy of the project, `epoch` the seconds that every file time becomes."""

    source: Path
    version: str
    epoch: int
    out: Path
    work: Path


@dataclass(frozen=True)
class Component:
    """Something inside an artefact; `of` names the component that brings it, as OpenSSL comes inside a wheel."""

    name: str
    version: str
    purl: str = ""
    licence: str = ""
    sha256: tuple[str, ...] = ()
    of: str = ""


@dataclass(frozen=True)
class Made:
    """A finished file and all that is in it."""

    file: Path
    components: list[Component] = field(default_factory=list)


def emptied(folder: Path) -> Path:
    """The folder, made if need be and without anything in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
