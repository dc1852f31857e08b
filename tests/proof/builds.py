"""What is built is what is locked, and nothing else: contents list, locked list and package say the same, twice over.

The gate makes the program folder of the desktop package once. The deep proof makes every package twice, each time in
other surroundings, compares every byte, and takes the packages apart.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import io
import json
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.packaging.parts import part
from tests.proof.frame import Proved

PROMISE = "A package holds what the locked lists name and its contents list says, and is the same made twice"
GOALS = ("G43", "G44")

ROOT = Path(__file__).resolve().parents[2]
INSIDE = "_internal"
BOTH_MADE = "bit-identical"
PROGRAMS = {"holdfast_": "opt/holdfast/program", "holdfast-server_": "opt/holdfast-server"}
"""Where the program folder lies in each Debian package, by how the package's name begins."""
_ELF = b"\x7fELF"
_OURS = ("app", "sync", "ui", "resources")
# What PyInstaller itself puts beside what it was told to take.
_FRAME = re.compile(
    r"base_library\.zip|libpython[0-9.]+\.so[0-9.]*|(?:python[0-9.]+/)?lib-dynload/.*"
    r"|holdfast-[0-9][^/]*\.dist-info/METADATA"
)
# Written by whoever made this Python, so no list of its modules names it.
_OF_PYTHON = re.compile(r"_sysconfigdata_.*")
_STARTS = ("_pyi", "pyimod")
"""How the names of PyInstaller's own modules begin."""


@dataclass(frozen=True)
class Inside:
    """A program folder: its files by path, and the names of the modules that lie in its one archive."""

    folder: Path
    modules: Collection[str]


def gate() -> Proved:
    """The program folder of the desktop package, made once."""
    with tempfile.TemporaryDirectory(prefix="holdfast-built-") as name:
        order = _order(Path(name))
        bundle = part("artefacts.bundle")
        program = bundle.build(order)
        parts = bundle.parts(order.source, order.work / "pyinstaller" / "holdfast")
        listed = part("artefacts.sbom").write(
            part("artefacts.order").Made(program / "holdfast", parts), "0", order.epoch
        )
        told = json.loads(listed.read_text("utf-8"))
        listed.unlink()
        inside = Inside(program, modules_of(program / "holdfast"))
        faults = differences(told, _lock("locked-dev.txt"), inside)
        figure = f"{len(_files(program))} files and {len(inside.modules)} modules of one program folder"
        return Proved(f"{figure}, {len(told['components'])} parts in its contents list: {len(faults)} faults", faults)


