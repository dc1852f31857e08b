"""Pictures of every screen of the real program on the invented caseload, for people to look at.

python -m tests.screen.pictures FOLDER [en light 1366x768 1]     every screen, in a language, scheme, size and scale
python -m tests.screen.pictures --readme                         the two pictures of the README
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

from app.casework.desk import close_desk
from app.casework.practice import open_practice, passphrase_of
from app.vault.vault import FLOOR_COST
from tests.screen.driver import ROOT, AtTheScreen, screen_of_its_own

CASE = "NM-2026-0417"
PLACES = ("TodayPage", "CasesPage", "NewAttendancePage", "FindPage", "ServicesPage", "ReviewsPage", "ThisVaultPage")
STEPS = ("People", "Happened", "Risk", "Grade", "Plan", "Todo", "Paper", "FollowUp", "Timeline")


def sign_in(at: AtTheScreen, passphrase: str) -> None:
    """Unlock the practice vault and open the case that is shown."""
    at.unlock(passphrase)
    at.wait_for("TodayPage")


def open_case(at: AtTheScreen) -> None:
    """Find the case by its reference and open it."""
    at.key("ctrl+k")
    at.type(CASE)
    at.key("Return")
    at.wait_for("CaseFrame")


def every_screen(at: AtTheScreen, passphrase: str) -> None:
    """One picture of each place and step, of the sheet of keys and of the steps in immediate danger."""
    at.wait_for("Unlock")
    at.picture("unlock")
    sign_in(at, passphrase)
    for number, place in enumerate(PLACES, 1):
        at.key(f"alt+{number}")
        at.wait_for(place)
        if place == "FindPage":
            at.type("Keira")
        at.settled_picture(place)
    open_case(at)
    for number, step in enumerate(STEPS, 1):
        at.key(f"ctrl+{number}")
        at.wait_for(f"{step}Page")
        at.settled_picture(step)
    at.key("ctrl+d")
    at.wait_for("DangerPanel")
    at.settled_picture("danger")
    at.key("Escape", "question")
    at.wait_for("KeySheet")
    at.settled_picture("keys")


def readme(at: AtTheScreen, passphrase: str) -> None:
    """The first questions, and a grade with its reasons."""
    sign_in(at, passphrase)
    open_case(at)
    at.key("ctrl+3")
    at.wait_for("RiskPage")
    at.tab_to("Has this person ever held your throat")
    at.tab_to("From")
    at.tab_to("Has this person ever held your throat", back=True)
    keep(at.settled_picture("risk"), "risk.png")
    at.key("ctrl+4")
    at.wait_for("GradePage")
    keep(at.settled_picture("grade"), "grade.png")


def keep(taken: Path, name: str) -> None:
    """Put a picture where the README shows it, with no more colours than a screen of ours has."""
    with Image.open(taken) as picture:
        small = picture.convert("RGB").quantize(256)
        small.save(ROOT / "resources" / "pictures" / name, optimize=True)


def main() -> int:
    """Take the pictures asked for."""
    for_readme = sys.argv[1] == "--readme"
    language, scheme, size, scale = (*sys.argv[2:], *("en", "light", "1366x768", "1")[len(sys.argv[2:]) :])
    with tempfile.TemporaryDirectory(prefix="pictures-") as made, screen_of_its_own(f"{size}x24", bare=True) as screen:
        folder = Path(made)
        pictures = folder if for_readme else Path(sys.argv[1])
        desk, _new = open_practice(folder / "vault", cost=FLOOR_COST)
        close_desk(desk)
        wide, high = size.split("x")
        looks = ["--language", language, "--scheme", scheme, "--window", f"0,0,{wide},{high}"]
        at = AtTheScreen({**screen, "QT_SCALE_FACTOR": scale}, folder / "vault", folder, *looks, pictures=pictures)
        try:
            (readme if for_readme else every_screen)(at, passphrase_of(folder / "vault"))
        finally:
            at.close()
            sys.stderr.write(at.errors())
    return 0


if __name__ == "__main__":
    sys.exit(main())
