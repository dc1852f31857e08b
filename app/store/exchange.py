"""The store's side of the exchange: what is to be sent, what was acknowledged, entries of other devices taken in.

Each function is one transaction. It knows no network: what arrives is verified here, whoever brought it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.notebook import entry as notebook
from app.notebook import hybrid
from app.notebook.entry import Entry, EntryRefused, SignedEntry
from app.notebook.fold import CaseState
from app.store import anew, folded, rows
from app.store.connection import Connection
from app.store.store import KeptEntry, Store

SERVER, PUSHED_AT, PULLED_AT = "server", "pushed at", "pulled at"
"""Under which names the vault keeps the server that it belongs to, and when the last push and pull were done."""


# What went with its case waits only where the server was put back: it has no number then.
_WAITING = (
    "SELECT first, count, body, signature FROM entry WHERE device = ? AND state = 'unsent' UNION ALL"
    " SELECT first, count, body, signature FROM entry WHERE device = ? AND state = 'gone' AND number IS NULL"
    " AND body <> x'' ORDER BY first LIMIT ?"
)


@dataclass(frozen=True)
class Outgoing:
    """An entry of this device that the server has not acknowledged."""

    first: int
    count: int
    signed: SignedEntry


@dataclass(frozen=True)
class Accepted:
    """The server's word on one entry of this device: its number there and when it was received (ISO 8601)."""

    first: int
    number: int
    received_at: str


@dataclass(frozen=True)
class Refused:
    """The server's word that it keeps one entry of this device apart, and why (a code)."""

    first: int
    reason: str


@dataclass(frozen=True)
class Arrived:
    """One entry as the server hands it out."""

    signed: SignedEntry
    number: int
    received_at: str


@dataclass
class TakenIn:
    """What `receive` did: records touched in each case, and what was not taken in, with the reason."""

    touched: dict[str, set[str]] = field(default_factory=dict)
    refused: list[tuple[Arrived, str]] = field(default_factory=list)


def outgoing(store: Store, limit: int = 500) -> list[Outgoing]:
    """This device's entries that wait, in the order in which they were made."""
    with store.reading() as connection:
        found = connection.execute(_WAITING, (store.device, store.device, limit)).fetchall()
    return [Outgoing(first, count, SignedEntry(body, signature)) for first, count, body, signature in found]


def of_device(store: Store, device: str) -> list[Outgoing]:
    """All that is kept here of one device's chain, in its order: of one that this vault was before."""
    with store.reading() as connection:
        found = connection.execute(
            "SELECT first, count, body, signature FROM entry WHERE device = ? AND body <> x'' ORDER BY first", (device,)
        ).fetchall()
    return [Outgoing(first, count, SignedEntry(body, signature)) for first, count, body, signature in found]


def acknowledge(store: Store, accepted: Iterable[Accepted]) -> set[str]:
    """Note what the server has; returns the cases whose rows changed. Said twice, it changes nothing."""
    with store.transaction() as connection:
        states: dict[str, CaseState] = {}
        touched: dict[str, set[str]] = {}
        for word in accepted:
            _note_received(store, connection, word, states, touched)
        for case_id, records in touched.items():
            rows.mark(connection, states[case_id], records)
    store.forget()
    return set(touched)


def refuse(store: Store, refused: Iterable[Refused]) -> set[str]:
    """Note what the server refused: kept with its reason, shown, and standing in no row. Returns the cases touched."""
    with store.transaction() as connection:
        touched: set[str] = set()
        for word in refused:
            row = connection.execute(
                "UPDATE entry SET state = 'refused', reason = ? WHERE device = ? AND first = ?"
                " AND state IN ('unsent', 'gone') RETURNING case_id",
                (word.reason, store.device, word.first),
            ).fetchone()
            touched |= {row[0]} if row else set()
        for case_id in touched:
            anew.fold_anew(connection, case_id)
    store.forget()
    return touched


