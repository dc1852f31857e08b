"""Swaps ids, forges, back-dates and mutates entries and requests: nothing is accepted, nothing stumbles.

What is somebody else's and what is not there at all must be answered in the very same way.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.notebook import entry as notebook
from app.notebook.entry import SignedEntry
from app.notebook.ids import random_id
from sync.server import administration, enrol
from sync.wire import messages, signing
from tests.notebook.writers import key_of
from tests.sync.laptops import Laptop
from tests.sync.prove.processes import Server, server
from tests.sync.prove.rest import Found

AT_ONCE = 50
STRANGE_KEY = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
NASTY: tuple[Any, ...] = (
    None, True, False, -1, 0, 1 << 53, (1 << 63) + 1, -(1 << 70), 1e308, 0.1, "", "x", ":", "a\0b", "a" * 33, "\u202e",
    "../..", "'; --", "%s%n", "a:1", "a:01", "a:-1", "a:" + "9" * 5000, "a:²", "a:١",
    [], {}, [[]], [None], {"": None},
    {"op": "create"}, ["a:1"], {"a": 1}, {"value": 1, "saw": []}, {"saw": ["x"]}, "2001-01-01T00:00:00+00:00",
)  # fmt: skip
_NO_SIGNATURES = (b"", b"x", b"a\0b", "¹".encode(), b"=" * 500)
_Kind = Callable[["Stage", Laptop, Found], None]


class Stage:
    """A force with a case or two, and those who want what is not theirs: another unit's, without cases, revoked."""

    def __init__(self, made: Server, seed: int) -> None:
        self.chance, force = random.Random(seed), made.force
        self.force = force
        self.victim = force.laptop()
        self.cases = [self.victim.new_case(f"NM-{n}") for n in range(6)]
        self.cases.append(self.victim.new_case("NM-9", police_suspect="yes"))
        for case in self.cases:
            self.victim.set(case, "reference", "B")
        self.victim.push()
        elsewhere = force.do(lambda c, org: administration.new_unit(c, org, "Elsewhere"))
        self.revoked = force.laptop()
        force.do(lambda c, org: enrol.revoke(c, org, [self.revoked.device]))
        self.late = self._who_lost_a_case_long_ago(elsewhere)
        self.hands = [force.laptop(unit=elsewhere), force.laptop("auditor"), force.laptop("administrator"), self.late]
        self.before = self._ledger()

    def _who_lost_a_case_long_ago(self, elsewhere: str) -> Laptop:
        """An officer who once was assigned to a case; longer ago than a lease runs."""
        made, force = self.force.laptop(unit=elsewhere), self.force
        for involved in (True, False):
            force.do(
                lambda c, org, involved=involved: administration.involve(
                    c, org, self.cases[0], made.officer, "assigned", involved
                )
            )
        with force.owner() as owner:
            owner.execute(
                "UPDATE subscription SET until_at = until_at - interval '60 days' WHERE device_id = %s", (made.device,)
            )
        return made

    def _ledger(self) -> list[tuple[Any, ...]]:
        return self.force.rows("SELECT number, hash FROM entry WHERE org_id = %s ORDER BY number", self.force.org)

    def untouched(self) -> bool:
        """Whether the ledger is what it was before all this."""
        return self._ledger() == self.before

    def id(self) -> str:
        """Somebody's case, or one that is nearly somebody's, or nobody's, or another thing's id."""
        theirs, n = self.chance.choice(self.cases), self.chance.randrange(32)
        near = theirs[:n] + self.chance.choice("0123456789abcdef") + theirs[n + 1 :]
        other = (self.victim.device, self.victim.officer, self.force.unit, self.force.org, random_id())
        return self.chance.choice((theirs, theirs, near, self.chance.choice(other)))


def run(count: int, seed: int = 0, off: str = "") -> Found:
    """So many attempts, of every kind."""
    found = Found()
    with server(off=off) as made:
        stage = Stage(made, seed)
        # Entries and ids go many at a time, the others one by one.
        kinds: list[_Kind] = [_entries, _entries, _questions, *[_misplaced] * 5, *[_requests] * 5]
        while sum(found.counted.values()) < count and not (off and found.faults):
            stage.chance.choice(kinds)(stage, stage.chance.choice(stage.hands), found)
        _one_answer(stage, found)
        if not stage.untouched():
            found.faults.append("the ledger was changed")
        bugs = [line for line in made.log.read_text().splitlines() if "bug:" in line]
        found.faults += sorted({line.split("bug:")[1] for line in bugs})[:10]
        for laptop in (stage.victim, stage.revoked, *stage.hands):
            laptop.close()
    return found