def deep() -> Proved:
    """Every package, made twice."""
    faults, figures = [], []
    with tempfile.TemporaryDirectory(prefix="holdfast-twice-") as name:
        for kind in part("artefacts.kinds").KINDS:
            out = Path(name) / "dist"
            command = [sys.executable, str(ROOT / "packaging" / "build.py"), kind, "--twice", "--out", str(out)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode or BOTH_MADE not in done.stdout:
                faults.append(f"{kind}: {' '.join((done.stdout + done.stderr).splitlines()[-3:])}")
                continue
            found, figure = _looked_at(kind, out / kind, Path(name) / f"{kind}-apart")
            faults += found
            figures.append(f"{kind} {figure}")
    said = f"{len(figures)} kinds of packages made twice, every byte the same: {'; '.join(figures)}"
    return Proved(said if figures else "0 kinds of packages made", faults)


def control() -> Proved:
    """A folder in which each way of being another one was planted, and two files that differ in one byte."""
    lock = _lock("locked-run.txt")
    with tempfile.TemporaryDirectory(prefix="holdfast-planted-") as name:
        folder = Path(name) / "holdfast"
        for file in importlib.metadata.distribution("msgspec").files or ():
            if file.suffix in (".py", ".so") or file.name == "METADATA":
                (folder / INSIDE / file).parent.mkdir(parents=True, exist_ok=True)
                (folder / INSIDE / file).write_bytes(Path(str(file.locate())).read_bytes())
        whole = {"components": [_component(lock["msgspec"])]}
        sound = differences(whole, lock, Inside(folder, ["msgspec", "app.clock"]))
        planted = [
            differences({"components": []}, lock, Inside(folder, [])),
            differences(
                {"components": [*whole["components"], _component(lock["zstandard"])]}, lock, Inside(folder, [])
            ),
            differences({"components": [{**whole["components"][0], "version": "0.0.1"}]}, lock, Inside(folder, [])),
            differences({"components": [{**whole["components"][0], "hashes": []}]}, lock, Inside(folder, [])),
            differences(whole, lock, Inside(folder, ["msgspec", "reportlab.rl_config"])),
        ]
        (folder / INSIDE / "sitecustomize.py").write_text("", "utf-8")
        planted.append(differences(whole, lock, Inside(folder, ["msgspec"])))
        (folder / INSIDE / "sitecustomize.py").unlink()
        (folder / INSIDE / "msgspec" / "json.py").write_text("# changed\n", "utf-8")
        planted.append(differences(whole, lock, Inside(folder, ["msgspec"])))
        one, other = Path(name) / "one", Path(name) / "other"
        for place, content in ((one, b"\0" * 4096), (other, b"\0" * 4095 + b"\1")):
            place.mkdir()
            (place / "holdfast.deb").write_bytes(content)
        same = part("artefacts.reproduce")._compare("planted", one, other)
    found = [faults[0] for faults in planted if faults] + ([] if same else ["two files that differ in one byte"])
    tried = len(planted) + 1
    clean = not sound and len(found) == tried
    return Proved(f"{tried} planted differences: {len(found)} found", found if clean else [])


def differences(told: Mapping[str, Any], lock: Mapping[str, Any], inside: Inside | None) -> list[str]:
    """Where contents list, locked list and package do not say the same. `inside`: None, where nobody can look in."""
    faults = []
    listed = {one["name"]: one for one in told["components"]}
    packages = {name: one for name, one in listed.items() if one.get("purl", "").startswith("pkg:pypi/")}
    for name, one in packages.items():
        known = lock.get(name)
        hashes = {each["content"] for each in one.get("hashes", [])}
        if known is None or one["version"] != known.version or hashes != set(known.sha256) or not hashes:
            faults.append(f"{name} {one['version']} in the contents list is not as it is locked")
    if inside is None:
        return faults
    met: set[str] = set()
    for file in _files(inside.folder):
        package, fault = _belongs(file, inside.folder, listed)
        faults += [fault] if fault else []
        met.add(package)
    for module in inside.modules:
        package = _brings(module)
        met.add(package)
        if package not in packages and package:
            faults.append(f"module {module} is of {package}, which no contents list names")
    faults += [
        f"{name} is in the contents list and nothing of it in the package" for name in sorted(packages.keys() - met)
    ]
    return faults


def modules_of(program: Path) -> list[str]:
    """The names of the Python modules in the archive of a program."""
    from PyInstaller.archive.readers import CArchiveReader

    whole = CArchiveReader(str(program))
    return [name for held in whole.toc if held.startswith("PYZ") for name in whole.open_embedded_archive(held).toc]


def _belongs(file: str, folder: Path, listed: Mapping[str, Any]) -> tuple[str, str]:
    """Which package brought a file of a program folder ("" for ours, Python's and the system's), and what is wrong."""
    beneath = file.removeprefix(f"{INSIDE}/")
    if beneath == file:
        return "", "" if file in ("holdfast", "holdfast-server") else f"{file} belongs to nothing"
    if (beneath.split("/")[0] in _OURS and (ROOT / beneath).is_file()) or _FRAME.fullmatch(beneath):
        return "", ""
    if beneath in _installed():
        package, digest = _installed()[beneath]
        content = (folder / file).read_bytes()
        # Libraries are stripped of what nobody needs to run them, so theirs is another one.
        if package not in listed:
            return package, f"{file} is of {package}, which no contents list names"
        if digest and not content.startswith(_ELF) and digest != _sha256(content):
            return package, f"{file} is not as {package} brought it"
        return package, ""
    if any(name in listed for name in _brought_by_system(Path(beneath).name)):
        return "", ""
    return "", f"{file} belongs to nothing"


def _brings(module: str) -> str:
    """The package of a module; nothing for ours and Python's own."""
    first, path = module.split(".")[0], module.replace(".", "/")
    stands_in = (ROOT / "packaging" / "desktop" / "stand_in" / first).exists()
    if first in _OURS or first in sys.stdlib_module_names or stands_in or _OF_PYTHON.fullmatch(first):
        return ""
    if first.startswith(_STARTS):
        return "pyinstaller"
    known = (_installed().get(file) for file in (f"{path}.py", f"{path}/__init__.py"))
    # What is neither lies in several places, such as a folder that many packages share.
    brought = [one[0] for one in known if one] or [_plain(one) for one in _top_level().get(first, [])]
    return brought[0] if brought else f"(nobody: {first})"


@cache
def _top_level() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


@cache
def _installed() -> dict[str, tuple[str, str]]:
    """Package and SHA-256 (as RECORD writes it) of every installed file, by its path below the installed packages."""
    return {
        file.as_posix(): (_plain(one.name), file.hash.value if file.hash else "")
        for one in importlib.metadata.distributions()
        for file in one.files or ()
    }


@cache
def _brought_by_system(name: str) -> tuple[str, ...]:
    """The Debian packages with a file of this name."""
    done = subprocess.run(["dpkg-query", "--search", f"*/{name}"], capture_output=True, text=True, check=False)
    return tuple({line.split(":")[0] for line in done.stdout.splitlines()})


def _looked_at(kind: str, out: Path, apart: Path) -> tuple[list[str], str]:
    """What is wrong with the artefacts of a kind, and what was looked at."""
    faults, files, parts = [], 0, 0
    lock = _lock("windows/locked-windows.txt" if kind == "windows" else "locked-dev.txt")
    lists = sorted(out.glob(f"*{part('artefacts.sbom').SUFFIX}"))
    for listed in lists:
        artefact = out / listed.name.removesuffix(part("artefacts.sbom").SUFFIX)
        told = json.loads(listed.read_text("utf-8"))
        [own] = told["metadata"]["component"]["hashes"]
        if own["content"] != hashlib.sha256(artefact.read_bytes()).hexdigest():
            faults.append(f"{listed.name} is about another file")
        inside = _unpacked(artefact, apart)
        faults += [f"{artefact.name}: {fault}" for fault in differences(told, lock, inside)]
        files += len(_files(inside.folder)) if inside else 1
        parts += len(told["components"])
    return faults if lists else [f"{kind}: no contents list"], f"{files} files, {parts} parts"


def _unpacked(artefact: Path, apart: Path) -> Inside | None:
    """The program folder out of a Debian package; None of what is no such package."""
    begins = next((name for name in PROGRAMS if artefact.name.startswith(name)), None)
    if artefact.suffix != ".deb" or begins is None:
        return None
    with tarfile.open(fileobj=io.BytesIO(part("artefacts.deb").read(artefact)["data.tar.xz"])) as data:
        data.extractall(apart, filter="tar")
    folder = apart / PROGRAMS[begins]
    return Inside(folder, modules_of(folder / begins.removesuffix("_")))


def _order(place: Path) -> Any:
    source, order = part("artefacts.source"), part("artefacts.order")
    epoch = source.epoch(ROOT)
    work, out = place / "work", place / "out"
    work.mkdir()
    out.mkdir()
    return order.Order(source.export(ROOT, place / "source", epoch), source.version(ROOT), epoch, out, work)


def _lock(name: str) -> Mapping[str, Any]:
    locked: Mapping[str, Any] = part("artefacts.sbom").locked(ROOT / "packaging" / name)
    return locked


def _component(one: Any) -> dict[str, Any]:
    hashes = [{"alg": "SHA-256", "content": each} for each in one.sha256]
    return {"name": one.name, "version": one.version, "purl": one.purl, "hashes": hashes}


def _files(folder: Path) -> list[str]:
    """The files of a folder by path; links within it are other names of them."""
    return sorted(_walk(folder))


def _walk(folder: Path) -> Iterator[str]:
    for where, _, names in os.walk(folder):
        for name in names:
            file = Path(where, name)
            if not file.is_symlink():
                yield file.relative_to(folder).as_posix()


def _sha256(content: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
