"""What can be proven of an installation without a window: files, encryption, secret store, time zones, paper.

Each check answers with a Finding and touches no vault. What concerns windows, fonts and printers is in `ui`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import ssl
import sys
import tempfile
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from app import logs, paths
from app.clock import SystemClock
from app.force.standing import load
from app.i18n import N_
from app.packs import shelf
from app.problems import Problem
from app.vault import device_secret, process
from app.version import program_version

PASSED, NOTED, FAILED = "passed", "noted", "failed"
LIST = "files.sha256"
"""The list of all files of a packaged program with their hashes, made when it was built; it lies beside them."""

_LONGEST_PATH, _MOST_MODULES = 32_768, 4_096
SYSTEM_LIBRARIES = (Path("/usr/lib"), Path("/lib"), Path("/usr/lib64"), Path("/lib64"))

Says = tuple[str, Mapping[str, object]]


@dataclass(frozen=True)
class Finding:
    """What a check found: its title and what it says, as message ids with facts, and whether that is well.

    `result`: "passed", "noted" (the program works, somebody should know) or "failed". `what`: names for machines.
    """

    check: str
    result: str
    says: str
    facts: Mapping[str, object] = field(default_factory=dict)
    what: tuple[str, ...] = ()


class NotWellError(Exception):
    """A check found something that is not as it must be. Carries its sentence, the facts, and names for machines."""

    def __init__(self, says: str, what: tuple[str, ...] = (), **facts: object) -> None:
        super().__init__(says)
        self.says, self.what, self.facts = says, what, facts


class WorthKnowingError(NotWellError):
    """The same, where the program works all the same."""


def run(check: str, look: Callable[[], Says]) -> Finding:
    """Do one check. Whatever breaks it, the others are still done: a bug is a finding too."""
    try:
        says, facts = look()
    except WorthKnowingError as known:
        return Finding(check, NOTED, known.says, known.facts, known.what)
    except NotWellError as error:
        return Finding(check, FAILED, error.says, error.facts, error.what)
    except Problem as problem:
        told = problem.sentences(_Plain())
        return Finding(check, FAILED, N_("{problem}"), {"problem": told.happened}, (problem.code,))
    except Exception as error:  # noqa: BLE001 - see above; the message may hold a path, so only the place is told
        return Finding(check, FAILED, N_("This check broke: {place}."), {"place": logs.place_of(error)})
    return Finding(check, PASSED, says, facts)


class _Plain:
    """English, filled in: a finding quotes the Problem as it would be told."""

    def text(self, message: str, /, **facts: object) -> str:
        for name, fact in facts.items():
            message = message.replace("{" + name + "}", str(fact))
        return message


def findings() -> list[Finding]:
    """All checks of this module, in the order in which a person reads them."""
    return [
        run(N_("Files"), lambda: files(packaged())),
        run(N_("Encryption"), cipher),
        run(N_("Secret store"), secret_store),
        run(N_("Memory"), memory),
        run(N_("Time zones"), time_zones),
        run(N_("Paper"), paper),
        run(N_("Names"), names),
        run(N_("Policy"), policy),
        run(N_("Packs"), packs),
    ]


def policy() -> Says:
    """Whether the force's policy, where there is one, is in force."""
    found = load(_today())
    if found.problem is not None:
        raise found.problem
    if not found.organisation:
        return N_("This laptop has no policy of a force: the program's own settings hold."), {}
    facts = {"number": found.serial, "of": found.organisation}
    return N_("{of}: policy number {number} is in force."), facts


def packs() -> Says:
    """Whether the content packs that lie here can be believed."""
    found = shelf.look(shelf.folders(), shelf.keys(load(_today())))
    if found.refused:
        files = tuple(one.file for one in found.refused)
        raise NotWellError(N_("These packs cannot be used: {files}."), files, files=", ".join(files))
    return N_("{n} packs can be used."), {"n": len(found.newest())}


def _today() -> date:
    return SystemClock().now().astimezone().date()


def versions() -> dict[str, str]:
    """The program, Python and the libraries that carry it, as the running ones say themselves."""
    from cryptography.hazmat.backends.openssl.backend import backend

    from app.store.probe import probe

    with _private_folder() as folder:
        return {
            "Holdfast": program_version(),
            "Python": platform.python_version(),
            "OpenSSL in Python": ssl.OPENSSL_VERSION,
            "OpenSSL in cryptography": backend.openssl_version_text(),
            **probe(Path(folder)),
        }


def packaged() -> Path | None:
    """The folder of a packaged program, known by its list of files; None where the program runs from source."""
    inside = paths.resources().parent
    around = [inside, *inside.parents[:2]]
    # A packed program whose list is gone is no source tree.
    return next((folder for folder in around if (folder / LIST).exists()), inside if hasattr(sys, "frozen") else None)


def files(folder: Path | None) -> Says:
    """Compare every file of the packaged program with the list made at build time, and load what forms say."""
    from app.forms.library import load_library

    if folder is None:
        load_library(paths.resources())
        raise WorthKnowingError(
            N_("The program runs from source: nothing says what its files should be. Forms and rules could be read.")
        )
    expected = _listed(folder / LIST)
    found = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()} - {LIST}
    missing = sorted(expected.keys() - found)
    strange = sorted(found - expected.keys())
    changed = sorted(name for name in expected.keys() & found if _hash(folder / name) != expected[name])
    if missing or strange or changed:
        raise NotWellError(
            N_("Missing: {missing}. Changed: {changed}. Not of this program: {strange}. Install the package again."),
            (*missing, *changed, *strange),
            missing=_some(missing),
            changed=_some(changed),
            strange=_some(strange),
        )
    load_library(paths.resources())
    return N_("All {n} files are as they were built."), {"n": len(expected)}


