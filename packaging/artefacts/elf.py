"""What the programs and libraries of a folder need of the system, as binutils reads it, and which packages bring it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import machine

# Debian packages of what a window needs beyond machine.WINDOW; t64 is the same package in Debian 13 and Ubuntu 24.04.
BROUGHT = {
    **{need.what: need.package for need in machine.WINDOW},
    "ld-linux-x86-64.so.2": "libc6",
    "libc.so.6": "libc6",
    "libdl.so.2": "libc6",
    "libm.so.6": "libc6",
    "libpthread.so.0": "libc6",
    "libresolv.so.2": "libc6",
    "librt.so.1": "libc6",
    "libutil.so.1": "libc6",
    "libcups.so.2": "libcups2",
    "libgcc_s.so.1": "libgcc-s1",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxcb.so.1": "libxcb1",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
}
RENAMED = {"libglib2.0-0": "libglib2.0-0t64", "libcups2": "libcups2t64"}
MAGIC = b"\x7fELF"
_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.MULTILINE)
_C_VERSION = re.compile(r"\bGLIBC_(\d+)\.(\d+)\b")
_CXX_VERSION = re.compile(r"\bGLIBCXX_3\.4\.(\d+)\b")


def programs(folder: Path) -> list[Path]:
    """Every ELF file below a folder, sorted."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and not file.is_symlink():
            with file.open("rb") as opened:
                if opened.read(4) == MAGIC:
                    found.append(file)
    return found


def depends(files: Iterable[Path]) -> list[str]:
    """The Debian packages that bring what these files need and do not bring themselves, libc6 with its least version.

    Raises LookupError where nobody knows which package brings something: a package would install and not start.
    """
    files = list(files)
    own = {file.name for file in files}
    said = subprocess.run(
        ["objdump", "-p", *map(str, files)], capture_output=True, text=True, check=True, errors="replace"
    ).stdout
    needed = {name for name in _NEEDED.findall(said) if name not in own}
    unknown = sorted(name for name in needed if name not in BROUGHT)
    if unknown:
        raise LookupError(f"No package is known that brings {', '.join(unknown)}: add it to BROUGHT in {__file__}.")
    packages = {BROUGHT[name] for name in needed}
    least_c = max((int(major), int(minor)) for major, minor in _C_VERSION.findall(said))
    told = {"libc6": f"libc6 (>= {least_c[0]}.{least_c[1]})"}
    told |= {old: f"{old} | {new}" for old, new in RENAMED.items()}
    cxx = [int(number) for number in _CXX_VERSION.findall(said)]
    # GLIBCXX_3.4.30 came with the library of GCC 12, and so on; 3.4.29 with that of 11.
    told["libstdc++6"] = f"libstdc++6 (>= {max(10, max(cxx, default=0) - 18)})"
    return sorted(told.get(package, package) for package in packages)
