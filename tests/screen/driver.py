"""A person at a real window: starts the program, presses keys through the X server, hears and sees what it shows.

Nothing is waited for by the clock: every wait asks the program until what is wanted is there, and fails with what was
there instead.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EAR = Path(__file__).resolve().parent / "ear"
PULSE = ROOT / "packaging"
PATIENCE_S = 60.0
LOST_S = 10.0
"""After so long a key that nobody has got is pressed once more."""
PASSPHRASE = "mosslamp tinkettle barnfog"
OFFICER = "Ilse Varga"
BARE = """<openbox_config xmlns="http://openbox.org/3.4/rc"><applications><application class="*" type="normal">
<decor>no</decor><maximized>true</maximized></application></applications></openbox_config>"""


@contextlib.contextmanager
def screen_of_its_own(size: str = "1366x768x24", *, bare: bool = False) -> Iterator[dict[str, str]]:
    """The environment of a virtual screen for a script that runs without the fixtures of the tests.

    `bare`: every window fills the screen and has no frame.
    """
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as answer:
        number = answer.readline().strip()
    assert number, "Xvfb did not start"
    with tempfile.TemporaryDirectory(prefix="holdfast-home-") as home:
        screen = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "XDG_"))},
            "DISPLAY": f":{number}",
            "QT_QPA_PLATFORM": "xcb",
            "HOME": home,
            "LANG": "C.UTF-8",
        }
        wanted = Path(home) / "openbox.xml"
        wanted.write_text(BARE)
        command = ["openbox", *(("--config-file", str(wanted)) if bare else ())]
        manager = subprocess.Popen(command, env=screen, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield screen
        finally:
            for program in (manager, server):
                program.terminate()
                program.wait()


class NotThereError(AssertionError):
    """What was waited for did not come."""


class AtTheScreen:
    """One program on a virtual screen, worked by keys alone."""

    def __init__(
        self,
        screen: Mapping[str, str],
        vault: Path | None,
        folder: Path,
        *argv: str,
        pictures: Path | None = None,
        start: bool = True,
        note_saved: bool = True,
        under: Sequence[str] = (),
        stalls: bool = False,
        also: Mapping[str, str] | None = None,
    ) -> None:
        """`vault`: None for all vaults of this laptop; `stalls`: the longest stall of the window is measured; `also`:
        more of the program's environment."""
        self.folder, self.pictures = folder, pictures or folder / "pictures"
        self._ear = folder / "ear"
        self.saved = folder / "saved"
        self.environment = {
            **screen,
            "PYTHONPATH": os.pathsep.join(map(str, (EAR, PULSE) if stalls else (EAR,))),
            "HOLDFAST_EAR_STALLS": "yes" if stalls else "",
            "HOLDFAST_EAR": str(self._ear),
            "HOLDFAST_EAR_SAVED": str(self.saved) if note_saved else "",
            **(also or {}),
        }
        which = ["--vault", str(vault)] if vault is not None else []
        self.command = [*under, sys.executable, "-m", "ui.start", *which, "--language", "en", *argv]
        self.cwd = ROOT
        self._pictures = 0
        self._sent = 0
        self._born: tuple[int, int] | None = None
        if start:
            self.start()

    # -- the program

    def start(self) -> None:
        """Start the program, wait for its painted window and give it the keyboard."""
        self._ear.unlink(missing_ok=True)
        with (self.folder / "errors").open("ab") as errors:
            self.program = subprocess.Popen(
                self.command, cwd=self.cwd, env=self.environment, stdin=subprocess.DEVNULL, stdout=errors, stderr=errors
            )
        self.forget()
        self._come_forward()

    def _come_forward(self) -> None:
        # The pointer lies in a corner, so that nothing on the pictures is lit up by it.
        self.xdotool("mousemove", "1365", "767")
        self.wait("the window in front", self._in_front)

    def comes_back_to(self, name: str) -> None:
        """Wait until a dialog has gone and the keyboard is again where it was opened; between the two, a key has nobody
        to go to."""
        self.wait(f"“{name}” again", lambda now: self._in_front(now) and now["focus"]["name"].startswith(name))

    def _in_front(self, now: dict[str, Any]) -> bool:
        """Whether the window has the keyboard; asks the window manager for it where not."""
        if now["active"] and now["focus"]:
            return True
        # Not xdotool's own waiting: a window that goes between its two steps would be waited for without an end.
        search = ["xdotool", "search", "--onlyvisible", "--name", "^Holdfast$", "windowactivate"]
        subprocess.run(search, env=self.environment, capture_output=True, timeout=PATIENCE_S, check=False)
        return False

    def kill(self) -> None:
        """End the program as a dead battery does."""
        self.program.send_signal(signal.SIGKILL)
        self.program.wait()

    def close(self) -> None:
        """End the program, however it stands."""
        if self.program.poll() is None:
            self.program.terminate()
            try:
                self.program.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def errors(self) -> str:
        """What the program wrote to its error channel."""
        return (self.folder / "errors").read_text(errors="replace")

    # -- hearing and seeing

    def forget(self) -> None:
        """Another program may answer from now on: the keys that the one before has handled are not its own."""
        self._sent, self._born = 0, None

    def ask(self, question: str) -> bytes:
        """What the ear answers to a question. Raises OSError where there is no program to answer."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(self._ear))
            line.sendall(question.encode())
            parts = []
            while part := line.recv(1 << 16):
                parts.append(part)
        return b"".join(parts)

    def heard(self) -> dict[str, Any]:
        """What the program shows now; empty while it starts."""
        try:
            reply = self.ask("now")
        except OSError:
            return {}
        return json.loads(reply) if reply else {}

    def wait(self, what: str, there: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Ask until `there` says yes; returns what was heard then."""
        until = time.monotonic() + PATIENCE_S
        now: dict[str, Any] = {}
        while time.monotonic() < until:
            now = self.heard()
            if now and there(now):
                return now
            if self.program.poll() is not None:
                raise NotThereError(
                    f"waited for {what}; the program has ended ({self.program.returncode})\n{self.errors()}"
                )
            time.sleep(0.01)
        self.picture("not-there")
        raise NotThereError(f"waited for {what}; there is: {json.dumps(now, indent=1)[:6000]}\n{self.errors()}")

    def now(self) -> dict[str, Any]:
        """What the program shows when every key that was sent has been handled."""
        return self.wait("the keys to arrive", lambda now: now["keys"] >= self._sent)

    def wait_for(self, place: str) -> dict[str, Any]:
        """Wait until a place is shown: Unlock, TodayPage, PeoplePage …"""
        return self.wait(f"{place}", lambda now: place in now["places"])

    def wait_for_words(self, words: str) -> str:
        """Wait until some words (a regular expression) stand on the screen; returns the sentence they stand in."""
        found = self.wait(f"“{words}”", lambda now: any(re.search(words, said) for said in now["said"]))
        return next(said for said in found["said"] if re.search(words, said))

    def picture(self, name: str) -> Path:
        """Take a picture of the whole screen."""
        self._pictures += 1
        self.pictures.mkdir(parents=True, exist_ok=True)
        path = self.pictures / f"{self._pictures:02d}-{name}.png"
        try:
            path.write_bytes(self.ask("picture"))
        except OSError:
            pass  # a picture is for people; no test hangs on it
        return path

    def stall(self) -> dict[str, float]:
        """The longest stall of the window since this was last asked (`ms`), and its own longest work (`own_ms`)."""
        found: dict[str, float] = json.loads(self.ask("stall"))
        return found

    def settled_picture(self, name: str) -> Path:
        """Take a picture when two in a row are alike; a cursor that blinks is let be after a few."""
        before = b""
        for _ in range(8):
            now = self.ask("picture")
            if now == before:
                break
            before = now
            time.sleep(0.12)
        return self.picture(name)

    # -- hands

    def xdotool(self, *words: str) -> None:
        """Let xdotool do something on the screen."""
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert done.returncode == 0, (words, done.stderr, self.errors())

    def key(self, *keys: str) -> dict[str, Any]:
        """Press keys, named as X names them, for example ctrl+l; returns what is shown when they are handled."""
        before = self._sent
        self._sent += sum(1 + key.count("+") for key in keys)
        until = time.monotonic() + LOST_S
        self.xdotool("key", "--delay", "1", *keys)
        while time.monotonic() < until:
            if self.heard().get("keys", before) > before:
                return self.now()
            time.sleep(0.01)
        # None of them came: between two windows a key has nobody to go to.
        self._come_forward()
        if self.heard().get("keys", before) <= before:
            self.xdotool("key", "--delay", "1", *keys)
        return self.now()

    def type(self, text: str) -> dict[str, Any]:
        """Type words as they stand."""
        self.xdotool("type", "--delay", "1", "--", text)
        # Capitals bring a Shift of their own, so the words themselves are waited for.
        now = self.wait(
            f"“{text}” in the field",
            lambda now: text.strip() in str(now["focus"].get("value")) or now["focus"].get("role") == "Password",
        )
        self._sent = now["keys"]
        return now

    def tab_to(self, name: str, *, back: bool = False, most: int = 400) -> dict[str, Any]:
        """Press Tab until the focus stands on a control whose spoken name begins so."""
        now, seen = self.now(), []
        for _ in range(most):
            here = now["focus"].get("name", "")
            if here.startswith(name):
                return now
            seen.append(here)
            now = self.key("shift+Tab" if back else "Tab")
        raise NotThereError(f"Tab never came to “{name}”; it went over {list(dict.fromkeys(seen))}")

    def press(self, name: str, *, back: bool = False) -> dict[str, Any]:
        """Go to a button or an answer by Tab and press it with the space bar."""
        self.tab_to(name, back=back)
        return self.key("space")

    def fill(self, name: str, text: str) -> dict[str, Any]:
        """Go to a field by Tab, type into it, and leave it."""
        self.tab_to(name)
        self.type(text)
        return self.key("Tab")

    def pick(self, name: str, label: str) -> dict[str, Any]:
        """Go to a box by Tab and take an entry with the down arrow, from the first one on."""
        self.tab_to(name)
        now = self.key("Home")
        for _ in range(60):
            if now["focus"].get("value", "").startswith(label):
                return self.key("Tab")
            now = self.key("Down")
        raise NotThereError(f"“{label}” is not in the box “{name}”")

    # -- what every session does

    def unlock(self, passphrase: str = PASSPHRASE) -> dict[str, Any]:
        """Type the passphrase on the unlock screen."""
        self.wait_for("Unlock")
        self.xdotool("type", "--delay", "1", "--", passphrase)
        self.xdotool("key", "Return")
        now = self.wait_for("Window")
        self._sent = now["keys"]
        return now

    def lock(self, key: str = "ctrl+l") -> None:
        """Lock with Ctrl+L, or with the space bar on a button that locks: a fresh program at the unlock screen."""
        self.locks(lambda: self.xdotool("key", key))

    def locks(self, by: Callable[[], object]) -> None:
        """Do something by which the program locks, and wait for the fresh one."""
        before = self.now()["born"]
        by()
        self.forget()
        self.wait("a fresh program", lambda now: now["born"] != before and "Unlock" in now["places"])
        self._come_forward()
