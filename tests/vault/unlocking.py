"""Unlocks a vault by its passphrase so many times: `python -m tests.vault.unlocking FOLDER PASSPHRASE TIMES`.

In a process that has nothing else to do. Prints the seconds of each, and how much memory it took at the peak.
"""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

from app.clock import SystemClock
from app.vault import vault


def main(folder: Path, passphrase: str, times: int) -> dict[str, object]:
    """`took_s`: the seconds of each; `worked_s`: those of processors; `peak_mib`: of the whole process."""
    took, worked = [], []
    for _ in range(times):
        begun, before = time.perf_counter(), time.process_time()
        vault.unlock(folder, passphrase, clock=SystemClock()).close()
        took.append(time.perf_counter() - begun)
        worked.append(time.process_time() - before)
    # Not what getrusage tells: that begins with the memory of the process that started this one.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak is not None
    return {"took_s": took, "worked_s": worked, "peak_mib": int(peak[1]) / 1024}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))
