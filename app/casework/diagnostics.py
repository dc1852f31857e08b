"""What may be told to somebody who looks for a fault: a closed list of facts, none of which can hold anybody's words.

Each fact is declared with the only values that it may have: a rounded number, one of some codes, or a version. Whatever
is not declared, or is something else, is left out; no text of a case, no name and no id is ever read for it.
"""

from __future__ import annotations

import json
import platform
import re
import shutil
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import i18n, policy
from app.problems import CATALOGUE, Problem
from app.records.declared import RECORD_TYPES
from app.store import migrating
from app.store.database import versions
from app.vault import header, vault
from app.vault.disk import replace_file

if TYPE_CHECKING:
    from app.casework.desk import Desk

Facts = dict[str, Any]
Allowed = Callable[[Any], bool]
KIND = "holdfast diagnostics 1"
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,5}){0,4}((a|b|rc|dev|post|\.dev|\.post)[0-9]{1,4})?", re.ASCII)
_LIBRARIES = (
    "PySide6_Essentials",
    "sqlcipher3",
    "cryptography",
    "msgspec",
    "keyring",
    "reportlab",
    "pypdfium2",
    "rapidfuzz",
)
_WHOLE = "whole"
_STATES = ("unsent", "sent", "refused", "received", "gone")


def about(count: float) -> int:
    """A count as it may be told: nought, or the next of 1, 2, 5, 10, 20, 50 … that is not below it."""
    step = 1
    while count > 0:
        for some in (step, 2 * step, 5 * step):
            if count <= some:
                return some
        step *= 10
    return 0


def of_program() -> Facts:
    """The program, its libraries and the machine it runs on, none of them by name."""
    found: Facts = {
        "program": _version_of("holdfast"),
        "python": platform.python_version(),
        "system": sys.platform,
        "machine": platform.machine().lower(),
        "kernel": ".".join(re.findall(r"[0-9]+", platform.release())[:3]),
        "format": migrating.newest(),
        "header_format": header.VERSION,
    }
    found |= {f"library.{name.lower()}": _version_of(name) for name in _LIBRARIES}
    return found | {f"cipher.{name}": told for name, told in versions().items()}


def of_folder(folder: Path) -> Facts:
    """What can be seen of a vault that is closed."""
    found: Facts = {f"file.{name}": about(size / 1024) for name, size in _sizes(folder)}
    try:
        found["disk.free_mib"] = about(shutil.disk_usage(folder).free / (1 << 20))
        face = vault.look(folder)
    except Problem as problem:
        return found | {"vault.face": problem.code}
    except OSError:
        return found
    return found | {
        "vault.face": "damaged" if face.damaged else _WHOLE,
        "vault.practice": face.practice,
        "vault.device_secret": face.device_secret,
        "vault.custodians": face.custodians,
        "vault.memory_mib": face.cost.memory_mib,
        "vault.passes": face.cost.passes,
        "vault.waits": face.wait_s > 0,
    }


def of_desk(desk: Desk) -> Facts:
    """What is in an open vault, counted, and whether it is whole (slow: every page and every entry is looked at)."""
    from app.store.standing import standing

    found: Facts = {
        "vault.open": _WHOLE,
        "pages": _code_of(desk.store.check_pages),
        "notebook": _code_of(desk.store.verify),
        "header.changes": about(desk.unlocked.counter),
    }
    counted = desk.store.counted()
    found |= {f"entries.{state}": about(counted.entries.get(state, 0)) for state in _STATES}
    found |= {f"records.{kind}": about(counted.records.get(kind, 0)) for kind in RECORD_TYPES}
    found |= {"cases": about(counted.cases), "cases.gone": about(counted.gone), "entries.aside": about(counted.aside)}
    found["devices.former"] = about(counted.former)
    now = standing(desk.store)
    found |= {
        "server.enrolled": now.enrolled,
        "server.refused": about(now.refused),
        "server.mended": about(now.mended),
        "server.stuck": now.stuck_since is not None,
        "clock.differs_s": about(abs(now.offset_s or 0)),
    }
    return found | _settings(desk)


