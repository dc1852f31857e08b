"""Two officers at two real windows and a real server: a case goes across, they disagree offline, one of them decides.

python -m tests.screen.two_windows FOLDER [SIZE]     a numbered picture of each step, both screens side by side

Each program has a virtual screen and a home of its own. The server is stopped while both grade, as a cut network would.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from app.casework.desk import close_desk, create_vault
from app.vault.vault import FLOOR_COST
from tests.screen.driver import PASSPHRASE, AtTheScreen, screen_of_its_own
from tests.screen.typing import new_case
from tests.sync.conftest import Trial, start_trial, stop_trial

OFFICERS = ("Asha Quill", "Bram Marsh")
"""Two of the officers for whom a trial makes codes."""
CASE = "NM-2026-0417"
QUESTIONS = 10
GAP = 12


class Two:
    """Both windows, the server, and the pictures of them."""

    def __init__(self, folder: Path, place: Path, screens: list[dict[str, str]], size: str) -> None:
        self.folder, self.trial_folder = folder, place / "trial"
        self.trial: Trial = start_trial(self.trial_folder, "--officers", "2")
        self.windows = []
        wide, high = size.split("x")
        for number, (officer, screen) in enumerate(zip(OFFICERS, screens, strict=True), 1):
            home = place / f"laptop-{number}"
            home.mkdir()
            desk, _code = create_vault(home / "vault", officer=officer, passphrase=PASSPHRASE, cost=FLOOR_COST)
            close_desk(desk)
            looks = ("--scheme", "light", "--window", f"0,0,{wide},{high}")
            self.windows.append(AtTheScreen(screen, home / "vault", home, *looks))
        self.a, self.b = self.windows
        self._pictures = 0

    def picture(self, name: str) -> None:
        """Both screens side by side, the first officer's at the left."""
        seen = [Image.open(io.BytesIO(one.settled_picture(name).read_bytes())).convert("RGB") for one in self.windows]
        both = Image.new("RGB", (seen[0].width + GAP + seen[1].width, max(one.height for one in seen)), "black")
        both.paste(seen[0], (0, 0))
        both.paste(seen[1], (seen[0].width + GAP, 0))
        self._pictures += 1
        self.folder.mkdir(parents=True, exist_ok=True)
        both.save(self.folder / f"{self._pictures:02d}-{name}.png")
        sys.stdout.write(f"{self._pictures:02d} {name}\n")
        sys.stdout.flush()

    def cut(self) -> None:
        """Nobody reaches the server any more."""
        stop_trial(self.trial)

    def heal(self) -> None:
        """The server is there again, at the same address."""
        self.trial = start_trial(self.trial_folder, "--officers", "2")

    def close(self) -> None:
        """End everything."""
        for one in self.windows:
            one.close()
            sys.stderr.write(one.errors())
        if self.trial.process.poll() is None:
            stop_trial(self.trial)


def enrol(at: AtTheScreen, officer: str, trial: Trial) -> None:
    """Join the server with the code of this officer, as its page asks."""
    code = next(one["code"] for one in trial.said["codes"] if one["officer"] == officer)
    at.unlock()
    at.wait_for("TodayPage")
    to_server(at)
    at.tab_to("Enrolment code")
    at.type(code)
    at.key("Return")
    at.wait_for_words("^The code is of a trial server")  # these are vaults for work, so it asks once more
    at.press("Join this trial all the same")
    at.wait_for_words("Organisation: Trial force")


def to_server(at: AtTheScreen) -> None:
    """The page about the server."""
    at.key("alt+7")
    at.wait_for("ThisVaultPage")
    at.press("Show the server")
    at.wait_for("ServerPage")


def exchange(at: AtTheScreen) -> None:
    """Send and receive now, until nothing waits."""
    to_server(at)
    at.press("Send and receive now")
    at.wait_for_words("Everything is sent")


