"""The commands of the administrator's guide, taken from it as they stand, so that what is written is what is run.

In packaging/README.md, from the heading of administrators on, a block of commands begins with ```sh and its name. A
proof here runs the block of that name; tests/packaging/test_guide.py finds a block that none runs. Files and output are
shown in blocks of another kind (```toml, ```text).
"""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "packaging" / "README.md"
HEADING = "# For administrators"
_BLOCK = re.compile(r"^```(\w*) ?([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text() -> str:
    """The administrators' part of the guide."""
    return GUIDE.read_text(encoding="utf-8").partition(f"\n{HEADING}\n")[2]


def blocks(guide: str) -> list[tuple[str, str, str]]:
    """Kind, name and content of each fenced block."""
    return _BLOCK.findall(guide)


def commands(name: str) -> str:
    """The shell commands of the block with this name. Raises KeyError."""
    return {title: content for kind, title, content in blocks(text()) if kind == "sh"}[name]
