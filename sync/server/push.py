"""A push: entries of one device are judged, numbered and kept, all in one transaction.

Signatures are looked at beside it (`sync.server.signatures`), and none of it counts before they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.notebook import tree
from app.rules.access import CaseFacts, Officer
from sync.server import judge, strict
from sync.server.judge import ACCEPTED, FORKED, Chain, Grounds, Judgement, Sent, Verdict
from sync.server.ledger import Apart, Caller, CaseChange, NewEntry, Taking, Written
from sync.wire import messages, signing

_WHOLE = 1 << 256


@dataclass(frozen=True)
class Taken:
    """What a push came to, before it is said in a message."""

    judgement: Judgement
    numbers: dict[str, int]
    cases: frozenset[str]
    leaves: int


def look_at(entries: Sequence[messages.SentEntry]) -> list[Sent]:
    """The entries of a push as they arrived."""
    return [judge.look_at(bytes(one.entry), one.signature) for one in entries]


def take(
    ledger: Taking,
    caller: Caller,
    sent: Sequence[Sent],
    signed: Callable[[Sent], bool],
    now: str,
    writing: Callable[[], None] = lambda: None,
) -> Taken:
    """Judge the entries and keep what comes of it. `now`: the time of receipt, ISO 8601; `writing` is called before
    what was decided is written."""
    place = ledger.place()
    grounds = _grounds(ledger, caller, sent)
    judgement = judge.judge(sent, grounds, signed)
    fresh = [one for one in judgement.verdicts if one.fresh]
    written = Written(chain=judgement.chain, place=place)
    numbers: dict[str, int] = {}
    if fresh:
        number(ledger, caller, fresh, grounds, written, now)
        _set_apart(fresh, written, now)
        numbers = {entry.hash: entry.number for entry in written.entries}
        writing()
        ledger.write(written)
    return Taken(judgement, numbers, frozenset(written.cases), written.place.leaves)


def answer(taken: Taken, now: str) -> list[messages.Outcome]:
    """The outcomes as they are told."""
    return [_outcome(one, taken.numbers, now) for one in taken.judgement.verdicts]


def _outcome(one: Verdict, numbers: dict[str, int], now: str) -> messages.Outcome:
    first = one.sent.envelope.first if one.sent.envelope else 0
    if one.held is not None:
        return messages.Outcome(
            first=first,
            outcome=one.outcome,
            number=one.held.number,
            received_at=one.held.received_at,
            reason=one.reason,
        )
    number = numbers.get(one.sent.hash, 0) if one.outcome == ACCEPTED else 0
    return messages.Outcome(first=first, outcome=one.outcome, number=number, received_at=now, reason=one.reason)


def _grounds(ledger: Taking, caller: Caller, sent: Sequence[Sent]) -> Grounds:
    places = [one.envelope for one in sent if one.envelope is not None]
    cases = {place.case for place in places if strict.is_id(place.case)}
    facts = ledger.cases(cases)
    return Grounds(
        device=caller.device,
        officer=caller.officer,
        authors=frozenset({caller.author}),
        chain=ledger.chain(),
        held=ledger.held({place.first for place in places}),
        heads=ledger.heads((_devices(sent) | (cases - facts.keys())) - {caller.device}),
        cases=facts,
        units=ledger.units(),
        left=ledger.left(cases),
        revoked=caller.revoked,
        replaced=caller.replaced and not caller.revoked,
        missing=_without_opening(sent, facts) and ledger.missing(),
        people=_people(ledger, sent),
        police={case: ledger.police(case) for case in _about_police(sent, facts)},
        erased=ledger.erased(cases - facts.keys()),
    )


def _without_opening(sent: Sequence[Sent], facts: Mapping[str, CaseFacts]) -> bool:
    """Whether there is an entry on a case that nobody has opened, which does not open it either."""
    opened = {case for case, known in facts.items() if known.author}
    for one in sent:
        if one.envelope is not None and one.envelope.case not in opened | {one.envelope.device}:
            if judge.OPENS not in one.body:
                return True
            opened.add(one.envelope.case)
    return False


def _people(ledger: Taking, sent: Sequence[Sent]) -> Mapping[str, Officer]:
    """The officers to whom cases are handed over here."""
    found = {m.decode() for one in sent if judge.HANDS_OVER in one.body for m in judge.GIVEN_TO.findall(one.body)}
    return ledger.people(found) if found else {}


def _about_police(sent: Sequence[Sent], facts: Mapping[str, CaseFacts]) -> set[str]:
    """The cases of which it has to be known who in them works for the police."""
    return {
        one.envelope.case
        for one in sent
        if one.envelope is not None
        and (judge.SAYS_POLICE.search(one.body) or (one.envelope.case in facts and facts[one.envelope.case].employed))
        and not (one.envelope.case in facts and facts[one.envelope.case].restricted)
    }


def _devices(sent: Sequence[Sent]) -> set[str]:
    """Ids of 32 digits that stand before a colon: every device that could be named, and perhaps more."""
    found: set[str] = set()
    for one in sent:
        if judge.names_changes(one.body):
            found.update(match.decode() for match in judge.NAMED.findall(one.body))
    return found


def number(
    ledger: Taking,
    caller: Caller,
    fresh: Sequence[Verdict],
    grounds: Grounds,
    written: Written,
    now: str,
    *,
    released: bool = False,
) -> None:
    """Give the accepted entries their numbers and leaves, and note what they do to their cases.

    `released`: they were kept apart before, and a person decided that they count.
    """
    accepted = [one for one in fresh if one.outcome == ACCEPTED and one.entry is not None]
    digests = dict(ledger.digests({one.entry.case for one in accepted if one.entry is not None}))
    last, leaves = written.place.number, written.place.leaves
    hashes: list[bytes] = []
    for one in accepted:
        assert one.entry is not None
        last += 1
        case, own = one.entry.case, one.sent.hash
        digests[case] = added(digests.get(case, bytes(32)), own)
        written.entries.append(
            NewEntry(
                last,
                leaves + len(hashes),
                caller.device,
                one.entry.first,
                one.entry.count,
                case,
                own,
                now,
                digests[case],
                one.sent.body,
                signing.from_text(one.sent.signature),
                released,
            )
        )
        hashes.append(tree.leaf(signing.leaf_bytes(last, own, now)))
        if case != caller.device:
            _note_case(one, caller, grounds, written, last, digests[case])
    written.nodes = tree.new_nodes(leaves, hashes, ledger.node)
    written.place = type(written.place)(last, leaves + len(hashes))


def _note_case(one: Verdict, caller: Caller, grounds: Grounds, written: Written, number: int, digest: bytes) -> None:
    assert one.entry is not None
    case = one.entry.case
    before = grounds.cases.get(case)
    change = written.cases.get(case)
    facts = change.facts if change else before
    if facts is None:
        facts = CaseFacts(caller.officer.id, caller.officer.id, caller.officer.unit)
    facts = replace(one.facts or facts, recent=True)
    written.cases[case] = CaseChange(case, facts, before, number, digest)


def _set_apart(fresh: Sequence[Verdict], written: Written, now: str) -> None:
    for one in fresh:
        if one.outcome == ACCEPTED or one.sent.envelope is None:
            continue
        place, sent = one.sent.envelope, one.sent
        written.apart.append(
            Apart(
                place.device,
                place.first,
                place.count,
                place.case[:64],
                sent.hash,
                one.outcome,
                one.reason,
                now,
                sent.body,
                sent.signature[:200],
            )
        )
        if one.outcome == FORKED:
            written.forked = place.first


def added(digest: bytes, entry_hash: str) -> bytes:
    """A case's digest with one more entry: the sum of their hashes modulo 2^256."""
    total = (int.from_bytes(digest, "big") + int(entry_hash, 16)) % _WHOLE
    return total.to_bytes(32, "big")


def digest_of(bodies: Sequence[bytes]) -> bytes:
    """The digest of entries."""
    total = bytes(32)
    for body in bodies:
        total = added(total, hashlib.sha256(body).hexdigest())
    return total


def head(chain: Chain) -> messages.Head:
    """The end of a chain as it is told."""
    return messages.Head(last=chain.last, hash=chain.hash)
