"""A whole session with words that stand nowhere else, and then a search for them in every file of the machine.

    python -m tests.screen.canary

The script also has strace write down every file that the program opens for writing, creates or renames, and compares
that with the list of those it may. The words are drawn anew each time and stand in no file of ours.
"""

from __future__ import annotations

import base64
import os
import random
import re
import shutil
import stat
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

from app.casework import cases, edit
from app.casework.desk import close_desk, create_vault
from app.vault.vault import FLOOR_COST
from tests.screen.driver import OFFICER, PASSPHRASE, ROOT, AtTheScreen, screen_of_its_own
from tests.screen.typing import new_case, save_copy, step

PLACES = (
    "given",
    "family",
    "suspect",
    "address",
    "phone",
    "reference",
    "narrative",
    "note",
    "measure",
    "reason",
    "draft",
    "last",
)
WHERE = (Path("/"),)
NOT_LOOKED_AT = {"/proc", "/sys", "/dev"}
ALSO_LOOKED_AT = (Path("/dev/shm"),)
LARGEST = 1 << 28
TRACED = "trace=open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat"


def draw() -> dict[str, str]:
    """A word for each place, long enough that chance never writes it; one has the accents that no plain key types."""
    dice = random.SystemRandom()
    words = {
        place: "".join(dice.choice("bcdfghjklmnprstvwz") + dice.choice("aeiou") for _ in range(7)) for place in PLACES
    }
    return {**words, "accents": "".join(dice.choice("bdfgkmnprst") + dice.choice("äéöőúû") for _ in range(7))}


def make_vault(folder: Path, words: dict[str, str]) -> None:
    """A closed vault with one case already in it: its word has accents, once in each of their two forms."""
    desk, _code = create_vault(folder, officer=OFFICER, passphrase=PASSPHRASE, cost=FLOOR_COST)
    case_id = cases.new_case(desk, "NM-2026-0001")
    known = {"given_name": words["accents"], "address": unicodedata.normalize("NFD", words["accents"])}
    edit.create(desk, case_id, "person", {"roles": ["victim"], **known})
    close_desk(desk)


