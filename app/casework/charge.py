"""Who has a case: handed over, taken, sent back, taken back, given to somebody else. Ordinary entries, also offline.

What the officer may do is asked of the same table that the server asks. What the server has decided counts; what is
on this laptop only counts as it will be judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from app.casework import edit
from app.casework.desk import Desk
from app.changed import Changed
from app.clock import iso
from app.i18n import N_, Translator
from app.notebook import ids
from app.notebook.ids import in_order
from app.problems import Problem
from app.records.view import CaseView, Record
from app.rules import access, charge
from app.rules.access import CaseFacts, Officer
from app.rules.charge import OFFERED, REASSIGNED, SENT_BACK, Step
from app.rules.police import Police
from app.store import charges

SOMEBODY = N_("an officer who is not in this list any more")
ROLES = {
    "officer": N_("officer"),
    "specialist": N_("specialist"),
    "supervisor": N_("supervisor"),
    "professional_standards": N_("professional standards"),
}


class Waiting(msgspec.Struct, frozen=True):
    """What of a hand-over waits for somebody: an offer for an answer, or one that was sent back for being read.

    `officer`, `unit`: ids of who it waits for; `by`: who wrote last; `at`: when by that device (ISO 8601).
    """

    record: str
    officer: str
    unit: str
    by: str
    at: str
    sent_back: bool = False
    reason: str = ""


@dataclass(frozen=True)
class Receiver:
    """Somebody to whom a case can be given: an officer, or a unit where `is_unit`. `detail`: unit and role in words."""

    id: str
    name: str
    detail: str
    is_unit: bool = False


@dataclass(frozen=True)
class Offer:
    """A hand-over that nobody has answered yet. `sent`: the server has it, so the other side can see it."""

    record: str
    to: str
    by: str
    at: str
    reason: str
    note: str
    sent: bool


@dataclass(frozen=True)
class Standing:
    """Who has a case. `owner`, `unit`: names; `may`: what this officer may do with it; `sent_back`: who sent the last
    hand-over back, and why; `here`: what was said of it on this laptop and is not sent yet."""

    enrolled: bool
    owner: str
    unit: str
    mine: bool
    restricted: bool
    offer: Offer | None
    sent_back: tuple[str, str] | None
    may: frozenset[str]
    here: bool
    people: int = 0
    """Which state of the officers and units is known here."""


def standing(desk: Desk, view: CaseView) -> Standing:
    """Who has this case, what was said about it, and what the officer may do."""
    me, people = charges.me(desk.store), charges.people(desk.store)
    if me is None:
        return Standing(False, desk.officer, "", True, _restricted(view), None, None, frozenset(), False)
    facts, unsent = _facts(desk, view, me, people)
    mine = facts.owner == me.id
    owner = _name(people.officers, facts.owner) if facts.owner else view.case.author
    tree = people.tree()
    may = {verb for verb in access.VERBS if access.may(me, verb, facts, tree)}
    return Standing(
        enrolled=True,
        owner=desk.officer if mine else owner,
        unit=_name(people.units, facts.unit),
        mine=mine,
        restricted=facts.restricted,
        offer=_offer(view, facts),
        sent_back=_sent_back(view),
        may=frozenset(may),
        here=unsent,
        people=people.version,
    )


def stays_here(desk: Desk, view: CaseView) -> bool:
    """Whether this officer keeps the case where a suspect works for the police: opened it, is in charge and says so
    now, or was named for it."""
    me, people = charges.me(desk.store), charges.people(desk.store)
    if me is None:
        return True
    facts, _ = _facts(desk, view, me, people)
    return me.id in {facts.author, facts.owner, *facts.named}


def owner(desk: Desk, view: CaseView) -> str:
    """The name of the officer in charge, as the server told it; whoever opened the case where it told nothing."""
    kept = charges.charge(desk.store, view.id)
    if kept is None:
        return view.case.author
    me, people = charges.me(desk.store), charges.people(desk.store)
    if me is not None and kept.owner == me.id:
        return desk.officer
    return _name(people.officers, kept.owner)


def may(desk: Desk, view: CaseView, verb: str) -> bool:
    """Whether the officer may do this with the case, by the table that the server asks, too. A vault of no server
    is the officer's own: there is nobody to hand over to, and all else is theirs."""
    me, people = charges.me(desk.store), charges.people(desk.store)
    if me is None:
        return verb in (access.HOLD, access.CHANGE)
    return access.may(me, verb, _facts(desk, view, me, people)[0], people.tree())


