"""The Windows installer in Wine: installed without a question, proven, used at a real window, cut short, upgraded under
an officer's hands, taken back, removed. The vault stays through all of it.

Wine is no Windows: what it cannot show stands in packaging/windows/CHECKS.md.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
import time
from pathlib import Path

from tests.documents.reading import page_texts
from tests.packages.root import CleanRoot
from tests.packages.screen import PROGRAMS, Screen
from tests.packages.work import LATER, ROOT, Work

HERE = Path(__file__).resolve().parent
WINE = ("wine", "wine64", "xauth", "fonts-dejavu-core", *PROGRAMS)
GCC = "x86_64-w64-mingw32-gcc"
HOME = "/home/officer"
DRIVE = f"{HOME}/.wine/drive_c"
INSTALLED = f"{DRIVE}/Program Files/Holdfast"
PROGRAM, WINDOW = f"{INSTALLED}/holdfast.exe", f"{INSTALLED}/holdfastw.exe"
VAULT, VAULT_THERE = r"C:\users\officer\AppData\Local\holdfast\vaults\1", "AppData/Local/holdfast/vaults/1"
PASSPHRASE = "mosslamp tinkettle barnfog heron"
CASE, PRACTICE = "NM-2026-0417", "resources/practice/sc01.json"
DISPLAY = ":1978"
TOLD = {"DISPLAY": DISPLAY, "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
CUTS = 12
UNINSTALL = r"HKLM\Software\Microsoft\Windows\CurrentVersion\Uninstall\Holdfast"
# Libraries that Windows programs were tricked with, our own names, and files that Python or Qt would read.
PLANTED = (
    *("version.dll", "uxtheme.dll", "dwmapi.dll", "wtsapi32.dll", "cryptbase.dll", "bcrypt.dll", "userenv.dll"),
    *("python3.dll", "python313.dll", "vcruntime140.dll", "msvcp140.dll", "Qt6Core.dll", "Qt6Gui.dll", "sqlite3.dll"),
    *("libcrypto-3.dll", "platforms/qwindows.dll", "_ssl.pyd", "encodings.pyd"),
)
WORDS = ("sitecustomize.py", "ui/__init__.py", "python313._pth", "qt.conf")


def prove(work: Work) -> None:
    """All of it, in the order in which it happens to a laptop."""
    package = work.one("windows", "*-setup.exe")
    later = work.later("windows", "*-setup.exe")
    laptop = work.root("windows", *WINE, suite="trixie")
    wine = Wine(work, laptop)
    wine.begins((package, later))
    refused(work, wine, package)
    installed(work, wine, package)
    officer = Officer(work, wine)
    officer.begins()
    officer.at_the_window()
    officer.prints_a_card()
    nothing_planted_is_loaded(work, wine)
    upgraded(work, wine, officer, package, later)
    cut_short(work, wine, officer, package, later)
    removed(work, wine, officer, package)


class Wine:
    """A Windows of sorts: one drive C, one user, a screen."""

    def __init__(self, work: Work, root: CleanRoot) -> None:
        self.work, self.root, self.screen = work, root, Screen(work, root, TOLD)

    def begins(self, packages: tuple[Path, ...]) -> None:
        """Make drive C, put the installers and the one library that Wine lacks onto it, start a screen."""
        self.work.run(self.root, "useradd", "--create-home", "--uid", "1000", "officer")
        self.screen.begins()
        self.shell("wine wineboot -i && wine --version")
        library(HERE / "wine_icuuc.c", self.root.inside(f"{DRIVE}/windows/system32/icuuc.dll"))
        self.work.copy_in(self.root, packages, DRIVE)

    def setup(self, package: Path, *options: str, code: int = 0) -> float:
        """Run an installer silently; seconds. `code` is the one that it must end with; Wine passes on its last byte."""
        begun = time.monotonic()
        words = " ".join(options)
        self.shell(f"wine '{DRIVE}/{package.name}' /S {words}", code=code)
        return time.monotonic() - begun

    def remove(self, code: int = 0) -> None:
        """Run the uninstaller as the registry says that it is run silently."""
        folder = r"'_?=C:\Program' 'Files\Holdfast'"
        self.shell(f"wine '{INSTALLED}/uninstall.exe' /S {folder}", code=code)

    def shell(self, line: str, *, code: int = 0, quiet: bool = False, given: str = "") -> str:
        """What a line of shell said, as the officer; it ends with `code`."""
        told = {**TOLD, "P": PROGRAM, "W": WINDOW}
        # Wine writes its registry, where the secrets are too, when the last program has ended: each call waits.
        words = ("sh", "-c", f"({line}); code=$?; wineserver -w; exit $code")
        return self.work.run(self.root, *words, code=code % 256, quiet=quiet, told=told, given=given, user="officer")

    def log(self) -> list[str]:
        """The lines of setup.log, without their times."""
        file = self.root.inside(f"{INSTALLED}/setup.log")
        lines = file.read_bytes().decode("utf-16-le").splitlines() if file.exists() else []
        return [line.split("  ", 1)[1] for line in lines if "  " in line]

    def versions(self) -> list[str]:
        """The version folders that are there."""
        folder = self.root.inside(f"{INSTALLED}/versions")
        return sorted(each.name for each in folder.iterdir()) if folder.exists() else []

    def is_whole(self) -> None:
        """Look from outside at the version that starts: every file as it is listed, none beside them."""
        name = self.root.inside(f"{INSTALLED}/current").read_text("ascii").split()[0]
        folder = self.root.inside(f"{INSTALLED}/versions/{name}")
        lines = (folder / "files.sha256").read_text("utf-8").splitlines()
        listed = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
        found = {
            file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in folder.rglob("*")
            if file.is_file() and file.name != "files.sha256"
        }
        self.work.so(found == listed, f"all {len(listed)} files of {name} are as they were built")


def library(source: Path, out: Path) -> None:
    """Compile a Windows library."""
    subprocess.run([GCC, "-shared", "-O2", "-Wall", "-o", str(out), str(source)], check=True)


def refused(work: Work, wine: Wine, package: Path) -> None:
    """Elsewhere than below Program Files nothing is installed."""
    wine.setup(package, r"'/D=C:\Elsewhere'", code=1639)
    work.so(not wine.root.inside(f"{DRIVE}/Elsewhere").exists(), "nothing lies elsewhere")
    work.so(not wine.versions(), "and nothing was installed")


def installed(work: Work, wine: Wine, package: Path) -> None:
    """Install without a question; Windows knows of it; the program proves itself; what is damaged is found."""
    work.say(f"installed in {wine.setup(package):.0f} s")
    said = wine.shell(f"wine reg query '{UNINSTALL}' /s")
    for word in ("DisplayVersion", "QuietUninstallString", "EstimatedSize"):
        work.so(word in said, f"Add and remove programs knows {word}")
    start = wine.root.inside(f"{DRIVE}/ProgramData/Microsoft/Windows/Start Menu/Programs/Holdfast.lnk")
    work.so(start.exists(), "it stands in the Start menu")
    wine.shell('du -sm "${P%/*}"; find "${P%/*}" -type f | wc -l; ls "${P%/*}" "${P%/*}/policy"')
    work.so(not list(wine.root.inside(INSTALLED).rglob("python*.exe")), "no free interpreter is left")
    wine.shell('wine "$P" --version')
    wine.shell('wine "$P" --self-check')
    (version,) = wine.versions()
    form = wine.root.inside(f"{INSTALLED}/versions/{version}/program/resources/forms/rr-1.toml")
    whole = form.read_bytes()
    form.write_bytes(whole + b"\n")
    said = json.loads(wine.shell('wine "$P" --self-check --json 2>/dev/null', code=1))
    failed = [what for one in said["checks"] if one["result"] == "failed" for what in one["what"]]
    work.so(any(name.endswith("rr-1.toml") for name in failed), "the self-check names a form that was changed")
    form.write_bytes(whole)
    wine.shell('wine "$P" case list </dev/null', code=1)


class Officer:
    """Somebody at the laptop, with a keyboard, a vault and a case."""

    def __init__(self, work: Work, wine: Wine) -> None:
        self.work, self.wine, self.screen = work, wine, wine.screen
        self._pictures, self._size = 0, 0

    def begins(self) -> None:
        """Make a vault; half of its key goes into the secret store of Windows."""
        made = json.loads(self.holdfast("vault", "create", "--officer", "'Ilse Varga'", "--json"))
        self.work.so(made["device_secret"] == "system", "half of the key lies in the Credential Manager")
        self.holdfast("vault", "check")

    def at_the_window(self) -> None:
        """Unlock, begin a case, close: then it is in the vault."""
        self.opens()
        self.picture("unlock")
        self.screen.types(PASSPHRASE, "Return")
        self.picture("today", differs=5000)
        self.screen.types("", "alt+3")
        self.picture("new")
        self.screen.types("Keira", "Tab")
        self.screen.types("Holt-Baines", "Tab")
        self.picture("typed")
        self.screen.types("", "Return")
        self.picture("case")
        self.closes()
        self.work.so(bool(self.cases()), "the case that was typed is in the vault")

    def prints_a_card(self) -> None:
        """Bring a whole case in and print the safety plan as a card."""
        self.work.copy_in(self.wine.root, [ROOT / PRACTICE], DRIVE)
        self.holdfast("case", "import", rf"'C:\{Path(PRACTICE).name}'")
        paper = ["--document", "safety-plan", "--variant", "card", "--reason", "'asked for'", "--out", r"'C:\card.pdf'"]
        self.holdfast("case", "print", CASE, *paper)
        pdf = self.wine.root.inside(f"{DRIVE}/card.pdf").read_bytes()
        (self.work.folder / "card.pdf").write_bytes(pdf)
        words = " ".join(" ".join(page_texts(pdf)).split())
        self.work.say(f"the card says: {words}")
        self.work.so(len(words) > 100, "the card can be read")

    def opens(self) -> None:
        """Start the window as the Start menu does."""
        log = self.work.folder / "holdfast.log"
        words = (WINDOW, "--vault", VAULT, "--language", "en")
        line = shlex.join(["wine", *words])
        self.wine.root.start("sh", "-c", f"{line}; wineserver -w", told=TOLD, user="officer", log=log)
        self.work.until("the window", lambda: self.screen.quietly("xdotool", "search", "--name", "^Holdfast$"))

    def closes(self) -> None:
        """Close the window as its owner does, and wait until the program has ended."""
        self.screen.quietly("xdotool", "key", "alt+F4")
        self.work.until("the end", lambda: not self.screen.quietly("xdotool", "search", "--name", "^Holdfast$"))
        self.wine.shell("true", quiet=True)

    def picture(self, name: str, differs: int = 200) -> None:
        """A picture of the screen when it has come to rest: three in a row that differ by no more than a cursor.

        `differs`: by how many bytes it must differ from the picture before, so that no page on the way is taken.
        """
        self._pictures += 1
        sizes: list[int] = []
        inside = self.wine.root.inside("/tmp/screen.png")

        def rests() -> bool:
            self.screen.quietly("scrot", "--overwrite", "/tmp/screen.png")
            sizes.append(inside.stat().st_size)
            last = sizes[-3:]
            return len(last) == 3 and max(last) - min(last) <= 64 and abs(last[0] - self._size) >= differs

        self.work.until(f"the picture {name}", rests)
        self._size = sizes[-1]
        file = self.work.folder / f"{self._pictures:02d}-{name}.png"
        shutil.copy(inside, file)
        self.work.say(f"picture: {file.name}")

    def cases(self) -> list[dict[str, str]]:
        """The cases of the vault, as the installed program lists them."""
        return [json.loads(line) for line in self.holdfast("case", "list", "--json").splitlines()]

    def holdfast(self, *words: str) -> str:
        """A command of the program on the officer's vault; the passphrase comes through standard input."""
        line = f"wine \"$P\" {' '.join(words)} --vault '{VAULT}' 2>/tmp/said"
        return self.wine.shell(f"{line} || {{ code=$?; cat /tmp/said; exit $code; }}", given=PASSPHRASE + "\n")