def attend(at: AtTheScreen) -> None:
    """A new case with a victim, and the first questions answered with no."""
    new_case(at, "Keira", "Holt-Baines", CASE)
    at.key("ctrl+3")
    at.wait_for("RiskPage")
    at.tab_to("Has this person ever been physically violent")
    for _ in range(QUESTIONS):
        at.key("n", "Down")


def open_case(at: AtTheScreen) -> None:
    """Find the case by its reference and open it."""
    at.key("ctrl+k")
    at.type(CASE)
    at.key("Return")
    at.wait_for("CaseFrame")


def grade(at: AtTheScreen, letter: str, reason: str) -> None:
    """Give the case a grade."""
    open_case(at)
    at.key("ctrl+4")
    at.wait_for("GradePage")
    at.tab_to("Your grade")
    at.key(letter)
    at.fill("Why this grade", reason)
    at.press("Give this grade")
    at.wait_for_words("^Given: ")


def play(two: Two) -> None:
    """The whole story, a picture of each step."""
    a, b = two.a, two.b
    for at in two.windows:
        at.wait_for("Unlock")
    two.picture("two-laptops")
    for at, officer in zip(two.windows, OFFICERS, strict=True):
        enrol(at, officer, two.trial)
    two.picture("both-enrolled")
    attend(a)
    two.picture("a-case-is-made-on-A")
    exchange(a)
    exchange(b)
    b.key("alt+2")
    b.wait_for("CasesPage")
    b.wait_for_words("^1 case$")
    two.picture("it-is-on-B")
    two.cut()
    grade(a, "h", "He knows where they sleep.")
    grade(b, "s", "First call here, nobody is hurt.")
    two.picture("the-server-is-away-and-both-grade")
    for at in two.windows:
        to_server(at)
        at.press("Send and receive now")
        at.wait_for_words("cannot be reached")
    two.picture("both-wait-and-say-why")
    two.heal()
    for at in (a, b, a):
        exchange(at)
    for at in two.windows:
        open_case(at)
        at.key("ctrl+4")
        at.wait_for("GradePage")
        at.wait_for_words("Recorded differently")
    two.picture("the-mark-on-the-field")
    for at in two.windows:
        at.key("alt+2")
        at.wait_for("CasesPage")
    two.picture("both-lists-show-both-and-follow-the-higher")
    for at in two.windows:
        at.key("alt+1")
        at.wait_for("TodayPage")
    two.picture("today-asks-for-a-decision")
    for at in two.windows:
        open_case(at)
        at.key("F7")
        at.wait_for("ConflictsPage")
    two.picture("who-when-and-why-it-is-in-force")
    b.press("Keep “High”")
    b.fill("Why this is right", "Asha has seen more. The door was forced.")
    b.tab_to("Decide: “High”")
    two.picture("B-decides")
    b.key("space")
    b.wait_for_words("Nothing is recorded differently")
    exchange(b)
    exchange(a)
    for at in two.windows:
        open_case(at)
        at.key("F7")
        at.wait_for_words("Nothing is recorded differently")
        at.press("1 decision before")
        at.wait_for_words("Because: Asha has seen more")
    two.picture("decided-on-both-and-who-decided")
    for at in two.windows:
        at.key("ctrl+9")
        at.wait_for("TimelinePage")
    two.picture("both-timelines-keep-everything")


@contextlib.contextmanager
def two_screens(size: str) -> Iterator[list[dict[str, str]]]:
    """Two virtual screens, each with a home of its own."""
    with (
        screen_of_its_own(f"{size}x24", bare=True) as one,
        screen_of_its_own(f"{size}x24", bare=True) as other,
    ):
        yield [one, other]


def main() -> int:
    """Play it and take the pictures."""
    size = sys.argv[2] if len(sys.argv) > 2 else "1366x768"
    with tempfile.TemporaryDirectory(prefix="two-") as made, two_screens(size) as screens:
        place = Path(made)
        place.chmod(0o711)  # PostgreSQL runs as another user where this is root
        two = Two(Path(sys.argv[1]), place, screens, size)
        try:
            play(two)
        finally:
            two.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