def judged_again(store: Store, device: str, accepted: Iterable[Accepted], refused: Iterable[Refused]) -> set[str]:
    """Note what a server that was put back made of entries of a device that this vault was before, sent to it again.

    What it refuses is kept with its reason, shown, and stands in no row, whatever the server said of it before; what it
    had refused and takes now stands again. The numbers come with the next pull, but for cases that left, of which none
    comes. Returns the cases touched.
    """
    with store.transaction() as connection:
        touched: set[str] = set()
        for word in accepted:
            touched |= _touched(connection, _TAKEN_NOW, word.received_at, device, word.first)
            connection.execute(_NUMBERED_NOW, (word.number, device, word.first))
        for one in refused:
            touched |= _touched(connection, _REFUSED_NOW, one.reason, device, one.first)
        for case_id in touched:
            anew.fold_anew(connection, case_id)
    store.forget()
    return touched


_TAKEN_NOW = (
    "UPDATE entry SET state = iif(case_id IN (SELECT case_id FROM gone), 'gone', 'received'), number = -1,"
    " received_at = ?, reason = NULL WHERE device = ? AND first = ? AND state = 'refused' RETURNING case_id"
)
"""-1: its number is of a history that it is not read from yet."""
_NUMBERED_NOW = (
    "UPDATE entry SET number = ? WHERE device = ? AND first = ? AND state = 'gone'"
    " AND case_id IN (SELECT case_id FROM gone WHERE kind = 'left')"
)
_REFUSED_NOW = (
    "UPDATE entry SET state = 'refused', reason = ?, number = NULL, received_at = NULL"
    " WHERE device = ? AND first = ? AND state <> 'refused' RETURNING case_id"
)


def _touched(connection: Connection, change: str, *facts: object) -> set[str]:
    return {case for (case,) in connection.execute(change, facts).fetchall()}


def refused(store: Store) -> list[KeptEntry]:
    """This vault's entries that the server refused, oldest first; also those of devices that it was before."""
    with store.reading() as connection:
        found = connection.execute(
            "SELECT body, signature, state, received_at, reason FROM entry WHERE state = 'refused' ORDER BY rowid"
        ).fetchall()
    kept = [KeptEntry(notebook.read(body), SignedEntry(body, sig), *rest) for body, sig, *rest in found]
    opened = store.openable(one.entry.case for one in kept)
    return [one for one in kept if one.entry.case in opened]


def send_again(store: Store, after: int) -> int:
    """The server has this device's entries only up to `after`: those later wait again. Returns how many.

    It was put back to an older state, and what it once acknowledged has to reach it anew. What it had refused stands
    again until it has judged it once more.
    """
    with store.transaction() as connection:
        stands_again = connection.execute(
            "SELECT DISTINCT case_id FROM entry WHERE device = ? AND first > ? AND state = 'refused'",
            (store.device, after),
        ).fetchall()
        done = connection.execute(
            "UPDATE entry SET state = iif(case_id IN (SELECT case_id FROM gone), 'gone', 'unsent'), number = NULL,"
            " received_at = NULL, reason = NULL WHERE device = ? AND first > ? AND state <> 'unsent' AND body <> x''",
            (store.device, after),
        )
        count = int(done.rowcount)
        for (case_id,) in stands_again:
            anew.fold_anew(connection, case_id)
    store.forget()
    return count


def is_destroyed(store: Store, after: int) -> bool:
    """Whether something of this device's chain after a number is destroyed here, by order or since a backup covered it:
    then nothing after it can follow at a server that lost it, too."""
    with store.reading() as connection:
        found = connection.execute(
            "SELECT 1 FROM entry WHERE device = ? AND first > ? AND body = x'' LIMIT 1", (store.device, after)
        )
        return found.fetchone() is not None


def head(store: Store, upto: int | None = None) -> tuple[int, str]:
    """The last number of this device's chain and the hash of its last entry; of the part up to `upto` where given.

    (0, 64 noughts) where there is none; "" as the hash where no entry ends at `upto`.
    """
    with store.reading() as connection:
        if upto is None:
            row = connection.execute(
                "SELECT first + count - 1, hash FROM entry WHERE device = ? ORDER BY first DESC LIMIT 1",
                (store.device,),
            ).fetchone()
            return row or (0, notebook.NO_PREVIOUS)
        if upto == 0:
            return 0, notebook.NO_PREVIOUS
        row = connection.execute(
            "SELECT first + count - 1, hash FROM entry WHERE device = ? AND first + count - 1 = ?",
            (store.device, upto),
        ).fetchone()
    return row or (upto, "")