def nothing_planted_is_loaded(work: Work, wine: Wine) -> None:
    """Lay libraries and settings into the folder in which the program is started: none is loaded."""
    mark = work.folder / "mark.dll"
    library(HERE / "wine_planted.c", mark)
    here = wine.root.inside(f"{DRIVE}/download")
    for name in (*PLANTED, *WORDS):
        file = here / name
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(mark, file) if name in PLANTED else file.write_text("open('C:/planted-words', 'w')\n", "utf-8")
    subprocess.run(["chown", "-R", "1000:1000", str(here)], check=True)
    marks = wine.root.inside(DRIVE)
    # The control: a library that is loaded leaves its mark. Of names that Windows has itself Wine takes its own copies:
    # for them this shows little, and CHECKS.md has a check.
    wine.shell(r"wine rundll32 'C:\download\python3.dll,Nothing'; wineserver -k; true", quiet=True)
    work.so((marks / "planted-python3.dll").exists(), "a planted library that is loaded leaves its mark (the control)")
    (marks / "planted-python3.dll").unlink()
    told = r"PYTHONPATH='C:\download' PYTHONHOME='C:\download' QT_PLUGIN_PATH='C:\download' WINEPATH='C:\download'"
    told += r" OPENSSL_CONF='C:\download\qt.conf' QT_QPA_PLATFORM_PLUGIN_PATH='C:\download\platforms'"
    # The window, painted once, loads Qt; a command on the vault loads the rest.
    here_with = f"cd '{DRIVE}/download' && {told}"
    wine.shell(f"{here_with} HOLDFAST_EXIT_AFTER_PAINT=1 wine \"$P\" --vault '{VAULT}'")
    wine.shell(f"{here_with} wine \"$P\" case list --json --vault '{VAULT}'", given=PASSPHRASE + "\n")
    left = sorted(file.name for file in marks.glob("planted-*"))
    work.so(not left, f"of {len(PLANTED) + len(WORDS)} planted files none was loaded: {left}")


