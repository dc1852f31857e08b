"""The server's signed permission to read this vault until a date, and how far time has come towards that date.

Time is what the server said with its last answer, and what has run since. A laptop's clock that is put forward closes
the vault for as long as it stands there and no longer; one that is put back opens nothing. All of it is a rule that the
program keeps: whoever has the passphrase and takes the vault apart is not held by it.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from app.clock import Clock, iso, parse_moment
from app.problems import Problem
from app.store.sealing import BEGUN
from app.store.store import Store
from sync.wire import extension, limits, signing
from sync.wire.messages import Signed, statement

LEASE, TIME, SECRET, EXTENDED = "lease", "lease time", "extension secret", "lease extension"
OPENING_S = 60.0
"""What an opening counts for, at least, where nobody knows how long the laptop was off: short sessions add up."""
EXTENSION_S = 24 * 3600.0
_DAYS = 400
"""For how many days after the last known one a code is looked for: the laptop may have been away for so long."""
OPEN, WARNING, SEALED = "open", "warning", "sealed"


class Reckoned(msgspec.Struct, frozen=True):
    """What the server said last (UTC), the laptop's own time then, and the seconds that have run since.

    `boot`, `up`: in which run of the machine, and at which of its seconds, that was last noted.
    """

    attested: str
    wall: str
    run: float = 0.0
    boot: str = ""
    up: float = 0.0


@dataclass(frozen=True)
class Lease:
    """Until when the vault may be read, and when that was said (UTC). `extended`: by a code since then."""

    until: datetime
    issued_at: datetime
    extended: bool = False


@dataclass(frozen=True)
class Standing:
    """How a lease stands. `until`: by the laptop's own clock, as the officer reads it there; `met`: when the server
    last answered, by the server's. `by_clock`: closed only because the laptop's clock says so."""

    state: str
    until: datetime
    met: datetime
    left_s: float
    by_clock: bool = False

    @property
    def closed(self) -> bool:
        """Whether the cases are closed."""
        return self.state == SEALED


def keep(store: Store, signed: Signed | None, server_time: str, clock: Clock) -> None:
    """Keep a lease that came in a verified answer: time is reckoned anew from what the server says now.

    An answer belongs to one question, so an earlier one cannot be said again. What is no lease, or another device's, is
    not kept.
    """
    if signed is None or parse_moment(server_time) is None:
        return
    said = statement(signed)
    if (said.get("kind"), said.get("device")) != (LEASE, store.device):
        return
    fresh = Reckoned(server_time, iso(clock.now()), 0.0, boot(), clock.monotonic())
    with store.transaction() as connection:
        for name, value in ((LEASE, _text(signed)), (TIME, _text(fresh)), (EXTENDED, "")):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def lease(store: Store) -> Lease | None:
    """The lease that is kept; None where there is none (a vault that was never enrolled has none)."""
    kept = store.recall(LEASE)
    if not kept:
        return None
    said = statement(msgspec.json.decode(kept, type=Signed))
    until, issued = parse_moment(str(said.get("until"))), parse_moment(str(said.get("issued_at")))
    if until is None or issued is None:
        return None
    longer = parse_moment(_extended(store).get("until", ""))
    return Lease(until, issued) if longer is None or longer <= until else Lease(longer, issued, extended=True)


def seal_key(store: Store) -> bytes | None:
    """The server's key for what only it may read (32 bytes), as it stood in the last lease; None before one."""
    kept = store.recall(LEASE)
    told = statement(msgspec.json.decode(kept, type=Signed)).get("seal") if kept else None
    return signing.from_text(told) if isinstance(told, str) else None


def note(store: Store, clock: Clock, machine: str = "") -> Standing | None:
    """Note how much time has run, at each opening and about once a minute while open; returns how the lease stands.

    `machine`: the run of the machine, where the caller knows better.
    """
    kept = _reckoned(store)
    if kept is None:
        return None
    now, machine = clock.monotonic(), machine or boot()
    known = kept.boot == machine and now >= kept.up
    later = msgspec.structs.replace(kept, run=kept.run + (now - kept.up if known else OPENING_S), boot=machine, up=now)
    store.remember(TIME, _text(later))
    return standing(store, clock)


