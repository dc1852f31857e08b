"""What the Windows package is made from, fetched by its pinned hashes: Python itself and the wheels of the lock."""

from __future__ import annotations

import fnmatch
import functools
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import machine

HERE = Path(__file__).resolve().parent
LOCK = HERE / "locked-windows.txt"
SIGNED = (".exe", ".dll", ".pyd")
NEWER = "HOLDFAST_WINDOWS_PYTHON"
"""The variable that names a newer embeddable archive of the same Python 3.x; its signatures are checked as well."""
OSSLSIGNCODE = machine.Need("osslsigncode", "osslsigncode")


def contents() -> dict[str, Any]:
    """The tables of contents.toml."""
    return tomllib.loads((HERE / "contents.toml").read_text(encoding="utf-8"))


def is_among(name: str, patterns: list[str]) -> bool:
    """Whether a path inside an archive meets one of the patterns."""
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def package_of(wheel: str) -> str:
    """The normalised name of the package that a wheel's file name speaks of."""
    return re.sub(r"[-_.]+", "-", wheel.split("-")[0]).lower()


def fetch_python(work: Path) -> dict[str, bytes]:
    """The files of the embeddable Python by name, each signature checked. Raises machine.GroundMissingError."""
    told = contents()["python"]
    files = unzip(Path(os.environ[NEWER])) if os.environ.get(NEWER) else _pinned_python(told, work)
    if told["library"] not in files:
        raise machine.GroundMissingError(f"The embeddable Python holds no {told['library']}.")
    place = work / "signed"
    place.mkdir()
    for name, data in sorted(files.items()):
        if name.endswith(SIGNED) and not is_among(name, told["out"]):
            (place / name).write_bytes(data)
            check_signature(place / name, HERE / told["roots"], told["signer"])
    return files


def _pinned_python(told: dict[str, Any], work: Path) -> dict[str, bytes]:
    wanted = work / "python.txt"
    wanted.write_text(f"{told['package']}=={told['version']} --hash=sha256:{told['archive']}\n", encoding="utf-8")
    # Its setup.py, which pip runs to learn the name, is inside the pinned archive; nothing else is fetched for it.
    _pip(["--no-binary", ":all:", "--no-build-isolation", "-r", str(wanted)], work)
    (archive,) = work.glob(f"{told['package'].replace('-', '_')}-*.tar.gz")
    if hashlib.sha256(archive.read_bytes()).hexdigest() != told["archive"]:
        raise machine.GroundMissingError(f"{archive.name} is not what contents.toml names.")
    with tarfile.open(archive) as outer:
        inner = outer.extractfile(f"{archive.name.removesuffix('.tar.gz')}/{told['inside']}")
        if inner is None:
            raise machine.GroundMissingError(f"{archive.name} holds no {told['inside']}.")
        files = unzip(BytesIO(inner.read()))
    folder = told["folder"] + "/"
    return {name.removeprefix(folder): data for name, data in files.items() if name.startswith(folder)}


def fetch_wheels(work: Path) -> list[Path]:
    """The wheels of the lock for Windows on 64-bit processors, sorted by name. Raises machine.GroundMissingError."""
    tag = contents()["python"]["tag"]
    version = re.sub(r"cp(\d)(\d+)", r"\1.\2", tag)
    target = ["--platform", "win_amd64", "--python-version", version, "--implementation", "cp"]
    target += ["--abi", tag, "--abi", "abi3", "--abi", "none"]
    _pip(["--only-binary", ":all:", *target, "-r", str(LOCK)], work)
    return sorted(work.glob("*.whl"))


def check_signature(file: Path, roots: Path, signer: str) -> None:
    """Raise machine.GroundMissingError unless `signer` signed the file, below one of these roots, as it is now."""
    command = [*_verifying(), "-CAfile", str(roots), "-TSA-CAfile", str(roots), "-in", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    said = re.search(r"^Signer's certificate:.*?Subject:\s*(.*?)\n", done.stdout, re.DOTALL | re.MULTILINE)
    names = said[1].split("/") if said else []
    if done.returncode or f"CN={signer}" not in names or f"O={signer}" not in names:
        raise machine.GroundMissingError(f"{file.name} bears no whole signature of {signer}:\n{done.stdout[-600:]}")


@functools.cache
def _verifying() -> tuple[str, ...]:
    """The command without its files; revocation lists are on a network that a build need not have."""
    command = ("osslsigncode", "verify")
    said = subprocess.run([*command, "--help"], capture_output=True, text=True, check=False)
    return (*command, *(option for option in ("-ignore-cdp", "-ignore-crl") if option in said.stdout + said.stderr))


def unzip(archive: Path | BytesIO) -> dict[str, bytes]:
    """The files of an archive by their names."""
    with zipfile.ZipFile(archive) as opened:
        return {entry.filename: opened.read(entry) for entry in opened.infolist() if not entry.is_dir()}


def _pip(arguments: list[str], work: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--require-hashes", "--dest", str(work), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise machine.GroundMissingError(
            f"What Windows needs could not be fetched:\n{done.stderr[-1200:]}\n"
            "Is the network there, and is its proxy set (HTTPS_PROXY)?"
        )
