"""The program folder of the desktop package: what it holds, what it leaves out, and where each part of it is from.

Left out is what the program never uses (it would be attack surface and weight) and what the system must bring itself,
because it has to fit the system's graphics, fonts and sound.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from artefacts import deb
from artefacts import source as project
from artefacts.order import Component, Order
from artefacts.sbom import locked

CODE = ("app", "ui", "sync")
NOT_CODE = ("sync.server",)
NOT_DATA = ("resources/pictures/", "resources/i18n/holdfast.pot", "sync/server/")

# Loaded by name at run time, so that no import says it.
BY_NAME = ("keyring.backends.SecretService", "anyascii._data")
# Libraries whose own data files no recipe of PyInstaller knows: the folder of each, below the installed packages.
WITH_DATA = ("anyascii/_data",)

# Whole packages that something names and our program never reaches: the server's, the tools', and parts of Python.
EXCLUDED = [
    "PyInstaller",
    "PySide6.QtNetwork",
    "_pytest",
    "_tkinter",
    "anyio.pytest_plugin",
    "babel",
    "litestar",
    "multiprocessing",
    "numpy",
    "packaging",
    "pdb",
    "pip",
    "psycopg",
    "pydoc",
    "pygments",
    "pytest",
    "readline",
    "requests",
    "rich",
    "setuptools",
    "sqlite3",
    "sync.server",
    "tkinter",
    "trio",
    "unittest",
    "urllib3",
    "uvicorn",
    "yaml",
    "zstandard.backend_cffi",
]

_LICENCES = re.compile(r"\.dist-info/(?:.*/)?[^/]*(?:LICEN[CS]E|COPYING|NOTICE|AUTHORS)[^/]*$", re.IGNORECASE)
_UNWANTED = re.compile(
    r"""
    # Qt's plugins: pictures are PNG, which Qt reads itself; icons are drawn by us; no network, QML or SQL of Qt's.
    /plugins/(?: imageformats | iconengines | generic | egldeviceintegrations | networkinformation | qmltooling
               | sqldrivers | tls | vectorimageformats | wayland[^/]* )/
    | /plugins/platforms/libq(?! xcb\.so | offscreen\.so )
    | /plugins/platformthemes/libqgtk3
    | /plugins/platforminputcontexts/libqtvirtualkeyboard
    | libQt6(?: Qml | Quick | VirtualKeyboard | Svg | Pdf | Wayland | WlShell | EglFS | EglFs | Network
              | OpenGLWidgets )
    | /translations/
    # The library that paper is made with brings fonts; only ours are used.
    | reportlab/fonts/
    # What installing leaves behind; our own description is written anew.
    | \.dist-info/(?: RECORD | INSTALLER | REQUESTED | WHEEL | direct_url\.json | .*\.pth )
    | (?:^|/)holdfast-[^/]*\.(?: dist | egg )-info
    # Brought by the system, of which they are a part; Qt's plugins have similar names.
    | (?:^|/)(?<!/plugins/printsupport/)lib(?: X11 | Xau | Xdmcp | Xext | Xrender | Xi | Xfixes | Xcursor | Xrandr
               | Xcomposite | Xdamage
               | Xinerama | xcb | xkbcommon | GL | EGL | GLX | GLdispatch | drm | gbm | wayland | fontconfig | freetype
               | expat | dbus | glib | gobject | gio | gmodule | gthread | gtk | gdk | pango | cairo | harfbuzz | atk
               | atspi | epoxy | fribidi | thai | datrie | graphite2 | pixman | cups | avahi | gnutls | krb5 | k5crypto
               | gssapi | com_err | keyutils | systemd | gcrypt | gpg-error | mount | blkid | selinux | pcre | stdc\+\+
               | gcc_s | bsd | md | cap | lz4 | lzma-sys | brotli | png16 | jpeg | tiff | p11-kit | tasn1 | nettle
               | hogweed | gmp | idn2 | unistring )[-_.0-9a-z]*\.so
    """,
    re.VERBOSE,
)


def is_wanted(path: str) -> bool:
    """Whether a file that PyInstaller has found, by its path in the folder, goes into the package."""
    return _UNWANTED.search(path.replace("\\", "/")) is None


def hidden_imports(source: Path) -> list[str]:
    """Every module of ours but the server's, because many are loaded by name, and the libraries' that are."""
    modules = []
    for name in project.tracked(source):
        path = Path(name)
        if path.suffix == ".py" and path.parts[0] in CODE:
            module = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
            if not module.startswith(NOT_CODE):
                modules.append(module)
    return [*modules, *BY_NAME]


def data_files(source: Path) -> list[str]:
    """What the program reads: every tracked file of ours that is no code, as a path from the project's root."""
    return [
        name
        for name in project.tracked(source)
        if name.split("/")[0] in (*CODE, "resources")
        and not name.endswith((".py", "README.md"))
        and not name.startswith(NOT_DATA)
    ]


