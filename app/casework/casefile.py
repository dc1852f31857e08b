"""A whole case in and out as one file: the same records and checks as on screen, all of a file or nothing of it.

Entries and history do not travel; what is exported is what stands, the more cautious value where two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.casework import casefile_keys as keys
from app.casework import cases, contact, edit, follow_up, operations, paper, plan, risk, todo
from app.casework.casefile_read import Draft, Item, Refused, read
from app.casework.desk import Desk
from app.casework.values import doubtful
from app.clock import iso, parse_moment
from app.i18n import N_
from app.notebook import entry as notebook
from app.notebook import ids
from app.notebook.entry import Change, Entry
from app.notebook.fold import CaseState
from app.problems import CATALOGUE, Problem
from app.records.declared import RECORD_TYPES
from app.records.view import CaseView

MOST_SAID = 1000
"""How many mistakes of one file are listed."""
_LAY_INTERPRETERS = ("relative", "child")


@dataclass(frozen=True)
class Remark:
    """Something in a file that was kept but is doubtful: where, a code, an English message id and its facts."""

    path: str
    code: str
    message: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Conclusion:
    """What the product concludes from a case. Codes are in ascending order, `rules` in the order of the rule set."""

    case: str
    present: list[str]
    unknown: list[str]
    rules: list[str]
    floor: str
    grade: str | None
    extreme: bool
    provisional: bool
    review_due: str
    tasks: list[str]
    measures: list[str]
    print_default: str
    findings: list[Remark]


@dataclass(frozen=True)
class Paths:
    """Where in the file each record stands, by its id, and where its grade does."""

    items: Mapping[str, Item] = field(default_factory=dict)
    grade: str = "$.grade"

    def of(self, record_id: str, name: str) -> str:
        """The path of a field of a record; without a record, that of the case's field or of its grade."""
        item = self.items.get(record_id)
        if item is not None:
            return item.where(name) if name else item.path
        return f"$.{name}" if name else self.grade


# -- in


def import_case(desk: Desk, data: bytes, references: set[str] | None = None) -> Conclusion:
    """Make a case from the bytes of a case file, in one signed entry, and say what follows from it.

    `references`: those of all cases so far, where several files are imported in a row; the new one is added.
    Raises Problem casefile.refused with every mistake; then nothing of the file is in the vault.
    """
    try:
        draft = read(data, desk.library)
    except Refused as refused:
        raise _problem(refused) from None
    made = _Making(desk, draft)
    known = references_of(desk) if references is None else references
    changes = made.changes()
    # Concluded before it is written: what the rules could not read would otherwise stay in every list.
    view = made.view(changes)
    findings = [*made.remarks(), *made.closed_early(view), *_reference_exists(draft, known)]
    conclusion = conclude(desk, view, findings, made.paths)
    edit.write(desk, made.case_id, changes)
    known |= {draft.case["reference"]} if "reference" in draft.case else set()
    return conclusion


def references_of(desk: Desk) -> set[str]:
    """The references of all cases in the vault."""
    return {line.reference for line in cases.list_cases(desk) if line.reference}


def _problem(refused: Refused) -> Problem:
    said = [str(mistake) for mistake in refused.mistakes[:MOST_SAID]]
    if len(refused.mistakes) > MOST_SAID:
        said.append("…")
    return Problem("casefile.refused", count=len(refused.mistakes), mistakes="; ".join(said))


def _reference_exists(draft: Draft, known: set[str]) -> Iterator[Remark]:
    reference = draft.case.get("reference", "")
    if reference in known:
        yield Remark(
            "$.reference",
            "reference_exists",
            N_("Another case has the reference “{reference}” already. Both are kept; look whether they are the same."),
            {"reference": reference},
        )


