"""Kills the upgrade of a vault with 1,000 cases, and the way back from it: `python -m tests.proof_upgrade 50`.

Half of the kills at moments spread over the work, half just before single calls that change a file. `--cases` makes
another vault, `--server N` kills N migrations of a server's database instead. Exit code 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.proof_upgrade import cuts
from tests.sync import migrating
from tests.sync.prove.processes import server


def main() -> int:
    """Kill, look, say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof_upgrade", description=__doc__)
    parser.add_argument("kills", type=int, nargs="?", default=50)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--work", choices=cuts.WORKS)
    parser.add_argument("--server", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        if wanted.server:
            with server() as made:
                found = migrating.cut(made.force.config.owner_database, place, wanted.kills)
            print(found, *found.between, sep="\n")
            return 1 if found.between else 0
        return _vault(place, wanted.kills, wanted.cases, [wanted.work] if wanted.work else list(cuts.WORKS))


def _vault(place: Path, kills: int, cases: int, works: list[str]) -> int:
    traced = kills // 2 if shutil.which("strace") else 0
    if not traced:
        print("Without strace all kills are at moments. It is installed with: apt-get install -y strace")
    ground, found = cuts.lay(place, cases), cuts.Found()
    if ground.previous is None:
        print(f"The repository does not hold {cuts.PREVIOUS}: this program made the earlier vault.")
    for work in works:
        cuts.cut(ground, work, kills - traced, found)
        print(found, flush=True)
        if traced:
            cuts.cut_at_calls(ground, work, traced, found)
            print(found, flush=True)
    print(*found.wrong, sep="\n")
    return 1 if found.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