def _listed(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        says = N_("The list of the program's files is missing. Install the package again.")
        raise NotWellError(says, (LIST,)) from error
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _hash(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" (+{len(names) - 3})" if len(names) > 3 else "") if names else "–"


def start() -> Says:
    """Look at what this process has loaded: only libraries of the program's own folder and of the system.

    To be called last, when everything is loaded. Linux and Windows; on macOS the system's own rules say what may be.
    """
    folder = packaged()
    if folder is None or sys.platform not in ("linux", "win32"):
        raise WorthKnowingError(N_("Where libraries come from is only looked at in a package for Linux or Windows."))
    own = [folder.resolve()]
    if sys.platform == "win32":
        libraries, windows = _loaded_on_windows()
        own += [Path(sys.executable).resolve(), windows]
    else:
        maps = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace")
        mapped = {fields[5] for line in maps.splitlines() if len(fields := line.split(None, 5)) == 6}
        libraries = {Path(name) for name in mapped if ".so" in name}
        own += SYSTEM_LIBRARIES
    foreign = sorted(str(name) for name in libraries if not any(name.is_relative_to(place) for place in own))
    modules = [place for place in sys.path if not Path(place).resolve().is_relative_to(own[0])]
    if foreign and not modules and sys.platform == "win32":
        says = N_("Loaded from outside: {foreign}. A virus scanner or a screen reader does that; find out which it is.")
        raise WorthKnowingError(says, tuple(foreign), foreign=_some(foreign))
    if foreign or modules:
        foreign += modules
        raise NotWellError(N_("Loaded from outside: {foreign}."), tuple(foreign), foreign=_some(foreign))
    return N_("All {n} libraries come from the program's folder or the system's."), {"n": len(libraries)}


def _loaded_on_windows() -> tuple[set[Path], Path]:
    """The libraries in this process, and the folder of Windows itself."""
    if sys.platform != "win32":
        raise NotImplementedError
    import ctypes
    from ctypes import wintypes

    kernel, room = ctypes.WinDLL("kernel32", use_last_error=True), ctypes.create_unicode_buffer(_LONGEST_PATH)
    modules, needed = (wintypes.HMODULE * _MOST_MODULES)(), wintypes.DWORD()
    this = wintypes.HANDLE(-1)  # what GetCurrentProcess answers
    if not kernel.K32EnumProcessModules(this, modules, ctypes.sizeof(modules), ctypes.byref(needed)):
        raise ctypes.WinError(ctypes.get_last_error())
    found = set()
    for module in modules[: needed.value // ctypes.sizeof(wintypes.HMODULE)]:
        kernel.GetModuleFileNameW(wintypes.HMODULE(module), room, _LONGEST_PATH)
        found.add(Path(room.value))
    kernel.GetSystemWindowsDirectoryW(room, _LONGEST_PATH)
    return found, Path(room.value)


def cipher() -> Says:
    """Write a database as a vault does and look for its words in the bytes on the disk."""
    from app.store.probe import probe

    with _private_folder() as folder:
        probe(Path(folder))
    return N_("What is written cannot be read without the key, and another key does not open it."), {}


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="holdfast-probe-")  # made for this user alone


def secret_store() -> Says:
    """Put a random secret into the system's secret store, read it again and take it out."""
    store = device_secret.system_store()
    if store is None:
        raise WorthKnowingError(
            N_("No secret store answers for this user: the passphrase alone would protect a vault here.")
        )
    secret, name = device_secret.make(store, f"self-check-{os.urandom(4).hex()}")
    if secret is None:
        raise NotWellError(N_("The secret store answers, but does not keep what it is given."))
    device_secret.drop(store, name)
    return N_("The secret store keeps and forgets what it is told to."), {}


def memory() -> Says:
    """Harden this process as the window does."""
    done = process.harden()
    if not done:
        raise WorthKnowingError(
            N_("This system gives no way to keep memory out of crash reports; switch them off by policy.")
        )
    if process.NOT_DUMPABLE not in done:
        raise WorthKnowingError(
            N_("Memory is kept out of crash reports, but other programs of the same user can look into it.")
        )
    return N_("Memory is kept out of core dumps and away from other programs of the same user."), {}


def time_zones() -> Says:
    """Load a zone whose clock changes twice a year."""
    try:
        zone = zoneinfo.ZoneInfo("Europe/Dublin")
    except zoneinfo.ZoneInfoNotFoundError as error:
        says = N_("There are no time zones on this machine (package tzdata): deadlines could be an hour wrong.")
        raise NotWellError(says) from error
    return N_("There are time zones ({zone})."), {"zone": zone.key}


def names() -> Says:
    """Fold names of several scripts as they are folded to be found."""
    from app.store.words import fold_text

    folded = [fold_text(name) for name in ("Łukasz Çelik", "Андрей", "Ελένη", "李小龙")]
    if not all(word.isascii() and word.strip() for word in folded):
        raise NotWellError(N_("Names in other scripts would not be found: {names}."), names=", ".join(folded))
    return N_("Names of every script are folded to be found."), {}


def paper() -> Says:
    """Build a page as every paper is built, in memory, and read it back."""
    from app.documents.sample import build_sample, missing

    pdf = build_sample()
    gone = missing(pdf)
    if gone:
        raise NotWellError(N_("A page was built, but {n} of its lines do not stand on it."), n=len(gone))
    return N_("A page was built, read back and looked at ({size} bytes)."), {"size": len(pdf)}
