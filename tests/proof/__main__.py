"""The program under failure and attack: `python -m tests.proof [--deep] [NAME …]`, or `python3 packaging/dev.py prove`.

Runs each proof and its control, two at a time, and ends with a table; exit code 1 where anything did not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.proof import frame


def main() -> int:
    """Run what the command line names, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(frame.names())}")
    parser.add_argument("--deep", action="store_true", help="the large counts: up to an hour")
    parser.add_argument("--part", choices=frame.LONGEST_S, help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if unknown := set(options.names) - set(frame.names()):
        parser.error(f"no proof is named {', '.join(sorted(unknown))}")
    if options.into:
        frame.say(options.names[0], options.part, options.into)
        return 0
    if not sys.platform.startswith("linux"):
        print("The proofs trace, kill and search processes as Linux lets them; there is nothing to run here.")
        return 0
    begun = time.monotonic()
    found = frame.run(options.names or frame.names(), "deep" if options.deep else "gate", _tell)
    bad = sum(bool(ran.faults) for ran in found)
    print(f"\n{frame.table(found)}\n")
    print(f"{len(found)} parts, {bad} with faults, {time.monotonic() - begun:.0f} s")
    return 1 if bad else 0


def _tell(ran: frame.Ran) -> None:
    found = f" ({len(ran.proved.faults)} found)" if ran.part == "control" and ran.proved.figure else ""
    print(f"{ran.name} {ran.part}: {ran.proved.figure}{found} [{ran.took_s:.0f} s]", flush=True)
    for fault in ran.faults[:20]:
        print(f"  FAULT {fault}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
