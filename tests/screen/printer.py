"""A printer of an office on a socket of this machine: it speaks IPP as CUPS does, takes jobs and prints nothing.

What it is sent is kept in memory, so that a proof can look at it: the jobs' names, and what their documents hold.
"""

from __future__ import annotations

import contextlib
import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

NAME = "Office"
_PPD = """*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "OFFICE.PPD"
*Manufacturer: "Office"
*Product: "(Office)"
*ModelName: "Office"
*ShortNickName: "Office"
*NickName: "Office"
*PSVersion: "(3010) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*cupsFilter: "application/vnd.cups-pdf 0 -"
*OpenUI *PageSize: PickOne
*DefaultPageSize: A4
*PageSize A4/A4: "<</PageSize[595 842]>>setpagedevice"
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*DefaultPageRegion: A4
*PageRegion A4/A4: "<</PageSize[595 842]>>setpagedevice"
*CloseUI: *PageRegion
*DefaultImageableArea: A4
*ImageableArea A4/A4: "0 0 595 842"
*DefaultPaperDimension: A4
*PaperDimension A4/A4: "595 842"
"""
_OPERATION, _JOB, _END, _PRINTER = b"\x01", b"\x02", b"\x03", b"\x04"
_BOOLEAN, _INTEGER, _ENUM, _TEXT, _NAME, _KEYWORD, _URI, _CHARSET, _LANGUAGE, _MIME = (
    0x22,
    0x21,
    0x23,
    0x41,
    0x42,
    0x44,
    0x45,
    0x47,
    0x48,
    0x49,
)
_NEW_JOB = (0x0002, 0x0005)
_DOCUMENT = (0x0002, 0x0006)


@dataclass
class Printed:
    """What the printer was sent. `asked`: what was said about jobs, as it came; `documents`: the papers themselves."""

    asked: list[bytes] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)


def _one(tag: int, name: str, *values: bytes) -> bytes:
    said = b""
    for number, value in enumerate(values):
        known = b"" if number else name.encode()
        said += struct.pack(">BH", tag, len(known)) + known + struct.pack(">H", len(value)) + value
    return said


def _number(value: int) -> bytes:
    return struct.pack(">i", value)


_ABOUT = b"".join(
    (
        _one(_NAME, "printer-name", NAME.encode()),
        _one(_URI, "printer-uri-supported", f"ipp://localhost/printers/{NAME}".encode()),
        _one(_TEXT, "printer-info", NAME.encode()),
        _one(_TEXT, "printer-location", b"here"),
        _one(_TEXT, "printer-make-and-model", NAME.encode()),
        _one(_ENUM, "printer-state", _number(3)),
        _one(_KEYWORD, "printer-state-reasons", b"none"),
        _one(_BOOLEAN, "printer-is-accepting-jobs", b"\x01"),
        _one(_ENUM, "printer-type", _number(0x4 | 0x8)),
        _one(_MIME, "document-format-supported", b"application/pdf", b"application/octet-stream"),
    )
)
_ABOUT_JOB = b"".join(
    (
        _one(_INTEGER, "job-id", _number(1)),
        _one(_URI, "job-uri", b"ipp://localhost/jobs/1"),
        _one(_ENUM, "job-state", _number(9)),
        _one(_KEYWORD, "job-state-reasons", b"job-completed-successfully"),
    )
)


def _answer(question: bytes, printed: Printed) -> bytes:
    """What is answered to one request of IPP."""
    version, operation, number = struct.unpack(">HHI", question[:8])
    head = struct.pack(">HHI", version, 0, number) + _OPERATION
    head += _one(_CHARSET, "attributes-charset", b"utf-8") + _one(_LANGUAGE, "attributes-natural-language", b"en")
    said, document = _divided(question)
    if operation in (*_NEW_JOB, *_DOCUMENT):
        printed.asked.append(said)
    if operation in _DOCUMENT:
        printed.documents.append(document)
    if operation in (*_NEW_JOB, *_DOCUMENT):
        return head + _JOB + _ABOUT_JOB + _END
    return head + _PRINTER + _ABOUT + _END


def _divided(question: bytes) -> tuple[bytes, bytes]:
    """The attributes of a request, and the document behind them."""
    at = 8
    while question[at] != _END[0]:
        if question[at] < 0x10:
            at += 1
            continue
        at += 3 + struct.unpack(">H", question[at + 1 : at + 3])[0]
        at += 2 + struct.unpack(">H", question[at : at + 2])[0]
    return question[: at + 1], question[at + 1 :]


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    printed: Printed

    def do_POST(self) -> None:
        told = _answer(self._body(), self.printed)
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[tuple[Printed, dict[str, str]]]:
    """A printer whose socket and description lie in this folder; with the environment of a program that has it."""
    printed, place = Printed(), folder / "printer"
    (folder / "printers" / "ppd").mkdir(parents=True)
    (folder / "printers" / "ppd" / f"{NAME}.ppd").write_text(_PPD)
    door = type("Door", (_Door,), {"printed": printed})
    with socketserver.ThreadingUnixStreamServer(str(place), door) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield printed, {"CUPS_SERVER": str(place), "CUPS_SERVERROOT": str(folder / "printers")}
        finally:
            server.shutdown()
            thread.join()
