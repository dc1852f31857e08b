"""Measure the program on this machine; `--cases N` for others than 10,000, `--part package` for the desktop package.

Nothing here decides whether a test passes: other work on the machine shows in every figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bench_caseload
import bench_package
import bench_store
import bench_upgrade
from bench_store import Row

from app.casework.desk import close_desk

ROOT = Path(__file__).resolve().parent.parent
PEOPLE_EACH = 10


def machine_line(folder: Path) -> str:
    """CPU, cores, memory, what one flush of the disk costs, and how busy the machine is with other things."""
    cpu = platform.processor() or platform.machine()
    memory = ""
    for file, key in (("/proc/cpuinfo", "model name"), ("/proc/meminfo", "MemTotal")):
        try:
            line = next(line for line in Path(file).read_text("utf-8").splitlines() if line.startswith(key))
        except (OSError, StopIteration):
            continue
        value = line.partition(":")[2].strip()
        if key == "MemTotal":
            memory = f"{int(value.split()[0]) / 1024 / 1024:.1f} GiB, "
        else:
            cpu = value
    with (folder / "flush").open("wb", buffering=0) as file_:
        flushes = []
        for _ in range(200):
            file_.write(bytes(4096))
            flushes.append(bench_store.milliseconds(lambda: os.fsync(file_.fileno())))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{cpu}, {os.cpu_count()} cores, {memory}flush of 4 KiB p50 {statistics.median(flushes):.2f} ms, "
        f"{platform.system()}, Python {platform.python_version()}{load}"
    )


def screen_environment() -> dict[str, str]:
    """The environment of a program with a screen: the real one where there is one, else Qt's own without one."""
    shown = {} if os.environ.get("DISPLAY") or sys.platform != "linux" else {"QT_QPA_PLATFORM": "offscreen"}
    return {**os.environ, **shown}


def starts(folder: Path, rounds: int = 7) -> Row:
    """From the start of the process to the painted unlock screen, without the first start, which reads the disk."""
    took = []
    for _ in range(rounds + 1):
        environment = {
            **screen_environment(),
            "HOLDFAST_EXIT_AFTER_PAINT": "1",
            "HOLDFAST_STARTED_AT": repr(time.time()),
        }
        done = subprocess.run(
            [sys.executable, "-m", "ui.start", "--vault", str(folder)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        took.append(json.loads(done.stdout.splitlines()[-1])["start_to_paint_ms"])
    warm = took[1:]
    return Row(
        "start to painted unlock screen", f"p50 {statistics.median(warm):.0f}  max {max(warm):.0f} ms", "≤ 400 ms"
    )


def screens(folder: Path, case_id: str) -> list[Row]:
    """What is measured at the screens, in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "packaging" / "bench_screen.py"), str(folder), case_id],
        cwd=ROOT,
        env=screen_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return [Row("screens", "could not be measured", "")]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    took = {name: f"{value:.0f}" for name, value in found.items() if not isinstance(value, list)}
    return [
        Row(
            "unlocked to usable list",
            f"{took['list_ms']} (processor {took['list_processor_ms']}) ms; stall {took['list_stall_ms']} ms",
            "≤ 500 ms",
        ),
        Row(
            "open the page of 43 questions",
            f"p50 {took['page_ms']} (processor {took['page_processor_ms']})  first {took['page_first_ms']} ms; "
            f"stall {took['page_stall_ms']} ms",
            "≤ 100 ms",
        ),
        Row(f"key to commit ({len(found['key_ms'])} keys)", bench_store.spread(found["key_ms"]), "p99 ≤ 10 ms"),
        Row(
            "  key to all that follows",
            f"{bench_store.spread(found['key_done_ms'])}; stall {found['key_stall_ms']:.0f} ms",
            "stall ≤ 100 ms",
        ),
        Row("typing a name into Find", f"stall {found['find_stall_ms']:.0f} ms", "stall ≤ 100 ms"),
        Row("typing into a new attendance", f"stall {found['new_stall_ms']:.0f} ms", "stall ≤ 100 ms"),
    ]


def main() -> int:
    """Make the caseload, measure, print."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--part", choices=["program", "package", "upgrade"], default="program")
    parser.add_argument("--deb", type=Path, help="with --part package: measure this one instead of building one")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        print(machine_line(folder), flush=True)
        if wanted.part == "package":
            table(bench_package.package(folder, screen_environment(), wanted.deb))
            return 0
        print(f"Making {wanted.cases:,} cases with {PEOPLE_EACH} people each …", flush=True)
        desk = bench_caseload.make_vault(folder / "vault")
        bench_caseload.fill(desk, wanted.cases, PEOPLE_EACH)
        if wanted.part == "upgrade":
            table(bench_upgrade.upgrade(desk, folder))
            return 0
        case_id = bench_store.full_case(desk)
        rows = [starts(folder / "vault")]
        rows += bench_store.listing(desk)
        rows += bench_store.finding(desk)
        rows += bench_store.rules(desk, case_id)
        rows += bench_store.papers(desk, case_id)
        rows += bench_store.answers(desk, folder, case_id)
        close_desk(desk)
        rows += screens(folder / "vault", case_id)
    table(rows)
    return 0


def table(rows: list[Row]) -> None:
    """Print the rows under their headings."""
    width = max(len(row.what) for row in rows)
    wide = max(len(row.found) for row in rows)
    print(f"\n{'':{width}}  {'measured':{wide}}  aim")
    for row in rows:
        print(f"{row.what:{width}}  {row.found:{wide}}  {row.aim}")


if __name__ == "__main__":
    sys.exit(main())