def acknowledged(store: Store) -> int:
    """The last number of this device's chain that the server once took, accepted or refused; 0 where there is none."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT max(first + count - 1) FROM entry WHERE device = ? AND state <> 'unsent'", (store.device,)
        ).fetchone()
    return int(row[0] or 0)


def acknowledged_head(store: Store) -> tuple[int, str]:
    """Number and hash of the last entry of this device that the server once took; (0, 64 noughts) without one."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT first + count - 1, hash FROM entry WHERE device = ? AND state <> 'unsent'"
            " AND (state <> 'gone' OR number IS NOT NULL OR body = x'') ORDER BY first DESC LIMIT 1",
            (store.device,),
        ).fetchone()
    return row or (0, notebook.NO_PREVIOUS)


def digest(store: Store, case_id: str, upto: int) -> str:
    """The digest of what this laptop holds of a case up to a number of the server (see sync/README.md)."""
    with store.reading() as connection:
        return folded.digest(connection, case_id, upto)


def receive(
    store: Store, arrived: Sequence[Arrived], keys: Mapping[str, bytes], cursor: str, server_ms: int
) -> TakenIn:
    """Take in entries, each whole and once, together with the place from which to go on.

    `keys`: public keys of the devices, 32 bytes each; `cursor`: the server's words for the place after the last of
    `arrived`; `server_ms`: the server's time. An entry without a known key, with a broken signature, with numbers under
    which another entry is held, or about what is a device's own is refused and never merged; it holds up no other.
    """
    done = TakenIn()
    with store.transaction() as connection:
        states: dict[str, CaseState] = {}
        written: dict[str, str] = {}
        new_keys: dict[str, str] = {}
        clock, lost, again = store.clock(), anew.lost(connection), set[str]()
        for one in arrived:
            try:
                entry = _verified(one, keys)
                held = _held(connection, entry, one.signed)
                if not held and _is_a_devices(connection, store, entry, keys):
                    raise EntryRefused("another device's own")
                if entry.case in lost:
                    # Whoever made it has sent it again.
                    anew.bring_back(connection, store.device, entry.case)
                    lost.discard(entry.case)
                    again.add(entry.case)
            except EntryRefused as reason:
                _set_aside(connection, one, str(reason))
                done.refused.append((one, str(reason)))
                continue
            if held:
                if _filled(store, connection, entry, one):
                    again.add(entry.case)
                elif _counts_after_all(store, connection, entry, one):
                    _apply(store, connection, entry, one, states, done.touched)
                elif entry.device == store.device:
                    word = Accepted(entry.first, one.number, one.received_at)
                    _note_received(store, connection, word, states, done.touched)
                elif _numbered_anew(connection, entry, one):
                    # It stands in the rows, or was replaced since: taken in once more, it would come up again.
                    again.add(entry.case)
                continue
            if entry.device == store.device:
                # The server knows more of this device than its own file: an old copy, which must not go on.
                done.refused.append((one, "not in this notebook"))
                continue
            store.insert(entry, one.signed, "received", one.number, one.received_at)
            _apply(store, connection, entry, one, states, done.touched)
            new_keys[f"key:{entry.device}"] = keys[entry.device].hex()
            clock = hybrid.receive(clock, entry.stamp, server_ms)
            written[entry.case] = entry.wall
        connection.executemany("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO NOTHING", new_keys.items())
        _write(connection, states, done.touched, written)
        for case_id in again:
            anew.fold_anew(connection, case_id)
            done.touched.setdefault(case_id, set())
        store.remember("clock", f"{clock.milliseconds}:{clock.counter}")
        store.remember("cursor", cursor)
    store.forget()
    return done


def cursor(store: Store) -> str | None:
    """The place from which to go on receiving, as it was committed with the last entries; None before the first."""
    return store.recall("cursor")


def _verified(one: Arrived, keys: Mapping[str, bytes]) -> Entry:
    device = notebook.read(one.signed.body).device
    if device not in keys:
        raise EntryRefused("unknown device")
    return notebook.verify(one.signed, Ed25519PublicKey.from_public_bytes(keys[device]))


def _is_a_devices(connection: Connection, store: Store, entry: Entry, keys: Mapping[str, bytes]) -> bool:
    """Whether its case is no case but a device: what stands under that id is that vault's own, and nobody else's."""
    if entry.device == store.device and entry.case == store.device:
        return False
    if entry.case in (entry.device, store.device) or entry.case in keys:
        return True
    return bool(connection.execute("SELECT 1 FROM meta WHERE name = ?", (f"key:{entry.case}",)).fetchone())


