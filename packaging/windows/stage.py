"""The folder of one version as it lies on the laptop: Python, the packages, our own code, the policy's templates."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path

import machine
from windows import collect

LIST = "files.sha256"
"""What `holdfast --self-check` compares the installed files with; the installer adds the bytecode that it makes."""
PREPARE = "prepare.py"
OBJDUMP = "x86_64-w64-mingw32-objdump"
# Libraries that every supported Windows brings, by the beginning of their names.
SYSTEM = re.compile(
    r"(api-ms-win|ext-ms-win|advapi32|authz|bcrypt|bcryptprimitives|cfgmgr32|comctl32|comdlg32|crypt32|cryptbase|d2d1|d3d11"
    r"|d3d12|d3d9|dbghelp|dcomp|dnsapi|dwmapi|dwrite|dxgi|gdi32|gdiplus|icu|icuuc|imm32|iphlpapi|kernel32|mpr|msimg32|msvcrt"
    r"|ncrypt|netapi32|ntdll|ole32|oleaut32|powrprof|propsys|psapi|rpcrt4|secur32|setupapi|shcore|shell32|shlwapi"
    r"|ucrtbase|uiautomationcore|user32|userenv|uxtheme|version|wer|winmm|winspool|wintrust|wldap32|wmiclnt|ws2_32|wtsapi32)\b",
    re.IGNORECASE,
)


def stage(source: Path, work: Path, out: Path, version: str) -> None:
    """Fill the folder `out`: python, packages, program. `source` is a clean copy of the project."""
    told = collect.contents()
    (work / "python").mkdir()
    (work / "wheels").mkdir()
    python = collect.fetch_python(work / "python")
    wheels = collect.fetch_wheels(work / "wheels")
    for name, data in python.items():
        if not collect.is_among(name, told["python"]["out"]):
            write(out / "python" / name, data)
    paths = [told["python"]["library"].replace(".dll", ".zip"), ".", "..\\packages", "..\\program"]
    write(out / "python" / told["python"]["paths"], "".join(f"{path}\r\n" for path in paths).encode())
    for wheel in wheels:
        unpack(wheel, out / "packages")
        if collect.package_of(wheel.name) == told["runtime"]["wheel"]:
            found = collect.unzip(wheel)
            for name in told["runtime"]["files"]:
                write(out / "python" / name, found[f"{told['runtime']['folder']}/{name}"])
    own_code(source, out / "program", version)
    write(out / "in-use", b"A program that runs from this folder holds this file open; the installer asks.\r\n")
    write(out / PREPARE, (collect.HERE / PREPARE).read_bytes())
    passing = {PREPARE, f"python/{told['python']['installs_with']}"}
    listed = {file.relative_to(out).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files(out)}
    lines = [f"{listed[name]}  {name}\n" for name in sorted(listed.keys() - passing)]
    write(out / LIST, "".join(lines).encode())
    missing = unmet(out)
    if missing:
        raise machine.GroundMissingError("Libraries that nothing brings:\n" + "\n".join(missing))


def unpack(wheel: Path, out: Path) -> None:
    """Put what is wanted of a wheel into `out`; programs and headers that it brings for elsewhere stay out."""
    told = collect.contents()
    name = collect.package_of(wheel.name)
    if name in told["left"]["packages"]:
        return
    kept = told["only"].get(name, ["*"])
    out_patterns = told["wheels"]["out"] + told["without"].get(name, [])
    for inside, data in collect.unzip(wheel).items():
        path = re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", inside)
        if ".data/" in path or collect.is_among(path, out_patterns) or not collect.is_among(path, kept):
            continue
        write(out / path, data)


def own_code(source: Path, out: Path, version: str) -> None:
    """Put our own packages and data into `out`, with the few lines that say name and version."""
    told = collect.contents()["own"]
    files = [file for folder in told["folders"] for file in (source / folder).rglob("*") if file.is_file()]
    for file in [*files, *(source / name for name in told["files"])]:
        path = file.relative_to(source).as_posix()
        if "__pycache__" not in path and not collect.is_among(path, told["out"]):
            write(out / path, file.read_bytes())
    about = f"Metadata-Version: 2.1\nName: holdfast\nVersion: {version}\nLicense: Apache-2.0\n"
    write(out / f"holdfast-{version}.dist-info" / "METADATA", about.encode())
    write(out / "LICENSE.txt", (source / "LICENSE").read_bytes())


def unmet(out: Path) -> list[str]:
    """Libraries that something in the folder asks for by name and that neither the folder nor Windows brings."""
    binaries = [file for file in sorted(out.rglob("*")) if file.suffix.lower() in collect.SIGNED]
    brought = {file.name.lower() for file in binaries}
    missing = []
    for file in binaries:
        done = subprocess.run([OBJDUMP, "-p", str(file)], capture_output=True, text=True, errors="replace", check=True)
        for wanted in re.findall(r"DLL Name: (\S+)", done.stdout):
            if wanted.lower() not in brought and not SYSTEM.match(wanted):
                missing.append(f"{file.relative_to(out).as_posix()} asks for {wanted}")
    return missing


def write(file: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files in the folder: what names this build."""
    total = hashlib.sha256()
    for file in files(folder):
        total.update(
            f"{file.relative_to(folder).as_posix()}\0{hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode()
        )
    return total.hexdigest()


def files(folder: Path) -> list[Path]:
    """All files of the folder in an order that no file system decides."""
    return sorted((file for file in folder.rglob("*") if file.is_file()), key=lambda file: file.as_posix())


def set_times(folder: Path, seconds: int) -> None:
    """Give every file and folder the same time."""
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, (seconds, seconds))
