"""A finding: something well-formed but doubtful that a person should look at. Nothing is refused because of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """A code, an English message id with its facts, and the record and field that it is about."""

    code: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)
    record: str = ""
    field: str = ""
