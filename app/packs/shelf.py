"""Where packs are kept on a laptop: each is one file, put there whole or not at all, and checked each time it is read.

Two folders: that of the machine, which administrators fill, and that of the user. Of instruments every version that
was ever installed stays, for the assessments that were begun with it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app import paths
from app.force.places import Folder, pack_keys
from app.packs import content, pack
from app.packs.manifest import Manifest, is_older
from app.packs.pack import MOST_BYTES, Pack
from app.policy import Policy
from app.problems import Problem
from app.vault import disk
from app.version import program_version

SUFFIX = ".pack"
MOST_PACKS = 200


@dataclass(frozen=True)
class Refused:
    """A pack file that is there and not used, and why."""

    file: str
    problem: Problem


@dataclass(frozen=True)
class Looked:
    """What lies on the shelf: all packs that can be believed, older versions included, and those that cannot."""

    packs: tuple[Pack, ...] = ()
    refused: tuple[Refused, ...] = ()

    def newest(self) -> dict[str, Pack]:
        """The pack with the highest serial of each name."""
        found: dict[str, Pack] = {}
        for one in self.packs:
            there = found.get(one.manifest.name)
            if there is None or one.manifest.serial > there.manifest.serial:
                found[one.manifest.name] = one
        return found

    def used(self) -> list[Pack]:
        """The newest of each name, and the older ones of instruments."""
        newest = self.newest()
        return [one for one in self.packs if one.manifest.kind == "instruments" or newest[one.manifest.name] is one]


def keys(policy: Policy, machine: Folder | None = None) -> tuple[bytes, ...]:
    """Whose packs are trusted: the keys of the policy, and those that are pinned on the laptop.

    Raises Problem policy.open, policy.unreadable, policy.key_broken.
    """
    return (*policy.pack_keys, *pack_keys(machine))


def folders() -> tuple[Path, ...]:
    """Where packs lie: of the machine, then of the user, where new ones are put."""
    return paths.machine_folder() / "packs", paths.packs_folder()


def look(where: Iterable[Path], trusted: Iterable[bytes], believed: Mapping[str, str] | None = None) -> Looked:
    """What lies in the folders. `believed`: hashes by file name of packs that were checked when their key was known."""
    known, found, refused = tuple(trusted), {}, []
    for folder in where:
        for file in _files(folder):
            try:
                one = _read(file, known, (believed or {}).get(file.name, ""))
                found[one.manifest.file_name] = one
            except Problem as problem:
                refused.append(Refused(file.name, problem))
    return Looked(tuple(found.values()), tuple(refused))


def check(data: bytes, there: Looked, trusted: Iterable[bytes], today: date, resources: Path) -> Pack:
    """The pack in a file, if it can be used beside what is there.

    Raises Problem pack.not_signed, pack.unknown_key, pack.archive, pack.broken, pack.expired, pack.older, pack.same,
    pack.program, forms.broken, forms.no_instrument.
    """
    fresh = pack.read(data, trusted)
    told = fresh.manifest
    _refuse_past(told, there.newest().get(told.name), fresh, today)
    others = [one for one in there.used() if one.manifest.name != told.name or told.kind == "instruments"]
    content.check(resources, [one for one in others if one.sha256 != fresh.sha256], fresh)
    return fresh


def install(
    data: bytes,
    folder: Path,
    there: Looked,
    trusted: Iterable[bytes],
    today: date,
    resources: Path,
    to: disk.Disk = disk.DISK,
) -> Pack:
    """Check a pack and keep it: whole or not at all. Raises the Problems of `check`, and those of the disk."""
    fresh = check(data, there, trusted, today, resources)
    if all(one.sha256 != fresh.sha256 for one in there.packs):
        disk.make_folder(folder)
        disk.replace_file(folder / fresh.manifest.file_name, data, to)
        _tidy(folder, fresh)
    return fresh


def _tidy(folder: Path, fresh: Pack) -> None:
    """Take away what a newer pack has taken the place of. Instruments stay: assessments were begun with them."""
    if fresh.manifest.kind != "instruments":
        for file in _of_name(folder, fresh.manifest.name):
            if file.name != fresh.manifest.file_name:
                # One that stays is not used beside the newer one, which is installed already.
                with contextlib.suppress(OSError):
                    file.unlink(missing_ok=True)


def remove(folder: Path, there: Looked, name: str) -> list[str]:
    """Take a pack away; returns the files. Raises Problem pack.not_there, pack.kept for instruments."""
    found = there.newest().get(name)
    gone = _of_name(folder, name)
    if (found is not None and found.manifest.kind == "instruments") or any(_brings_instruments(file) for file in gone):
        raise Problem("pack.kept", name=name)
    if not gone:
        raise Problem("pack.not_there", name=name)
    try:
        for file in gone:
            file.unlink()
    except OSError as error:
        raise disk.problem_of(error) from error
    return [file.name for file in gone]


def _brings_instruments(file: Path) -> bool:
    """Whether a pack brings instruments, whoever signed it: a vault goes on with what it used while its key is not
    known, as when the policy is broken."""
    try:
        data = file.read_bytes()[: MOST_BYTES + 1]
        return pack.read(data, (), believed=pack.sha256_of(data)).manifest.kind == "instruments"
    except (OSError, Problem):
        return False


def _refuse_past(told: Manifest, newest: Pack | None, fresh: Pack, today: date) -> None:
    if told.expires is not None and today > told.expires:
        raise Problem("pack.expired", name=told.name, serial=told.serial, until=told.expires.isoformat())
    if is_older(program_version(), told.program):
        raise Problem("pack.program", name=told.name, wanted=told.program)
    if newest is None:
        return
    if newest.manifest.kind != told.kind:
        raise Problem("pack.same", name=told.name, serial=newest.manifest.serial)
    if told.serial < newest.manifest.serial:
        raise Problem("pack.older", name=told.name, serial=told.serial, seen=newest.manifest.serial)
    if told.serial == newest.manifest.serial and fresh.sha256 != newest.sha256:
        raise Problem("pack.same", name=told.name, serial=told.serial)


def _read(file: Path, trusted: tuple[bytes, ...], believed: str) -> Pack:
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Problem("pack.no_file", file=file.name, reason=error.strerror or "no access") from error
    one = pack.read(data, trusted, believed=believed)
    if one.manifest.file_name != file.name:
        raise Problem("pack.name", file=file.name, name=one.manifest.file_name)
    return one


def _of_name(folder: Path, name: str) -> list[Path]:
    return [file for file in _files(folder) if file.name.rpartition("-")[0] == name]


def _files(folder: Path) -> list[Path]:
    try:
        found = sorted(file for file in folder.iterdir() if file.suffix == SUFFIX)
    except OSError:
        return []
    return found[:MOST_PACKS]
