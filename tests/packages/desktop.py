"""The desktop package on a laptop that has nothing: installed, proven, used at a real window, upgraded, taken back,
removed. Vaults stay through all of it.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from PySide6.QtGui import QImage

from tests.documents.reading import page_texts
from tests.packages import guide, planted
from tests.packages.root import CleanRoot
from tests.packages.screen import PROGRAMS, Screen
from tests.packages.work import LATER, ROOT, Work

HOME = "/home/officer"
VAULT = f"{HOME}/.local/share/holdfast/vaults/1"
WORDS = f"{HOME}/passphrase"
PASSPHRASE = "mosslamp tinkettle barnfog heron"
CASE, PRACTICE = "NM-2026-0417", "resources/practice/sc01.json"
VICTIM = ("Keira", "Holt-Baines")
DISPLAY = ":1977"
SCREEN = {"DISPLAY": DISPLAY}
CURSOR, ANOTHER_SCREEN = 60, 500  # rows of pixels in which two pictures differ
AT_THE_WINDOW = (*PROGRAMS, "dbus", "gnome-keyring")
CHECKERS = ("openssl", "apparmor", "desktop-file-utils", "appstream", "man-db")


def prove(work: Work) -> None:
    """All of it, in the order in which it happens to a laptop."""
    package = work.one("desktop", "*.deb")
    declared_well(work, package)
    laptop = work.root("laptop")
    installed(work, laptop, package)
    officer = Officer(work, laptop)
    officer.begins()
    nothing_foreign_is_loaded(work, laptop)
    officer.at_the_window()
    officer.prints_a_card()
    updates(work, laptop, officer, package, work.later("desktop", "*.deb"))
    removed(work, laptop, officer)


def by_guide(work: Work, root: CleanRoot, name: str, user: str = "", code: int = 0) -> str:
    """Run a block of the administrators' guide as it stands, in the folder with the package."""
    return work.run(root, "sh", "-ec", f"cd /packages\n{guide.commands(name)}", user=user, code=code)


def declared_well(work: Work, package: Path) -> None:
    """Let the system's own checkers read what the package declares, in a root of their own."""
    root = work.root("checkers", *CHECKERS)
    work.copy_in(root, package.parent.iterdir())
    by_guide(work, root, "desktop-check")
    work.run(root, "mkdir", "/package")
    work.run(root, "dpkg-deb", "--extract", f"/packages/{package.name}", "/package")
    work.run(root, "dpkg-deb", "--control", f"/packages/{package.name}", "/control")
    for script in ("postinst", "prerm"):
        # As the script says it, where AppArmor is in force; here without a kernel that would take it.
        (options,) = re.findall(r"apparmor_parser (.*) /etc/", root.inside(f"/control/{script}").read_text("utf-8"))
        work.run(root, "apparmor_parser", "-Q", *options.split(), "/package/etc/apparmor.d/opt.holdfast")
    share = "/package/usr/share"
    work.run(root, "desktop-file-validate", f"{share}/applications/holdfast.desktop")
    work.run(root, "appstreamcli", "validate", "--no-net", f"{share}/metainfo/org.holdfast.Holdfast.metainfo.xml")
    pages = sorted(root.inside("/package/usr/share/man/man1").iterdir())
    work.so(len(pages) > 10, f"there are {len(pages)} pages of the manual")
    for page in pages:
        said = work.run(
            root,
            *("sh", "-c", f"MANWIDTH=90 man --warnings=all -l /package/usr/share/man/man1/{page.name} 2>&1 >/dev/null"),
            quiet=True,
        )
        work.so(not said, f"{page.name} has no fault")
    work.run(root, "sh", "-c", "MANWIDTH=90 man -l /package/usr/share/man/man1/holdfast.1.gz")


