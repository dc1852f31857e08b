"""The packages in clean roots: `python -m tests.packages PROOF FOLDER`, as root on Debian or Ubuntu.

Installs what `dev.py build` made (in dist/, or --dist) into a bare system without a Python of its own, uses it as an
administrator and an officer do, upgrades it, takes it back, removes it. The transcript and the pictures are kept in
FOLDER. Each proof is a module here with `prove(work: Work) -> None`, which raises where something is not so.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from tests.packages.work import NotSoError, Work

PROOFS = ("desktop", "server", "both", "container", "failover", "windows")
ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Exit codes: 0 everything is so, 1 something is not, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="tests.packages", description=__doc__)
    parser.add_argument("what", choices=PROOFS)
    parser.add_argument("folder", type=Path, help="a new folder for the transcript, the pictures and the roots")
    parser.add_argument("--dist", type=Path, default=ROOT / "dist", help="where the built packages lie")
    parser.add_argument("--keep", action="store_true", help="keep the roots for looking around")
    wanted = parser.parse_args()
    work = Work(wanted.folder, wanted.dist, wanted.keep)
    try:
        importlib.import_module(f"tests.packages.{wanted.what}").prove(work)
        work.say("Everything is so.")
    except NotSoError as error:
        work.say(f"NOT SO: {error}")
        return 1
    finally:
        work.end()
    return 0


if __name__ == "__main__":
    sys.exit(main())
