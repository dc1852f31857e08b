"""What an action changed, so that each screen can decide whether it must redraw."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Changed:
    """Ids of the cases and records that one action touched."""

    cases: frozenset[str] = field(default_factory=frozenset)
    records: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Changed) -> Changed:
        return Changed(self.cases | other.cases, self.records | other.records)