def installed(work: Work, laptop: CleanRoot, package: Path) -> None:
    """Install without a question, from a bare system, and let the program prove itself to an officer."""
    work.run(laptop, "sh", "-c", "command -v python3 || echo there is no python")
    work.copy_in(laptop, [package])
    # The guide's line would bring what is recommended as well: a laptop of the force has it, and with it Python.
    (laptop.inside("/etc/apt/apt.conf.d") / "90bare").write_text('APT::Install-Recommends "false";\n', encoding="utf-8")
    by_guide(work, laptop, "desktop-install")
    work.run(laptop, "dpkg-query", "--show", "--showformat", "${Version} ${Installed-Size} KiB\n", "holdfast")
    work.run(laptop, "sh", "-c", "! command -v python3 && du -sk /opt/holdfast")
    work.run(laptop, "dpkg", "--verify", "holdfast")
    work.run(laptop, "useradd", "--create-home", "officer")
    work.run(laptop, "holdfast", "--version", user="officer")
    by_guide(work, laptop, "desktop-self-check", user="officer")
    work.run(laptop, "sh", "-c", "! touch /opt/holdfast/x && ! touch /opt/holdfast/program/x", user="officer")
    broken_is_found(work, laptop)


def broken_is_found(work: Work, laptop: CleanRoot) -> None:
    """Change a form, take a font away, add a file: the self-check names each, and is well when all is put right."""
    inside = laptop.inside("/opt/holdfast/program/_internal")
    form, font = inside / "resources/forms/rr-1.toml", inside / "resources/fonts/NotoSans-Bold.ttf"
    whole, letters, strange = form.read_bytes(), font.read_bytes(), inside / "os.py"
    form.write_bytes(whole + b"\n")
    font.unlink()
    strange.write_text("")
    said = json.loads(work.run(laptop, "holdfast", "--self-check", "--json", user="officer", code=1))
    failed = {one["check"]: one["what"] for one in said["checks"] if one["result"] == "failed"}
    for name in ("rr-1.toml", "NotoSans-Bold.ttf", "os.py"):
        work.so(any(what.endswith(name) for what in failed.get("Files", [])), f"the self-check names {name}")
    work.so("NotoSans-Bold.ttf" in failed.get("Fonts", []), "the self-check misses the font on the screen too")
    form.write_bytes(whole)
    font.write_bytes(letters)
    strange.unlink()
    work.run(laptop, "holdfast", "--self-check", user="officer", quiet=True)


def nothing_foreign_is_loaded(work: Work, laptop: CleanRoot) -> None:
    """Lay files beside the program and where it is started, point the environment at them: none is loaded."""
    beside, here = "/opt/holdfast/program", f"{HOME}/download"
    laptop.inside(here).mkdir()
    count = planted.plant(laptop.inside(here), here, "here")
    for place in (beside, "/opt/holdfast"):
        planted.plant(laptop.inside(place), place, place.rpartition("/")[2])
    control = f"LD_PRELOAD={here}/libz.so.1 /bin/true; ls /tmp/planted-* && rm /tmp/planted-*"
    said = work.run(laptop, "sh", "-c", control, user="officer")
    work.so("planted-here-libz.so.1" in said, "a planted library that is loaded leaves its mark (the control)")
    # The shell sets the variables when it has started itself, and then becomes the program.
    told = {**planted.environment(here), "HOLDFAST_EXIT_AFTER_PAINT": "1", "QT_QPA_PLATFORM": "offscreen"}
    export = "".join(f"export {name}={value}; " for name, value in told.items())
    # The files beside the program are strange files, and the self-check says so; everything else of it is well.
    for words, code in (("--self-check", 1), (f"--vault {HOME}/none", 0)):
        start = f"cd {here}; {export}exec /opt/holdfast/holdfast {words}"
        work.run(laptop, "sh", "-c", start, user="officer", code=code)
    left = planted.marks(laptop.folder)
    work.so(not left, f"of 3 × {count} planted files none was loaded{'' if not left else ': ' + ', '.join(left)}")
    for place in (beside, "/opt/holdfast"):
        planted.take_away(laptop.inside(place))
    shutil.rmtree(laptop.inside(here))
    work.run(laptop, "holdfast", "--self-check", user="officer", quiet=True)