def datas(source: Path) -> list[tuple[str, str]]:
    """The data files as PyInstaller wants them: where each is, and the folder into which it goes."""
    libraries = Path(sysconfig.get_path("purelib"))
    brought = [(str(file), folder) for folder in WITH_DATA for file in sorted((libraries / folder).glob("[!_]*"))]
    return [*((str(source / name), str(Path(name).parent)) for name in data_files(source)), *brought]


def build(order: Order) -> Path:
    """Make the program folder from the source of an order; the folder. Raises CalledProcessError where it fails."""
    to, work = order.work / "bundle", order.work / "pyinstaller"
    spec = order.source / "packaging" / "desktop" / "holdfast.spec"
    told = {
        "BUNDLE_SOURCE": str(order.source),
        "PYTHONPATH": os.pathsep.join([str(order.source), str(order.source / "packaging")]),
        # Everything that could make two builds differ is the same in both.
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(order.epoch),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYINSTALLER_CONFIG_DIR": str(work / "cache"),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", str(to), "--workpath", str(work), str(spec)]
    subprocess.run(command, cwd=order.source, env={**os.environ, **told}, umask=0o022, check=True)
    program = to / "holdfast"
    name_version(program, order.version)
    return program


def name_version(program: Path, version: str) -> None:
    """Let a program folder know which version of the program it is."""
    about = program / "_internal" / f"holdfast-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: holdfast\nVersion: {version}\n", "utf-8")


def parts(source: Path, work: Path) -> list[Component]:
    """What is in a folder that was built: locked packages, and the system's libraries with their package versions.

    `work`: where PyInstaller left its lists of what it took.
    """
    known = locked(source / "packaging" / "locked-dev.txt")
    found: dict[str, Component] = {}
    for file in _sources(work):
        package = _package_of(file)
        if package is not None:
            if package not in known:
                raise LookupError(f"{package} is in the package and in no locked list ({file}).")
            found[package] = known[package]
        elif file.is_relative_to("/usr/lib") or file.is_relative_to("/lib"):
            system = _system_package(file)
            found[system.name] = system
    return [found[name] for name in sorted(found)]


def _sources(work: Path) -> Iterable[Path]:
    """The files that PyInstaller took, as its own lists of contents name them: modules, libraries, data."""
    for name in ("PYZ-00.toc", "COLLECT-00.toc"):
        held = ast.literal_eval((work / name).read_text(encoding="utf-8"))
        (listed,) = [part for part in held if isinstance(part, list)]
        yield from (Path(source) for _, source, *_ in listed if source and source != "-")


@functools.cache
def _installed() -> dict[str, str]:
    """The package, by its name in the lock, of every installed file by its full path."""
    return {
        os.path.normpath(str(distribution.locate_file(file))): re.sub(r"[-_.]+", "-", distribution.name).lower()
        for distribution in importlib.metadata.distributions()
        for file in distribution.files or ()
    }


def _package_of(file: Path) -> str | None:
    return _installed().get(os.path.normpath(file))


@functools.cache
def _system_package(file: Path) -> Component:
    """The Debian package that brought a library of the building machine, with its version."""
    for path in (file, file.resolve()):
        said = subprocess.run(["dpkg-query", "--search", str(path)], capture_output=True, text=True, check=False).stdout
        if said:
            name = said.split(":")[0]
            version = subprocess.run(
                ["dpkg-query", "--show", "--showformat", "${Version}", name], capture_output=True, text=True, check=True
            ).stdout
            return Component(name, version, f"pkg:deb/debian/{name}@{version}")
    raise LookupError(f"No package of this system brought {file}, which is in the package.")


def licences(brought: list[Component], at: str) -> list[deb.Entry]:
    """The licence of everything inside, as it came with it, in a folder of its own below `at`."""
    found = []
    for part in brought:
        if part.purl.startswith("pkg:deb/"):
            files = {"copyright": Path(f"/usr/share/doc/{part.name}/copyright")}
        else:
            distribution = importlib.metadata.distribution(part.name)
            files = {
                file.as_posix().partition(".dist-info/")[2].removeprefix("licenses/"): Path(
                    str(distribution.locate_file(file))
                )
                for file in distribution.files or ()
                if _LICENCES.search(file.as_posix())
            }
        found += [deb.Entry(f"{at}/{part.name}/{name}", file) for name, file in files.items() if file.exists()]
    return found


def list_files(folder: Path, name: str) -> None:
    """Write the list that `holdfast --self-check` compares the files of a folder with: hash, two blanks, path."""
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    lines = [f"{hashlib.sha256((folder / file).read_bytes()).hexdigest()}  {file}\n" for file in files if file != name]
    (folder / name).write_text("".join(lines), encoding="utf-8")
