"""The judgement of a push: what becomes of each entry. Pure: no database, no clock, no network.

Whoever calls it has gathered what it asks for, and keeps what it decides.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.notebook import entry as notebook
from app.notebook.entry import Change, Entry, EntryRefused
from app.notebook.ids import in_order
from app.rules import access, charge
from app.rules.access import CaseFacts, Officer
from app.rules.police import EMPLOYEE, FLAG, Police
from sync.server import strict
from sync.server.strict import Envelope, NotStrict
from sync.wire import limits

NAMED = re.compile(rb'"([0-9a-f]{32})"?:[0-9]')
"""Every device that an entry's bytes could name, as in `"device:7"` and `"device":7`, and perhaps more."""

GIVEN_TO = re.compile(rb'"officer":"([0-9a-f]{32})"')
"""Every officer to whom an entry's bytes could hand a case over."""
OPENS = b'"type":"case"'
"""What stands in the bytes of an entry that opens a case."""
HANDS_OVER = f'"{charge.GIVEN}'.encode()
SAYS_POLICE = re.compile(f'"({EMPLOYEE}|{FLAG})"'.encode())
"""What stands in the bytes of an entry that hands a case over or answers that, or that speaks of the police."""

ANY_NUMBER = 1 << 53
"""The head of a device of which more may be missing here than is known."""

GAP = "gap"
"""The reason of what a destroyed vault had beyond a gap in its chain: it was not judged, for that cannot be filled."""
ACCEPTED, ALREADY, REFUSED, FORKED = "accepted", "already", "refused", "forked"


@dataclass(frozen=True)
class Sent:
    """An entry as it arrived. `envelope`: its place in the chain, or None where it names none."""

    body: bytes
    signature: str
    hash: str
    envelope: Envelope | None


@dataclass(frozen=True)
class Held:
    """What the ledger has under a first number: the accepted entry, or one that was kept apart."""

    hash: str
    outcome: str
    number: int = 0
    received_at: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Chain:
    """Where a device's chain ends."""

    last: int = 0
    hash: str = notebook.NO_PREVIOUS


@dataclass(frozen=True)
class Parting:
    """A case that has left a device's scope: with which number, and whether so lately that it may not know yet."""

    number: int
    lately: bool


@dataclass(frozen=True)
class Grounds:
    """All that a judgement rests on.

    `authors`: the names that this device's entries may bear; `held`: by first number; `heads`: the last number of
    each device that the entries name, also as a case; `cases`: what is known of each case named; `left`: cases that
    this device had; `missing`: after a restore, some device that may have more than is known here has not been back
    yet; `people`: officers in service whom the entries name; `police`: what was said before, where it matters;
    `erased`: cases that a lawful order destroyed, for ever.
    """

    device: str
    officer: Officer
    authors: frozenset[str]
    chain: Chain
    held: Mapping[int, Sequence[Held]]
    heads: Mapping[str, int]
    cases: Mapping[str, CaseFacts]
    units: Mapping[str, str]
    left: Mapping[str, Parting] = field(default_factory=dict)
    revoked: bool = False
    replaced: bool = False
    missing: bool = False
    people: Mapping[str, Officer] = field(default_factory=dict)
    police: Mapping[str, Police] = field(default_factory=dict)
    erased: Collection[str] = ()


@dataclass(frozen=True)
class Verdict:
    """What becomes of one entry. `entry` is there where it was accepted; `fresh`: it was not judged before; `facts`:
    what decides about its case from then on, or None where that is as it was."""

    sent: Sent
    outcome: str
    reason: str = ""
    entry: Entry | None = None
    held: Held | None = None
    fresh: bool = True
    facts: CaseFacts | None = None


@dataclass
class Judgement:
    """Outcomes in the order of the entries, as far as the chain could be followed, and where it ends now."""

    verdicts: list[Verdict] = field(default_factory=list)
    chain: Chain = field(default_factory=Chain)


