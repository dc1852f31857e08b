"""The beginning: hardens the process, paints the unlock screen, and after unlocking shows the officer's screens.

Only what the unlock screen needs is imported here; everything else follows while the passphrase is being looked at.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QLocale, QLoggingCategory, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedLayout, QWidget

from app import logs, paths
from app.clock import Clock, SystemClock
from app.i18n import PSEUDO, languages, translator
from app.policy import Policy
from app.problems import Problem
from app.vault import process
from ui import problems, tasks, theme

NAME = "Holdfast"
ROOT = Path(__file__).resolve().parent.parent
PAINTED = "HOLDFAST_EXIT_AFTER_PAINT"  # for measuring: end after the first paint and print the milliseconds since START
STARTED = "HOLDFAST_STARTED_AT"  # seconds since the epoch at which the measuring program started this one


class Top(QWidget):
    """The program's one window. Its title is neutral for ever: somebody else may be looking at the taskbar."""

    painted = Signal()
    closing = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(NAME)
        self.setMinimumSize(480, 300)
        self._screens = QStackedLayout(self)
        self._screens.setContentsMargins(0, 0, 0, 0)
        self._first = True
        self._cover: QWidget | None = None
        self._covered: QWidget | None = None
        self.before_closing: Callable[[], bool] = lambda: True

    def show_screen(self, screen: QWidget) -> None:
        """Show this screen instead of the one before, which is deleted."""
        old = self._screens.currentWidget()
        self._screens.addWidget(screen)
        self._screens.setCurrentWidget(screen)
        if old is not None:
            self._screens.removeWidget(old)
            old.deleteLater()

    @property
    def screen_shown(self) -> QWidget | None:
        """The screen that is shown, or covered."""
        return self._covered or self._screens.currentWidget()

    # -- hiding

    def cover(self, page: QWidget) -> None:
        """Put a page over the screen and paint it before anything else happens."""
        self._cover = page
        page.setGeometry(self.rect())
        page.show()
        page.raise_()
        page.repaint()

    def take_out_covered(self) -> None:
        """Take the covered screen out of the window: what is only hidden can still be read by assistive technology."""
        screen = self._screens.currentWidget()
        if screen is not None:
            self._covered = screen
            self._screens.removeWidget(screen)
            screen.hide()
            screen.setParent(None)

    def put_back_covered(self) -> None:
        """Put the covered screen back, still under its cover."""
        screen, self._covered = self._covered, None
        if screen is not None:
            self._screens.addWidget(screen)
            self._screens.setCurrentWidget(screen)
            self._screens.activate()
        if self._cover is not None:
            self._cover.raise_()

    def uncover(self) -> None:
        """Take the cover away."""
        if self._cover is not None:
            self._cover.hide()
            self._cover = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._cover is not None:
            self._cover.setGeometry(self.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._first:
            self._first = False
            QTimer.singleShot(0, self.painted.emit)

    def closeEvent(self, event: Any) -> None:
        if self.before_closing():
            self.closing.emit()
            event.accept()
        else:
            event.ignore()


class Program(QObject):
    """Who knows what is shown: the unlock screen first, then the officer's screens."""

    def __init__(
        self,
        app: QApplication,
        options: argparse.Namespace,
        *,
        clock: Clock | None = None,
        policy: Policy | None = None,
        secrets: Any = None,
        cost: Any = None,
    ) -> None:
        super().__init__(app)
        self.options, self.clock, self._policy = options, clock or SystemClock(), policy
        self.secrets, self.cost = secrets, cost
        theme.load_fonts(paths.resources())
        self.theme = theme.Theme(app, options.scheme if options.scheme != theme.SYSTEM else options.last_scheme)
        self.translator = translator(options.language or options.last_language or system_language())
        app.setLayoutDirection(
            Qt.LayoutDirection.RightToLeft if self.translator.rtl else Qt.LayoutDirection.LeftToRight
        )
        self.top = Top()
        self.next_language = ""  # what the officer chose for after the next unlocking
        self.officer: Any = None  # the officer's screens, once unlocked
        self.before_work: Any = None  # while a vault is open and its officer is asked or told something first
        self.replace: Callable[[list[str]], None] = replace_process
        problems.install(self._say)

    def begin(self) -> None:
        """Show the unlock screen, or where there is no vault the making of one."""
        place_window(self.top, self.options.window)
        if PAINTED not in os.environ:
            self.top.painted.connect(lambda: QTimer.singleShot(PREPARE_AFTER_MS, self.prepare))
        self.show_unlock()
        self.top.show()

    def show_unlock(self) -> None:
        """The unlock screen for the vaults of this laptop."""
        folders = vault_folders(self.options)
        if not folders and not self.options.practice:
            self.show_new_vault()
            return
        from ui.shell.unlock import Unlock

        screen = Unlock(self, folders)
        if self.options.practice and not folders:
            screen.problem_bar.show_problem(Problem("program.no_practice"))
        screen.opened.connect(self.enter)
        screen.wants_new_vault.connect(self.show_new_vault)
        self.top.show_screen(screen)
        screen.first_focus()
        if self.options.unsaved:
            screen.say_unsaved(Problem("program.locked_unsaved"))
        if self._policy is not None:
            self._say_policy(self._policy.problem)

    def show_new_vault(self) -> None:
        """The screen that makes a vault."""
        from ui.shell.new_vault import NewVault

        screen = NewVault(self, new_vault_folder(self.options), back=bool(vault_folders(self.options)))
        screen.made.connect(self.enter_desk)
        screen.given_up.connect(self.show_unlock)
        self.top.show_screen(screen)
        screen.first_focus()

    def enter(self, desk: Any, lines: Any = None) -> None:
        """The vault is open. One that is on its way to another laptop asks first; an opening by custodians is told;
        after the recovery code a new passphrase is offered."""
        from app.casework import new_laptop, recovery

        moved = new_laptop.moved_out(desk)
        if moved is not None:
            from ui.shell.moved_out import MovedOut

            waiting = MovedOut(self, desk, moved)
            waiting.back.connect(lambda: self.enter(desk))
            waiting.closed.connect(self._begin_afresh)
            self._ask_first(waiting, desk)
            return
        openings = recovery.unread(desk)
        if openings:
            from ui.shell.opened_by_others import OpenedByOthers

            notice = OpenedByOthers(self, desk, openings)
            notice.read.connect(lambda: self.after_notice(desk, lines))
            self._ask_first(notice, desk)
            return
        self.after_notice(desk, lines)

    def after_notice(self, desk: Any, lines: Any = None) -> None:
        """What had to be told was read, or there was nothing to tell."""
        if desk.unlocked.slot != "recovery":
            self.enter_desk(desk, lines)
            return
        from ui.shell.new_passphrase import AfterRecovery

        screen = AfterRecovery(self, desk)
        screen.done.connect(lambda: self.enter_desk(desk))
        self._ask_first(screen, desk)

    def _ask_first(self, screen: Any, desk: Any) -> None:
        """A screen before the work, of a vault that is open already."""
        from ui.shell.before_work import BeforeWork

        self.before_work = self.before_work or BeforeWork(self, desk)
        self.top.show_screen(screen)
        screen.first_focus()

    def _no_longer_before_work(self) -> None:
        if self.before_work is not None:
            self.before_work.end()
            self.before_work = None

    def _begin_afresh(self) -> None:
        """The vault that was open is no more: nor is what this process holds of it."""
        self._no_longer_before_work()
        self.top.hide()
        tasks.finish()
        self.replace(self.again())

    def enter_desk(self, desk: Any, lines: Any = None) -> None:
        """Show the officer's screens where the officer stood."""
        from ui.main import Officer

        self._no_longer_before_work()
        self.officer = Officer(self, desk, lines)
        self.officer.begin()

    def prepare(self) -> None:
        """Load what comes after the unlock screen, in the pool, while a passphrase is looked at; first the policy."""
        tasks.run(lambda: self.policy.problem, self._say_policy, self._say)
        tasks.run(lambda: [importlib.import_module(name) for name in AFTER_UNLOCK], lambda _modules: None, self._say)

    @property
    def policy(self) -> Policy:
        """What the force says, read once. A vault may know better: it remembers which policy it was opened with."""
        if self._policy is None:
            from app.force.standing import load

            self._policy = load(self.clock.now().astimezone().date())
        return self._policy

    def _say_policy(self, problem: Problem | None) -> None:
        """Let the unlock screen say what is wrong with the force's policy."""
        if problem is not None:
            say = getattr(self.top.screen_shown, "say_policy", None)
            if say is not None:  # another screen may be shown by now
                say(problem)

    def secret_store(self) -> Any:
        """The system's secret store, or None. Asks the system, so it is called in the pool only."""
        if self.secrets is not None:
            return self.secrets
        from app.vault.device_secret import system_store

        return system_store()

    def again(self, folder: Path | None = None, *, unsaved: bool = False) -> list[str]:
        """The command that starts a fresh program at the unlock screen, with the same looks and at the same place.

        `unsaved`: what was typed last is lost and nobody was told, which the fresh program does.
        """
        box = self.top.normalGeometry() if self.top.isMaximized() else self.top.geometry()
        window = "max" if self.top.isMaximized() else f"{box.x()},{box.y()},{box.width()},{box.height()}"
        given = ["--scheme", self.options.scheme, "--language", self.options.language, "--window", window]
        given += ["--last-scheme", self.theme.choice, "--last-language", self.next_language or self.translator.language]
        if self.options.practice:
            given += ["--practice"]
        if self.options.vault:
            given += ["--vault", str(self.options.vault)]
        if folder is not None:
            given += ["--first", str(folder)]
        if unsaved:
            given += ["--unsaved"]
        return command(given)

    def practice(self) -> list[str]:
        """The command that opens the practice vault, in the same looks."""
        given = ["practice", "--language", self.translator.language, "--scheme", self.options.scheme]
        return command(given, "ui.commands.main")

    def _say(self, problem: Problem) -> None:
        bar = getattr(self.top.screen_shown, "problem_bar", None)
        if bar is not None:
            bar.show_problem(problem)


PREPARE_AFTER_MS = 50  # the first paint and the first key come before what is needed later
AFTER_UNLOCK = (
    "app.casework.desk",
    "app.force.standing",
    "ui.main",
    "ui.shell.window",
    *(f"ui.pages.{step}" for step in ("people", "happened", "risk", "grade", "plan", "todo", "follow_up", "timeline")),
)


def vault_folders(options: argparse.Namespace) -> list[Path]:
    """The folders of the vaults that the unlock screen offers, the one that was open last first."""
    if options.vault:
        return [options.vault] if has_vault(options.vault) else []
    if options.practice:
        return [folder for folder in [paths.practice_folder(), *below(paths.practice_folder())] if has_vault(folder)]
    found = [folder for folder in below(paths.vaults_folder()) if has_vault(folder)]
    return sorted(found, key=lambda folder: (folder != options.first, -last_used(folder), folder.name))


def last_used(folder: Path) -> float:
    """When something was last written in a vault, to list by; it is shown to nobody."""
    times = [0.0]
    for name in ("vault.db", "vault.db-wal"):
        with contextlib.suppress(OSError):
            times.append((folder / name).stat().st_mtime)
    return max(times)


def below(folder: Path) -> list[Path]:
    """The folders in a folder; none where it cannot be read."""
    try:
        return sorted(inside for inside in folder.iterdir() if inside.is_dir())
    except OSError:
        return []


def has_vault(folder: Path) -> bool:
    """Whether there is something of a vault in a folder."""
    return any((folder / name).exists() for name in ("vault.header", "vault.header.previous", "vault.wiped"))


def new_vault_folder(options: argparse.Namespace) -> Path:
    """Where a new vault is made: the folder named, or the next free number (a name would tell whose it is)."""
    if options.vault:
        return Path(options.vault)
    taken = {folder.name for folder in below(paths.vaults_folder())}
    return paths.vaults_folder() / next(str(n) for n in range(1, 10_000) if str(n) not in taken)


def system_language() -> str:
    """The language of the system where we have words in it, else English."""
    wanted = QLocale.system().bcp47Name()
    known = languages()
    return next((tag for tag in (wanted, wanted.split("-")[0]) if tag in known), "en")


def bring_words() -> None:
    """Languages that packs bring are there from the first screen on. Most laptops have none: then nothing is loaded."""
    if any(folder.is_dir() for folder in (paths.packs_folder(), paths.machine_folder() / "packs")):
        from app.packs.words import bring

        bring()


def place_window(top: QWidget, wanted: str) -> None:
    """Give the window the place it had before a lock, or a good one; never larger than the screen."""
    room = QGuiApplication.primaryScreen().availableGeometry()
    parts = [int(part) for part in wanted.split(",") if part.lstrip("-").isdigit()]
    if len(parts) == 4 and room.intersects(room.__class__(*parts)):
        top.setGeometry(*parts)
    else:
        top.resize(min(1366, room.width()), min(768, room.height() - 32))
    if wanted == "max":
        top.setWindowState(Qt.WindowState.WindowMaximized)


def command(given: Sequence[str], door: str = "ui.start") -> list[str]:
    """The command line that starts this program afresh with these arguments, whatever started this process.

    `door`: the module whose `main` is run. A packed program has one door, which is told to lead to the window.
    """
    if getattr(sys, "frozen", False):
        from ui.commands.main import AFRESH

        return [sys.executable, *([AFRESH] if door == "ui.start" else []), *given]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {door} import main; sys.exit(main())"
    return [sys.executable, "-P", "-c", code, *given]


def replace_process(fresh: list[str]) -> None:
    """End this process and have a fresh one: nothing of an open case stays in memory. Does not come back."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a program without a console has none on Windows
            stream.flush()
    if sys.platform == "win32":
        import subprocess

        # Windows has no exec that keeps the console and the parent; a new program is started, then this one ends.
        subprocess.Popen(fresh, close_fds=True)
        os._exit(0)
    os.execv(fresh[0], fresh)  # noqa: S606 - our own program by its full path


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="holdfast")
    parser.add_argument("--vault", type=Path, default=None, help="the folder of the vault to open")
    parser.add_argument("--practice", action="store_true", help="open the practice vault")
    parser.add_argument("--language", default="", help="language of the screens, for example en")
    parser.add_argument("--scheme", default=theme.SYSTEM, choices=[theme.SYSTEM, *theme.SCHEMES])
    parser.add_argument("--window", default="", help=argparse.SUPPRESS)
    parser.add_argument("--last-scheme", default=theme.SYSTEM, help=argparse.SUPPRESS)
    parser.add_argument("--last-language", default="", help=argparse.SUPPRESS)
    parser.add_argument("--first", type=Path, default=None, help=argparse.SUPPRESS)
    parser.add_argument("--unsaved", action="store_true", help=argparse.SUPPRESS)
    found = parser.parse_args(None if argv is None else list(argv))
    known = {*languages(), *PSEUDO}
    found.language = found.language if found.language in known else ""
    found.last_language = found.last_language if found.last_language in known else ""
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with a window until it is closed; returns the exit code."""
    bring_words()
    options = arguments(argv)
    process.harden()
    process.temporary_files_in_memory()
    logs.configure()
    logs.quote_nothing()
    quiet_qt()
    QApplication.setApplicationName(NAME)
    QApplication.setDesktopFileName("holdfast")
    app = QApplication(["holdfast"])
    program = Program(app, options)
    if PAINTED in os.environ:
        program.top.painted.connect(lambda: tell_paint(app))
    program.begin()
    code = app.exec()
    tasks.finish()
    problems.uninstall()
    program.top.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return code


def quiet_qt() -> None:
    """Qt tells nothing below a warning, whatever environment or settings ask of it: nobody has looked through what it
    can tell for an officer's words. To be called before there is an application.
    """
    for name in ("QT_LOGGING_RULES", "QT_LOGGING_CONF"):
        os.environ.pop(name, None)
    QLoggingCategory.setFilterRules("*.debug=false\n*.info=false")


def tell_paint(app: QApplication) -> None:
    """Print how many milliseconds lie between the start and the first paint, and end."""
    begun = os.environ.pop(STARTED, "")
    took = round((time.time() - float(begun)) * 1000, 1) if begun else -1.0
    print(f'{{"start_to_paint_ms": {took}}}', flush=True)  # noqa: T201 - asked for by the environment, for measuring
    if os.environ.get(PAINTED) != "stay":
        app.quit()


if __name__ == "__main__":
    sys.exit(main())
