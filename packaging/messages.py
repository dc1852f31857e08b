"""Write resources/i18n/holdfast.pot: every message of the code and of the forms, rules, profiles and code lists.

Only finds; the translations themselves are written by people, one folder per language.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

ROOT = Path(__file__).resolve().parent.parent
CODE = ("app", "sync", "ui")
DATA = ("codes", "forms", "help", "profiles", "rules")
# How a message is marked in code: N_("…"), translator.text("…"), translator.plural("…", "…", n).
MARKS = {"N_": None, "text": (1,), "plural": (1, 2)}
# Keys of the data files that hold conditions or names of keys. Everything else that is not a bare code is for people.
CONDITIONS = frozenset({"keys", "proposed_when", "when"})
BARE_CODE = re.compile(r"[a-z0-9_./-]*|[A-Z]{1,3}[0-9]+|[0-9:T+-]*")


def main(arguments: list[str]) -> int:
    """Write the file, or with --check say whether it is as it would be written (exit 1 if not)."""
    target = ROOT / "resources" / "i18n" / "holdfast.pot"
    written = as_bytes(catalogue(ROOT))
    if arguments == ["--check"]:
        current = target.exists() and target.read_bytes() == written
        print(f"{target.relative_to(ROOT)} {'is' if current else 'is not'} up to date")
        return 0 if current else 1
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(written)
    print(f"{target.relative_to(ROOT)}: {written.count(bytes('msgid ', 'ascii')) - 1} messages")
    return 0


def catalogue(root: Path) -> Catalog:
    """All messages under a project's root, each with the files in which it stands."""
    found = Catalog(project="Holdfast", version="1", charset="utf-8", fuzzy=False)
    for name in CODE:
        for file in sorted((root / name).rglob("*.py")):
            for _line, message, comments, _context in extract_from_file(
                "python", str(file), MARKS, ["For translators:"]
            ):
                found.add(message, locations=[(_place(root, file), 0)], auto_comments=comments)
    for name in DATA:
        for file in sorted((root / "resources" / name).rglob("*.toml")):
            for message in words_of(tomllib.loads(file.read_text(encoding="utf-8"))):
                found.add(message, locations=[(_place(root, file), 0)])
    return found


def words_of(data: object, key: str = "") -> Iterator[str]:
    """The strings of a data file that people read: all but conditions and bare codes."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from words_of(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from words_of(value, key)
    elif isinstance(data, str) and key not in CONDITIONS and not BARE_CODE.fullmatch(data):
        yield data


def as_bytes(found: Catalog) -> bytes:
    """The catalogue as a .pot file: the same messages give the same bytes, so no date and no line numbers."""
    buffer = BytesIO()
    write_po(buffer, found, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    head = (
        "# Messages of Holdfast. Written by `python3 packaging/dev.py messages`; do not edit.\n"
        'msgid ""\nmsgstr ""\n"Project-Id-Version: Holdfast\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    return head.encode() + buffer.getvalue()


def _place(root: Path, file: Path) -> str:
    return file.relative_to(root).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
