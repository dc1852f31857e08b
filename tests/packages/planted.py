"""Files laid where a careless program would pick them up, each of which leaves a mark when it is loaded."""

from __future__ import annotations

import subprocess
from pathlib import Path

MARKS = "/tmp/planted"
MODULES = (
    "os.py",
    "sitecustomize.py",
    "usercustomize.py",
    "encodings/__init__.py",
    "PySide6/__init__.py",
    "sqlcipher3/__init__.py",
    "app/__init__.py",
    "ui/commands/main.py",
    "keyring/backends/SecretService.py",
)
LIBRARIES = (
    "libssl.so.3",
    "libcrypto.so.3",
    "libQt6Core.so.6",
    "libQt6Gui.so.6",
    "libpython3.11.so.1.0",
    "libz.so.1",
    "libxcb-cursor.so.0",
    "platforms/libqxcb.so",
    "platformthemes/libqgtk3.so",
    "styles/libplanted.so",
    "imageformats/libqsvg.so",
)
SETTINGS = {
    "qt.conf": "[Paths]\nPlugins = .\nPrefix = .\n",
    "pyvenv.cfg": "home = .\n",
    "python311._pth": ".\n",
    "holdfast._pth": ".\n",
    "pybuilddir.txt": ".\n",
    "openssl.cnf": "openssl_conf = planted\n",
}
# What points to such files from outside. The program's own starter drops it.
ENVIRONMENT = (
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONUSERBASE",
    "QT_PLUGIN_PATH",
    "QT_QPA_PLATFORM_PLUGIN_PATH",
    "OPENSSL_MODULES",
    "GCONV_PATH",
)
_LIBRARY = """
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void mark(void) {{ close(open("{mark}", O_CREAT | O_WRONLY, 0666)); }}
"""
_MODULE = "open({mark!r}, 'w').close()\n"


def plant(folder: Path, inside: str, name: str) -> int:
    """Lay every file into a folder, which is `inside` in its root; each one's mark is named by `name`; how many."""
    for path in MODULES:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_MODULE.format(mark=f"{MARKS}-{name}-{Path(path).stem}"), encoding="utf-8")
    for path in LIBRARIES:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        code = _LIBRARY.format(mark=f"{MARKS}-{name}-{Path(path).name}")
        command = ["gcc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(folder / path)]
        subprocess.run(command, input=code.encode(), check=True)
    for path, text in SETTINGS.items():
        (folder / path).write_text(text.replace("= .", f"= {inside}"), encoding="utf-8")
    return len(MODULES) + len(LIBRARIES) + len(SETTINGS)


def take_away(folder: Path) -> None:
    """Take every planted file away again."""
    for path in (*MODULES, *LIBRARIES, *SETTINGS):
        (folder / path).unlink()
    for path in sorted({*MODULES, *LIBRARIES}, reverse=True):
        for parent in (folder / path).parents:
            if parent != folder and parent.is_relative_to(folder) and parent.exists() and not any(parent.iterdir()):
                parent.rmdir()


def environment(inside: str) -> dict[str, str]:
    """Variables that all point into the folder, and a library to be loaded before all others."""
    return {**dict.fromkeys(ENVIRONMENT, inside), "LD_PRELOAD": f"{inside}/libz.so.1", "QT_STYLE_OVERRIDE": "planted"}


def marks(root: Path) -> list[str]:
    """The marks that were left in a root, by name."""
    return sorted(file.name for file in (root / "tmp").glob(f"{Path(MARKS).name}-*"))
