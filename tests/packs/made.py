"""Invented packs: a questionnaire in versions, a profile that uses it, a directory of services, a few words."""

from __future__ import annotations

import io
import struct
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from app import paths
from app.packs import archive, manifest, pack
from app.packs.manifest import MANIFEST, Kind, Manifest
from app.signed import PACK, sign
from tests.force.made import KEY

DAY = date(2026, 11, 14)
FURTHER = """
[[factors]]
code = 'F44'
group = 'children'
label = 'A boat that can leave at night'
question = 'Is there a boat, and could this person leave in it with a child?'
why = 'Whoever can leave unseen can take somebody along.'
how_to_ask = 'Ask where it lies and who has its key.'
good_note = 'Name of the boat, where it lies, who has the key.'
"""


def shipped(name: str) -> str:
    """A shipped file."""
    return (paths.resources() / name).read_text(encoding="utf-8")


def questionnaire(version: int) -> dict[str, bytes]:
    """The invented questionnaire HB-1 with its rules; from its second version on it has one more factor."""
    form = shipped("forms/rr-1.toml").replace("id = 'rr-1'", "id = 'hb-1'").replace("RR-1", "HB-1")
    form = form.replace("\nversion = 1\n", f"\nversion = {version}\n")
    form = form.replace("Is anybody in danger at this moment?", f"Is anybody in danger now? ({version})")
    rules = shipped("rules/rr-1-rules.toml").replace("id = 'rr-1-rules'", "id = 'hb-1-rules'").replace("RR-1", "HB-1")
    rules = rules.replace("\nversion = 1\n", f"\nversion = {version}\n").replace("'rr-1'", "'hb-1'")
    rules = rules.replace("instrument_version = 1", f"instrument_version = {version}")
    form += FURTHER if version > 1 else ""
    return {f"forms/hb-{version}.toml": form.encode(), f"rules/hb-{version}-rules.toml": rules.encode()}


def profile(version: int = 1) -> dict[str, bytes]:
    """The profile of an invented harbour district."""
    text = shipped("profiles/neutral.toml").replace("id = 'neutral'", "id = 'harbour'").replace("'rr-1'", "'hb-1'")
    text = text.replace("\nversion = 1\n", f"\nversion = {version}\n").replace("'rr-1-rules'", "'hb-1-rules'")
    return {"profiles/harbour.toml": text.replace("services = []", "services = ['harbour']").encode()}


def directory(version: int = 1, until: str = "2027-12-31") -> dict[str, bytes]:
    """An invented directory that says of itself that it is for work."""
    text = shipped("services/invented-coast.toml").replace("invented = true\n", "")
    text = text.replace("id = 'invented-coast'", "id = 'harbour'").replace("version = 1", f"version = {version}", 1)
    lines = [f"valid_until = {until}" if line.startswith("valid_until") else line for line in text.splitlines()]
    return {"services/harbour.toml": "\n".join(lines).encode()}


def words(messages: dict[str, str], tag: str = "eo") -> dict[str, bytes]:
    """A catalogue as `msgfmt` writes it."""
    told = {"": "Content-Type: text/plain; charset=utf-8\n", **messages}
    ids, texts, rows = b"", b"", []
    for key in sorted(told):
        rows.append((len(key.encode()), len(ids), len(told[key].encode()), len(texts)))
        ids += key.encode() + b"\0"
        texts += told[key].encode() + b"\0"
    at, first = 28, 28 + 16 * len(rows)
    whole = io.BytesIO()
    whole.write(struct.pack("<7I", 0x950412DE, 0, len(rows), at, at + 8 * len(rows), 0, 0))
    whole.write(b"".join(struct.pack("<2I", n, first + o) for n, o, _, _ in rows))
    whole.write(b"".join(struct.pack("<2I", n, first + len(ids) + o) for _, _, n, o in rows))
    return {f"i18n/{tag}/LC_MESSAGES/holdfast.mo": whole.getvalue() + ids + texts}


def told(kind: Kind, serial: int = 1, **more: Any) -> Manifest:
    """What a pack says of itself."""
    given = {"name": f"harbour-{kind}", "title": f"Harbour {kind}", "issued": DAY, **more}
    return Manifest(format="holdfast-pack/1", kind=kind, serial=serial, **given)


def made(kind: Kind, files: dict[str, bytes], serial: int = 1, key: Any = KEY, **more: Any) -> bytes:
    """A signed pack file."""
    return pack.write(told(kind, serial, **more), files, key)


def raw(about: Manifest, files: dict[str, bytes], key: Any = KEY) -> bytes:
    """A signed pack file that nobody has checked while it was made."""
    inside = {**files, MANIFEST: manifest.written(msgspec.structs.replace(about, files=manifest.hashes(files)))}
    return of_zip(archive.pack(inside), key)


def of_zip(zipped: bytes, key: Any = KEY) -> bytes:
    """Any zip, signed."""
    return sign(zipped, PACK, key).encode() + zipped


def put(folder: Path, data: bytes, name: str) -> None:
    """Lay a pack file there, as somebody would by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