class _Making:
    """The records of a draft with their ids, and the changes that make them."""

    def __init__(self, desk: Desk, draft: Draft) -> None:
        self.desk, self.draft, self.now = desk, draft, desk.clock.now()
        self.case_id = ids.new_id(self.now)
        self._ids: dict[Item, str] = {}
        self._fixed: set[str] = set()
        self._twice: list[Item] = []
        for item in draft.items:
            self._ids[item] = self._id(item)
        self.paths = Paths(
            {record_id: item for item, record_id in self._ids.items()},
            f"{draft.opinions[-1].assessment.path}.officer_grade" if draft.opinions else "$.grade",
        )

    def _id(self, item: Item) -> str:
        fixed = self._fixed_id(item)
        if not fixed:
            return ids.new_id(self.now)
        if fixed in self._fixed:
            self._twice.append(item)
            return ids.new_id(self.now)
        self._fixed.add(fixed)
        return fixed

    def _fixed_id(self, item: Item) -> str:
        """The id that every laptop gives to this record, or an empty text where there is none."""
        case, fields = self.case_id, item.fields
        match item.type:
            case "answer" if "assessment" in fields and "factor" in fields:
                return risk.answer_id(case, self._ids[fields["assessment"]], fields["factor"])
            case "victim_view" if "assessment" in fields:
                return risk.view_id(case, self._ids[fields["assessment"]])
            case "task" if "code" in fields and fields["code"] not in self._own_tasks():
                return todo.task_id(case, fields["code"])
            case "no_action" if "factor" in fields:
                return edit.fixed_id(case, "no_action", fields["factor"])
            case "plan":
                return plan.plan_id(case)
            case "paper":
                return paper.paper_id(case)
        return ""

    def _own_tasks(self) -> set[str]:
        return {*keys.OWN_TASKS, *(t.code for todo_list in self.desk.library.todo.values() for t in todo_list.extras)}

    # -- the changes

    def changes(self) -> list[Change]:
        """Everything of the file, in the order in which it is read again."""
        case_fields = {"profile": self.desk.profile.id, **self.draft.case}
        records: list[Change] = []
        for item in self.draft.items:
            records += edit.make(item.type, self._ids[item], self._plain(item))
        for opinion in self.draft.opinions:
            before = self.view([*edit.make("case", self.case_id, case_fields), *records])
            for change in risk.grade_changes(
                self.desk, before, self._ids[opinion.assessment], opinion.grade, opinion.reason
            ):
                if change["record"] == self.case_id:
                    case_fields |= {k: v for k, v in change["fields"].items() if k not in self.draft.case}
                else:
                    records.append(change)
            completed = opinion.assessment.fields.get("completed_at")
            if completed:
                after = self.view([*edit.make("case", self.case_id, case_fields), *records])
                records += risk.seal(self.desk, after, self._ids[opinion.assessment], completed)
        log = operations.operation(self.desk, "collection", "case file")
        return [*edit.make("case", self.case_id, case_fields), *records, log]

    def _plain(self, item: Item) -> dict[str, Any]:
        return {k: self._ids[v] if isinstance(v, Item) else v for k, v in item.fields.items()}

    def view(self, changes: list[Change]) -> CaseView:
        """The case as it will be read, before anything is written."""
        state = CaseState(self.case_id)
        state.apply(
            Entry(
                format=notebook.FORMAT,
                device=self.desk.device_id,
                first=1,
                count=len(changes),
                author=self.desk.officer,
                session=self.desk.session,
                scope=0,
                case=self.case_id,
                hlc=(1, 0),
                wall=iso(self.now),
                schema=notebook.SCHEMA,
                previous=notebook.NO_PREVIOUS,
                changes=changes,
            )
        )
        return CaseView(state)

    # -- what is doubtful

    def remarks(self) -> list[Remark]:
        """What was kept though it is doubtful, in the order of the file."""
        found = [r for f in keys.CASE_FIELDS for r in self._of_field(f"$.{f.name}", f, self.draft.case.get(f.name))]
        for item in self.draft.items:
            for declared in item.declared.fields:
                found += self._of_field(item.where(declared.name), declared, item.fields.get(declared.name))
            found += _of_item(item)
        found += [
            Remark(item.path, "record_twice", N_("The file holds this record more than once. Each is kept."))
            for item in self._twice
        ]
        victims = [p for p in self.draft.of("person") if "victim" in p.fields.get("roles", ())]
        if not victims:
            found.append(Remark("$.people", "victim_missing", N_("Nobody has the role victim.")))
        found += [
            Remark(f"{p.path}.roles", "several_victims", N_("A case has one victim. Open a second, linked case."))
            for p in victims[1:]
        ]
        bare = [o.assessment.path for o in self.draft.opinions if not o.reason.strip()]
        found += [
            Remark(f"{path}.officer_reason", "grade_reason_missing", N_("The grade stands there without a reason."))
            for path in bare
        ]
        return found

    def closed_early(self, view: CaseView) -> Iterator[Remark]:
        """Tasks whose status, and contacts whose way, no screen would have taken."""
        for item in self.draft.of("task"):
            status = item.fields.get("status", todo.OPEN)
            definition = self.desk.library.task(item.fields.get("code", ""))
            try:
                todo.check_closing(self.desk, view, definition, {**item.fields, "status": status})
            except Problem as problem:
                code = problem.code.partition(".")[2]
                yield Remark(item.where("status"), f"task_{code}", CATALOGUE[problem.code][0], problem.facts)
        for item in self.draft.of("follow_up"):
            made = parse_moment(str(item.fields.get("contacted_at") or "")) or self.now
            try:
                follow_up.refuse_channel(self.desk, view, item.fields.get("channel") or contact.IN_PERSON, made.date())
            except Problem as problem:
                message = CATALOGUE[problem.code][0]
                yield Remark(item.where("channel"), "contact_channel_forbidden", message, problem.facts)

    def _of_field(self, path: str, declared: Any, value: Any) -> Iterator[Remark]:
        if isinstance(value, Item):
            return
        found = doubtful(declared, value, self.now)
        if found:
            yield Remark(path, found.code, found.message, found.facts)


