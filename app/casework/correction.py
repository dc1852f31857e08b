"""Correcting a completed assessment: a new draft with the answers carried over. The old one stays as it was.

Only what was written down wrongly is corrected. Whoever asks anew begins a new assessment, which starts empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.casework import edit
from app.casework.desk import Desk
from app.casework.risk import answer_id, answers_of, victim_view, view_id
from app.changed import Changed
from app.notebook import ids
from app.notebook.entry import Change
from app.problems import Problem
from app.records.view import CaseView, Record
from app.rules.corrections import last_said

ANSWER = ("value", "source", "recent", "note")
"""What is carried over of an answer."""
ASKED = (
    "instrument",
    "version",
    "place",
    "victim_seen_alone",
    "interpreter",
    "interpreter_reason",
    "interrupted",
    "started_at",
)
"""What is carried over of how it was asked: nobody was asked anew."""


def correct(desk: Desk, case_id: str, assessment_id: str, reason: str) -> tuple[str, Changed]:
    """Begin the correction of a completed assessment and return the draft's id. One signed entry.

    Raises Problem record.unknown, risk.not_completed, risk.correction_reason_missing, and risk.not_the_last where
    another assessment has followed: that one is corrected then, or a new one begun.
    """
    view = desk.store.view(case_id)
    record = view.record(assessment_id)
    if record is None or record.type != "assessment":
        raise Problem("record.unknown", record=assessment_id)
    if not reason.strip():
        raise Problem("risk.correction_reason_missing")
    if not record.get("completed_at"):
        raise Problem("risk.not_completed")
    if not can_be_corrected(view, record):
        raise Problem("risk.not_the_last")
    draft = ids.new_id(desk.clock.now())
    fields = {name: record.get(name) for name in ASKED} | {"corrects": assessment_id, "correction_reason": reason}
    changes: list[Change] = edit.make("assessment", draft, fields)
    for factor, said in sorted(answers_in(view, assessment_id).items()):
        kept = {"assessment": draft, "factor": factor, **said}
        changes += edit.make("answer", answer_id(case_id, draft, factor), kept)
    own = view_in(view, assessment_id)
    if own:
        changes += edit.make("victim_view", view_id(case_id, draft), {"assessment": draft, **own})
    return draft, edit.write(desk, case_id, changes)


def can_be_corrected(view: CaseView, assessment: Record) -> bool:
    """Whether an assessment is completed and no other one has followed it."""
    last = last_said(view, view.of("assessment"), lambda one: one)
    return bool(assessment.get("completed_at")) and any(one.id == assessment.id for one in last)


def answers_in(view: CaseView, assessment_id: str) -> dict[str, dict[str, Any]]:
    """Value, source, recent and note by factor, as sealed; of an assessment without a seal, as recorded."""
    found: dict[str, dict[str, Any]] = {}
    for held in _sealed(view, assessment_id, "answers"):
        for factor, said in held.items():
            found.setdefault(str(factor), _said(said if isinstance(said, dict) else {"value": said}))
    if not _seals(view, assessment_id):
        for factor, record in answers_of(view, assessment_id).items():
            found[factor] = _said({name: record.get(name) for name in ANSWER})
    return {factor: said for factor, said in found.items() if said}


def view_in(view: CaseView, assessment_id: str) -> dict[str, Any]:
    """The victim's view in an assessment, as sealed or else as recorded; empty where none was given."""
    if _seals(view, assessment_id):
        return next((dict(held) for held in _sealed(view, assessment_id, "victim_view") if held), {})
    own = victim_view(view, assessment_id)
    if own is None:
        return {}
    return {name: own.get(name) for name in own.field_names() if name not in ("assessment", "archived")}


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: fields[name] for name in ANSWER if fields.get(name) not in (None, "")}


def _seals(view: CaseView, assessment_id: str) -> list[Record]:
    return [s for s in view.of("sealed") if s.get("assessment") == assessment_id]


def _sealed(view: CaseView, assessment_id: str, part: str) -> Iterator[dict[str, Any]]:
    for seal in _seals(view, assessment_id):
        held = seal.get(part, {})
        if isinstance(held, dict):
            yield held
