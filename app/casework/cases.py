"""Cases: made, listed, opened, linked; and the note that somebody is in immediate danger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from app.casework import charge, edit, operations
from app.casework.charge import Waiting
from app.casework.desk import Desk
from app.casework.due import Due
from app.casework.dues import dues
from app.casework.risk import in_force, picture, profile_of, review
from app.changed import Changed
from app.clock import iso, parse_moment
from app.notebook import ids
from app.notebook.entry import Change
from app.problems import Problem
from app.records import apart
from app.records.names import case_short_name, full_name
from app.records.view import CaseView, Record
from app.store.migrating import Told, nobody
from app.store.store import Line, Store


class Summary(msgspec.Struct, frozen=True):
    """What a list shows of a case, kept as one row."""

    reference: str
    short_name: str
    grade: str | None
    floor: str | None
    extreme: bool
    provisional: bool
    review_due: str | None
    conflicts: int
    danger_at: str | None
    archived: bool
    begun: bool
    due: list[Due]
    apart: list[str]
    differs_since: str
    officer: str
    waiting: Waiting | None = None


@dataclass(frozen=True)
class CaseLine:
    """One line of the list of cases. `grade` is the one in force; `review_due` ISO 8601 or None; `unsent` entries."""

    id: str
    reference: str
    short_name: str
    grade: str | None
    floor: str | None
    extreme: bool
    provisional: bool
    review_due: str | None
    conflicts: int
    unsent: int
    changed_at: str
    danger_at: str | None
    archived: bool
    in_hand: bool
    due: tuple[Due, ...] = ()
    apart: tuple[str, ...] = ()
    """The grades that officers gave apart, the higher one first; `grade` is what is in force."""
    differs_since: str = ""
    """Since when something waits for a decision (ISO 8601)."""
    officer: str = ""
    """The officer in the case."""
    waiting: Waiting | None = None
    """What of a hand-over waits for somebody."""
    unread: bool = False
    """The case is damaged and cannot be read; what stands here is what was known of it before."""


LINES = 1
"""To be raised when lines are to be computed anew though they hold the same."""

LISTING = "listing"
"""What is told while many lines are made anew."""
_SOME_LINES = 100
_ENCODER, _DECODER = msgspec.json.Encoder(), msgspec.json.Decoder(Summary)
_NOTHING = Summary(
    reference="",
    short_name="",
    grade=None,
    floor=None,
    extreme=False,
    provisional=False,
    review_due=None,
    conflicts=0,
    danger_at=None,
    archived=False,
    begun=False,
    due=[],
    apart=[],
    differs_since="",
    officer="",
)
"""What is known of a case that could never be read here."""


def new_case(desk: Desk, reference: str = "", fields: dict[str, object] | None = None) -> str:
    """Make a case and return its id."""
    case_id = ids.new_id(desk.clock.now())
    edit.write(
        desk,
        case_id,
        edit.make("case", case_id, {"profile": desk.profile.id, "reference": reference, **(fields or {})}),
    )
    return case_id


def new_attendance(
    desk: Desk, case_id: str = "", *, reference: str = "", person: Mapping[str, object] | None = None, place: str = ""
) -> str:
    """Begin an attendance in one entry: an incident reported now, in a case that is here or in a new one.

    `person`: fields of somebody who is named, with their roles, for a new case. Returns the case's id.
    """
    now = desk.clock.now()
    changes: list[Change] = []
    if not case_id:
        case_id = ids.new_id(now)
        changes += edit.make("case", case_id, {"profile": desk.profile.id, "reference": reference})
        changes += edit.make("person", ids.new_id(now), dict(person)) if person else []
    changes += edit.make("incident", ids.new_id(now), {"reported_at": iso(now), "place": place})
    edit.write(desk, case_id, changes)
    return case_id


def begun(desk: Desk, case_id: str) -> bool:
    """Whether a case may be opened: any of them, unless they are closed; then those begun since."""
    return case_id in desk.store.openable([case_id])


def list_cases(desk: Desk, told: Told = nobody) -> list[CaseLine]:
    """All cases of this vault, last changed first.

    After an update all lines are made anew, which takes a while where there are thousands: `told` hears LISTING and how
    much of it is done, in per cent.
    """
    made = all_of_them = 0

    def summarise(view: CaseView) -> bytes:
        nonlocal made, all_of_them
        made += 1
        if made % _SOME_LINES == 0:
            all_of_them = all_of_them or len(desk.store.cases())
            told(LISTING, 100 * made // max(all_of_them, made))
        return _ENCODER.encode(summary(desk, view))

    lines = desk.store.lines(summarise, made_by=_made_by(desk))
    return sorted(map(_kept, lines), key=lambda line: line.changed_at, reverse=True)


def lines_of(desk: Desk, case_ids: set[str]) -> list[CaseLine]:
    """The lines of some cases, without reading the whole list."""
    kept = desk.store.lines(lambda view: _ENCODER.encode(summary(desk, view)), case_ids, _made_by(desk))
    return [_kept(line) for line in kept]


def make_lines(desk: Desk, store: Store, case_ids: set[str]) -> None:
    """Make the lines of cases over a connection of the pool, so that whoever shows the list has only to read them."""
    lines_of(replace(desk, store=store), case_ids)


def summary(desk: Desk, view: CaseView) -> Summary:
    """What a list shows of a case."""
    seen = picture(desk, view)
    force = in_force(desk, view, seen)
    due = review(desk, view, seen, force)
    waiting = apart.to_decide(view)
    # A case about which nothing is known yet shows no grade; what the incidents alone say already counts.
    graded = force.grade is not None or seen.answered > 0 or seen.floor.level != "standard"
    return Summary(
        reference=str(view.case.get("reference", "")),
        short_name=case_short_name(view),
        grade=force.grade if graded else None,
        floor=seen.floor.level if graded else None,
        extreme=force.extreme and graded,
        provisional=force.provisional and graded,
        review_due=iso(due.at) if graded else None,
        conflicts=len(waiting),
        danger_at=_danger(view),
        archived=view.case.archived,
        begun=seen.assessment is not None and not seen.completed,
        due=dues(desk, view, seen, force, graded=graded),
        apart=apart.grades_apart(view),
        differs_since=apart.open_since(waiting),
        officer=charge.owner(desk, view),
        waiting=charge.waiting(desk, view),
    )


def _made_by(desk: Desk) -> str:
    """What lines of cases hold and what they follow from beside the case: a program or profile that differs makes
    them anew."""
    rules = [(rules.id, rules.version) for rules in desk.library.rule_sets.values()]
    kept = (LINES, Summary.__struct_fields__, Due.__struct_fields__, rules, desk.policy.safe_contact_days)
    profiles = [_ENCODER.encode(desk.library.profiles[name]) for name in sorted(desk.library.profiles)]
    return hashlib.sha256(b"".join([repr(kept).encode(), *profiles])).hexdigest()


def _danger(view: CaseView) -> str | None:
    """When immediate danger was noted, until somebody has completed an assessment after it."""
    danger_at: str | None = view.case.get("danger_at")
    noted = parse_moment(danger_at or "")
    completed = (parse_moment(str(a.get("completed_at") or "")) for a in view.of("assessment"))
    if noted is not None and any(at is not None and at > noted for at in completed):
        return None
    return danger_at


def _kept(line: Line) -> CaseLine:
    try:
        summary = _DECODER.decode(line.body)
    except msgspec.MsgspecError:  # none was ever made here, or by a program that made them otherwise
        if not line.unread:
            raise
        summary = _NOTHING
    return replace(line_of(line.case_id, summary, line.unsent, line.changed_at), unread=line.unread)


def line_of(case_id: str, s: Summary, unsent: int = 0, changed_at: str = "") -> CaseLine:
    """The line of a case from its summary."""
    return CaseLine(
        case_id,
        s.reference,
        s.short_name,
        s.grade,
        s.floor,
        s.extreme,
        s.provisional,
        s.review_due,
        s.conflicts,
        unsent,
        changed_at,
        s.danger_at,
        s.archived,
        s.begun and not s.archived,
        tuple(s.due),
        tuple(s.apart),
        s.differs_since,
        s.officer,
        s.waiting,
    )


def open_case(desk: Desk, case_id: str, reason: str = "") -> CaseView:
    """The case, for somebody who opens it to look: logged as a consultation, once a session.

    Raises Problem case.unknown; case.reason_missing where the case's profile demands a reason and none is given.
    """
    view = read_case(desk, case_id)
    if case_id not in desk.looked_at:
        if "consultation" in profile_of(desk, view).reason_for and not reason.strip():
            raise Problem("case.reason_missing")
        operations.log(desk, case_id, "consultation", "case", reason)
        desk.looked_at.add(case_id)
    return read_case(desk, case_id)


def read_case(desk: Desk, case_id: str) -> CaseView:
    """The case as it stands now, without logging: for a screen that is open already. Raises Problem case.unknown."""
    view = desk.store.view(case_id)
    if view.record(case_id) is None:
        raise Problem("case.unknown", case=case_id)
    return view


def is_here(desk: Desk, case_id: str) -> bool:
    """Whether this vault has the case."""
    return desk.store.view(case_id).record(case_id) is not None


def which_case(desk: Desk, name: str) -> str:
    """The id of the case that an id or a reference names. Raises Problem case.unknown, case.ambiguous."""
    lines = list_cases(desk)
    if any(line.id == name for line in lines):
        return name
    found = [line.id for line in lines if line.reference == name]
    if len(found) != 1:
        raise Problem("case.ambiguous" if found else "case.unknown", case=name)
    return found[0]


def immediate_danger(desk: Desk, case_id: str) -> Changed:
    """Note that somebody is in immediate danger now: the time, as an event, and the case goes out first."""
    now = iso(desk.clock.now())
    event = edit.make(
        "event", ids.new_id(desk.clock.now()), {"kind": "immediate_danger", "happened_at": now, "source": "officer_saw"}
    )
    return edit.write(
        desk, case_id, edit.put_changes(desk, case_id, "case", case_id, {"danger_at": now, "send_first": "yes"}) + event
    )


def take_danger_back(desk: Desk, case_id: str) -> Changed:
    """Immediate danger was noted by mistake: the last note is archived, and what was noted before it counts again."""
    view = read_case(desk, case_id)
    noted = [event for event in view.in_turn("event") if event.get("kind") == "immediate_danger"]
    before = str(noted[-2].get("happened_at") or "") if len(noted) > 1 else ""
    changes = edit.assign(
        desk, case_id, case_id, {"danger_at": before or None, "send_first": "yes" if before else "no"}
    )
    if noted:
        changes += edit.assign(desk, case_id, noted[-1].id, {"archived": "yes", "archive_reason": "by_mistake"})
    return edit.write(desk, case_id, changes)


COPIED = (
    "given_name",
    "family_name",
    "original_name",
    "aliases",
    "born",
    "sex",
    "languages",
    "interpreter",
    "occupation",
    "police_employee",
    "employing_force",
)
"""What of a person goes along into a linked case: who it is, and nothing that says where or how to reach anybody."""


def linked_case(desk: Desk, case_id: str, person_id: str, kind: str, note: str = "") -> str:
    """Open a second case with this person as its victim, and link both. Returns the new case's id.

    `kind` is second_victim or counter_allegation. Names are carried over; no address, number, school or safe contact
    crosses the link. With a counter-allegation the first case's victim is the second one's suspect, otherwise its
    suspects are. Raises Problem record.unknown, case.linked_already.
    """
    view = read_case(desk, case_id)
    person = view.record(person_id)
    if person is None:
        raise Problem("record.unknown", record=person_id)
    if any(_is_victim_there(desk, person, link) for link in view.of("link") if link.get("kind") == kind):
        raise Problem("case.linked_already")
    now = desk.clock.now()
    other = ids.new_id(now)
    others = [view.victim] if kind == "counter_allegation" else view.people("suspect")
    changes: list[Change] = edit.make("case", other, {"profile": view.case.get("profile", desk.profile.id)})
    here: list[Change] = []
    copied = [(person, ["victim"]), *((p, ["suspect"]) for p in others if p is not None and p.id != person_id)]
    for original, roles in copied:
        copy_id = ids.new_id(now)
        changes += edit.make("person", copy_id, copied_person(original, roles))
        changes += edit.make("link", ids.new_id(now), {"person": copy_id, "other_case": case_id, "kind": kind})
        here += edit.make(
            "link", ids.new_id(now), {"person": original.id, "other_case": other, "kind": kind, "note": note}
        )
    here.append(operations.operation(desk, "combination", "linked case", note))
    edit.write_together(desk, [(other, changes), (case_id, here)])
    return other


def copied_person(person: Record, roles: list[str]) -> dict[str, object]:
    """What of a person goes into another case: who that is, and nothing that says where."""
    return {"roles": roles, **{name: person.get(name) for name in COPIED if person.get(name) not in (None, "", [])}}


def _is_victim_there(desk: Desk, person: Record, link: Record) -> bool:
    """Whether a linked case has this person as its victim already."""
    if link.get("person") != person.id:
        return False
    there = desk.store.records(str(link.get("other_case", "")), ("person",))
    names = {full_name(p) for p in there if "victim" in p.get("roles", [])}
    return bool(full_name(person)) and full_name(person) in names


def archive_case(desk: Desk, case_id: str, reason: str) -> Changed:
    """Put a whole case away with a reason; it can be restored."""
    return edit.archive(desk, case_id, case_id, reason)


def restore_case(desk: Desk, case_id: str) -> Changed:
    """Take an archived case out again."""
    return edit.restore(desk, case_id, case_id)