def rows_apart(one: QImage, other: QImage) -> int:
    """How many rows of pixels of two pictures of the screen differ."""
    if one.size() != other.size():
        return max(one.height(), other.height())
    return sum(bytes(one.constScanLine(y)) != bytes(other.constScanLine(y)) for y in range(one.height()))


def is_empty(screen: QImage) -> bool:
    """Whether a picture shows no window at all: each row of its pixels is like the first."""
    return rows_apart(screen, screen.copy(0, 0, screen.width(), 1).scaled(screen.size())) == 0


class Officer:
    """Somebody at the laptop, with a keyboard, a vault and a case."""

    def __init__(self, work: Work, laptop: CleanRoot) -> None:
        self.work, self.laptop, self.screen = work, laptop, Screen(work, laptop, SCREEN)
        self._pictures = 0
        self._shown: QImage | None = None

    def begins(self) -> None:
        """Put a screen on the laptop and make a vault."""
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *AT_THE_WINDOW]
        self.work.run(self.laptop, *install, quiet=True)
        self.screen.begins()
        self.laptop.inside(WORDS).write_text(PASSPHRASE + "\n", encoding="utf-8")
        made = ["vault", "create", "--vault", VAULT, "--officer", "Ilse Varga", "--passphrase-file", WORDS, "--json"]
        self.work.run(self.laptop, "holdfast", *made, user="officer")
        keyring = "echo -n words | gnome-keyring-daemon --unlock --components=secrets >/dev/null; holdfast --self-check"
        said = self.work.run(self.laptop, "dbus-run-session", "--", "sh", "-c", keyring, user="officer")
        self.work.so("keeps and forgets" in said, "where there is a secret store it is used")

    def at_the_window(self) -> None:
        """Begin a case, lock and unlock, close: then it is in the vault."""
        self.attends()
        # Locking ends the program and starts it afresh, without what its first start had put into the environment.
        self.screen.types("", "ctrl+l")
        self.picture("locked", apart=ANOTHER_SCREEN)
        self.screen.types(PASSPHRASE, "Return")
        self.picture("unlocked-again", apart=ANOTHER_SCREEN)
        self.closes()
        held = self.cases()
        self.work.so(len(held) == 1 and held[0]["unsent"] != 0, "the case that was typed is in the vault")

    def attends(self) -> None:
        """Unlock and begin a case; the window stays open."""
        self.opens()
        self.picture("unlock")
        self.screen.types(PASSPHRASE, "Return")
        self.picture("today", apart=ANOTHER_SCREEN)
        self.screen.types("", "alt+3")
        self.picture("new-attendance")
        for name in VICTIM:
            self.screen.types(name, "Tab")
        self.picture("typed")
        self.screen.types("", "Return")
        self.picture("case")

    def prints_a_card(self) -> None:
        """Bring a whole case in and print the safety plan as a card."""
        self.work.copy_in(self.laptop, [ROOT / PRACTICE], HOME)
        self.holdfast("case", "import", f"{HOME}/{Path(PRACTICE).name}")
        out = f"{HOME}/card.pdf"
        paper = ["--document", "safety-plan", "--variant", "card", "--reason", "asked for", "--out", out]
        self.holdfast("case", "print", CASE, *paper)
        pdf = self.laptop.inside(out).read_bytes()
        (self.work.folder / "card.pdf").write_bytes(pdf)
        words = " ".join(" ".join(page_texts(pdf)).split())
        self.work.say(f"the card says: {words}")
        self.work.so(len(words) > 100, "the card can be read")

    def opens(self) -> None:
        """Start the window."""
        log = self.work.folder / "holdfast.log"
        self.laptop.start("holdfast", "--vault", VAULT, "--language", "en", told=SCREEN, user="officer", log=log)
        shown = ("xdotool", "search", "--onlyvisible", "--name", "^Holdfast$")
        self.work.until("the window", lambda: self.screen.quietly(*shown))
        self.screen.quietly(*shown, "windowactivate", "--sync")

    def closes(self) -> None:
        """Close the window as its owner does, and wait until the program has ended."""
        self.screen.quietly("xdotool", "key", "alt+F4")
        self.work.until("the end", lambda: not self.screen.quietly("xdotool", "search", "--name", "^Holdfast$"))

    def picture(self, name: str, apart: int = CURSOR) -> None:
        """A picture of the next page when it has come to rest: unlike the page before, and like the picture before.

        `apart`: in how many rows of pixels it differs from the page before. What blinks in a field is a few rows high.
        """
        seen: list[QImage] = []

        def at_rest() -> bool:
            self.screen.quietly("scrot", "--overwrite", "/tmp/screen.png")
            seen.append(QImage(str(self.laptop.inside("/tmp/screen.png"))))
            before = self._shown
            # While the program starts afresh nobody has a window: an empty screen is no page.
            another = not is_empty(seen[-1]) and (before is None or rows_apart(before, seen[-1]) > apart)
            return another and len(seen) > 1 and rows_apart(seen[-2], seen[-1]) <= CURSOR

        self.work.until(f"the page {name}", at_rest)
        self._shown = seen[-1]
        self._pictures += 1
        file = self.work.folder / f"{self._pictures:02d}-{name}.png"
        shutil.copy(self.laptop.inside("/tmp/screen.png"), file)
        self.work.say(f"picture: {file.name}")

    def cases(self) -> list[dict[str, str]]:
        """The cases of the vault, as the packaged program lists them."""
        return [json.loads(line) for line in self.holdfast("case", "list", "--json").splitlines()]

    def vault_is_whole(self) -> None:
        """Let the program look at every page and every entry."""
        self.holdfast("vault", "check")

    def holdfast(self, *words: str) -> str:
        """A command of the program on the officer's vault."""
        return self.work.run(
            self.laptop, "holdfast", *words, "--vault", VAULT, "--passphrase-file", WORDS, user="officer"
        )