def shapes(word: str) -> set[bytes]:
    """Every way in which a word may lie in a file."""
    found: set[bytes] = set()
    for text in {word, word.casefold(), word.upper(), word.capitalize(), unicodedata.normalize("NFD", word)}:
        plain = text.encode()
        wide = text.encode("utf-16-le")
        found |= {plain, wide, text.encode("utf-16-be"), plain.hex().encode(), plain.hex().upper().encode()}
        found |= {quote(text).encode(), text.encode("ascii", "backslashreplace"), plain[::-1]}
        for raw in (plain, wide):
            for before in range(3):
                # Where a word begins inside a base64 text is not known: the signs at its ends hang on what is beside.
                coded = base64.b64encode(b"\0" * before + raw)
                found.add(coded[4 if before else 0 : len(coded) // 4 * 4 - 4])
    return {shape for shape in found if len(shape) >= 8}


def looked_for(words: Iterable[str]) -> re.Pattern[bytes]:
    """One pattern for all shapes of all words."""
    return re.compile(b"|".join(re.escape(shape) for word in words for shape in sorted(shapes(word))))


def changed_since(moment: float, roots: Iterable[Path]) -> Iterator[Path]:
    """Every ordinary file under these folders whose content, name or rights changed since then."""
    for root in roots:
        for folder, below, names in os.walk(root):
            below[:] = [name for name in below if os.path.join(folder, name) not in NOT_LOOKED_AT]
            for name in names:
                path = Path(folder) / name
                try:
                    status = path.lstat()
                except OSError:
                    continue
                if stat.S_ISREG(status.st_mode) and max(status.st_mtime, status.st_ctime) >= moment:
                    yield path


def holds(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether a file's name or content matches."""
    if pattern.search(os.fsencode(path)):
        return True
    try:
        if path.stat().st_size > LARGEST:
            return False
        return pattern.search(path.read_bytes()) is not None
    except OSError:
        return False  # it has gone meanwhile


def session(at: AtTheScreen, words: dict[str, str], chosen: Path) -> None:
    """Write every word somewhere, find, copy, look at the paper, save a copy, lock, come back, and be killed."""
    at.unlock()
    at.key("alt+2", "Return")
    at.wait_for("CaseFrame")
    step(at, 7, "PaperPage")
    at.press("Print for the file")
    at.press("Document: Case file")
    at.press("Preview")
    at.wait_for("PagePicture")
    new_case(at, words["given"], words["family"], words["reference"], words["address"])
    at.fill("Telephone", words["phone"])
    at.fill("Address", words["address"])
    at.press("Add a suspect")
    at.fill("Given name", words["suspect"])
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.type(words["narrative"])
    at.key("ctrl+a", "ctrl+c", "End", "Return", "ctrl+v")
    step(at, 3, "RiskPage")
    at.key("y")
    at.tab_to("In the victim’s own words, or what you saw")
    at.type(words["note"])
    step(at, 5, "PlanPage")
    at.press("How we reach you safely")
    at.press("Add a measure: How we reach you safely")
    at.fill("What", words["measure"])
    step(at, 7, "PaperPage")
    at.press("The suspect lives there: No")
    at.press("Belongings are searched: No")
    at.press("Kept where: Outside")
    at.press("What the victim takes along: Two discreet pages")
    at.press("Preview")
    at.wait_for("PagePicture")
    at.press("Print for the file")
    at.press("Document: Case file")
    save_copy(at, chosen, words["reason"])
    at.press("Preview", back=True)
    at.wait("the pages", lambda now: now["places"].count("PagePicture") >= 3)
    at.fill("Why it is printed", words["draft"])
    at.key("ctrl+k")
    at.type(words["suspect"])
    at.wait_for_words(words["reference"])
    assert_titles(at, words)
    at.key("Return")
    at.wait_for("CaseFrame")
    at.lock()
    assert_titles(at, words)
    at.unlock()
    at.wait_for("CaseFrame")
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.key("ctrl+End")
    at.type(words["last"])
    at.kill()


def assert_titles(at: AtTheScreen, words: dict[str, str]) -> None:
    """No title of a window and no line of the process table tells a word."""
    seen = [*at.now()["titles"], *_process_table(at.program.pid)]
    assert not [text for text in seen for word in words.values() if word in text]


def _process_table(process: int) -> list[str]:
    found = []
    for name in ("cmdline", "environ", "comm"):
        found.append(Path(f"/proc/{process}/{name}").read_bytes().decode(errors="replace"))
    return found


def written(trace: str) -> set[str]:
    """The paths that a trace opened for writing, made, linked or renamed."""
    found: set[str] = set()
    for line in trace.splitlines():
        call = re.search(r"(\w+)\((.*)\)\s+= (-?\d+)", line)
        if call is None or call[3].startswith("-"):
            continue
        paths = re.findall(r'"([^"]*)"', call[2])
        if call[1] in ("open", "openat") and not re.search(r"O_WRONLY|O_RDWR|O_CREAT", call[2]):
            continue
        found |= {os.path.normpath(ROOT / path) for path in paths}
    return found


def may_be_written(path: str, vault: Path, chosen: Path, folder: Path) -> bool:
    """The vault, the file that the officer named, what is no file on a disk, and the system's message bus, which notes
    its address when somebody asks for the secret store and no bus runs yet.
    """
    return (
        path in (str(chosen), str(folder / "errors"), str(folder / "ear"), "/dev/null", "/dev/tty")
        or Path(path).is_relative_to(vault)
        or path.startswith(("/dev/dri", "/dev/shm/", "/proc/self/"))
        or path.endswith((".pyc", "__pycache__"))
        or "/.dbus" in path
        or re.search(r"/__pycache__/[^/]+\.pyc\.\d+$", path) is not None
    )


def main() -> int:
    """Run the session under strace and search the whole machine; the figures go to standard output."""
    words, begun = draw(), time.time()
    with tempfile.TemporaryDirectory(prefix="canary-") as made, screen_of_its_own() as screen:
        folder = Path(made)
        vault, chosen, trace = folder / "vault", folder / "chosen.pdf", folder / "trace"
        make_vault(vault, words)
        under = ["strace", "-f", "-qq", "-s", "400", "-e", TRACED, "-o", str(trace)] if shutil.which("strace") else []
        at = AtTheScreen(screen, vault, folder, note_saved=False, under=under)
        try:
            session(at, words, chosen)
        finally:
            at.close()
        pattern = looked_for(words.values())
        looked = [path for path in changed_since(begun, [*WHERE, *ALSO_LOOKED_AT]) if path not in (chosen, trace)]
        hits = [path for path in looked if holds(path, pattern)]
        paths = written(trace.read_text(errors="replace")) if under else set()
        strange = sorted(path for path in paths if not may_be_written(path, vault, chosen, folder))
        homely = sorted(str(path) for path in Path(screen["HOME"]).rglob("*"))
        print(f"{len(looked)} files changed since the start, {len(hits)} hold one of {len(words)} words")
        print(f"{len(paths)} paths written by the program, {len(strange)} of them not on the list; home holds {homely}")
        for path in [*map(str, hits), *strange]:
            print("  ", path)
    return 1 if hits or strange else 0


if __name__ == "__main__":
    sys.exit(main())
