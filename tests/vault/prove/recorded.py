"""What a real process does to the files of one folder, as the system saw it, and the disks that a power cut may leave.

strace writes down every write, flush, rename and removal with its bytes. A cut at any point keeps all that was flushed
before it; of what was not, each write is there, missing or torn, and of the changes of names the first so many.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
_CALLS = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat"
_LINE = re.compile(r"^(\d+)\s+(.*)$", re.DOTALL)
_PATH = r"\"((?:\\x[0-9a-f]{2})*)\""


@dataclass
class Step:
    """One thing that was done. `kind`: write, cut, flush, flush names, make, rename, remove."""

    kind: str
    name: str
    other: str = ""
    at: int = 0
    data: bytes = b""


@dataclass
class Recorded:
    """A folder as it was before, and what was done to it, in order."""

    before: dict[str, bytes]
    steps: list[Step] = field(default_factory=list)


def record(folder: Path, command: list[str], trace: Path) -> Recorded:
    """Run a command under strace and write down what it does to the files in `folder`."""
    if shutil.which("strace") is None:
        raise SystemExit("strace is needed: apt-get install strace")
    found = Recorded({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()})
    under = ["strace", "-f", "-y", "-xx", "-s", "99999999", "-e", f"trace={_CALLS}", "-o", str(trace)]
    done = subprocess.run([*under, sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}")
    found.steps = _steps(trace, folder)
    return found


def _steps(trace: Path, folder: Path) -> list[Step]:
    inside, place, waiting = str(folder.resolve()) + "/", {}, {}
    steps: list[Step] = []
    for line in trace.read_text("ascii").splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        process, call = match.groups()
        if call.endswith("<unfinished ...>"):
            waiting[process] = call.removesuffix("<unfinished ...>")
            continue
        if call.startswith("<... "):
            call = waiting.pop(process, "") + call.split(" resumed>", 1)[1]
        if re.search(r"= -1 E", call) or " = " not in call:
            continue
        step = _step(call, inside, str(folder.resolve()), place)
        if step is not None:
            steps.append(step)
    return steps


def _step(call: str, inside: str, folder: str, place: dict[str, int]) -> Step | None:
    name, _, rest = call.partition("(")
    if name == "openat":
        opened = re.search(_PATH + r", (\S+?)[,)]", rest)
        path = _text(opened[1]) if opened else ""
        if not path.startswith(inside) or opened is None or "O_CREAT" not in opened[2]:
            if path.startswith(inside):
                place[path] = 0
            return None
        place[path] = 0
        return Step("make", path.removeprefix(inside))
    if name in ("rename", "renameat", "renameat2"):
        one, other = (_text(found) for found in re.findall(_PATH, rest)[:2])
        if not other.startswith(inside):
            return None
        return Step("rename", one.removeprefix(inside), other.removeprefix(inside))
    if name in ("unlink", "unlinkat"):
        path = _text(re.findall(_PATH, rest)[0])
        return Step("remove", path.removeprefix(inside)) if path.startswith(inside) else None
    held = re.match(r"\d+<((?:\\x[0-9a-f]{2}|[^>])*)>(.*)", rest, re.DOTALL)
    path = _text(held[1]) if held else ""
    if name in ("fsync", "fdatasync"):
        if path == folder:
            return Step("flush names", "")
        return Step("flush", path.removeprefix(inside)) if path.startswith(inside) else None
    if not path.startswith(inside) or held is None:
        return None
    short = path.removeprefix(inside)
    if name == "ftruncate":
        return Step("cut", short, at=int(re.findall(r", (\d+)", held[2])[0]))
    data = bytes.fromhex(re.findall(_PATH, held[2])[0].replace("\\x", ""))
    if name == "pwrite64":
        return Step("write", short, at=int(re.findall(r", (\d+)\)", held[2])[0]), data=data)
    at = place.get(path, 0)
    place[path] = at + len(data)
    return Step("write", short, at=at, data=data)


def _text(hexed: str) -> str:
    return bytes.fromhex(hexed.replace("\\x", "")).decode() if "\\x" in hexed else hexed


class _File:
    """One file whatever it is called: what was done to its bytes, by the number of the step."""

    def __init__(self, before: bytes = b"") -> None:
        self.before, self.done, self.flushed = before, [], -1  # type: ignore[var-annotated]


def cut(found: Recorded, point: int, chance: random.Random) -> dict[str, bytes]:
    """A disk that a cut after `point` steps may leave: the files by name."""
    names = {name: _File(data) for name, data in found.before.items()}
    changes: list[tuple[int, Step, _File | None]] = []
    live, sure = dict(names), -1
    for number, step in enumerate(found.steps[:point]):
        if step.kind == "make" and step.name not in live:
            live[step.name] = _File()
            changes.append((number, step, live[step.name]))
        elif step.kind == "rename" and step.name in live:
            live[step.other] = live.pop(step.name)
            changes.append((number, step, None))
        elif step.kind == "remove":
            live.pop(step.name, None)
            changes.append((number, step, None))
        elif step.kind == "flush names":
            sure = number
        elif step.kind == "flush" and step.name in live:
            live[step.name].flushed = number
        elif step.kind in ("write", "cut") and step.name in live:
            live[step.name].done.append((number, step))
    upto = chance.choice([sure, *[number for number, _, _ in changes if number > sure]])
    for number, step, file in changes:
        if number > max(upto, sure):
            break
        if step.kind == "make" and file is not None:
            names[step.name] = file
        elif step.kind == "rename" and step.name in names:
            names[step.other] = names.pop(step.name)
        elif step.kind == "remove":
            names.pop(step.name, None)
    return {name: _bytes(file, chance) for name, file in names.items()}


def _bytes(file: _File, chance: random.Random) -> bytes:
    data = bytearray(file.before)
    for number, step in file.done:
        if step.kind == "cut":
            if number <= file.flushed or chance.random() < 0.5:
                data[step.at :] = bytes(max(0, step.at - len(data)))
            continue
        piece = step.data
        if number > file.flushed:
            how = chance.random()
            if how < 0.33:
                continue
            if how < 0.66:
                piece = piece[: chance.randrange(0, len(piece) + 1) // SECTOR * SECTOR]
        if len(data) < step.at:
            data.extend(bytes(step.at - len(data)))
        data[step.at : step.at + len(piece)] = piece
    return bytes(data)


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    """Such a disk as a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