# ---- Entries --------------------------------------------------------------------------------------------------------


def _entries(stage: Stage, hand: Laptop, found: Found) -> None:
    """A chain of entries, each wrong in its own way; each is judged, for what is refused moves the head on."""
    sent = []
    for _ in range(AT_ONCE):
        name = stage.chance.choice(sorted(_WRONG))
        one = _WRONG[name](stage, hand)
        sent.append(one)
        hand.writer.number += msgspec.json.decode(one.body)["count"]
        hand.writer.previous = one.hash
        found.count(f"entries {name}")
    _push(hand, sent, found)


def _swapped(stage: Stage, hand: Laptop) -> SignedEntry:
    """A change of a case that is not theirs, rightly signed."""
    case = stage.id()
    made = hand.writer.entry([notebook.assign(case, {"reference": ("Z", [])})], case=case)
    # An older scope than any notice: written, it claims, before anybody could know.
    made = msgspec.structs.replace(made, scope=stage.chance.choice((0, 1, 1 << 40)))
    return notebook.sign(made, key_of(hand.device))


def _forged(stage: Stage, hand: Laptop) -> SignedEntry:
    """In somebody else's name, or with a signature that is not the device's."""
    made = hand.writer.entry([notebook.create(case := random_id(), "case", {"reference": "Z"})], case=case)
    if stage.chance.random() < 0.5:
        return notebook.sign(msgspec.structs.replace(made, author=stage.victim.author), key_of(hand.device))
    signed = notebook.sign(made, stage.chance.choice((STRANGE_KEY, key_of(stage.victim.device))))
    others = (bytes(64), signed.signature[:-1], signed.body[:64], *_NO_SIGNATURES)
    cut = signed.signature if stage.chance.random() < 0.5 else stage.chance.choice(others)
    return SignedEntry(signed.body, cut)


def _mutated(stage: Stage, hand: Laptop) -> SignedEntry:
    """Anything instead of anything within it, rightly signed."""
    case = stage.id()
    changes = [notebook.assign(case, {"reference": ("Z", [f"{stage.victim.device}:1"])}, {stage.victim.device: 1})]
    made = msgspec.to_builtins(hand.writer.entry(changes, case=case))
    place = {name: made[name] for name in ("device", "first", "count", "previous")}
    for _ in range(stage.chance.randrange(1, 4)):
        mutate(made, stage.chance)
    return _signed_bytes({**made, **place}, hand, stage.chance)


def mutate(tree: Any, chance: random.Random) -> None:
    """Put something else in some place of a tree, take it away, or put it there twice."""
    places: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else range(len(one))
        places += [(one, key) for key in keys]
        waiting += [one[key] for key in keys if isinstance(one[key], dict | list)]
    if not places:
        return
    into, key = chance.choice(places)
    what = chance.random()
    if what < 0.2:
        del into[key]
    elif what < 0.3 and isinstance(into, list):
        into.append(into[key])
    elif what < 0.4:
        deep: Any = 0
        for _ in range(chance.randrange(20, 60)):
            deep = [deep]
        into[key] = deep
    else:
        # A copy: what is put in twice must not be one thing.
        into[key] = json.loads(json.dumps(chance.choice(NASTY)))


def _signed_bytes(made: dict[str, Any], hand: Laptop, chance: random.Random) -> SignedEntry:
    loose = chance.random() < 0.1
    text = json.dumps(made, sort_keys=not loose, separators=(",", ": ") if loose else (",", ":"), ensure_ascii=loose)
    body = text.encode("utf-8", "replace")
    return SignedEntry(body, key_of(hand.device).sign(hashlib.sha256(body).digest()))


_WRONG = {"with a swapped id": _swapped, "forged": _forged, "mutated": _mutated}


