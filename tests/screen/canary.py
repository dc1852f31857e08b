"""A whole session with words that stand nowhere else: what is typed, what was in the vault before, and the keys.

All of them are drawn anew each time and stand in no file of ours; `tests/proof` looks for them afterwards. Each word
begins with one of two stems, so that looking for the stems finds every word.
"""

from __future__ import annotations

import os
import random
import re
import signal
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.casework import cases, keeping
from app.casework.desk import Desk, close_desk, create_vault, open_desk
from app.clock import SystemClock
from app.notebook import entry as notebook
from app.notebook.ids import random_id
from app.records.declared import RECORD_TYPES
from app.records.fields import Field
from app.store import copies, migrating
from app.store.store import FILE
from app.vault import header, passphrases, recovery_code, slots, vault
from app.vault.device_secret import SecretsInMemory
from app.vault.vault import FLOOR_COST
from tests.documents import scenes
from tests.screen.driver import OFFICER, ROOT, AtTheScreen
from tests.screen.searched import Sought
from tests.screen.typing import new_case, save_copy, step

TYPED = (
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
    "crash",
    "last",
)
WORDS = 200
TRACED = "trace=open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,mknod,mknodat"
TRACER = ("strace", "-f", "--seccomp-bpf", "-qq", "-s", "400", "-e", TRACED, "-A", "-o")
"""What goes before a program whose writing is to be noted in a file, which is named next; it only grows."""
# Texts that are codes or ids: what stands there chooses what is shown.
_CODED = {"profile", "instrument", "factor", "module", "code", "order_type", "language", "languages", "reads", "rules"}
_CODED |= {"factors", "wording_version", "archive_reason"}


@dataclass(frozen=True)
class Words:
    """`passphrase`: the vault's; `stem`, `accented`: how the words begin, without and with accents; `typed`: by what is
    typed there; `written`: those that stand in the vault before the session."""

    passphrase: str
    stem: str
    accented: str
    typed: dict[str, str]
    written: list[str]

    @property
    def every(self) -> list[str]:
        return [*self.typed.values(), *self.written]

    def sought(self, keys: dict[str, bytes] | None = None) -> Sought:
        """What finds any of the words, and any of these keys."""
        words = {"a word": self.stem, "a word with accents": self.accented, "the passphrase": self.passphrase}
        return Sought(words, keys)


def draw() -> Words:
    """200 words, long enough that chance never writes their stems; a third has accents, which no plain key types."""
    dice = random.SystemRandom()

    def letters(vowels: str, pairs: int) -> str:
        return "".join(dice.choice("bdfgkmnprst") + dice.choice(vowels) for _ in range(pairs))

    stem, accented = letters("aeiou", 6), letters("äéöőúû", 6)
    ends: set[str] = set()
    while len(ends) < WORDS:
        ends.add(letters("aeiou", 3))
    words = [(accented if n % 3 == 0 and n >= len(TYPED) else stem) + end for n, end in enumerate(sorted(ends))]
    typed = dict(zip(TYPED, words, strict=False))
    return Words(passphrases.generate(), stem, accented, typed, words[len(TYPED) :])


def make_vault(folder: Path, words: Words, secrets: SecretsInMemory | None = None) -> dict[str, bytes]:
    """A closed vault with two whole cases in whose texts stand words; returns all its keys by name.

    With `secrets` its passphrase opens it only together with what is kept there.
    """
    desk, code = create_vault(folder, officer=OFFICER, passphrase=words.passphrase, cost=FLOOR_COST, secrets=secrets)
    write(desk, words)
    keys = keys_of(desk, words.passphrase, code, secrets)
    close_desk(desk)
    return keys


def write(desk: Desk, words: Words) -> list[str]:
    """Write two whole cases in whose texts the words stand; returns their ids."""
    # Both forms of an accent are typed by people.
    left = (unicodedata.normalize("NFD", word) if n % 2 else word for n, word in enumerate(words.written))
    made = []
    for number, scene in enumerate((scenes.sc1(), scenes.sc7())):
        made.append(cases.new_case(desk, f"NM-2026-000{number}"))
        ids = {record: random_id() for _kind, record, _fields in scene}
        for kind, record, fields in scene:
            if kind != "case":
                tied = {
                    name: ids.get(value, value) if isinstance(value, str) else value for name, value in fields.items()
                }
                texts = zip(_texts(kind), left, strict=False)
                told = {field.name: [word] if field.kind == "names" else word for field, word in texts}
                changes = [notebook.create(ids[record], kind, {**tied, **told})]
                desk.store.write(made[-1], changes, desk.author, desk.clock)
    assert next(left, None) is None, "there are more words than texts"
    return made


def _texts(kind: str) -> Iterator[Field]:
    """The fields of a type in which people write."""
    return (
        field
        for field in RECORD_TYPES[kind].fields
        if field.kind in ("line", "words", "names") and field.name not in _CODED
    )


def keys_of(desk: Desk, passphrase: str, code: str, secrets: SecretsInMemory | None) -> dict[str, bytes]:
    """Everything that opens this vault or signs for it, by name."""
    unlocked = desk.unlocked
    found = header.read(unlocked.folder).headers[0]
    secret = secrets.get(unlocked.secret_name) if secrets else None
    spelled = recovery_code.read_back(code)
    return {
        "the vault's key": bytes(unlocked._key),
        "the database's key": unlocked.database_key(),
        "the key of backups": unlocked.derive("backup"),
        "the key of the passphrase's slot": bytes(
            slots._passphrase_kek(found.passphrase, passphrase, found.device_id, secret)
        ),
        "the key of the recovery code's slot": bytes(slots._recovery_kek(found.recovery, spelled, found.device_id)),
        "the recovery code": spelled,
        "the device's signing key": desk.store._secret("device_key"),
        **({"the device secret": secret} if secret else {}),
    }


