"""The installer for Windows, made on Debian: NSIS around the embeddable Python, the locked wheels and our own code."""

from __future__ import annotations

import re
from pathlib import Path

import machine
from windows import build, collect

from artefacts import sbom
from artefacts.order import Component, Made, Order
from artefacts.signing import digest

NEEDS = build.NEEDS

# What a binary says of itself, and where that is looked for below the staged folder.
INSIDE = (
    ("OpenSSL", r"OpenSSL (\d+\.\d+\.\d+) \d", "python/libcrypto-3.dll", "python", "Apache-2.0"),
    ("OpenSSL", r"OpenSSL (\d+\.\d+\.\d+) \d", "packages/cryptography/**/_rust.pyd", "cryptography", "Apache-2.0"),
    ("OpenSSL", r"OpenSSL (\d+\.\d+\.\d+) \d", "packages/sqlcipher3/*.pyd", "sqlcipher3", "Apache-2.0"),
    ("SQLite", r"[@\x00](3\.\d\d\.\d+)\x00", "packages/sqlcipher3/*.pyd", "sqlcipher3", "public domain"),
    ("SQLCipher", r"\x00(4\.\d+\.\d+)\x00", "packages/sqlcipher3/*.pyd", "sqlcipher3", "BSD-3-Clause"),
    ("Qt", r"Qt (6\.\d+\.\d+) \(", "packages/PySide6/Qt6Core.dll", "pyside6-essentials", "LGPL-3.0-only"),
)


def make(order: Order) -> list[Made]:
    """Build `holdfast-VERSION-setup.exe` and say what is in it."""
    file = build.installer(order.source, order.work, order.out, order.version, order.epoch)
    return [Made(file, components(order.work / "stage"))]


def components(staged: Path) -> list[Component]:
    """Python, every wheel of the lock that is installed, and what the binaries among them carry."""
    told = collect.contents()
    packages = sbom.locked(collect.LOCK)
    for name in told["left"]["packages"]:
        del packages[name]
    (library,) = (staged / "python").glob(told["python"]["library"])
    carried = set(re.findall(rb"\x00(3\.\d+\.\d+)\x00", library.read_bytes()))
    python = Component("python", _one(carried, library), licence=told["python"]["licence"], sha256=(digest(library),))
    found = [python, *packages.values()]
    for name, pattern, place, bringing, licence in INSIDE:
        (binary,) = staged.glob(place)
        version = _one(set(re.findall(pattern.encode(), binary.read_bytes())), binary)
        label = f"{name} in {bringing}" if name == "OpenSSL" else name
        found.append(Component(label, version, licence=licence, of=bringing))
    return found


def _one(versions: set[bytes], binary: Path) -> str:
    if len(versions) != 1:
        raise machine.GroundMissingError(f"{binary.name} does not say what it carries: {sorted(versions)}")
    return versions.pop().decode()