def _misplaced(stage: Stage, hand: Laptop, found: Found) -> None:
    """One entry in a place that is not its own: back-dated, another device's, with bits turned over."""
    chance, theirs = stage.chance, stage.chance.choice(stage.victim.writer.entries)
    made = hand.writer.entry([notebook.create(case := random_id(), "case", {"reference": "Z"})], case=case)
    kind = chance.choice(("back-dated", "of another device", "with another past", "with bits turned over", "mutated"))
    if kind == "back-dated":
        # Under a number that is taken: it would stand before what was recorded since.
        number = chance.randrange(1, max(2, hand.writer.number + 1))
        one = notebook.sign(msgspec.structs.replace(made, first=number), key_of(hand.device))
        if hand.writer.number == 0:
            return
    elif kind == "of another device":
        forged = notebook.sign(msgspec.structs.replace(made, device=stage.victim.device), key_of(hand.device))
        one = chance.choice((theirs, forged))
    elif kind == "with another past":
        past = chance.choice(("f" * 64, notebook.NO_PREVIOUS, theirs.hash, "", hand.writer.previous[:-1]))
        if past == hand.writer.previous:
            return
        one = notebook.sign(msgspec.structs.replace(made, previous=past), key_of(hand.device))
    elif kind == "with bits turned over":
        good = notebook.sign(made, key_of(hand.device))
        body = bytearray(good.body)
        for _ in range(chance.randrange(1, 4)):
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        if bytes(body) == good.body:
            return
        one = SignedEntry(bytes(body), good.signature)
    else:
        tree = msgspec.to_builtins(made)
        tree["case"] = chance.choice(stage.cases)
        mutate(tree, chance)
        one = _signed_bytes(tree, hand, chance)
    found.count(f"entries {kind}")
    _push(hand, [one], found)


def _push(hand: Laptop, sent: list[SignedEntry], found: Found) -> None:
    """Push entries of which none may be accepted, and go on from where the server says that the chain ends."""
    body = b",".join(b'{"entry":' + one.body + b',"signature":' + _as_text(one.signature) + b"}" for one in sent)
    packed = signing.pack(b'{"protocol":1,"epoch":"' + hand.epoch.encode() + b'","entries":[' + body + b"]}")
    status, headers, answer = hand.send("/v1/push", packed)
    if status == 200:
        told = hand.believed(status, headers, answer, messages.Pushed)
        accepted = [one for one in told.outcomes if one.outcome in ("accepted", "already")]
        found.faults += [f"an entry was {one.outcome}" for one in accepted]
        hand.writer.number, hand.writer.previous = told.head.last, told.head.hash
        return
    if status not in (400, 413):
        found.faults.append(f"a push was answered {status}")
    # Nothing of it was judged: the chain ends where it ended.
    page = hand.pull_page()
    hand.writer.number, hand.writer.previous = page.head.last, page.head.hash


def _as_text(signature: bytes) -> bytes:
    return json.dumps(signature.decode() if signature in _NO_SIGNATURES else signing.to_text(signature)).encode()


# ---- Questions ------------------------------------------------------------------------------------------------------


def _questions(stage: Stage, hand: Laptop, found: Found) -> None:
    """Questions about what is somebody else's: no case, no entry, no number of one is told."""
    chance = stage.chance
    asked = sorted({stage.id() for _ in range(AT_ONCE)} | {str(chance.choice(NASTY)) for _ in range(2)})
    status, headers, answer = hand.send("/v1/snapshots", _wish(epoch=hand.epoch, cases=asked))
    if status == 200:
        told = hand.believed(status, headers, answer, messages.Snapshots)
        _nothing(found, told.snapshots == [] and told.missing == asked, "snapshots of another's case")
    else:
        _nothing(found, status == 400, f"something of another's case ({status})")
    found.count("questions with swapped ids", len(asked))
    for case in asked[:3]:
        status, *_ = hand.send("/v1/history", _wish(epoch=hand.epoch, case=case, after=chance.choice((0, -1, 1 << 62))))
        _nothing(found, status in (404, 400), f"the history of another's case ({status})")
        number = chance.choice((1, 2, 5, chance.randrange(30), 0, -1, 1 << 40, 1 << 62))
        status, *_ = hand.send("/v1/proof", _wish(number=number))
        _nothing(found, status in (404, 400), f"the proof of another's entry ({status})")
        found.count("questions with swapped ids", 2)
    head = {"last": chance.choice((0, 1, 1 << 50)), "hash": chance.choice(("", "f" * 64))}
    epoch, cursor = chance.choice((hand.epoch, "", random_id())), chance.choice((0, -5, 1 << 50))
    status, headers, answer = hand.send("/v1/pull", _wish(epoch=epoch, cursor=cursor, head=head, tree_size=cursor))
    page = hand.believed(status, headers, answer, messages.Pulled)
    _nothing(found, not page.entries and not page.digests and not page.keys, "an entry of another's case")
    found.count("questions with swapped ids")


