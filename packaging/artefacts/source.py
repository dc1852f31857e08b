"""The project as a build sees it: its version, the time of its commit, and a clean copy of what is tracked."""

from __future__ import annotations

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import machine

MADE = {".git", ".venv", "build", "dist", "__pycache__"}
BEFORE_ALL = 315_532_800
"""1 January 1980: the time of the files where nothing says one; archives know no earlier one."""


def version(root: Path) -> str:
    """The version in pyproject.toml."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def epoch(root: Path) -> int:
    """Seconds since 1970 that every file of a build gets: SOURCE_DATE_EPOCH, or the time of the commit."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if told:
        return int(told)
    return int(_git(root, "log", "-1", "--format=%ct") or BEFORE_ALL)


def tracked(root: Path) -> list[str]:
    """The project's files as paths with slashes, sorted; in a copy without Git, all that no tool has made."""
    listed = _git(root, "ls-files", "-z", "--cached")
    if listed:
        return sorted(name for name in listed.split("\0") if name and (root / name).is_file())
    every = (file.relative_to(root) for file in root.rglob("*") if file.is_file())
    return sorted(
        file.as_posix()
        for file in every
        if not any(part in MADE or part.endswith(("_cache", ".egg-info")) for part in file.parts)
    )


def export(root: Path, to: Path, seconds: int) -> Path:
    """A copy of the tracked files with their times set, so that nothing lying about gets into a package."""
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    if changed:
        print("This build holds changes that are in no commit:\n" + changed, flush=True)
    for name in tracked(root):
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / name, to / name)
        (to / name).chmod(0o644)
        os.utime(to / name, (seconds, seconds))
    return to


def _git(root: Path, *arguments: str) -> str:
    """What Git answers; nothing where the folder is no repository of ours."""
    if not (root / ".git").exists() or not shutil.which("git"):
        return ""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise machine.GroundMissingError(f"Git did not answer in {root}: {done.stderr.strip()}")
    return done.stdout.rstrip("\n")