def _held(connection: Connection, entry: Entry, signed: SignedEntry) -> bool:
    """Whether this very entry is held. Raises EntryRefused where another one has one of its numbers."""
    found = connection.execute(
        "SELECT first, hash FROM entry WHERE device = ? AND first < ? AND first + count > ?",
        (entry.device, entry.first + entry.count, entry.first),
    ).fetchall()
    if found and found != [(entry.first, signed.hash)]:
        raise EntryRefused("two entries with one number")
    return bool(found)


def _filled(store: Store, connection: Connection, entry: Entry, one: Arrived) -> bool:
    """Whether this vault wrote it and destroyed it while its case was away: with the case, its bytes come back."""
    done = connection.execute(
        "UPDATE entry SET body = ?, signature = ?, state = iif(device = ?, 'sent', 'received'), number = ?,"
        " received_at = ? WHERE device = ? AND first = ? AND body = x''"
        " AND case_id NOT IN (SELECT case_id FROM gone)",
        (
            one.signed.body,
            one.signed.signature,
            store.device,
            one.number,
            one.received_at,
            entry.device,
            entry.first,
        ),
    )
    return bool(done.rowcount)


def _counts_after_all(store: Store, connection: Connection, entry: Entry, one: Arrived) -> bool:
    """Whether an entry that was refused counts now, because a person at the server decided so; it is of this device, or
    of one that this vault was before."""
    done = connection.execute(
        "UPDATE entry SET state = iif(device = ?, 'sent', 'received'), number = ?, received_at = ?, reason = NULL"
        " WHERE device = ? AND first = ? AND state = 'refused'",
        (store.device, one.number, one.received_at, entry.device, entry.first),
    )
    return bool(done.rowcount)


def _numbered_anew(connection: Connection, entry: Entry, one: Arrived) -> bool:
    """Whether an entry that is held had its number from a history of the server that is no more; now it has its own."""
    done = connection.execute(
        "UPDATE entry SET number = ?, received_at = ? WHERE device = ? AND first = ? AND number < 0",
        (one.number, one.received_at, entry.device, entry.first),
    )
    return bool(done.rowcount)


def _apply(
    store: Store,
    connection: Connection,
    entry: Entry,
    one: Arrived,
    states: dict[str, CaseState],
    touched: dict[str, set[str]],
) -> None:
    """Bring an entry that came after the case's snapshot into its rows."""
    if one.number > folded.snapshot_number(connection, entry.case):
        state = _state(store, states, entry.case)
        touched.setdefault(entry.case, set()).update(state.apply(entry, one.received_at))


def _set_aside(connection: Connection, one: Arrived, reason: str) -> None:
    """Keep what could not be taken in, with the reason; its device is named as the bytes say, believed or not."""
    try:
        device = notebook.read(one.signed.body).device
    except EntryRefused:
        device = ""
    connection.execute(
        "INSERT OR IGNORE INTO aside VALUES (?, ?, ?, ?, ?, ?, ?)",
        (device, one.signed.hash, one.number, reason, one.received_at, one.signed.body, one.signed.signature),
    )


def _note_received(
    store: Store,
    connection: Connection,
    word: Accepted,
    states: dict[str, CaseState],
    touched: dict[str, set[str]],
) -> None:
    row = connection.execute(
        "UPDATE entry SET state = iif(state = 'gone', 'gone', 'sent'), number = ?, received_at = ?"
        " WHERE device = ? AND first = ? AND number IS NULL AND state IN ('unsent', 'gone') RETURNING body, state",
        (word.number, word.received_at, store.device, word.first),
    ).fetchone()
    if row is None or row[1] == "gone":
        return
    entry = notebook.read(row[0])
    state = _state(store, states, entry.case)
    touched.setdefault(entry.case, set()).update(state.mark_received(entry, word.received_at))


def _state(store: Store, states: dict[str, CaseState], case_id: str) -> CaseState:
    if case_id not in states:
        states[case_id] = store.load(case_id)
    return states[case_id]


def _write(
    connection: Connection,
    states: Mapping[str, CaseState],
    touched: Mapping[str, set[str]],
    written: Mapping[str, str],
) -> None:
    for case_id, records in touched.items():
        rows.write_rows(connection, states[case_id], records, written.get(case_id))