def _wish(**wish: Any) -> bytes:
    return signing.pack(json.dumps({"protocol": 1, **wish}).encode())


def _nothing(found: Found, held: bool, what: str) -> None:
    if not held:
        found.faults.append(f"a stranger was told {what}")


# ---- Requests -------------------------------------------------------------------------------------------------------


def _requests(stage: Stage, hand: Laptop, found: Found) -> None:
    """Requests in somebody else's name, said again, said otherwise than signed: none is answered."""
    chance, packed = stage.chance, _wish(epoch="", cursor=0, head={"last": 0, "hash": ""})
    turned = bytearray(packed)
    turned[chance.randrange(len(turned))] ^= 1 << chance.randrange(8)
    wrong: dict[str, Any] = chance.choice(
        (
            {"device": stage.victim.device},
            {"device": stage.victim.device, "signer": STRANGE_KEY},
            {"device": chance.choice((random_id(), "", "x", hand.device.upper(), hand.device + " "))},
            {"signer": STRANGE_KEY},
            {"counter": chance.choice((0, -1, 1))},
            {"nonce": chance.choice(("", "0", "g" * 32, "0" * 33, "A" * 32))},
            {"signed_path": "/v1/push"},
            {"method": chance.choice(("GET", "post", ""))},
            {"signed": bytes(turned)},
        )
    )
    body = packed
    if chance.random() < 0.2:
        # Rightly signed, but no body that could be unpacked.
        wrong, body = {}, bytes(turned[: chance.randrange(len(turned))])
    headers = hand.headers("/v1/pull", body, **wrong)
    if chance.random() < 0.2:
        name = chance.choice((signing.DEVICE, signing.COUNTER, signing.NONCE, signing.SIGNATURE))
        wrong = {"header": name}
        headers[name] = chance.choice(("", "0", "x" * 300, headers[name] + "A", "9" * 30))
    status, *_ = hand.raw("POST", "/v1/pull", body, headers)
    found.count("requests forged")
    # What is rightly signed may still be a question, whose answer is nothing of anybody's.
    if status not in (400, 401, 409, 413) and (wrong or status != 200):
        found.faults.append(f"a request was answered {status}: {sorted(wrong)}")


# ---- One answer -----------------------------------------------------------------------------------------------------


def _one_answer(stage: Stage, found: Found) -> None:
    """What is somebody else's and what is not there are answered alike: status, words, length, headers."""
    for hand in stage.hands[:2]:
        answers: dict[str, set[Any]] = defaultdict(set)
        for case in [*stage.cases, *(random_id() for _ in stage.cases)]:
            for path, wish in (
                ("/v1/history", {"case": case}),
                ("/v1/snapshots", {"cases": [case]}),
            ):
                answers[path].add(_shape(hand, path, _wish(epoch=hand.epoch, **wish), case))
            hand.writer.write(notebook.assign(case, {"reference": ("Z", [])}), case=case)
            told = hand.push(hand.writer.entries[-1])
            answers["/v1/push"].add(tuple((one.outcome, one.reason, one.number) for one in told.outcomes))
            hand.writer.number, hand.writer.previous = told.head.last, told.head.hash
        for number in (1, 2, 3, 500, 501):
            answers["/v1/proof"].add(_shape(hand, "/v1/proof", _wish(number=number), ""))
        for path, told_so in answers.items():
            found.count("one answer for not yours and not there")
            if len(told_so) != 1:
                found.faults.append(f"{path} tells what is another's from what is not there: {sorted(told_so)}")


def _shape(hand: Laptop, path: str, packed: bytes, case: str) -> tuple[Any, ...]:
    status, headers, body = hand.send(path, packed)
    plain = signing.unpack(body).replace(case.encode(), b"CASE") if case else signing.unpack(body)
    told = json.loads(plain)
    told.pop("server_time", "")
    return status, json.dumps(told, sort_keys=True), tuple(sorted(set(headers) - {"asked-nonce"})), len(plain)
