"""The desktop package: a Debian package with the program, everything it needs, and what belongs beside it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import machine

from artefacts import bundle, deb, elf, manual
from artefacts.order import Component, Made, Order

NEEDS = (
    *machine.WINDOW,
    machine.Need("gcc", "gcc"),
    machine.Need("objdump", "binutils"),
    machine.Need("libcups.so.2", "libcups2"),
)
HOME = "opt/holdfast"
LICENCES = "usr/share/doc/holdfast/licences"
LIST = "files.sha256"  # app.casework.installation compares with it
FIELDS = {
    "Architecture": "amd64",
    "Maintainer": "The Holdfast authors <holdfast@example.org>",
    "Section": "misc",
    "Priority": "optional",
    "Homepage": "https://holdfast.example.org",
}
DESCRIPTION = """case records that stay encrypted on this computer
 Writes and reads case records in an encrypted vault, with or without a network, prints them, and exchanges them
 with the server of an organisation. Removing the package never removes a vault."""
# Fonts are bundled, but without these settings every letter is a box; time zones count deadlines.
ALWAYS = ("fontconfig-config", "libcups2 | libcups2t64", "tzdata")
RECOMMENDS = ("gnome-keyring | kwalletmanager | keepassxc", "at-spi2-core", "xdg-utils", "cups", "ca-certificates")
STARTER = "-Os -static -nostdlib -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -Wall -Werror"
LINKED = "-Wl,--build-id=none -Wl,-z,noexecstack -s"
INSIDE = ("SQLCipher", "SQLite", "OpenSSL in SQLCipher", "OpenSSL in cryptography", "Qt", "Python", "OpenSSL in Python")
BROUGHT_BY = {
    "SQLCipher": "sqlcipher3",
    "SQLite": "sqlcipher3",
    "OpenSSL in SQLCipher": "sqlcipher3",
    "OpenSSL in cryptography": "cryptography",
    "Qt": "pyside6-essentials",
}


def make(order: Order) -> list[Made]:
    """Write holdfast_VERSION_amd64.deb. A program that does not pass its own self-check becomes no package."""
    home = order.work / "holdfast"
    home.mkdir()
    shutil.move(bundle.build(order), home / "program")
    starter(order.source, home / "holdfast")
    bundle.list_files(home, LIST)
    versions = self_check(home / "holdfast")
    parts = bundle.parts(order.source, order.work / "pyinstaller" / "holdfast")
    fields = {
        "Package": "holdfast",
        "Version": order.version,
        **FIELDS,
        "Depends": ", ".join(sorted({*elf.depends(elf.programs(home)), *ALWAYS})),
        "Recommends": ", ".join(RECOMMENDS),
        "Description": DESCRIPTION,
    }
    beside = order.source / "packaging" / "desktop"
    closed = (beside / "closed.sh").read_text(encoding="utf-8")
    scripts = {
        name: (beside / name).read_text(encoding="utf-8").replace("@CLOSED@", closed.strip())
        for name in ("preinst", "postinst", "prerm", "postrm")
    }
    made = deb.write(
        order.out / f"holdfast_{order.version}_amd64.deb",
        fields,
        [*deb.folder_entries(home, HOME), *_beside(order, beside), *bundle.licences(parts, LICENCES)],
        epoch=order.epoch,
        scripts=scripts,
        conffiles=["etc/apparmor.d/opt.holdfast"],
    )
    return [Made(made, [*parts, *_inside(versions)])]


def starter(source: Path, to: Path) -> None:
    """Compile the starter of the program folder."""
    file = source / "packaging" / "desktop" / "launcher.c"
    subprocess.run(["gcc", *STARTER.split(), *LINKED.split(), "-o", str(to), str(file)], check=True)
    to.chmod(0o755)


def self_check(program: Path) -> dict[str, str]:
    """The versions that the built program tells of itself and of what carries it; raises where it is not well."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DBUS_", "DISPLAY"))}
    done = subprocess.run(
        [str(program), "--self-check", "--json"], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        raise RuntimeError(f"The built program is not well:\n{done.stdout}{done.stderr}")
    versions: dict[str, str] = json.loads(done.stdout)["versions"]
    return versions


def _inside(versions: dict[str, str]) -> list[Component]:
    """What the running program says is inside its libraries, and what no lock names."""
    return [Component(name, versions[name], of=BROUGHT_BY.get(name, "")) for name in INSIDE]


def _beside(order: Order, beside: Path) -> list[deb.Entry]:
    """What the system finds the program by: menus, pictures, pages of the manual, rules, words about rights."""
    day = datetime.fromtimestamp(order.epoch, UTC).date().isoformat()
    about = (beside / "org.holdfast.Holdfast.metainfo.xml").read_text(encoding="utf-8")
    about = about.replace("@VERSION@", order.version).replace("@DATE@", day)
    return [
        deb.Entry("usr/bin/holdfast", link=f"/{HOME}/holdfast"),
        deb.Entry("usr/share/applications/holdfast.desktop", beside / "holdfast.desktop"),
        deb.Entry("usr/share/icons/hicolor/scalable/apps/holdfast.svg", beside / "holdfast.svg"),
        deb.Entry("usr/share/metainfo/org.holdfast.Holdfast.metainfo.xml", about.encode()),
        deb.Entry("usr/share/doc/holdfast/copyright", beside / "copyright"),
        deb.Entry("etc/apparmor.d/opt.holdfast", beside / "apparmor"),
        *(
            deb.Entry(f"usr/share/man/man1/{name}", page)
            for name, page in manual.pages(order.source, order.version, order.epoch).items()
        ),
    ]
