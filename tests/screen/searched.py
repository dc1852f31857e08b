"""Where words and keys lie, whatever they look like there: in bytes, in any file of the machine, inside a paper, in the
memory of a process.

Upper and lower case are one everywhere: bytes are looked at in lower case, and so is what is looked for.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import os
import re
import stat
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from tests.documents.reading import flat, other_strings, text_of

NOT_LOOKED_AT = {"/proc", "/sys", "/dev"}
ALSO_LOOKED_AT = (Path("/dev/shm"),)
PIECE = 1 << 24
LEAST = 8
"""Bytes that a shape has at least: a shorter one is found in any file by chance."""
# The C library's own search: three times as fast as Python's, for hundreds of shapes in gigabytes.
_memmem = ctypes.CDLL(None).memmem
_memmem.restype = ctypes.c_void_p
_memmem.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
_UNPACKED_AT_MOST = 1 << 26
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_MAPPED = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)\s*(.*)")


def spellings(word: str) -> set[str]:
    """A word in every way of writing it that a program makes: composed or not, folded, bare, escaped."""
    composed, apart = unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", word) if not unicodedata.combining(sign))
    escaped = {text.encode("ascii", how).decode() for text in (composed, apart) for how in _ESCAPES}
    return {composed, apart, composed.upper(), apart.upper(), word.casefold(), bare, quote(composed), *escaped}


_ESCAPES = ("backslashreplace", "xmlcharrefreplace")


def shapes(word: str) -> set[bytes]:
    """Every way in which a word may lie in bytes, in lower case; of a coded one the part that is always the same."""
    found: set[bytes] = set()
    for text in spellings(word):
        # Without the zeros at its ends a word in UTF-16 looks alike whichever byte comes first.
        plain, wide = text.encode(), text.encode("utf-16-le").strip(b"\0")
        found |= {plain, wide, plain[::-1], plain.hex().encode(), wide.hex().encode()}
    for text in {unicodedata.normalize("NFC", word), unicodedata.normalize("NFC", word).upper()}:
        for raw in (text.encode(), text.encode("utf-16-le")):
            found |= _coded(raw)
    return {shape.lower() for shape in found if len(shape) >= LEAST}


def shapes_of_key(key: bytes) -> set[bytes]:
    """Every way in which a key may lie in bytes, in lower case."""
    return {shape.lower() for shape in {key, key[::-1], key.hex().encode(), *_coded(key)}}


def _coded(raw: bytes) -> set[bytes]:
    """In base 64. Where it begins inside a coded text is not known: the signs at its ends hang on what is beside."""
    found = set()
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        middle = coded[4 if before else 0 : len(coded) // 4 * 4 - 4]
        found |= {middle, middle.translate(bytes.maketrans(b"+/", b"-_"))}
    return found


class Sought:
    """Words and keys by their names, ready to be looked for."""

    def __init__(self, words: Mapping[str, str] | None = None, keys: Mapping[str, bytes] | None = None) -> None:
        self._names: dict[bytes, str] = {}
        for name, word in (words or {}).items():
            self._names |= dict.fromkeys(shapes(word), name)
        for name, key in (keys or {}).items():
            self._names |= dict.fromkeys(shapes_of_key(key), name)
        self.overlap = max((len(shape) for shape in self._names), default=0)

    def __len__(self) -> int:
        return len(self._names)

    def within(self, data: bytes) -> set[str]:
        """The names of what lies in these bytes."""
        lower = data.lower()
        return {name for shape, name in self._names.items() if _memmem(lower, len(lower), shape, len(shape))}

    def in_file(self, path: Path) -> set[str]:
        """The names of what lies in a file or in its path; also packed, and also as the text of a paper."""
        found = self.within(os.fsencode(path))
        try:
            with path.open("rb") as file:
                first, before = True, b""
                while piece := file.read(PIECE):
                    found |= self.within(before + piece)
                    if first:
                        found |= self.unpacked(path, piece)
                    first, before = False, piece[-self.overlap :]
        except OSError:
            pass  # it has gone meanwhile
        return found

    def unpacked(self, path: Path, start: bytes) -> set[str]:
        """The names of what lies packed in a file that begins so."""
        if b"%PDF-" in start[:1024]:
            return self.in_paper(path.read_bytes())
        if start[:2] in (b"\x1f\x8b", b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
            return self.within(_unpack(start, 47))  # 47: with the head of gzip or of zlib, whichever is there
        return set()

    def in_paper(self, pdf: bytes) -> set[str]:
        """The names of what can be read in a PDF: in its streams, on its pages, in all that is said about it."""
        found = set()
        for stream in _STREAM.findall(pdf):
            packed = stream.strip()
            if packed.endswith(b"~>"):
                with contextlib.suppress(ValueError):
                    packed = base64.a85decode(packed.removesuffix(b"~>"))
            found |= self.within(_unpack(packed, 15))
        # What is no whole PDF has no pages; its streams were looked at.
        with contextlib.suppress(Exception):
            # What was broken over two lines is whole without its blanks.
            found |= self.within(flat(text_of(pdf)).encode())
            found |= self.within("\n".join(other_strings(pdf)).encode())
        return found

    def in_memory(self, memory: Iterable[bytes]) -> set[str]:
        """The names of what lies in a process whose memory was taken."""
        return {name for piece in memory for name in self.within(piece)}


def _unpack(packed: bytes, window: int) -> bytes:
    unpacker = zlib.decompressobj(window)
    try:
        return unpacker.decompress(packed, _UNPACKED_AT_MOST)
    except zlib.error:
        return b""


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


def processes_with(mark: str) -> list[int]:
    """The processes in whose environment this stands: a program, and whatever it has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue  # it has ended, or is somebody else's
            if mark.encode() in environment:
                found.append(int(entry.name))
    return found


def memory_of(process: int) -> list[bytes]:
    """What a process has in its memory now, all at once; without the unchanged pages of its program files.

    Only the system's administrator may look into a program that has forbidden it to everybody else. Raises OSError.
    """
    taken = []
    maps = Path(f"/proc/{process}/maps").read_text("utf-8", "replace").splitlines()
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            match = _MAPPED.match(line)
            if match is None or "r" not in match[3] or (match[4] != "0" and "w" not in match[3]):
                continue
            begin, end = int(match[1], 16), int(match[2], 16)
            # A region may go while it is read, and some belong to the kernel.
            with contextlib.suppress(OSError, ValueError, OverflowError):
                memory.seek(begin)
                taken.append(memory.read(end - begin))
    if not taken:
        raise PermissionError(f"the memory of process {process} cannot be read: this needs an administrator")
    return taken
