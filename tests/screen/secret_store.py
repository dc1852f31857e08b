"""A secret store outside the program under test, as the system's is: `ear/mischief.py` asks it at a socket."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

from app.vault.device_secret import SecretsInMemory


@contextlib.contextmanager
def answering(secrets: SecretsInMemory, place: Path) -> Iterator[dict[str, str]]:
    """The environment of a program that keeps its device secrets there."""

    class Asked(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            what, name, secret = self.rfile.readline().rstrip(b"\n").split(b" ")
            if what == b"put":
                secrets.put(name.decode(), base64.b64decode(secret))
            elif what == b"delete":
                secrets.delete(name.decode())
            self.wfile.write(base64.b64encode(secrets.get(name.decode()) or b"") + b"\n")

    with socketserver.ThreadingUnixStreamServer(str(place), Asked) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield {"HOLDFAST_EAR_SECRETS": str(place), "HOLDFAST_EAR_MISCHIEF": "secrets"}
        finally:
            server.shutdown()
            thread.join()
