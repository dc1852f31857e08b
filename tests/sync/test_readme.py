"""What the table of proofs names is there."""

from __future__ import annotations

import re
from pathlib import Path

from tests.sync.prove.__main__ import PROOFS

HERE = Path(__file__).parent


def test_every_test_and_command_that_is_named_is_there():
    told = (HERE / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w./]+\.py)::(\w+)`", told))
    assert len(named) > 30
    missing = [
        f"{file}::{name}" for file, name in sorted(named) if f"def {name}(" not in (HERE / file).read_text("utf-8")
    ]
    assert missing == []
    assert set(re.findall(r"prove --full (\w+)", told)) == set(PROOFS)
