"""Run once by the installer, with the Python that it brings: bytecode for all, and its hashes onto the list of files.

Officers cannot write below Program Files, so without this every start would compile everything anew. Stands alone:
it lies in the new version's folder while that is being made, and is taken away afterwards.
"""

import compileall
import hashlib
import py_compile
import sys
from pathlib import Path

LIST = "files.sha256"
FOLDERS = ("packages", "program")


def main(home: Path) -> int:
    """Compile the folders below `home`. Exit code 1 where a file cannot be compiled or the list is not there."""
    with (home / LIST).open("a", encoding="utf-8", newline="\n") as listed:
        for name in FOLDERS:
            made = compileall.compile_dir(
                home / name,
                maxlevels=100,
                quiet=1,
                stripdir=home,
                # Nothing here is ever written again: its times need not be looked at.
                invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
            )
            if not made:
                return 1
            for file in sorted((home / name).rglob("*.pyc")):
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                listed.write(f"{digest}  {file.relative_to(home).as_posix()}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
