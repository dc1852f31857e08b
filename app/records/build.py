"""A case view made directly from records, without a vault: for practice data, for paper and for tests of pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.notebook import entry as notebook
from app.notebook.entry import Entry
from app.notebook.fold import CaseState
from app.records.view import CaseView

DEVICE = "b" * 32


def case_view(
    records: Iterable[tuple[str, str, dict[str, Any]]],
    case: str = "c" * 32,
    author: str = "Officer",
    wall: str = "2026-11-14T02:00:00+00:00",
) -> CaseView:
    """The view of a case with the given (type, id, fields); the case's own record has the case's id."""
    state = CaseState(case)
    for number, (kind, record, fields) in enumerate(records, 1):
        change = notebook.create(record, kind, fields)
        state.apply(
            Entry(
                format=notebook.FORMAT,
                device=DEVICE,
                first=number,
                count=1,
                author=author,
                session="s",
                scope=0,
                case=case,
                hlc=(number, 0),
                wall=wall,
                schema=notebook.SCHEMA,
                previous=notebook.NO_PREVIOUS,
                changes=[change],
            )
        )
    return CaseView(state)
