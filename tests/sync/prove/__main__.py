"""What must hold of the exchange, proven on real processes: `python -m tests.sync.prove [--full] [NAME …]`.

Each proof prints what it counted; with --full the counts are the large ones. Ends with 1 where something did not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.sync.prove import described, forged, kills, network, pressed, restored


@dataclass(frozen=True)
class Proof:
    """One proof: what it shows, and how it is run on a sample and in full. What it returns has `faults`."""

    says: str
    sample: Callable[[], Any]
    full: Callable[[], Any]


PROOFS = {
    "kills": Proof(
        "laptop, server and PostgreSQL killed in mid-push and mid-pull",
        lambda: kills.run(10),
        lambda: kills.run(200),
    ),
    "cuts": Proof("what the server says is cut after each byte", lambda: network.cut(20), network.cut),
    "storm": Proof(
        "requests lost, late by two seconds, doubled and reordered",
        lambda: network.storm(6, 0.05),
        lambda: network.storm(60, 2.0),
    ),
    "forged": Proof(
        "ids swapped, entries and requests forged, back-dated and mutated",
        lambda: forged.run(10_000),
        lambda: forged.run(100_000),
    ),
    "described": Proof(
        "requests made from the server's own description, right and wrong",
        lambda: described.run(5),
        lambda: described.run(1000),
    ),
    "pressed": Proof(
        "silent and slow connections, floods and bombs, while others want to be served",
        lambda: pressed.run(1),
        lambda: pressed.run(20),
    ),
    "restored": Proof(
        "PostgreSQL put back to an older backup",
        lambda: restored.run(1),
        lambda: restored.run(30),
    ),
    "backups": Proof(
        "backed up while laptops send, drilled, and restored into an empty database",
        lambda: restored.run(1, sealed=True),
        lambda: restored.run(30, sealed=True),
    ),
}


def main() -> int:
    """Run what the command line names, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.sync.prove", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PROOFS)}")
    parser.add_argument("--full", action="store_true", help="the large counts: an hour")
    options = parser.parse_args()
    if unknown := set(options.names) - set(PROOFS):
        parser.error(f"no proof is named {', '.join(sorted(unknown))}")
    bad = 0
    for name in options.names or PROOFS:
        proof, begun = PROOFS[name], time.monotonic()
        found = (proof.full if options.full else proof.sample)()
        bad += bool(found.faults)
        print(f"{name} ({proof.says}): {found} [{time.monotonic() - begun:.0f} s]", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