def look_at(body: bytes, signature: str) -> Sent:
    """An entry with its hash and its place."""
    try:
        place = strict.envelope(body)
    except NotStrict:
        place = None
    return Sent(body, signature, hashlib.sha256(body).hexdigest(), place)


def judge(sent: Sequence[Sent], grounds: Grounds, signed: Callable[[Sent], bool]) -> Judgement:
    """Judge the entries of a push in their order; stops at the first that does not follow the chain."""
    done = Judgement(chain=grounds.chain)
    mine: dict[str, CaseFacts] = {}
    for one in sent:
        place = one.envelope
        if place is None or place.device != grounds.device:
            # It has no place in this chain, so nothing after it can be judged.
            done.verdicts.append(Verdict(one, REFUSED, "malformed" if place is None else "device", fresh=False))
            break
        if place.first <= done.chain.last:
            done.verdicts.append(_again(one, place, grounds))
            continue
        if place.first > done.chain.last + 1:
            break
        if place.previous != done.chain.hash:
            done.verdicts.append(_again(one, place, grounds))
            continue
        if grounds.replaced:
            # Nothing more goes into this chain; its vault makes it anew under the identity that it has now.
            done.verdicts.append(Verdict(one, FORKED, "replaced", fresh=False))
            break
        verdict = _content(one, place, grounds, mine, signed)
        done.verdicts.append(verdict)
        done.chain = Chain(place.first + place.count - 1, one.hash)
        if verdict.facts is not None:
            mine[place.case] = verdict.facts
    return done


def _again(one: Sent, place: Envelope, grounds: Grounds) -> Verdict:
    """An entry whose place is taken, or that follows another one: the same as before, or a fork."""
    for held in grounds.held.get(place.first, ()):
        if held.hash == one.hash:
            outcome = ALREADY if held.outcome == ACCEPTED else held.outcome
            return Verdict(one, outcome, held.reason, held=held, fresh=False)
    return Verdict(one, FORKED, "forked")


def _content(
    one: Sent, place: Envelope, grounds: Grounds, mine: Mapping[str, CaseFacts], signed: Callable[[Sent], bool]
) -> Verdict:
    try:
        entry = _read(one, place)
        if not signed(one):
            raise EntryRefused("signature")
        if names_changes(one.body):
            _know(entry, grounds)
        if entry.author not in grounds.authors:
            raise EntryRefused("author")
        if grounds.revoked:
            raise EntryRefused("revoked")
        facts = _in_scope(entry, grounds, mine)
    except EntryRefused as reason:
        return Verdict(one, REFUSED, str(reason))
    return Verdict(one, ACCEPTED, entry=entry, facts=facts)


def _read(one: Sent, place: Envelope) -> Entry:
    if len(one.body) > limits.ENTRY or place.count > limits.CHANGES:
        raise EntryRefused("too_large")
    try:
        entry = notebook.of_value(strict.check(one.body))
    except (NotStrict, EntryRefused) as error:
        raise EntryRefused("malformed") from error
    if not strict.is_id(entry.case):
        raise EntryRefused("malformed")
    return entry


def _know(entry: Entry, grounds: Grounds) -> None:
    """Every dot that a change names must be there already; of its own entry, only changes before it."""
    for n, change in enumerate(entry.changes):
        own = entry.first + n - 1
        for device, last in named(change):
            known = own if device == grounds.device else grounds.heads.get(device, 0)
            if not 0 < last <= known:
                raise EntryRefused("unknown")


def names_changes(body: bytes) -> bool:
    """Whether an entry's bytes could name changes as seen or known at all: canonical JSON writes a key in one way."""
    return b'"saw":' in body or b'"knew":' in body


def named(change: Change) -> Iterator[tuple[str, int]]:
    """Device and number of each change that this one names as seen or known."""
    seen = [*_list(change.get("saw"))]
    yield from _map(change.get("knew"))
    fields = change.get("fields")
    for wish in fields.values() if change.get("op") == "set" and isinstance(fields, dict) else ():
        if isinstance(wish, dict):
            seen += _list(wish.get("saw"))
            yield from _map(wish.get("knew"))
    for name in seen:
        device, number = in_order(name)
        # Written otherwise than `device:number`, it could name one change under two names.
        yield device, number if name == f"{device}:{number}" else 0