def heed(store: Store, clock: Clock) -> Standing | None:
    """Note the time that has run, and close or open the cases behind `store` accordingly; how the lease stands."""
    found = note(store, clock)
    if found is not None and found.state == SEALED:
        store.seal()
    elif store.sealed or store.recall(BEGUN) not in (None, "[]"):
        store.open_all()
    return found


def standing(store: Store, clock: Clock) -> Standing | None:
    """How the lease stands by what was noted last; None for a vault without a lease."""
    found, kept = lease(store), _reckoned(store)
    if found is None or kept is None:
        return None
    attested, wall = _moment(kept.attested), _moment(kept.wall)
    passed = (clock.now() - wall).total_seconds()
    whole = (found.until - found.issued_at).total_seconds()
    left = (found.until - attested).total_seconds() - max(kept.run, passed)
    state = SEALED if left <= 0 else WARNING if left < whole * (1 - limits.LEASE_WARNING) else OPEN
    return Standing(
        state,
        until=clock.now() + timedelta(seconds=left),
        met=found.issued_at,
        left_s=left,
        by_clock=left <= 0 < left + max(kept.run, passed) - kept.run,
    )


def attested(store: Store) -> datetime | None:
    """The latest time that the server is known to have reached; None before it said any."""
    kept = _reckoned(store)
    return _moment(kept.attested) if kept else None


def extend(store: Store, text: str, clock: Clock) -> Standing:
    """Open the vault for one more day with the code that a supervisor read out: each code once, for its day.

    The code's day is the server's, so it also says how far time has come. Raises Problem lease.none, lease.code_wrong.
    """
    kept, secret = _reckoned(store), store.recall(SECRET)
    if kept is None or not secret:
        raise Problem("lease.none")
    now = _moment(kept.attested) + timedelta(seconds=kept.run)
    day = _day_of(bytes.fromhex(secret), store.device, text, _first_day(store, now.date()))
    if day is None:
        raise Problem("lease.code_wrong")
    attested = max(now, datetime(day.year, day.month, day.day, tzinfo=UTC))
    until = attested + timedelta(seconds=EXTENSION_S)
    fresh = Reckoned(iso(attested), iso(clock.now()), 0.0, boot(), clock.monotonic())
    with store.transaction() as connection:
        for name, value in ((TIME, _text(fresh)), (EXTENDED, json.dumps({"day": str(day), "until": iso(until)}))):
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
    found = standing(store, clock)
    assert found is not None
    return found


def keep_secret(store: Store, secret: str) -> None:
    """Keep what extension codes are made from (64 hexadecimal digits)."""
    if secret and secret != store.recall(SECRET):
        store.remember(SECRET, secret)


def knows_codes(store: Store) -> bool:
    """Whether this vault could tell a right extension code from a wrong one."""
    return bool(store.recall(SECRET))


@cache
def boot() -> str:
    """This run of the machine, so that time goes on being counted while the program locks; else of the program."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return secrets.token_hex(8)


def _day_of(secret: bytes, device: str, text: str, first: date) -> date | None:
    typed = extension.plain(text)
    days = (first + timedelta(days=n) for n in range(_DAYS))
    return next((day for day in days if extension.code(secret, device, day) == typed), None)


def _first_day(store: Store, today: date) -> date:
    """The first day whose code may still be used: none before the last known one, and none twice."""
    used = _extended(store).get("day", "")
    return max(today, date.fromisoformat(used) + timedelta(days=1)) if used else today


def _extended(store: Store) -> dict[str, str]:
    kept = store.recall(EXTENDED)
    return dict(json.loads(kept)) if kept else {}


def _reckoned(store: Store) -> Reckoned | None:
    kept = store.recall(TIME)
    return msgspec.json.decode(kept, type=Reckoned) if kept else None


def _moment(text: str) -> datetime:
    found = parse_moment(text)
    assert found is not None, "only moments are kept"
    return found


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
