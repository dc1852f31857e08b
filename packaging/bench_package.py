"""Measures of the desktop package: how long it takes to build, how large it is, how fast it starts."""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import time
from pathlib import Path

from artefacts import deb
from bench_store import Row

ROOT = Path(__file__).resolve().parent.parent
CACHES = Path("/proc/sys/vm/drop_caches")
WARM, COLD = 7, 3


def package(folder: Path, environment: dict[str, str], built: Path | None) -> list[Row]:
    """Build the package into the folder, unless one is given, unpack it and start it; all rows."""
    begun = time.monotonic()
    if built is None:
        build = [sys.executable, str(ROOT / "packaging" / "build.py"), "desktop", "--out", str(folder / "dist")]
        subprocess.run(build, check=True)
    took = time.monotonic() - begun
    made = built or next((folder / "dist" / "desktop").glob("*.deb"))
    installed = unpack(made, folder / "installed")
    program = [str(installed / "opt" / "holdfast" / "holdfast")]
    from_source = [sys.executable, "-m", "ui.start"]
    rows = [
        Row("package, built in", "given" if built else f"{took:.0f} s", ""),
        Row("package, size", f"{made.stat().st_size / 1e6:.1f} MB", "≤ 60 MB"),
        Row("package, installed", f"{size(installed) / 1e6:.1f} MB", "≤ 160 MB"),
    ]
    for name, prepare, rounds, aim in (
        ("warm", lambda: None, WARM, "≤ 600 ms"),
        ("cold", lambda: forget([installed, ROOT]), COLD, "≤ 1500 ms"),
    ):
        # One after the other in turn, so that what else the machine does meets both alike.
        found: dict[str, list[float]] = {"packaged": [], "source": []}
        for number in range(rounds + 1):
            for kind, command in (("packaged", program), ("source", from_source)):
                prepare()
                measured = start(command, folder / "no-vault", environment)
                if number:
                    found[kind].append(measured)
        for kind, times in found.items():
            told = f"p50 {statistics.median(times):.0f}  max {max(times):.0f} ms"
            rows.append(Row(f"{name} start to painted screen, {kind}", told, aim if kind == "packaged" else ""))
    return rows


def start(command: list[str], vault: Path, environment: dict[str, str]) -> float:
    """Milliseconds from the start of the process to the first painted screen."""
    told = {**environment, "HOLDFAST_EXIT_AFTER_PAINT": "1", "HOLDFAST_STARTED_AT": repr(time.time())}
    done = subprocess.run(
        [*command, "--vault", str(vault)], cwd=ROOT, env=told, capture_output=True, text=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1])["start_to_paint_ms"])


def unpack(made: Path, to: Path) -> Path:
    """The files of a package, below a folder instead of the root of the system."""
    with tarfile.open(fileobj=io.BytesIO(deb.read(made)["data.tar.xz"])) as data:
        data.extractall(to, filter="tar")
    return to


def size(folder: Path) -> int:
    """Bytes of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def forget(folders: list[Path]) -> None:
    """Make the system read files from the disk again: all of them as root, otherwise those below the folders."""
    os.sync()
    if os.access(CACHES, os.W_OK):
        CACHES.write_text("3")
        return
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and not file.is_symlink():
                with file.open("rb") as opened:
                    os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
