"""a picture of every page in three schemes, two directions, two scales and two sizes, with what a machine finds wrong

--out DIR is where they go; --only WORD takes pages whose name has it, --scheme, --direction, --scale, --size narrow
the rest. Ends with 1 where something was found.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

SCHEMES = ("light", "dark", "night")
DIRECTIONS = {"ltr": "en", "rtl": "xx-rtl"}
SCALES = {"100": 1, "200": 2}
SIZES = ("1024x640", "1366x768")
THUMB, ACROSS = 420, 6  # px of a picture on a contact sheet, and how many stand side by side


def options(argv: list[str] | None = None) -> argparse.Namespace:
    """What is wanted."""
    parser = argparse.ArgumentParser(prog="dev.py pictures", description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--scheme", choices=SCHEMES, action="append")
    parser.add_argument("--direction", choices=DIRECTIONS, action="append")
    parser.add_argument("--scale", choices=SCALES, action="append")
    parser.add_argument("--size", choices=SIZES, action="append")
    parser.add_argument("--whole", action="store_true", help="also each step whole, everything open that opens")
    parser.add_argument("--share", help=argparse.SUPPRESS)
    parser.add_argument("--vaults", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def main() -> int:
    """Share the work between two processes for each scale, as a scale holds for a whole process; then sum up."""
    wanted = options()
    if wanted.share:
        scale, direction = wanted.share.split(",")
        return Taker(wanted, scale, direction).take()
    begun = time.monotonic()
    wanted.out.mkdir(parents=True, exist_ok=True)
    for old in wanted.out.glob("found-*.json"):
        old.unlink()
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder:
        shares = [(s, d) for s in wanted.scale or SCALES for d in wanted.direction or DIRECTIONS]
        # One after the other within a core; two cores are what a small machine has.
        waiting, codes = list(shares), []
        running: list[subprocess.Popen[bytes]] = []
        while waiting or running:
            while waiting and len(running) < (os.cpu_count() or 1):
                running.append(_start(Path(folder), *waiting.pop(0)))
            codes.append(running.pop(0).wait())
    found: list[list[str]] = []
    for file in sorted(wanted.out.glob("found-*.json")):
        found += json.loads(file.read_text())
    pictures = sum(1 for _ in wanted.out.glob("*/*.png"))
    for line, where in _grouped(found):
        print(f"{line}\n    on {', '.join(where[:4])}{f' and {len(where) - 4} more' if len(where) > 4 else ''}")
    print(f"{pictures} pictures in {time.monotonic() - begun:.0f} s, {len(_grouped(found))} findings")
    return 1 if found or any(codes) else 0


def _start(folder: Path, scale: str, direction: str) -> subprocess.Popen[bytes]:
    home = folder / f"home-{scale}-{direction}"
    home.mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "XDG_", "DISPLAY"))},
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": str(SCALES[scale]),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }
    share = ["--share", f"{scale},{direction}", "--vaults", str(home / "vaults")]
    return subprocess.Popen([sys.executable, __file__, *sys.argv[1:], *share], env=environment, cwd=ROOT)


def _grouped(found: list[list[str]]) -> list[tuple[str, list[str]]]:
    """Each finding once, with the looks that have it."""
    by_line: dict[str, list[str]] = {}
    for line, where in found:
        by_line.setdefault(line, []).append(where)
    return sorted(by_line.items())


class Taker:
    """Walks through the program in one language at one scale and keeps what it sees."""

    def __init__(self, wanted: argparse.Namespace, scale: str, direction: str) -> None:
        from PySide6.QtWidgets import QApplication

        from tests.looks import findings, walk

        self.app = QApplication(["holdfast"])
        self.wanted, self.scale, self.direction = wanted, scale, direction
        self.walk, self.findings = walk, findings
        self.vaults = walk.Vaults(wanted.vaults)
        self.words = findings.Words([*findings.practice_words(), *self._names()]) if direction == "rtl" else None
        self.found: list[list[str]] = []
        self.sheets: dict[str, list[Path]] = {}

    @staticmethod
    def _names() -> Iterator[str]:
        from app.casework.practice import OFFICER

        yield from (
            OFFICER,
            *OFFICER.split(),
            "Ilse Varga",
            "Ilse",
            "Varga",
            "Holdfast",
            "Keira",
            "English",
            "Noto Sans",
        )

    def take(self) -> int:
        """All pages of this language and scale."""
        schemes = self.wanted.scheme or list(SCHEMES)
        before = self.walk.AtTheProgram(self.vaults, DIRECTIONS[self.direction], schemes[0])
        self._round(before, lambda: self.walk.before_unlocking(before, self.vaults))
        before.end()
        full = self.walk.AtTheProgram(self.vaults, DIRECTIONS[self.direction], schemes[0])
        window = full.enter(self.vaults.open_full())
        self._round(full, lambda: self.walk.at_work(full, window))
        if self.wanted.whole:
            self._round(full, lambda: self.walk.unfolded(full, window))
        full.end()
        for folder, others in self.vaults.others():
            other = self.walk.AtTheProgram(self.vaults, DIRECTIONS[self.direction], schemes[0])
            entered = other.enter(self.vaults.open(folder))
            self._round(other, partial(others, other, entered))
            other.end()
        for name, taken in self.sheets.items():
            contact_sheet(taken, self.wanted.out / f"sheet-{name}.png")
        (self.wanted.out / f"found-{self.scale}-{self.direction}.json").write_text(json.dumps(self.found))
        return 0

    def _round(self, at: Any, looks: Any) -> None:
        """Every scheme and size of some looks."""
        for scheme in self.wanted.scheme or SCHEMES:
            if at.program.theme.choice != scheme:
                at.program.theme.choose(scheme)
            for size in self.wanted.size or SIZES:
                wide, high = (int(part) // SCALES[self.scale] for part in size.split("x"))
                at.top.resize(max(wide, at.top.minimumWidth()), max(high, at.top.minimumHeight()))
                self.walk.settle()
                for name, screen in looks():
                    if self.wanted.only in name:
                        self._keep(name, screen, f"{scheme}-{self.direction}-{self.scale}-{size}")

    def _keep(self, name: str, screen: Any, combination: str) -> None:
        self.walk.settle()
        dialog = self.walk.open_dialog()
        looked_at = dialog or screen
        # Colours change no layout: what a machine finds is looked for in one scheme.
        if combination.startswith((self.wanted.scheme or SCHEMES)[0]):
            lines = self.findings.found(looked_at, self.words)
            self.found += [[line, f"{name} ({combination})"] for line in lines]
        picture = screen.grab()
        if dialog is not None:
            _lay_on(picture, dialog, screen)
        folder = self.wanted.out / combination
        folder.mkdir(exist_ok=True)
        taken = self.sheets.setdefault(combination, [])
        file = folder / f"{len(taken) + 1:02d}-{name.replace(' ', '-')}.png"
        picture.save(str(file))
        taken.append(file)


def _lay_on(picture: Any, dialog: Any, screen: Any) -> None:
    """Paint a dialog in the middle of the picture of the window under it."""
    from PySide6.QtGui import QPainter

    painter = QPainter(picture)
    painter.drawPixmap((screen.width() - dialog.width()) // 2, (screen.height() - dialog.height()) // 2, dialog.grab())
    painter.end()


def contact_sheet(files: list[Path], out: Path) -> None:
    """All pictures of a combination, small, with their names under them."""
    from PIL import Image, ImageDraw

    small = []
    for file in files:
        with Image.open(file) as taken:
            wide, high = taken.size
            small.append(taken.convert("RGB").resize((THUMB, min(THUMB * 2, THUMB * high // wide))))
    tall = max(picture.height for picture in small) + 22
    rows = -(-len(small) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * (THUMB + 8), rows * tall), "#888888")
    pen = ImageDraw.Draw(sheet)
    for number, (picture, file) in enumerate(zip(small, files, strict=True)):
        left, top = number % ACROSS * (THUMB + 8), number // ACROSS * tall
        sheet.paste(picture, (left, top))
        pen.text((left + 4, top + picture.height + 4), file.stem, fill="#000000")
    sheet.save(out, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