def receivers(desk: Desk, view: CaseView, words: Translator) -> list[Receiver]:
    """To whom this case can be handed over: the own unit first, then units, then officers elsewhere."""
    me, people = charges.me(desk.store), charges.people(desk.store)
    if me is None:
        return []
    owner = _facts(desk, view, me, people)[0].owner
    units = {one.id: one.name for one in people.units}
    others = [
        Receiver(one.id, one.name, _detail(one, units, words))
        for one in people.officers
        if one.id not in (owner, me.id if owner == "" else "")
    ]
    near = {one.id for one in people.officers if one.unit == me.unit}
    every = [Receiver(one.id, one.name, words.text(N_("a whole unit")), is_unit=True) for one in people.units]
    return [one for one in others if one.id in near] + every + [one for one in others if one.id not in near]


def leads(desk: Desk, receiver: Receiver) -> bool:
    """Whether the officer may give cases to this receiver at once, without an answer."""
    me, people = charges.me(desk.store), charges.people(desk.store)
    unit = next((one.unit for one in people.officers if one.id == receiver.id), "")
    return me is not None and not receiver.is_unit and charge.leads(me, unit, people.tree())


def hand_over(
    desk: Desk, case_id: str, receiver: Receiver, reason: str, note: str = "", *, at_once: bool = False
) -> Changed:
    """Offer a case, or with `at_once` give it, to somebody. It stays with whoever has it until it is taken.

    Raises Problem charge.no_server, charge.few, charge.not_yours, charge.reason, charge.beyond.
    """
    if not reason:
        raise Problem("charge.reason")
    view = desk.store.view(case_id)
    _check(desk, view, access.REASSIGN if at_once else access.HAND_OVER)
    if at_once and not leads(desk, receiver):
        raise Problem("charge.beyond")
    fields = {
        "how": REASSIGNED if at_once else OFFERED,
        "to": receiver.name,
        "unit" if receiver.is_unit else "officer": receiver.id,
        "reason": reason,
        "note": note.strip(),
        "at": iso(desk.clock.now()),
    }
    return edit.write(desk, case_id, edit.make("hand_over", ids.new_id(desk.clock.now()), fields))


def answer(desk: Desk, case_id: str, said: str, reason: str = "") -> Changed:
    """Take what was offered (accepted), send it back with a reason (sent_back), or take the own offer back (withdrawn).

    Raises Problem charge.answered where nobody waits for it any more, charge.why_back, charge.not_yours.
    """
    view = desk.store.view(case_id)
    now = standing(desk, view)
    if now.offer is None:
        raise Problem("charge.answered")
    if said == SENT_BACK and not reason.strip():
        raise Problem("charge.why_back")
    _check(desk, view, Step(now.offer.record, said).verb)
    fields = {"hand_over": now.offer.record, "answer": said, "reason": reason.strip(), "at": iso(desk.clock.now())}
    return edit.write(desk, case_id, edit.make("hand_over_answer", ids.new_id(desk.clock.now()), fields))


def waiting(desk: Desk, view: CaseView) -> Waiting | None:
    """What of a hand-over of this case waits for somebody, for the lists."""
    if not view.of("hand_over"):
        return None
    given = _open_offer(view, charges.charge(desk.store, view.id))
    if given is not None:
        return Waiting(
            given.id,
            str(given.get("officer", "")),
            str(given.get("unit", "")),
            given.author,
            given.created_at,
            reason=str(given.get("reason", "")),
        )
    last = view.latest("hand_over_answer")
    back = view.record(str(last.get("hand_over", ""))) if last is not None else None
    if last is None or back is None or last.get("answer") != SENT_BACK or back.author != desk.officer:
        return None
    me = charges.me(desk.store)
    why = str(last.get("reason", ""))
    return Waiting(last.id, me.id if me else "", "", last.author, last.created_at, sent_back=True, reason=why)


def is_meant(waits: Waiting, mine: Mapping[str, str]) -> bool:
    """Whether what waits is for this officer or this unit, as `is_for` tells them."""
    to_me = bool(waits.officer) and waits.officer == mine.get("officer")
    return to_me or (bool(waits.unit) and waits.unit == mine.get("unit"))


def is_for(desk: Desk) -> Mapping[str, str]:
    """For whom what waits is meant to be answered here: this vault's officer and unit, or nothing without a server."""
    me = charges.me(desk.store)
    return {"officer": me.id, "unit": me.unit} if me is not None else {}


# ---- what decides about a case, as this laptop knows it