def upgraded(work: Work, wine: Wine, officer: Officer, package: Path, later: Path) -> None:
    """Under the officer's hands to a higher version: the open program goes on; then back, when that is asked for."""
    before = officer.cases()
    (old,) = wine.versions()
    # In one call: Wine's programs see each other within a call alone.
    wine.shell(
        f"""
        wine "$W" --vault '{VAULT}' & sleep 10
        wine '{DRIVE}/{later.name}' /S; code=$?
        wine "$P" vault check --vault '{VAULT}' </dev/null
        kill $!; wineserver -k; exit $code""",
        code=3010,
    )
    work.so(old in wine.versions(), "the version in which the officer works is still there")
    work.so(LATER in wine.shell('wine "$P" --version'), f"what starts from now on is {LATER}")
    work.so(officer.cases() == before, "the vault holds the same cases")
    wine.setup(later)
    work.so(old not in wine.versions(), "the next installation takes the old version away")
    wine.setup(package, code=1638)
    work.so(LATER in wine.shell('wine "$P" --version'), "an older version is not installed by accident")
    wine.setup(package, "/DOWNGRADE")
    work.so(LATER not in wine.shell('wine "$P" --version'), "and is, when that is asked for")
    work.so(officer.cases() == before, "the vault holds the same cases")
    wine.is_whole()


