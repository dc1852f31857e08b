"""The commands of a developer and of CI: set everything up, run the program, test it.

`python3 packaging/dev.py COMMAND` needs only a Python that fits.
The second start of a command only checks what is there.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import machine

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Run one command. Exit codes: 0 done, 1 something failed or is missing, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may lack a letter of a message; it is no reason to end.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        machine.go_on_with_a_python_that_fits()
        # Only now: older Pythons cannot read what follows.
        import commands

        return commands.run(ROOT, arguments, str(__doc__))
    except machine.GroundMissingError as missing:
        print(missing, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
