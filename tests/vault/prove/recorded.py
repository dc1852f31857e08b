"""What a real process does to the files of one folder, as the system saw it, and the disks that a power cut may leave.

strace writes down every write, flush, rename and removal with its bytes. A cut at any point keeps all that was flushed
before it. Of what was not: nothing, the first so many writes, any of them, or any of their sectors; and of the changes
of names the first so many. What a failed flush was to bring there may be missing for ever, as Linux drops it.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.calls import QUICK

SECTOR = 512
WAYS = ("none", "first", "some", "torn")
"""Of what was not flushed: nothing is there, the first so many, any of them, any of their sectors."""
_CALLS = "openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat"
_LINE = re.compile(r"^(\d+)\s+(.*)$", re.DOTALL)
_PATH = r"\"((?:\\x[0-9a-f]{2})*)\""


@dataclass
class Step:
    """One thing that was done. `kind`: write, cut, flush, flush failed, flush names, make, rename, remove, say."""

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


def record(
    folder: Path, command: list[str], trace: Path, told: Path | None = None, under: Sequence[str] = ()
) -> Recorded:
    """Run a command under strace and write down what it does to the files in `folder`.

    `told`: a file elsewhere to which it says what it has done; `under`: more for strace, such as faults to inject.
    """
    if shutil.which("strace") is None:
        raise SystemExit("strace is needed: apt-get install strace")
    found = Recorded({path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()})
    traced = ["strace", "-f", QUICK, "-y", "-xx", "-s", "99999999", "-e", f"trace={_CALLS}", "-o", str(trace), *under]
    done = subprocess.run([*traced, sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr[-2000:]}")
    found.steps = _steps(trace, folder.resolve(), told.resolve() if told else None)
    return found


def _steps(trace: Path, folder: Path, told: Path | None) -> list[Step]:
    place: dict[str, int] = {}
    waiting: dict[str, str] = {}
    steps: list[Step] = []
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            match = _LINE.match(line.rstrip("\n"))
            if match is None:
                continue
            process, call = match.groups()
            if call.endswith("<unfinished ...>"):
                waiting[process] = call.removesuffix("<unfinished ...>")
                continue
            if call.startswith("<... "):
                call = waiting.pop(process, "") + call.split(" resumed>", 1)[1]
            if " = " not in call:
                continue
            step = _step(call, folder, told, place)
            failed = re.search(r"= -1 E", call) is not None
            if step is not None and failed and step.kind == "flush":
                step.kind, failed = "flush failed", False
            if step is not None and not failed:
                steps.append(step)
    return steps


def _step(call: str, folder: Path, told: Path | None, place: dict[str, int]) -> Step | None:
    name, _, rest = call.partition("(")
    inside = f"{folder}/"
    if name == "openat":
        opened = re.search(_PATH + r", (\S+?)[,)]", rest)
        path = _text(opened[1]) if opened else ""
        if not path.startswith(inside) or opened is None or "O_CREAT" not in opened[2]:
            if path.startswith(inside):
                place[path] = 0
            return None
        place[path] = 0
        return Step("make", path.removeprefix(inside), other="empty" if "O_TRUNC" in opened[2] else "")
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
        if path == str(folder):
            return Step("flush names", "")
        return Step("flush", path.removeprefix(inside)) if path.startswith(inside) else None
    if held is not None and told is not None and path == str(told):
        return Step("say", "", data=_data(held[2]))
    if not path.startswith(inside) or held is None:
        return None
    short = path.removeprefix(inside)
    if name == "ftruncate":
        return Step("cut", short, at=int(re.findall(r", (\d+)", held[2])[0]))
    data = _data(held[2])
    if name == "pwrite64":
        return Step("write", short, at=int(re.findall(r", (\d+)\)", held[2])[0]), data=data)
    at = place.get(path, 0)
    place[path] = at + len(data)
    return Step("write", short, at=at, data=data)


def _data(arguments: str) -> bytes:
    return bytes.fromhex(arguments.split('"', 2)[1].replace("\\x", ""))


def _text(hexed: str) -> str:
    return bytes.fromhex(hexed.replace("\\x", "")).decode() if "\\x" in hexed else hexed


@dataclass
class _Write:
    """Bytes that were written to a file, or its new length. `sure`: they are there; `lost`: no flush will see to it."""

    number: int
    step: Step
    sure: bool = False
    lost: bool = False


class _File:
    """One file, whatever it is called: what is surely in it, and what was done to it since."""

    def __init__(self, before: bytes = b"") -> None:
        self.sure = bytearray(before)
        self.since: list[_Write] = []

    def flush(self) -> None:
        """All that was done is there, but what a failed flush has let go."""
        for write in self.since:
            write.sure = write.sure or not write.lost
        while self.since and self.since[0].sure:
            _apply(self.sure, self.since.pop(0).step)

    def fail(self) -> None:
        """A flush failed: what it was to bring there is taken for flushed from now on, and may never be."""
        for write in self.since:
            write.lost = not write.sure


class _Disk:
    """What may be on a disk while somebody writes to it."""

    def __init__(self, before: dict[str, bytes]) -> None:
        self.live = {name: _File(data) for name, data in before.items()}
        self.names = dict(self.live)
        self.changes: list[tuple[int, Step, _File | None]] = []
        self.number = 0

    def do(self, step: Step) -> None:
        """One more step."""
        self.number += 1
        if step.kind == "make" and step.name not in self.live:
            self.live[step.name] = _File()
            self.changes.append((self.number, step, self.live[step.name]))
        elif step.kind == "make" and step.other:
            self.live[step.name].since.append(_Write(self.number, Step("cut", step.name, at=0)))
        elif step.kind == "rename" and step.name in self.live:
            self.live[step.other] = self.live.pop(step.name)
            self.changes.append((self.number, step, None))
        elif step.kind == "remove":
            self.live.pop(step.name, None)
            self.changes.append((self.number, step, None))
        elif step.kind == "flush names":
            for _, change, file in self.changes:
                _change(self.names, change, file)
            self.changes.clear()
        elif step.kind == "flush" and step.name in self.live:
            self.live[step.name].flush()
        elif step.kind == "flush failed" and step.name in self.live:
            self.live[step.name].fail()
        elif step.kind in ("write", "cut") and step.name in self.live:
            self.live[step.name].since.append(_Write(self.number, step))

    def left(self, chance: random.Random, way: str) -> dict[str, bytes]:
        """The files by name as they may be found after a cut now; `way`: one of WAYS."""
        upto = 0 if way == "none" else chance.randint(0, self.number)
        if way != "none" and self.changes:
            upto = chance.choice((upto, 0, *(number for number, _, _ in self.changes)))
        names = dict(self.names)
        for number, step, file in self.changes:
            if number <= upto:
                _change(names, step, file)
        if way == "first":
            open_numbers = sorted(write.number for file in names.values() for write in file.since)
            upto = chance.choice((0, *open_numbers))
        return {name: _bytes(file, chance, way, upto) for name, file in names.items()}


def _change(names: dict[str, _File], step: Step, file: _File | None) -> None:
    if step.kind == "make" and file is not None:
        names[step.name] = file
    elif step.kind == "rename" and step.name in names:
        names[step.other] = names.pop(step.name)
    elif step.kind == "remove":
        names.pop(step.name, None)


def _apply(data: bytearray, step: Step) -> None:
    if step.kind == "cut":
        data[step.at :] = bytes(max(0, step.at - len(data)))
        return
    if len(data) < step.at:
        data.extend(bytes(step.at - len(data)))
    data[step.at : step.at + len(step.data)] = step.data


def _bytes(file: _File, chance: random.Random, way: str, upto: int) -> bytes:
    data = bytearray(file.sure)
    for write in file.since:
        there = write.sure or (way == "first" and write.number <= upto)
        if there or (way in ("some", "torn") and chance.random() < 0.5):
            _apply(data, write.step)
        elif way == "torn" and write.step.kind == "write":
            for begin in range(0, len(write.step.data), SECTOR):
                if chance.random() < 0.5:
                    piece = write.step.data[begin : begin + SECTOR]
                    _apply(data, Step("write", "", at=write.step.at + begin, data=piece))
    return bytes(data)


def cuts(
    found: Recorded, points: Iterable[int], chance: random.Random
) -> Iterator[tuple[int, dict[str, bytes], list[str]]]:
    """A disk that a cut after each of these numbers of steps may leave, and what had been said until then.

    The points in rising order, each as often as wanted.
    """
    disk, done = _Disk(found.before), 0
    said = b""
    for number, point in enumerate(points):
        while done < point:
            step = found.steps[done]
            done += 1
            said += step.data if step.kind == "say" else b""
            disk.do(step)
        # A line that is not whole was not said.
        yield point, disk.left(chance, WAYS[number % len(WAYS)]), said.decode().split("\n")[:-1]


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    """Such a disk as a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
