"""Build the packages that administrators install: desktop, server, windows or all; `--twice` proves they are the same.

Each artefact lies in a folder of its own below dist/, beside its contents list (CycloneDX), SHA256SUMS and the
signature of SHA256SUMS.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import machine
from artefacts import order, reproduce, sbom, signing, source
from artefacts.kinds import KINDS, load

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for. Exit codes: 0 built (and, with --twice, the same twice), 1 not, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="dev.py build", description=__doc__)
    parser.add_argument("what", nargs="?", default="all", choices=[*KINDS, "all"])
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="where the folders go (default: dist)")
    parser.add_argument("--version", default="", help="another version than that of pyproject.toml, for trials")
    parser.add_argument("--key", type=Path, help=f"signing key, Ed25519 in PEM (default: what {signing.KEY} names)")
    parser.add_argument("--twice", action="store_true", help="build twice in different folders and compare every byte")
    wanted = parser.parse_args(arguments)
    kinds = [kind for kind in KINDS if wanted.what in (kind, "all") and load(kind) is not None]
    if not kinds:
        print(f"{wanted.what} cannot be built from this tree.", file=sys.stderr)
        return 2
    for kind in kinds:
        machine.ensure(load(kind).NEEDS, f"building {kind}")
    key = signing.find_key(wanted.key)
    version = wanted.version or source.version(ROOT)
    for kind in kinds:
        if wanted.twice:
            if not reproduce.same_twice(ROOT, kind, version, wanted.out / kind):
                return 1
        else:
            build(ROOT, kind, version, wanted.out / kind)
        finish(wanted.out / kind, key)
    return 0


def build(root: Path, kind: str, version: str, out: Path) -> None:
    """Make one kind of artefact into the emptied folder `out`, each file with its contents list beside it."""
    begun = time.monotonic()
    order.emptied(out)
    with tempfile.TemporaryDirectory(prefix="holdfast-build-") as place:
        epoch = source.epoch(root)
        clean, work = source.export(root, Path(place) / "source", epoch), Path(place) / "work"
        work.mkdir()
        for made in load(kind).make(order.Order(clean, version, epoch, out, work)):
            sbom.write(made, version, epoch)
            print(f"{made.file.name}: {made.file.stat().st_size / 1e6:.1f} MB", flush=True)
    print(f"{kind}: built in {time.monotonic() - begun:.0f} s", flush=True)


def finish(out: Path, key: signing.Key) -> None:
    """Write checksums of all files in `out`, sign them, and say with which key."""
    sums = signing.checksums(out)
    signing.sign(sums, key)
    print(sums.read_text(encoding="utf-8"), end="")
    print(f"{sums} is signed with {key.says}.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
