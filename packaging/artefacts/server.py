"""The server's wheel and Debian package: the modules that serving needs; in the package, a Python with its libraries.

What belongs to the server is read from the imports themselves: whatever `sync.server` reaches, and nothing else. So no
code that opens a vault or shows a case lies on the server.
"""

from __future__ import annotations

import gzip
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import machine

from artefacts import bundle, deb, elf, man, sbom
from artefacts.order import Component, Made, Order

NEEDS = (machine.Need("objdump", "binutils"), machine.Need("strip", "binutils"))
NAME = "holdfast-server"
ROOT_PACKAGE = "sync.server"
PROGRAM = "opt/holdfast-server"
LICENCES = f"usr/share/doc/{NAME}/licences"
DATA = {
    "sync/server/migrations": "*.sql",
    "sync/wire/dictionaries": "*.zdict",
    "resources/i18n": "**/*.mo",
    "resources/retention": "*.toml",
}
"""The data files of the modules above."""
_SAYS = "The force's own server for Holdfast: keeps the notebooks of all laptops and hands them on"
_UNITS = ("*.service", "*.timer")
_SCRIPTS = ("postinst", "prerm", "postrm")
_EXAMPLES = ("server/network.conf", "server/Containerfile", "samples")


def make(order: Order) -> list[Made]:
    """The wheel first: the package is made from what it holds."""
    locked = sbom.locked(order.source / "packaging" / "locked-run.txt")
    wheel = make_wheel(order)
    program = make_program(order, wheel)
    parts = bundle.parts(order.source, order.work / "between" / NAME)
    package = make_package(order, program, parts)
    asked = requirements(order.source)
    return [
        Made(wheel, [locked[_name(line)] for line in asked]),
        Made(package, [*parts, *_carried(parts)]),
    ]