def kept(folder: Path, words: Words, secrets: SecretsInMemory, backup: Path) -> str:
    """All that people have written into the vault, as it is read from it; accents in one sign.

    Makes a backup of it as well, and the copy that an upgrade keeps beside it.
    """
    clock = SystemClock()
    desk = open_desk(vault.unlock(folder, words.passphrase, secrets=secrets, clock=clock), clock=clock)
    try:
        keeping.back_up(desk, backup)
        with desk.store.reading() as connection:
            copies.copy(connection, folder / f"{FILE}.kept-0", desk.unlocked.database_key(), migrating.nobody)
        lines = cases.list_cases(desk)
        bodies = [entry.signed.body.decode() for line in lines for entry in desk.store.entries(line.id)]
        return unicodedata.normalize("NFC", "\n".join(bodies))
    finally:
        close_desk(desk)


def session(at: AtTheScreen, words: Words, chosen: Path) -> None:
    """Write every word somewhere, look at all steps, find, copy, look at papers, save one and not another, print one
    and not another, lock, come back, crash, come back, and be killed.
    """
    typed = words.typed
    at.unlock(words.passphrase)
    at.key("alt+2", "Return")
    at.wait_for("CaseFrame")
    for number, page in enumerate(STEPS, 1):
        step(at, number, page)
    step(at, 7, "PaperPage")
    at.press("Print for the file")
    at.press("Document: Case file")
    at.press("Preview")
    at.wait_for("PagePicture")
    new_case(at, typed["given"], typed["family"], typed["reference"], typed["address"])
    at.fill("Telephone", typed["phone"])
    at.fill("Address", typed["address"])
    at.press("Add a suspect")
    at.fill("Given name", typed["suspect"])
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.type(typed["narrative"])
    at.key("ctrl+a", "ctrl+c", "End", "Return", "ctrl+v")
    step(at, 3, "RiskPage")
    at.key("y")
    at.tab_to("In the victim’s own words, or what you saw")
    at.type(typed["note"])
    step(at, 5, "PlanPage")
    at.press("How we reach you safely")
    at.press("Add a measure: How we reach you safely")
    at.fill("What", typed["measure"])
    step(at, 7, "PaperPage")
    at.press("The suspect lives there: No")
    at.press("Belongings are searched: No")
    at.press("Kept where: Outside")
    at.press("What the victim takes along: Two discreet pages")
    at.press("Preview")
    at.wait_for("PagePicture")
    at.press("Print for the file")
    at.press("Document: Case file")
    save_copy(at, chosen, typed["reason"])
    at.press("Preview", back=True)
    at.wait("the pages", lambda now: now["places"].count("PagePicture") >= 3)
    at.tab_to("Why it is printed", back=True)
    at.type(typed["draft"])
    at.fill("Full path of the file to save", str(chosen))
    at.press("Save a copy there")
    at.wait_for_words("exists already")
    send_to_printer(at, "Print 1 copy: Case file", "Escape")
    send_to_printer(at, "Print 1 copy: Case file", "Return")
    at.wait_for_words("Sent to the printer")
    at.key("ctrl+k")
    at.type(typed["suspect"])
    at.wait_for_words(typed["reference"])
    assert_titles(at, words)
    at.key("Return")
    at.wait_for("CaseFrame")
    at.lock()
    assert_titles(at, words)
    at.unlock(words.passphrase)
    at.wait_for("CaseFrame")
    go_on_typing(at, typed["crash"])
    end(at, signal.SIGSEGV)
    at.start()
    at.unlock(words.passphrase)
    at.wait_for("CaseFrame")
    go_on_typing(at, typed["last"])
    end(at, signal.SIGKILL)


STEPS = (
    "PeoplePage",
    "HappenedPage",
    "RiskPage",
    "GradePage",
    "PlanPage",
    "TodoPage",
    "PaperPage",
    "FollowUpPage",
    "TimelinePage",
)


def send_to_printer(at: AtTheScreen, button: str, answer: str) -> None:
    """Press the button that prints, and this key in the printer's dialog: Return, or Escape for another time."""
    at.press(button, back=True)
    # It is there a little before the keys go to it.
    at.wait("the printer’s dialog", lambda now: now["active"] and now["focus"] and now["focus"]["name"] != button)
    at.key(answer)
    at.comes_back_to(button)


def go_on_typing(at: AtTheScreen, word: str) -> None:
    """Type a word behind what happened."""
    step(at, 2, "HappenedPage")
    at.tab_to("What happened")
    at.key("ctrl+End")
    at.type(word)


def end(at: AtTheScreen, how: signal.Signals) -> None:
    """End the program itself by a signal, and whatever it runs under after that."""
    program = at.now()["process"]
    os.kill(program, how)
    # What traces it also waits for the message bus that the program may have called, and that outlives it.
    while Path(f"/proc/{program}/exe").exists():
        at.heard()
    at.kill()


def assert_titles(at: AtTheScreen, words: Words) -> None:
    """No title of a window and no line of the process table tells a word."""
    now = at.now()
    seen = [*now["titles"], *_process_table(now["process"])]
    assert not [text for text in seen if words.stem in text or words.accented in text]


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
        made = paths[-1:] if call[1].startswith("symlink") else paths
        found |= {os.path.normpath(ROOT / path) for path in made}
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