def _facts(desk: Desk, view: CaseView, me: Officer, people: charges.People) -> tuple[CaseFacts, bool]:
    """What decides about the case: as the server told it, and what was said here since. Whether there is such."""
    kept = charges.charge(desk.store, view.id)
    facts = kept.facts(me.id) if kept is not None else _unsaid(desk, view, me, people)
    unsent = [record for record in _said(view) if not _received(record)]
    known = {one.id: Officer(one.id, one.role, one.unit) for one in people.officers} if unsent else {}
    for record in unsent:
        step = _step(record)
        if access.may(me, step.verb, facts, people.tree()):
            try:
                facts = charge.after(facts, me, step, known, people.tree())
            except charge.NotAllowed:
                continue
    # Of what the server has heard, its word counts: two people may have lifted the mark. What is new counts at once.
    restricted = facts.restricted or _restricted(view, unheard=kept is not None)
    return CaseFacts(
        facts.author,
        facts.owner,
        facts.unit,
        facts.assigned,
        facts.named,
        restricted,
        offer=facts.offer,
        offered=facts.offered,
        offered_unit=facts.offered_unit,
    ), bool(unsent)


def _name(among: Iterable[charges.Named], wanted: str) -> str:
    return next((one.name for one in among if one.id == wanted), "")


def _unsaid(desk: Desk, view: CaseView, me: Officer, people: charges.People) -> CaseFacts:
    """Where the server told nothing, a case belongs to whoever opened it."""
    made = view.case.made()
    if not made or any(in_order(dot)[0] == desk.device_id for dot in made) or view.case.author == desk.officer:
        return CaseFacts(me.id, me.id, me.unit)
    found = [one for one in people.officers if one.name == view.case.author]
    if len(found) == 1:
        return CaseFacts(found[0].id, found[0].id, found[0].unit)
    # It is here because a unit has it; by what name its author is listed is not known.
    return CaseFacts("", "", me.unit)


def _restricted(view: CaseView, *, unheard: bool = False) -> bool:
    """Whether a suspect works for the police, as far as this laptop knows: the more cautious value counts.

    `unheard`: only what the server has not got yet.
    """
    police = Police(flagged=_says_yes(view.case, "police_suspect", unheard))
    for person in view.of("person", archived=True):
        police.roles[person.id] = {str(role) for role in person.get("roles", [])}
        if _says_yes(person, "police_employee", unheard) or (unheard and _new_role(person)):
            police.employed.add(person.id)
    return police.restricts


def _says_yes(record: Record, name: str, unheard: bool) -> bool:
    said = [one for one in record.standing(name) if one.value == "yes"]
    return any(not unheard or one.written.received is None for one in said)


def _new_role(person: Record) -> bool:
    """Whether somebody who works for the police got a role here that the server has not heard of."""
    new = any(one.written.received is None for one in person.standing("roles"))
    return new and any(one.value == "yes" for one in person.standing("police_employee"))


def _said(view: CaseView) -> list[Record]:
    """Hand-overs and answers, in the order in which they were written."""
    found = [*view.of("hand_over"), *view.of("hand_over_answer")]
    return sorted(found, key=lambda record: min(written.stamp for written in record.state.written.values()))


def _step(record: Record) -> Step:
    fields = {name: record.get(name) for name in record.field_names()}
    change = {"op": "append", "record": record.id, "type": record.type, "fields": fields}
    return charge.steps([change])[0]


def _received(record: Record) -> bool:
    return all(written.received is not None for written in record.state.written.values())


def _open_offer(view: CaseView, kept: charges.Charge | None) -> Record | None:
    """The last hand-over, where nobody has answered it; of one that the server has, the server's word counts."""
    given = view.latest("hand_over")
    if given is None or given.get("how") != OFFERED:
        return None
    if any(one.get("hand_over") == given.id for one in view.of("hand_over_answer")):
        return None
    if _received(given) and (kept is None or kept.offer != given.id):
        return None
    return given


def _offer(view: CaseView, facts: CaseFacts) -> Offer | None:
    given = view.record(facts.offer) if facts.offer else None
    if given is None:
        return None
    return Offer(
        record=given.id,
        to=str(given.get("to", "")),
        by=given.author,
        at=given.created_at,
        reason=str(given.get("reason", "")),
        note=str(given.get("note", "")),
        sent=_received(given),
    )


def _sent_back(view: CaseView) -> tuple[str, str] | None:
    """Who sent the last hand-over back, and why; None where it was taken, or handed over again."""
    said = _said(view)
    last = said[-1] if said else None
    if last is None or last.get("answer") != SENT_BACK:
        return None
    return last.author, str(last.get("reason", ""))


def _detail(one: charges.Named, units: Mapping[str, str], words: Translator) -> str:
    role = words.text(ROLES[one.role]) if one.role in ROLES else one.role
    unit = units.get(one.unit, "")
    return words.text(N_("{unit}, {role}"), unit=unit, role=role) if unit else role


def _check(desk: Desk, view: CaseView, verb: str) -> None:
    now = standing(desk, view)
    if not now.enrolled:
        raise Problem("charge.no_server")
    if verb not in now.may:
        raise Problem("charge.few" if now.restricted else "charge.not_yours")