def _of_item(item: Item) -> Iterator[Remark]:
    get = item.fields.get
    match item.type:
        case "assessment" if get("interpreter") in _LAY_INTERPRETERS:
            yield Remark(
                item.where("interpreter"),
                "interpreter_not_professional",
                N_("A relative, friend or child interpreted. Ask again with a professional interpreter."),
            )
        case "consent" if get("decision") == "given" and not get("language"):
            yield Remark(
                item.where("language"),
                "consent_language_missing",
                N_("It is not recorded in which language consent was asked for and understood."),
            )
        case "relationship" if get("from") is None or get("to") is None:
            yield Remark(item.path, "relationship_incomplete", N_("A relationship needs two people."))
        case "incident":
            began, ended = (parse_moment(str(get(name) or "")) for name in ("occurred_from", "occurred_to"))
            if began and ended and ended < began:
                yield Remark(item.where("occurred_to"), "ends_before_it_begins", N_("This ends before it begins."))
        case "child" if "person" in item.fields and "child" not in item.fields["person"].fields.get("roles", ()):
            yield Remark(item.where("person"), "role_child_missing", N_("This person does not have the role child."))


# -- what follows


def conclude(desk: Desk, view: CaseView, findings: Sequence[Remark] = (), paths: Paths | None = None) -> Conclusion:
    """What the product concludes from a case as it stands. Nothing is written or logged.

    `findings` are those of the file that the case came from, `paths` where its records stand there.
    """
    paths = paths or Paths()
    seen = risk.picture(desk, view)
    force = risk.in_force(desk, view, seen)
    told = [
        Remark(paths.of(f.record, f.field), f.code, f.message, f.facts) for f in (*seen.facts.findings, *force.findings)
    ]
    return Conclusion(
        case=view.id,
        present=sorted(seen.floor.present),
        unknown=sorted(seen.floor.unknown),
        rules=list(seen.floor.rules),
        floor=seen.floor.level,
        grade=force.grade,
        extreme=force.extreme,
        provisional=force.provisional,
        review_due=iso(risk.review(desk, view, seen, force).at),
        tasks=sorted(todo.suggestions(desk, view, seen, force)),
        measures=sorted(plan.suggestions(desk, view, seen, force)),
        print_default=paper.proposal(desk, view).variant,
        findings=[*findings, *told],
    )


# -- out


def case_file(view: CaseView) -> dict[str, Any]:
    """The case as the object of a case file, in the list form. The same case always gives the same object.

    Raises Problem casefile.newer where the case holds something that only a newer version knows: nothing is left out.
    """
    if any(record.type not in RECORD_TYPES or _beyond(record) for record in view):
        raise Problem("casefile.newer")
    nested = _nested(view)
    inside = {record.id for records in nested.values() for record in records}
    listed = {k: [r for r in view.of(k.name, archived=True) if r.id not in inside] for k in keys.TRAVELLING}
    names = {r.id: f"{kind.name}-{n}" for kind, records in listed.items() for n, r in enumerate(records, 1)}
    out: dict[str, Any] = {"format": keys.FORMAT, "case": view.id, **_fields(view.case, names)}
    for kind, records in listed.items():
        items = []
        for record in records:
            item = {"key": names[record.id], **_fields(record, names)}
            for child in nested.get(record.id, ()):
                plain = {k: v for k, v in _fields(child, names).items() if k not in keys.INSIDE}
                if child.type == "answer":
                    item.setdefault("answers", {})[child.get("factor")] = plain
                else:
                    item["victim_view"] = plain
            items.append(item)
        if items:
            out[kind.case_key] = items
    return out


def _beyond(record: Any) -> bool:
    declared = {f.name for f in RECORD_TYPES[record.type].fields}
    return bool(record.state.unknown) or not set(record.field_names()) <= declared


def _fields(record: Any, names: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for declared in RECORD_TYPES[record.type].fields:
        value = record.get(declared.name)
        if declared.kind in ("person", "record"):
            value = names.get(value)  # a record that has not arrived here has no name in this file
        if value not in (None, "", []):
            found[declared.name] = value
    return found


def _nested(view: CaseView) -> dict[str, list[Any]]:
    """Answers and views by the assessment in which they stand: the first of each factor, by factor."""
    found: dict[str, list[Any]] = {}
    assessments = {record.id for record in view.of("assessment", archived=True)}
    for kind in ("answer", "victim_view"):
        taken: set[tuple[str, str]] = set()
        records = [r for r in view.of(kind, archived=True) if r.get("assessment") in assessments]
        for record in sorted(records, key=lambda r: str(r.get("factor", ""))):
            place = (record.get("assessment"), str(record.get("factor", "")))
            if place in taken or (kind == "answer" and not place[1]):
                continue
            taken.add(place)
            found.setdefault(place[0], []).append(record)
    return found
