"""What must hold of a vault's header and keys: `python -m tests.vault.prove [--full] [NAME …]`.

Each proof prints what it counted; with --full the counts are the large ones. Ends with 1 where something did not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from typing import Any

from tests.vault.prove import cuts, mutated

PROOFS: dict[str, tuple[str, Callable[[int], Any], int, int]] = {
    "header": ("a header is written, and the power is cut", lambda n: cuts.run("header", n), 20, 500),
    "passphrase": ("the passphrase is changed, and the power is cut", lambda n: cuts.run("passphrase", n), 20, 500),
    "rekey": ("the vault is encrypted anew, and the power is cut", lambda n: cuts.run("rekey", n), 40, 500),
    "mutated": ("headers that somebody without the key has changed", mutated.run, 1000, 10_000),
}


def main() -> int:
    """Run what the command line names, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.vault.prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROOFS)}")
    parser.add_argument("--full", action="store_true", help="the large counts: half an hour")
    options = parser.parse_args()
    if unknown := set(options.names) - set(PROOFS):
        parser.error(f"no proof is named {', '.join(sorted(unknown))}")
    bad = 0
    for name in options.names or PROOFS:
        says, run, sample, full = PROOFS[name]
        begun = time.monotonic()
        found = run(full if options.full else sample)
        bad += bool(found.faults)
        print(f"{name} ({says}): {found} [{time.monotonic() - begun:.0f} s]", flush=True)
        for fault in found.faults[:10]:
            print(f"  {fault}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