def cut_short(work: Work, wine: Wine, officer: Officer, package: Path, later: Path) -> None:
    """Kill the installer at moments spread over its run: the program starts, as the old or as the new version."""
    before = officer.cases()
    took = wine.setup(later)
    found: list[str] = []
    for cut in range(CUTS):
        older, newer = (later, package) if cut % 2 == 0 else (package, later)
        wine.setup(older, "/DOWNGRADE")
        after = took * (cut + 1) / (CUTS + 1)
        begin = f"timeout -s KILL {after:.1f} wine '{DRIVE}/{newer.name}' /S /DOWNGRADE"
        wine.shell(f"{begin}; wineserver -k KILL; true", quiet=True)
        found.append(wine.shell('wine "$P" --version', quiet=True).strip())
        wine.is_whole()
        work.say(f"cut after {after:.1f} s: {found[-1]} starts and is whole")
    work.so(len(found) == CUTS, f"{CUTS} installations cut short: old or new, never between")
    wine.setup(package, "/DOWNGRADE")
    work.so(len(wine.versions()) == 1, "the next installation clears what the cut ones left")
    work.so(officer.cases() == before, "the vault holds the same cases")


def removed(work: Work, wine: Wine, officer: Officer, package: Path) -> None:
    """Not while it is open; then silently, leaving the vault, which a new installation opens."""
    before = officer.cases()
    wine.shell(
        f"""
        wine "$W" --vault '{VAULT}' & sleep 10
        wine '{INSTALLED}/uninstall.exe' /S '_?=C:\\Program' 'Files\\Holdfast'; code=$?
        kill $!; wineserver -k; exit $code""",
        code=1618,
    )
    work.so(officer.cases() == before, "removing it while it is open changes nothing")
    wine.remove()
    left = sorted(file.name for file in wine.root.inside(INSTALLED).iterdir())
    work.so(left == ["uninstall.exe"], "of the program only the uninstaller is left, which ran from there")
    wine.shell(f"wine reg query '{UNINSTALL}'", code=1, quiet=True)
    there = wine.root.inside(f"{DRIVE}/users/officer/{VAULT_THERE}/vault.header")
    work.so(there.exists(), "the vault is left")
    wine.setup(package)
    work.so(officer.cases() == before, "and opens again")
    work.say("setup.log: " + " | ".join(wine.log()))
