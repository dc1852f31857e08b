"""Assistive technology's view from another process: an accessibility bus of its own, the tree, words put into a field.

Speaks plain D-Bus, as any screen reader's library does.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from jeepney import DBusAddress, Properties, new_method_call
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusErrorResponse, unwrap_msg

LAUNCHER = "/usr/libexec/at-spi-bus-launcher"
ACCESSIBLE, EDITABLE, TEXT, ACTION = (
    f"org.a11y.atspi.{name}" for name in ("Accessible", "EditableText", "Text", "Action")
)
ROOT = "/org/a11y/atspi/accessible/root"
FOCUSED, EDITABLE_STATE, SHOWING = 12, 7, 25  # numbers of states, as AT-SPI counts them
PATIENCE_S = 30.0


@contextlib.contextmanager
def session_bus() -> Iterator[dict[str, str]]:
    """A session bus with an accessibility bus on it; gives what a program needs in its environment to be on it."""
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"], stdout=subprocess.PIPE, text=True
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    environment = {"DBUS_SESSION_BUS_ADDRESS": address}
    launcher = subprocess.Popen(
        [LAUNCHER, "--launch-immediately"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield {**environment, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    finally:
        for one in (launcher, daemon):
            one.terminate()
            one.wait()
        daemon.stdout.close()


@dataclass(frozen=True)
class Thing:
    """One accessible object: where it is, what it is and what it is called."""

    bus: str
    path: str
    role: str
    name: str
    level: int


class Outside:
    """Another process beside the program, with the eyes and hands of a screen reader."""

    def __init__(self, session: str) -> None:
        with open_dbus_connection(session) as desk:
            asked = new_method_call(DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus"), "GetAddress")
            (address,) = _until(lambda: unwrap_msg(desk.send_and_get_reply(asked, timeout=PATIENCE_S)))
        self._bus: DBusConnection = open_dbus_connection(address)

    def close(self) -> None:
        """Leave the bus."""
        self._bus.close()

    def _call(self, at: tuple[str, str], interface: str, method: str, signature: str = "", *values: Any) -> Any:
        address = DBusAddress(at[1], at[0], interface)
        message = new_method_call(address, method, signature or None, values)
        return unwrap_msg(self._bus.send_and_get_reply(message, timeout=PATIENCE_S))

    def _get(self, at: tuple[str, str], interface: str, name: str) -> Any:
        message = Properties(DBusAddress(at[1], at[0], interface)).get(name)
        return unwrap_msg(self._bus.send_and_get_reply(message, timeout=PATIENCE_S))[0][1]

    def program(self, name: str) -> tuple[str, str]:
        """Where the program of this name is, once it has come to the bus."""

        def look() -> tuple[str, str]:
            for bus, path in self._call(("org.a11y.atspi.Registry", ROOT), ACCESSIBLE, "GetChildren")[0]:
                if name in self._get((bus, path), ACCESSIBLE, "Name"):
                    return bus, path
            raise LookupError(name)

        return _until(look)

    def tree(self, at: tuple[str, str], level: int = 0) -> Iterator[Thing]:
        """An object and everything under it; what goes meanwhile is passed over."""
        try:
            role = self._call(at, ACCESSIBLE, "GetRoleName")[0]
            name = self._get(at, ACCESSIBLE, "Name")
            below = self._call(at, ACCESSIBLE, "GetChildren")[0]
        except DBusErrorResponse:
            return
        yield Thing(*at, role, name, level)
        for bus, path in below:
            yield from self.tree((bus, path), level + 1)

    def find(self, at: tuple[str, str], role: str, name: str) -> Thing:
        """The object with this role whose name begins so, once it is there."""

        def look() -> Thing:
            return next(t for t in self.tree(at) if t.role == role and t.name.startswith(name))

        return _until(look)

    def put_words(self, thing: Thing, words: str) -> bool:
        """Set the whole text of a field, as dictation does; whether the field took it."""
        return bool(self._call((thing.bus, thing.path), EDITABLE, "SetTextContents", "s", words)[0])

    def words(self, thing: Thing) -> str:
        """The text that a field holds."""
        return str(self._call((thing.bus, thing.path), TEXT, "GetText", "ii", 0, -1)[0])

    def press(self, thing: Thing) -> None:
        """Do the first thing that can be done with an object."""
        self._call((thing.bus, thing.path), ACTION, "DoAction", "i", 0)

    def states(self, thing: Thing) -> set[int]:
        """The numbers of the states that an object is in."""
        low, high = self._call((thing.bus, thing.path), ACCESSIBLE, "GetState")[0]
        bits = low | high << 32
        return {number for number in range(64) if bits >> number & 1}


def _until(ask: Callable[[], Any]) -> Any:
    """Ask again until there is an answer."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            return ask()
        except (LookupError, StopIteration, DBusErrorResponse):
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def printed(things: list[Thing]) -> str:
    """The tree as lines."""
    return "\n".join(f"{'  ' * thing.level}[{thing.role}] {thing.name}" for thing in things)