def _list(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _map(value: object) -> Iterator[tuple[str, int]]:
    if isinstance(value, dict):
        for device, last in value.items():
            yield device, last if isinstance(last, int) else 0


def _in_scope(entry: Entry, grounds: Grounds, mine: Mapping[str, CaseFacts]) -> CaseFacts | None:
    """What decides about the case after this entry, or None where nothing of that changes.

    Raises EntryRefused where the case is not the officer's to change (scope), or not in this way (role, receiver).
    """
    if entry.case == entry.device:
        return None
    if entry.case in grounds.erased:
        raise EntryRefused("erased")
    if entry.case in grounds.heads:
        raise EntryRefused("malformed")  # a device's id: what is there is that vault's own, and no case
    before = facts = mine.get(entry.case) or grounds.cases.get(entry.case)
    opens = facts is None or not facts.author
    if facts is None or not facts.author:
        facts = _opened(entry, grounds, facts)
    elif not access.may(grounds.officer, access.CHANGE, facts, grounds.units):
        parting = grounds.left.get(entry.case)
        # Written before the officer could know: work in good faith is taken in.
        if parting is None or not parting.lately or entry.scope >= parting.number:
            raise EntryRefused("scope")
    if not opens:
        # What a case file tells of earlier hand-overs, when it is taken in as a new case, is history.
        facts = _given(entry, grounds, facts)
    facts = after_police(entry, grounds, facts)
    return None if facts is before else facts


def _opened(entry: Entry, grounds: Grounds, before: CaseFacts | None) -> CaseFacts:
    """A case that nobody has opened here is the officer's who opens it.

    After a restore its opening may be among what was lost and comes later: until then the case is that of whoever
    writes in it, and of nobody's unit.
    """
    me = grounds.officer
    if not access.holds_cases(me.role):
        raise EntryRefused("scope")
    if _opens(entry):
        known = before or CaseFacts("", "", "")
        return replace(known, author=me.id, owner=me.id, unit=me.unit, assigned=frozenset())
    if before is not None and access.may(me, access.CHANGE, before, grounds.units):
        return before
    if not grounds.missing:
        raise EntryRefused("scope")
    if before is None:
        return CaseFacts("", me.id, "")
    return replace(before, assigned=before.assigned | {me.id})


def _given(entry: Entry, grounds: Grounds, facts: CaseFacts) -> CaseFacts:
    """Who has charge of the case after an entry that may hand it over, or answer that."""
    for step in charge.steps(entry.changes):
        try:
            facts = charge.after(facts, grounds.officer, step, grounds.people, grounds.units)
        except charge.NotAllowed as reason:
            raise EntryRefused(str(reason)) from reason
    return facts


def after_police(entry: Entry, grounds: Grounds, facts: CaseFacts) -> CaseFacts:
    """Whether the case is for few from this entry on, because a suspect works for the police."""
    if facts.restricted:
        # Once restricted, always restricted, until people decide otherwise: a later "no" of a laptop frees nothing.
        return facts
    said = grounds.police.get(entry.case)
    if said is None:
        return facts  # nothing in this push says anything of the kind
    said.hear(entry.changes)
    if said.employed and not facts.employed:
        facts = replace(facts, employed=True)
    if not said.restricts:
        return facts
    # Whoever is in charge and raises it keeps the case. Of anybody else in charge nobody knows who they are in it.
    raised = {grounds.officer.id} if facts.author != facts.owner == grounds.officer.id else set()
    return replace(facts, restricted=True, named=facts.named | raised)


def _opens(entry: Entry) -> bool:
    return any(
        change["op"] == "create" and change["record"] == entry.case and change["type"] == "case"
        for change in entry.changes
    )
