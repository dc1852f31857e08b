"""Sleep, session lock and lid: a private system bus with a stand-in for logind and UPower."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("logind is Linux's", allow_module_level=True)

from PySide6.QtDBus import QDBusConnection

from ui.shell.suspend import LogindWatch, SuspendWatch, WindowsWatch

PYTHON = "/usr/bin/python3"  # the stand-in is Debian's package python3-dbusmock
SESSIONS = "/org/freedesktop/login1/session"


@pytest.fixture(scope="module")
def bus_address():
    daemon = subprocess.Popen(
        [shutil.which("dbus-daemon"), "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True
    )
    address = daemon.stdout.readline().strip()
    yield address
    daemon.terminate()
    daemon.communicate()


@pytest.fixture(scope="module")
def mocks(bus_address):
    environment = {
        "DBUS_SYSTEM_BUS_ADDRESS": bus_address,
        "DBUS_SESSION_BUS_ADDRESS": bus_address,
        "PATH": "/usr/bin:/bin",
    }
    running = []
    for template in ("logind", "upower"):
        running.append(
            subprocess.Popen(
                [PYTHON, "-m", "dbusmock", "--system", "--template", template],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
    for name in ("org.freedesktop.login1", "org.freedesktop.UPower"):
        subprocess.run(["gdbus", "wait", "--system", "--timeout", "20", name], env=environment, check=True)
    yield environment
    for one in running:
        one.terminate()
        one.wait()


def emit(environment, path, interface, signal, signature, *given):
    subprocess.run([PYTHON, "-c", EMIT, path, interface, signal, signature, *given], env=environment, check=True)


EMIT = """
import sys, json, dbus
path, interface, signal, signature, *given = sys.argv[1:]
name = "org.freedesktop.UPower" if "UPower" in path else "org.freedesktop.login1"
mock = dbus.Interface(dbus.SystemBus().get_object(name, path), "org.freedesktop.DBus.Mock")
if signal == "AddSession":
    mock.AddSession(given[0], "seat0", dbus.UInt32(1000), "officer", True)
elif signal == "PropertiesChanged":
    mock.UpdateProperties(interface, {given[0]: dbus.Boolean(given[1] == "true")})
else:
    mock.EmitSignal(interface, signal, signature, [json.loads(value) for value in given])
"""


@pytest.fixture
def watch(mocks, bus_address, qtbot):
    bus = QDBusConnection.connectToBus(bus_address, "test")
    assert bus.isConnected()
    made = LogindWatch(bus)
    made.heard = []
    made.going.connect(lambda: made.heard.append(True))
    yield made
    made.let_go()
    QDBusConnection.disconnectFromBus("test")


def test_everything_is_listened_to(watch):
    assert watch.listening == [True, True, True]


def test_sleep_is_held_back_until_all_is_saved(watch):
    assert watch.holding_back
    watch.let_go()
    assert not watch.holding_back


def test_going_to_sleep_is_heard_and_waking_is_not(watch, mocks, qtbot):
    manager = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", "b")
    emit(mocks, *manager, "false")
    emit(mocks, *manager, "true")
    qtbot.waitUntil(lambda: watch.heard == [True])


def test_the_lock_of_our_session_is_heard_and_of_no_other(mocks, bus_address, qtbot, monkeypatch):
    monkeypatch.setenv("XDG_SESSION_ID", "c1")
    emit(mocks, "/org/freedesktop/login1", "", "AddSession", "", "c1")
    emit(mocks, "/org/freedesktop/login1", "", "AddSession", "", "c2")
    bus = QDBusConnection.connectToBus(bus_address, "lock")
    watch, heard = LogindWatch(bus), []
    watch.going.connect(lambda: heard.append(True))
    for session in ("c2", "c1"):
        emit(mocks, f"{SESSIONS}/{session}", "org.freedesktop.login1.Session", "Lock", "")
    qtbot.waitUntil(lambda: heard == [True])
    QDBusConnection.disconnectFromBus("lock")


def test_closing_the_lid_is_heard_and_opening_is_not(watch, mocks, qtbot):
    upower = ("/org/freedesktop/UPower", "org.freedesktop.UPower", "PropertiesChanged", "")
    emit(mocks, *upower, "LidIsClosed", "false")
    emit(mocks, *upower, "LidIsClosed", "true")
    qtbot.waitUntil(lambda: watch.heard == [True])


def test_a_system_that_says_nothing(qtbot):
    heard = []
    watch = SuspendWatch()
    watch.going.connect(lambda: heard.append(True))
    watch.let_go()
    assert heard == []


def test_windows_power_broadcast(qtbot):
    heard = []
    watch = WindowsWatch()
    watch.going.connect(lambda: heard.append(True))
    watch.message(0x218, 0x7)  # woke
    watch.message(0x100, 0x4)  # a key
    assert heard == []
    watch.message(0x218, 0x4)
    assert heard == [True]
