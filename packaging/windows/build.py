"""Makes the installer for Windows from a staged version: start files, list of files, NSIS."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import machine
from windows import collect, stage

GCC = "x86_64-w64-mingw32-gcc"
WINDRES = "x86_64-w64-mingw32-windres"
NEEDS = (
    machine.Need("makensis", "nsis"),
    machine.Need(GCC, "gcc-mingw-w64-x86-64"),
    machine.Need(WINDRES, "binutils-mingw-w64-x86-64"),
    collect.OSSLSIGNCODE,
)
SIGN = "HOLDFAST_AUTHENTICODE"
"""The variable with the command that signs a Windows program: the file's path is put behind it. Empty: unsigned."""

HARDENED = ["-municode", "-O2", "-Wall", "-Wextra", "-Werror", "-s", "-fno-ident"]
# No time in the file; placed by chance in memory; no code where data lies.
LINKED = ["-Wl,--no-insert-timestamp,--dynamicbase,--nxcompat,--high-entropy-va"]


def installer(source: Path, work: Path, out: Path, version: str, epoch: int) -> Path:
    """Make `holdfast-VERSION-setup.exe` in `out`. `source`: a clean copy of the project; `epoch`: every file's time."""
    told = collect.contents()["python"]
    staged, launchers, policy = work / "stage", work / "launchers", work / "policy"
    stage.stage(source, work, staged, version)
    folder = f"{plain(version)}-{stage.digest(staged)[:12]}"
    here = source / "packaging" / "windows"
    compile_launchers(here, launchers, version)
    for name in ("holdfast.admx", "en-US/holdfast.adml"):
        stage.write(policy / name, (source / "packaging" / "policy" / name).read_bytes())
    for each in (staged, launchers, policy):
        stage.set_times(each, epoch)
    (work / "files.nsh").write_text(list_of_files(staged, folder), encoding="utf-8")
    shutil.copy(here / "setup.nsi", work)
    licence = work / "licence.txt"
    licence.write_bytes((source / "LICENSE").read_bytes().replace(b"\n", b"\r\n"))
    size = sum(file.stat().st_size for file in stage.files(staged))
    made = out / f"holdfast-{version}-setup.exe"
    defined = {
        "OUT": str(made),
        "LAUNCHERS": str(launchers),
        "POLICY": str(policy),
        "VERSION": version,
        "NUMBERS": numbers(version),
        "FOLDER": folder,
        "LIBRARY": told["library"],
        "COMPILER": told["installs_with"],
        # Half as much again for the bytecode, which the laptop makes.
        "KILOBYTES": str(size * 3 // 2 // 1024),
        "LICENCE": str(licence),
    }
    if os.environ.get(SIGN):
        defined["SIGN"] = os.environ[SIGN]
    run(["makensis", "-V2", "-NOCD", *(f"-D{name}={value}" for name, value in defined.items()), "setup.nsi"], work)
    return made


def compile_launchers(here: Path, out: Path, version: str) -> None:
    """Compile holdfast.exe for the command line and holdfastw.exe for the Start menu, with icon and version."""
    out.mkdir()
    quads = numbers(version).replace(".", ",")
    for name, further in (("holdfast", []), ("holdfastw", ["-DWINDOW", "-mwindows"])):
        resource = out / f"{name}.o"
        told = [f"-DNUMBERS={quads}", f'-DVERSION=\\"{version}\\"', f'-DFILE=\\"{name}.exe\\"']
        run([WINDRES, "-O", "coff", *told, "-I", str(here), str(here / "launcher.rc"), str(resource)], out)
        program = out / f"{name}.exe"
        run([GCC, *further, *HARDENED, *LINKED, "-o", str(program), str(here / "launcher.c"), str(resource)], out)
        resource.unlink()
        if os.environ.get(SIGN):
            run(["sh", "-c", f'{os.environ[SIGN]} "$0"', str(program)], out)


def list_of_files(staged: Path, folder: str) -> str:
    """The staged files in a fixed order, as lines for NSIS: its own reading of a folder has the order of the disk."""
    lines, before = [], None
    for file in stage.files(staged):
        within = file.parent.relative_to(staged).as_posix().replace("/", "\\")
        if within != before:
            lines.append(f'SetOutPath "$INSTDIR\\versions\\{folder}.part\\{within}"')
            before = within
        lines.append(f'File "{str(file).replace("$", "$$")}"')
    return "\n".join(lines) + "\n"


def plain(version: str) -> str:
    """A version as part of a folder's name: what the start files accept."""
    return re.sub(r"[^0-9A-Za-z.+-]", "-", version)


def numbers(version: str) -> str:
    """A version as the four numbers that Windows wants."""
    found = re.findall(r"\d+", version)[:4]
    return ".".join([*found, *["0"] * (4 - len(found))])


def run(command: list[str], folder: Path) -> None:
    """Run a tool of the build; raise machine.GroundMissingError with what it said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise machine.GroundMissingError(f"{Path(command[0]).name} failed:\n{(done.stdout + done.stderr)[-3000:]}")