def modules(source: Path) -> list[Path]:
    """The files of every module that the server imports, directly or not, as paths from `source`; sorted."""
    code = (
        "import grimp, json, sys; sys.path.insert(0, '.'); graph = grimp.build_graph('app', 'sync', cache_dir=None); "
        f"own = graph.find_descendants('{ROOT_PACKAGE}') | {{'{ROOT_PACKAGE}'}}; "
        f"print(json.dumps(sorted(own | graph.find_upstream_modules('{ROOT_PACKAGE}', as_package=True))))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True, check=True).stdout
    found = set()
    for name in json.loads(told):
        path = Path(*name.split("."))
        found.add(path / "__init__.py" if (source / path).is_dir() else path.with_suffix(".py"))
        found |= {folder / "__init__.py" for folder in path.parents if folder != Path()}
    return sorted(path for path in found if (source / path).exists())


def requirements(source: Path) -> list[str]:
    """What the server asks for: its extra, and those of the program's own that its modules import."""
    project = tomllib.loads((source / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    imported = set()
    for file in modules(source):
        text = (source / file).read_text(encoding="utf-8")
        imported |= set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
    own = [line for line in project["dependencies"] if _name(line) in imported]
    return sorted([*own, *project["optional-dependencies"]["server"]], key=str.lower)


def make_wheel(order: Order) -> Path:
    """The wheel `holdfast_server`: the server's modules with their data, for a machine that brings Python itself."""
    stage = order.work / "wheel"
    for file in modules(order.source):
        (stage / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(order.source / file, stage / file)
    for folder, pattern in DATA.items():
        for found in sorted((order.source / folder).glob(pattern)):
            path = stage / found.relative_to(order.source)
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, path)
    shutil.copyfile(order.source / "LICENSE", stage / "LICENSE")
    project = tomllib.loads((order.source / "pyproject.toml").read_text(encoding="utf-8"))
    (stage / "pyproject.toml").write_text(_project(project, order), encoding="utf-8")
    for path in [stage, *stage.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
        os.utime(path, (order.epoch, order.epoch))
    told = {**os.environ, "SOURCE_DATE_EPOCH": str(order.epoch), "PYTHONHASHSEED": "0"}
    code = "import sys; from setuptools import build_meta; print(build_meta.build_wheel(sys.argv[1]))"
    made = order.work / "made"
    made.mkdir()
    _run([sys.executable, "-c", code, str(made)], stage, told)
    (wheel,) = made.glob("*.whl")
    return Path(shutil.move(wheel, order.out / wheel.name))


def make_program(order: Order, wheel: Path) -> Path:
    """The folder with the program, a Python and the libraries, made from what the wheel holds."""
    stage = order.work / "stage"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(stage)
    start = f"import sys\n\nfrom {ROOT_PACKAGE}.commands import main\n\nsys.exit(main())\n"
    (stage / f"{NAME}.py").write_text(start, encoding="utf-8")
    told = {
        **os.environ,
        "HOLDFAST_STAGE": str(stage),
        "SOURCE_DATE_EPOCH": str(order.epoch),
        "PYTHONHASHSEED": "0",
        "PYINSTALLER_CONFIG_DIR": str(order.work / "pyinstaller"),
        # Nothing but the staged modules may be found as ours.
        "PYTHONSAFEPATH": "1",
        "LC_ALL": "C.UTF-8",
    }
    spec = order.work / f"{NAME}.spec"
    shutil.copyfile(order.source / "packaging" / "server" / spec.name, spec)
    words = ["--noconfirm", "--clean", "--log-level=WARN", "--distpath", "dist", "--workpath", "between", str(spec)]
    _run([sys.executable, "-m", "PyInstaller", *words], order.work, told)
    program = order.work / "dist" / NAME
    bundle.name_version(program, order.version)
    return program


def make_package(order: Order, program: Path, parts: list[Component]) -> Path:
    """The Debian package: program, units, sample configuration, examples, man page, and what it is made of."""
    ours = order.source / "packaging"
    docs = f"usr/share/doc/{NAME}"
    manual = man.page(ours / "server" / f"{NAME}.8", order.source, f"{ROOT_PACKAGE}.commands:parser")
    entries = [
        *deb.folder_entries(program, PROGRAM),
        deb.Entry(f"usr/bin/{NAME}", link=f"/{PROGRAM}/{NAME}"),
        *(
            deb.Entry(f"lib/systemd/system/{unit.name}", unit)
            for kind in _UNITS
            for unit in sorted((ours / "server").glob(kind))
        ),
        deb.Entry(f"usr/share/{NAME}/server.toml", ours / "server" / "server.toml"),
        deb.Entry(f"usr/share/man/man8/{NAME}.8.gz", gzip.compress(manual.encode(), mtime=0)),
        deb.Entry(f"{docs}/copyright", _copyright(order.source).encode()),
        *bundle.licences(parts, LICENCES),
        *_python_licence(),
        deb.Entry(f"{docs}/README.md", ours / "README.md"),
        deb.Entry(f"{docs}/exchange.md", order.source / "sync" / "README.md"),
    ]
    for name in _EXAMPLES:
        place = ours / name
        files = sorted(place.iterdir()) if place.is_dir() else [place]
        entries += [deb.Entry(f"{docs}/examples/{file.name}", file) for file in files]
    fields = {
        "Package": NAME,
        "Version": order.version,
        "Architecture": _architecture(),
        "Maintainer": "The administrators of the force <root@localhost>",
        "Depends": ", ".join(["adduser", *elf.depends(elf.programs(program))]),
        "Recommends": "openssl",
        "Suggests": "postgresql (>= 15), nginx",
        "Section": "net",
        "Priority": "optional",
        "Description": f"{_SAYS}\n Officers' laptops work without a network and send what they recorded here when they"
        "\n have one. The package carries its own Python and libraries; it needs a PostgreSQL\n (15 or newer).",
    }
    scripts = {name: (ours / "server" / name).read_text(encoding="utf-8") for name in _SCRIPTS}
    out = order.out / f"{NAME}_{order.version}_{fields['Architecture']}.deb"
    return deb.write(out, fields, entries, epoch=order.epoch, scripts=scripts)


def _project(project: dict[str, object], order: Order) -> str:
    told = project["project"]
    assert isinstance(told, dict)
    asked = "".join(f"    {json.dumps(line)},\n" for line in requirements(order.source))
    data = sorted({pattern.rsplit("/", 1)[-1] for pattern in DATA.values()})
    return (
        f"[build-system]\nrequires = {json.dumps(project['build-system']['requires'])}\n"  # type: ignore[index]
        'build-backend = "setuptools.build_meta"\n\n'
        f"[project]\nname = {json.dumps(NAME)}\nversion = {json.dumps(order.version)}\n"
        f'description = {json.dumps(_SAYS)}\nlicense = {json.dumps(told["license"])}\nlicense-files = ["LICENSE"]\n'
        f"requires-python = {json.dumps(told['requires-python'])}\ndependencies = [\n{asked}]\n\n"
        f'[project.scripts]\n{NAME} = "{ROOT_PACKAGE}.commands:main"\n\n'
        '[tool.setuptools.packages.find]\nwhere = ["."]\ninclude = ["app*", "sync*", "resources*"]\n\n'
        f'[tool.setuptools.package-data]\n"*" = {json.dumps(data)}\n'
    )


def _name(requirement: str) -> str:
    """The name of what a requirement asks for, as locked lists write it."""
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def _carried(parts: list[Component]) -> list[Component]:
    """What lies inside those parts, or beside them, and has advisories of its own."""
    import psycopg
    import zstandard
    from cryptography.hazmat.backends.openssl.backend import backend

    major, minor = divmod(psycopg.pq.version(), 10000)
    python, libpq = platform.python_version(), f"{major}.{minor}"
    openssl, zstd = backend.openssl_version_text().split()[1], ".".join(map(str, zstandard.ZSTD_VERSION))
    assert {"cryptography", "psycopg-binary", "zstandard"} <= {part.name for part in parts}
    return [
        Component("Python", python, f"pkg:generic/python@{python}", "PSF-2.0"),
        Component("OpenSSL in Python", ssl.OPENSSL_VERSION.split()[1], "", "Apache-2.0"),
        Component(
            "OpenSSL in cryptography", openssl, f"pkg:generic/openssl@{openssl}", "Apache-2.0", of="cryptography"
        ),
        Component("libpq", libpq, f"pkg:generic/postgresql@{libpq}", "PostgreSQL", of="psycopg-binary"),
        Component("zstd", zstd, f"pkg:generic/zstd@{zstd}", "BSD-3-Clause", of="zstandard"),
    ]


def _copyright(source: Path) -> str:
    """Our licence; those of what is carried along lie beside it."""
    says = f"Holdfast is under the Apache License 2.0, which follows. What the package carries: /{LICENCES}.\n\n"
    return says + (source / "LICENSE").read_text(encoding="utf-8")


def _python_licence() -> list[deb.Entry]:
    """Python's own, which every Python has beside its library."""
    file = Path(os.__file__).parent / "LICENSE.txt"
    return [deb.Entry(f"{LICENCES}/python/LICENSE.txt", file)] if file.exists() else []


def _architecture() -> str:
    """Debian's name of this machine's kind."""
    return {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]


def _run(command: list[str], where: Path, told: dict[str, str]) -> None:
    """Run a tool; what it makes may be read by everybody, whatever this machine's habits are."""
    done = subprocess.run(
        command,
        cwd=where,
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        umask=0o022,
    )
    if done.returncode:
        raise machine.GroundMissingError(f"This did not work: {' '.join(command)}\n{done.stdout[-3000:]}")
