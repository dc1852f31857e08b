"""Where a system keeps the force's policy and the key that it must be signed with: only administrators write there.

Linux: files in /etc/holdfast. Windows: the policy key of the machine. macOS: managed preferences. There is no other
place and no way to name one, for whoever could name one could choose the policy.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app import paths, signed
from app.force.document import MOST_BYTES
from app.problems import Problem

POLICY_FILE, SIGNATURE_FILE, KEY_FILE, PACK_KEY_FILE = "policy.toml", "policy.toml.sig", "policy.pub", "packs.pub"
REGISTRY_POLICY, REGISTRY_KEY = r"SOFTWARE\Policies\Holdfast", r"SOFTWARE\Holdfast"
PREFERENCES = "org.holdfast.Holdfast.plist"
CUSTODIANS_FILE = "custodians"
POLICY, SIGNATURE, KEY, PACK_KEY = "policy", "policy_signature", "policy_key", "pack_key"
CUSTODIANS = "custodians"
"""The names under which a registry key or a property list holds the signed policy, its signature and pinned keys."""
OWNER = 0
"""The account of administrators, where files have owners."""


@dataclass(frozen=True)
class Found:
    """What the system keeps. `values`: settings that stand there by themselves, without a signature."""

    policy: bytes | None = None
    signature: str = ""
    keys: tuple[bytes, ...] = ()
    values: Mapping[str, Any] | None = None


class Place(Protocol):
    """A place of the system. Raises Problem policy.open, policy.unreadable, policy.key_broken."""

    def look(self) -> Found:
        """What is kept there now."""


def system_place() -> Place:
    """The place of this system."""
    if sys.platform == "win32":
        return Registry()
    if sys.platform == "darwin":
        return Preferences(Path("/Library/Managed Preferences") / PREFERENCES, paths.machine_folder())
    return Folder(paths.machine_folder())


@dataclass(frozen=True)
class Folder:
    """Files in a folder of the machine. `owner`: the only account that may own and change them."""

    folder: Path
    owner: int = field(default_factory=lambda: OWNER)

    def look(self) -> Found:
        policy, signature, key = (self.read(name) for name in (POLICY_FILE, SIGNATURE_FILE, KEY_FILE))
        said = (signature or b"").decode("ascii", errors="replace")
        return Found(policy, said, () if key is None else keys_of(key.decode("utf-8", errors="replace")))

    def read(self, name: str) -> bytes | None:
        """A file of the folder that only its owner can have written; None where there is none."""
        file = self.folder / name
        try:
            with file.open("rb") as opened:
                for one in (os.fstat(opened.fileno()), self.folder.stat()):
                    self._refuse_open(one, name)
                return opened.read(MOST_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Problem("policy.unreadable", file=name, reason=error.strerror or "no access") from error

    def _refuse_open(self, told: os.stat_result, name: str) -> None:
        if os.name == "posix" and (told.st_uid != self.owner or told.st_mode & (stat.S_IWGRP | stat.S_IWOTH)):
            raise Problem("policy.open", file=name)


@dataclass(frozen=True)
class Preferences:
    """The managed preferences of a Mac, which device management writes; the pinned key is a file of the machine."""

    file: Path
    folder: Path
    owner: int = field(default_factory=lambda: OWNER)

    def look(self) -> Found:
        pinned = Folder(self.folder, self.owner).look()
        try:
            told = _property_list(self.file.read_bytes())
        except FileNotFoundError:
            return pinned
        except (OSError, ValueError) as error:
            raise Problem("policy.unreadable", file=self.file.name, reason="no property list") from error
        return of_values(told, pinned.keys)


class Registry:
    """The policy key of a Windows machine, which Group Policy writes; the pinned key is written by the installer."""

    def look(self) -> Found:
        told, pinned = _registry(REGISTRY_POLICY), _registry(REGISTRY_KEY).get(KEY, "")
        return of_values(told, keys_of(_lines(pinned)) if pinned else ())


def pack_keys(folder: Folder | None = None) -> tuple[bytes, ...]:
    """Keys beside the policy's own whose packs are trusted, pinned by whoever installs the laptop.

    Raises Problem policy.open, policy.unreadable, policy.key_broken.
    """
    if sys.platform == "win32":
        # A folder that every user may make proves nothing there.
        text = _lines(_registry(REGISTRY_KEY).get(PACK_KEY, ""))
    else:
        text = ((folder or Folder(paths.machine_folder())).read(PACK_KEY_FILE) or b"").decode("utf-8", "replace")
    return keys_of(text) if text else ()


def custodians(folder: Folder | None = None) -> bytes | None:
    """The cards of the force's three custodians, a line each, as whoever installs the laptop put them there; None where
    there are none.

    Raises Problem policy.open, policy.unreadable.
    """
    if sys.platform == "win32":
        # As with keys: a folder that every user may make proves nothing there.
        return _lines(_registry(REGISTRY_KEY).get(CUSTODIANS, "")).encode() or None
    return (folder or Folder(paths.machine_folder())).read(CUSTODIANS_FILE)


def of_values(told: Mapping[str, Any], keys: tuple[bytes, ...]) -> Found:
    """What values beside each other say: a whole signed policy among them, or settings by themselves."""
    policy = told.get(POLICY)
    others = {name: _list(value) for name, value in told.items() if name not in (POLICY, SIGNATURE)}
    return Found(
        _lines(policy).encode() if policy else None, _lines(told.get(SIGNATURE, "")).strip(), keys, others or None
    )


def keys_of(text: str) -> tuple[bytes, ...]:
    """The pinned keys. Raises Problem policy.key_broken."""
    try:
        return signed.read_public(text)
    except signed.NotAKey as error:
        raise Problem("policy.key_broken") from error


def _lines(value: Any) -> str:
    return "\n".join(str(one) for one in value) if isinstance(value, list | tuple) else str(value)


def _list(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _property_list(data: bytes) -> dict[str, Any]:
    """The values of a property list. Raises ValueError."""
    import plistlib
    from xml.parsers.expat import ExpatError

    try:
        told = plistlib.loads(data)
    except (TypeError, AttributeError, LookupError, ArithmeticError, RecursionError, ExpatError) as error:
        raise ValueError("no property list") from error  # plistlib says it in many ways
    if not isinstance(told, dict):
        raise ValueError("no property list")
    return told


def _registry(path: str) -> dict[str, Any]:
    """The values of a key of this machine; none where there is no such key."""
    if sys.platform != "win32":
        return {}
    import winreg

    found: dict[str, Any] = {}
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
            _, values, _ = winreg.QueryInfoKey(key)
            for place in range(values):
                name, value, _ = winreg.EnumValue(key, place)
                found[name] = value
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Problem("policy.unreadable", file=path, reason=error.strerror or "no access") from error
    return found