def updates(work: Work, laptop: CleanRoot, officer: Officer, package: Path, later: Path) -> None:
    """Not under the officer's hands; then to a higher version, and back; the vault is the same each time."""
    before = officer.cases()
    work.copy_in(laptop, [later])
    # In one call: a package script sees the processes of its own call alone.
    during = f"""
        env DISPLAY={DISPLAY} HOME={HOME} setpriv --reuid=officer --regid=officer --init-groups \
            holdfast --vault {VAULT} & program=$!
        until [ "$(readlink /proc/$program/exe)" = /opt/holdfast/program/holdfast ]; do sleep 0.1; done
        ! dpkg --install /packages/{later.name}; refused=$?
        kill $program; exit $refused"""
    work.run(laptop, "sh", "-c", during)
    work.run(laptop, "dpkg", "--configure", "-a")
    work.run(laptop, "holdfast", "--self-check", user="officer", quiet=True)
    for deb, version, block in ((later, LATER, "desktop-install"), (package, "", "desktop-back")):
        for lying in laptop.inside("/packages").iterdir():
            lying.unlink()
        work.copy_in(laptop, [deb])
        by_guide(work, laptop, block)
        said = work.run(laptop, "holdfast", "--version", user="officer")
        work.so((LATER in said) == bool(version), f"{said.strip()} is installed")
        work.run(laptop, "holdfast", "--self-check", user="officer", quiet=True)
        officer.vault_is_whole()
        work.so(officer.cases() == before, "the vault holds the same cases")


def removed(work: Work, laptop: CleanRoot, officer: Officer) -> None:
    """Removed and purged, the program leaves nothing behind but the vault, which a new installation opens."""
    before = officer.cases()
    by_guide(work, laptop, "desktop-remove")
    by_guide(work, laptop, "desktop-purge")
    find = "find / -xdev -name '*holdfast*' -not -path '/var/log/*' -not -path '/var/cache/*' -not -path '/home/*'"
    find += " -not -path '/packages/*' -not -path '/tmp/*' -not -path '/proc/*'"
    work.so(not work.run(laptop, "sh", "-c", find).strip(), "nothing of the program is left")
    work.so((laptop.inside(VAULT) / "vault.header").exists(), "the vault is left")
    by_guide(work, laptop, "desktop-install")
    work.so(officer.cases() == before, "and opens again")
