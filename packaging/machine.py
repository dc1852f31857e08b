"""What the machine itself must have: a Python that fits, and Linux's shared libraries and programs.

It looks for each thing itself and asks the package manager only for what is missing. Runs with Python alone.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Python 3.x versions that run the program; the ceiling is set by the encrypted database's ready-made packages.
PYTHON_MINORS = range(11, 15)
APT_ENVIRONMENT = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}


class GroundMissingError(Exception):
    """Something that only the person at the machine can mend; the text says what to do."""


@dataclass(frozen=True)
class Need:
    """A shared library (name with .so), a file (absolute path) or a program, and the Debian package that brings it."""

    what: str
    package: str

    def is_met(self) -> bool:
        if self.what.startswith("/"):
            return Path(self.what).exists()
        if ".so" not in self.what:
            return shutil.which(self.what) is not None
        try:
            ctypes.CDLL(self.what)
        except OSError:
            return False
        return True


# What Qt's widgets and its offscreen platform are linked against.
WIDGETS = (
    Need("libstdc++.so.6", "libstdc++6"),
    Need("libglib-2.0.so.0", "libglib2.0-0"),
    Need("libGL.so.1", "libgl1"),
    Need("libEGL.so.1", "libegl1"),
    Need("libX11.so.6", "libx11-6"),
    Need("libdbus-1.so.3", "libdbus-1-3"),
    Need("libfontconfig.so.1", "libfontconfig1"),
    Need("libfreetype.so.6", "libfreetype6"),
    Need("libxkbcommon.so.0", "libxkbcommon0"),
)
# What its X11 platform needs on top; Qt names xcb-cursor whichever of them is missing.
WINDOW = (
    *WIDGETS,
    Need("libX11-xcb.so.1", "libx11-xcb1"),
    Need("libxcb-cursor.so.0", "libxcb-cursor0"),
    Need("libxcb-icccm.so.4", "libxcb-icccm4"),
    Need("libxcb-image.so.0", "libxcb-image0"),
    Need("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    Need("libxcb-randr.so.0", "libxcb-randr0"),
    Need("libxcb-render-util.so.0", "libxcb-render-util0"),
    Need("libxcb-shape.so.0", "libxcb-shape0"),
    Need("libxcb-xkb.so.1", "libxcb-xkb1"),
    Need("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
)
# What the tests start: a virtual screen with a window manager and a keyboard, a private bus with a pretended logind,
# a bus of assistive technology; what looks through the server's units and its man page; what writes down what a process
# does to its files; what sends pages to a printer; and what a program folder is made with.
TESTS = (
    *WINDOW,
    Need("libcups.so.2", "libcups2"),
    Need("Xvfb", "xvfb"),
    Need("openbox", "openbox"),
    Need("xdotool", "xdotool"),
    Need("dbus-daemon", "dbus"),
    Need("gdbus", "libglib2.0-bin"),
    Need("/usr/lib/python3/dist-packages/dbusmock", "python3-dbusmock"),
    Need("/usr/libexec/at-spi-bus-launcher", "at-spi2-core"),
    Need("systemd-analyze", "systemd"),
    Need("groff", "groff-base"),
    Need("strace", "strace"),
    Need("objdump", "binutils"),
    Need("strip", "binutils"),
)


def go_on_with_a_python_that_fits() -> None:
    """Where this Python is too old or too new, start again with a fitting one from the path, or raise."""
    if sys.version_info[0] == 3 and sys.version_info[1] in PYTHON_MINORS:
        return
    for minor in reversed(PYTHON_MINORS):
        found = shutil.which(f"python3.{minor}")
        # The shim of a version switcher may be on the path and yet start nothing.
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            hand_over([found, *sys.argv], dict(os.environ))
    raise GroundMissingError(
        f"Holdfast needs Python 3.{PYTHON_MINORS[0]} to 3.{PYTHON_MINORS[-1]}; this is {sys.version.split()[0]} "
        "and no other was found on the path.\nOn Debian 12, Ubuntu 24.04 or later type this, then start again:\n"
        "  sudo apt-get install -y python3 python3-venv"
    )


def hand_over(command: list[str], environment: dict[str, str]) -> None:
    """Become another program and end with its exit code."""
    sys.stdout.flush()
    if os.name == "nt":
        # Windows has no exec: the console would be left to two programs at once.
        sys.exit(subprocess.run(command, env=environment, check=False).returncode)
    os.execve(command[0], command, environment)  # noqa: S606 - a fixed list of arguments, no shell wanted


def has_display() -> bool:
    """Whether a window can be shown. Windows and macOS always have a screen here; Linux says so in its environment."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def ensure(needs: tuple[Need, ...], purpose: str) -> None:
    """Install the system packages that are missing, or raise GroundMissingError with the exact line. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    missing = [need for need in needs if not need.is_met()]
    if not missing:
        return
    install_packages(sorted({need.package for need in missing}), purpose)
    still = [need for need in missing if not need.is_met()]
    if still:
        names = ", ".join(f"{need.what} (package {need.package})" for need in still)
        raise GroundMissingError(f"Still missing for {purpose} after the installation: {names}.")


def install_packages(packages: list[str], purpose: str) -> None:
    """Install Debian packages as root or with a sudo that asks nothing; otherwise raise with the line to type."""
    line = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {' '.join(packages)}"
    advice = f"Type this, then start again:\n  {line}"
    apt = shutil.which("apt-get")
    if apt is None:
        raise GroundMissingError(
            f"Missing for {purpose}, by their Debian names: {' '.join(packages)}.\n"
            "This system has no apt-get: install what it calls these packages, then start again."
        )
    rights = _rights()
    if rights is None:
        raise GroundMissingError(f"Missing for {purpose}: {' '.join(packages)}.\n{advice}")
    print(f"Installing for {purpose}: {' '.join(packages)}", flush=True)
    patient = [*rights, apt, "-qq", "-o", "DPkg::Lock::Timeout=300"]
    install = [*patient, "install", "-y", "--no-install-recommends", *packages]
    # The lists are fetched only where the first try fails: they are slow and mostly there.
    if _quietly(install) is None:
        return
    _quietly([*patient, "update"])
    said = _quietly(install)
    if said is not None:
        raise GroundMissingError(f"apt-get could not install what {purpose} needs:\n{said}\n{advice}")


def _rights() -> list[str] | None:
    """The words before apt-get: none for root, sudo where it asks for no password, None where neither is so."""
    if os.geteuid() == 0:
        return ["env", *(f"{name}={value}" for name, value in APT_ENVIRONMENT.items())]
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0:
        return [sudo, "-n", "env", *(f"{name}={value}" for name, value in APT_ENVIRONMENT.items())]
    return None


def _quietly(command: list[str]) -> str | None:
    """Run a command; None when it went well, otherwise the last lines it said."""
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return None if done.returncode == 0 else "\n".join(done.stdout.strip().splitlines()[-6:])