def checked(found: Mapping[str, Any]) -> Facts:
    """Those of the facts that are declared and are what they are declared to be, in order."""
    allowed = declared()
    return {name: found[name] for name in sorted(found) if name in allowed and allowed[name](found[name])}


def write(file: Path, found: Mapping[str, Any]) -> Facts:
    """Write the facts into a new file, as JSON that a person can read before it is handed on; what was written.

    Raises Problem container.there and those of the disk.
    """
    if file.exists():
        raise Problem("container.there", file=file.name)
    told = {"kind": KIND, **checked(found)}
    replace_file(file, (json.dumps(told, indent=1, ensure_ascii=True) + "\n").encode())
    return told


def declared() -> dict[str, Allowed]:
    """Every fact that may be told, with what it may be."""
    codes = (_WHOLE, *CATALOGUE)
    named: dict[str, Allowed] = {
        "program": _is_version,
        "python": _is_version,
        "kernel": _is_version,
        "system": _one_of(("linux", "win32", "darwin")),
        "machine": _one_of(("x86_64", "amd64", "aarch64", "arm64")),
        "disk.free_mib": _is_count,
        "vault.face": _one_of((*codes, "damaged")),
        "vault.device_secret": _one_of(("system", "none")),
        "vault.open": _one_of(codes),
        "pages": _one_of(codes),
        "notebook": _one_of(codes),
        "lease": _one_of(("open", "warning", "sealed", "none")),
        "policy": _one_of((_WHOLE, *CATALOGUE)),
    }
    named |= dict.fromkeys(("format", "header_format", "vault.memory_mib", "vault.passes", "header.changes"), _is_count)
    named |= dict.fromkeys(("cases", "cases.gone", "entries.aside", "devices.former"), _is_count)
    named |= dict.fromkeys(("server.refused", "server.mended", "clock.differs_s"), _is_count)
    named |= dict.fromkeys(("vault.practice", "vault.custodians", "vault.waits"), _is_yes_no)
    named |= dict.fromkeys(("server.enrolled", "server.stuck"), _is_yes_no)
    named |= {f"file.{name}": _is_count for name in _files()}
    named |= {f"library.{name.lower()}": _is_version for name in _LIBRARIES}
    named |= {f"cipher.{name}": _is_version for name in ("sqlcipher", "sqlite", "provider")}
    named |= {f"entries.{state}": _is_count for state in _STATES}
    named |= {f"records.{kind}": _is_count for kind in RECORD_TYPES}
    return named | {f"setting.{one.name}": _setting_allowed(one) for one in policy.settings()}


def _settings(desk: Desk) -> Facts:
    """The settings in force: codes and numbers as they are, words and names as how many there are."""
    found = {}
    for one in policy.settings():
        value = getattr(desk.policy, one.name)
        if one.kind == "words":
            value = len(value)
        elif one.kind == "code" and not one.choices and one.name != "language":
            value = bool(value)
        found[f"setting.{one.name}"] = value
    problem = getattr(desk.force, "problem", None)
    return found | {"policy": _WHOLE if problem is None else problem.code}


def _setting_allowed(one: policy.Setting) -> Allowed:
    if one.choices:
        return _one_of([code for code, _words in one.choices])
    if one.name == "language":
        return _one_of(["", *i18n.languages()])
    return {"number": _is_count, "words": _is_count, "yes_no": _is_yes_no, "code": _is_yes_no}[one.kind]


def _sizes(folder: Path) -> Iterable[tuple[str, int]]:
    for name in _files():
        try:
            yield name, (folder / name).stat().st_size
        except OSError:
            continue


def _files() -> tuple[str, ...]:
    return (header.NAME, header.PREVIOUS, vault.DATABASE, f"{vault.DATABASE}-wal")


def _version_of(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _code_of(look: Callable[[], None]) -> str:
    try:
        look()
    except Problem as problem:
        return problem.code
    return _WHOLE


def _is_version(value: Any) -> bool:
    return isinstance(value, str) and _VERSION.fullmatch(value) is not None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_yes_no(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(codes: Collection[str]) -> Allowed:
    return lambda value: isinstance(value, str) and value in codes
