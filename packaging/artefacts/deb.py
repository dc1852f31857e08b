"""Writes a Debian package byte by byte the same from the same contents (deb(5), deb-control(5)).

An `ar` archive of three members: the format's version, the control archive, the data archive. Everything belongs to
root, has the time of the commit, and is sorted; what the building machine thinks of rights and times leaves no mark.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PRESET = 6


@dataclass(frozen=True)
class Entry:
    """One file of a package: where it goes (no leading slash), its bytes or the file to take them from, its rights.

    With `link` it is a symbolic link to that and has no content.
    """

    path: str
    content: bytes | Path = b""
    mode: int = 0o644
    link: str = ""

    def read(self) -> bytes:
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content


def write(
    out: Path,
    fields: Mapping[str, str],
    entries: Sequence[Entry],
    *,
    epoch: int,
    scripts: Mapping[str, str] | None = None,
    conffiles: Sequence[str] = (),
) -> Path:
    """Write the package. `fields` in their order, without Installed-Size, which is counted here.

    `scripts`: maintainer scripts by name (preinst, postinst, prerm, postrm, triggers); `conffiles`: paths among the
    entries that belong to the administrator, never overwritten without asking. Raises ValueError for two entries of
    one path or a conffile that is no entry.
    """
    ordered = sorted(entries, key=lambda entry: entry.path)
    paths = [entry.path for entry in ordered]
    strange = {path for path in paths if paths.count(path) > 1} | ({*conffiles} - {*paths})
    if strange:
        raise ValueError(f"entries named twice, or conffiles without an entry: {', '.join(sorted(strange))}")
    sums, size = [], 0
    with io.BytesIO() as data:
        with _tar(data) as tar:
            for folder in _folders(paths):
                _add(tar, folder + "/", epoch, kind=tarfile.DIRTYPE, mode=0o755)
                size += 1
            for entry in ordered:
                content = b"" if entry.link else entry.read()
                kind = tarfile.SYMTYPE if entry.link else tarfile.REGTYPE
                mode = 0o777 if entry.link else entry.mode
                _add(tar, entry.path, epoch, kind=kind, mode=mode, content=content, link=entry.link)
                size += max(1, (len(content) + 1023) // 1024)
                if not entry.link:
                    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
                    sums.append(f"{digest}  {entry.path}\n")
        packed = lzma.compress(data.getvalue(), preset=PRESET)
    told = {**fields, "Installed-Size": str(size)}
    control = {
        "control": "".join(f"{name}: {value}\n" for name, value in told.items()),
        "md5sums": "".join(sums),
        **({"conffiles": "".join(f"/{path}\n" for path in sorted(conffiles))} if conffiles else {}),
        **(scripts or {}),
    }
    with io.BytesIO() as data:
        with _tar(data) as tar:
            for name in sorted(control):
                mode = 0o755 if name in ("preinst", "postinst", "prerm", "postrm") else 0o644
                _add(tar, name, epoch, kind=tarfile.REGTYPE, mode=mode, content=control[name].encode())
        head = lzma.compress(data.getvalue(), preset=PRESET)
    members = {"debian-binary": b"2.0\n", "control.tar.xz": head, "data.tar.xz": packed}
    out.write_bytes(b"!<arch>\n" + b"".join(_member(name, content, epoch) for name, content in members.items()))
    return out


def folder_entries(folder: Path, at: str) -> list[Entry]:
    """All files below a folder as entries below `at`; a file is executable in the package where its owner may run it.

    Symbolic links stay links as they are.
    """
    found = []
    for file in sorted(folder.rglob("*")):
        path = f"{at}/{file.relative_to(folder).as_posix()}"
        if file.is_symlink():
            found.append(Entry(path, link=file.readlink().as_posix()))
        elif file.is_file():
            found.append(Entry(path, file, 0o755 if file.stat().st_mode & 0o100 else 0o644))
    return found


def read(package: Path) -> dict[str, bytes]:
    """The members of a package by name, as `write` made them. Raises ValueError where it is no package."""
    raw = package.read_bytes()
    if not raw.startswith(b"!<arch>\n"):
        raise ValueError(f"{package.name} is no Debian package")
    found, at = {}, 8
    while at < len(raw):
        name, size = raw[at : at + 16].decode().strip().rstrip("/"), int(raw[at + 48 : at + 58])
        found[name] = raw[at + 60 : at + 60 + size]
        at += 60 + size + size % 2
    return found


def _folders(paths: Sequence[str]) -> list[str]:
    return sorted({parent.as_posix() for path in paths for parent in Path(path).parents if parent != Path()})


def _tar(into: io.BytesIO) -> tarfile.TarFile:
    return tarfile.open(fileobj=into, mode="w", format=tarfile.GNU_FORMAT)


def _add(
    tar: tarfile.TarFile, path: str, epoch: int, *, kind: bytes, mode: int, content: bytes = b"", link: str = ""
) -> None:
    member = tarfile.TarInfo(f"./{path}")
    member.type, member.mode, member.mtime, member.linkname = kind, mode, epoch, link
    member.uname = member.gname = "root"
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _member(name: str, content: bytes, epoch: int) -> bytes:
    head = f"{name:<16}{epoch:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n"
    return head.encode() + content + b"\n" * (len(content) % 2)
