"""The vault's database as the use cases see it: write one action, read a case, list, find.

Each write is one transaction: the signed entry, the rows and the index. What it returns is on the disk.
"""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlcipher3 import dbapi2 as sqlite

from app.clock import Clock, iso, parse_moment
from app.notebook import entry as notebook
from app.notebook.entry import Change, Entry, SignedEntry
from app.notebook.fold import KNOWN_OPERATIONS, CaseState
from app.notebook.hybrid import ZERO, Stamp, tick
from app.notebook.packing import unpack
from app.problems import Problem
from app.records.view import CaseView, Record
from app.store import anew, coming, copies, finding, folded, migrating, proof, renaming, rows
from app.store.connection import MANY, Connection, integrity, problems, remove_database
from app.store.database import copy_database, open_database
from app.store.finding import Hit, NearHit
from app.store.migrating import KEPT_SINCE, Told
from app.store.sealing import BEGUN, Seal
from app.store.spelling import Spellings
from app.store.words import FOLDING

FILE = "vault.db"
SCOPE = "scope"
"""Under which name the version of the server's scope is kept that this laptop knew of."""
VAULT = "vault"
"""Under which name the vault's own id is kept where it is no longer that of its device."""
LINES_MADE_BY = "lines made by"
_FOLDING, _OPERATIONS = "folding", "operations known"
_FIRST_OPERATIONS = "add append create remove set"
"""What a vault knew in which it does not stand what was known."""
ENDING = "wipe begun"
"""Kept from the moment on from which nothing more may be written: what waits is being sealed."""

FORMER = "former devices"
"""Under which name the devices are kept that this vault was before, newest first."""
MOVED = "moved out"
"""Kept while the vault is on its way to another laptop: nothing more is written here."""

_INSERT_ENTRY = (
    "INSERT INTO entry (device, first, count, case_id, hash, hlc_ms, hlc_counter, made_at, body, signature,"
    " state, number, received_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NOT_UNDERSTOOD = "SELECT DISTINCT case_id FROM record WHERE json_array_length(CAST(state AS TEXT), '$.u') > 0"
"""Cases with changes that the program which folded them did not know."""
_ALL_HITS = 10_000
"""How many records are looked through while cases are closed, to find those that are not."""
Written = list[tuple[str, list[Change]]]
"""Cases with the changes in each."""
MAX_NUMBER = (1 << 53) - 1
"""Beyond every number of a change."""
AnyHit = TypeVar("AnyHit", Hit, NearHit)
_ENDS_A_CONNECTION = ("store.damaged", "store.disk", "store.foreign")
"""After one of these a connection reads nothing more, also of what is sound: the next question gets a new one."""
_UNSENT = "SELECT case_id, count(*) FROM entry WHERE state = 'unsent'"


def made_by() -> dict[str, str]:
    """What is kept in a vault about how this program makes its rows: another one makes them anew."""
    return {_FOLDING: str(FOLDING), _OPERATIONS: " ".join(sorted(KNOWN_OPERATIONS))}


@dataclass(frozen=True)
class Author:
    """Who writes, in which session; both stand in every entry."""

    name: str
    session: str


@dataclass(frozen=True)
class Line:
    """One line of the list of cases, as the summariser made it. `unread`: the case cannot be read; the line is the one
    that was made of it last, or empty where none was."""

    case_id: str
    changed_at: str
    body: bytes
    unsent: int
    unread: bool = False


@dataclass(frozen=True)
class KeptEntry:
    """An entry as it lies in the notebook, with the server's receipt time if there is one."""

    entry: Entry
    signed: SignedEntry
    state: str
    received_at: str | None
    reason: str | None = None
    """Why the server refused it."""


@dataclass(frozen=True)
class Counted:
    """Entries by state, records by type, cases in lists, cases that went, entries set aside, former devices."""

    entries: dict[str, int]
    records: dict[str, int]
    cases: int
    gone: int
    aside: int
    former: int


class Store:
    """One open vault database with its one writer connection. Not safe for two threads at once."""

    def __init__(
        self, path: Path, key: bytes, connection: Connection, device: str, migrations: Path | None = None
    ) -> None:
        self.path, self.device, self.vault = path, device, device
        self.brought_up_to_date = False
        """Whether opening it made a newer format of it."""
        self._migrations = migrations
        self._key, self._open = key, connection
        with problems(path):
            self._signer = Ed25519PrivateKey.from_private_bytes(self._secret("device_key"))
        self._seal: Seal | None = None
        self._cached: CaseState | None = None
        self._spellings: tuple[int, dict[str, Spellings]] | None = None
        self._view: tuple[CaseState, int, CaseView] | None = None
        self._seen_version = self._version()

    # -- opening and closing

    @classmethod
    def create(cls, folder: Path, key: bytes, device: str, *, migrations: Path | None = None) -> Store:
        """A new, empty database with a new device key. Raises Problem where it cannot be made."""
        path = folder / FILE
        raw = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
        connection = open_database(path, key, create=True, migrations=migrations)
        try:
            with problems(path):
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO secret VALUES ('device_key', ?)", (raw,))
                connection.execute("INSERT INTO meta VALUES ('device', ?)", (device,))
                connection.executemany("INSERT INTO meta VALUES (?, ?)", made_by().items())
                connection.execute("COMMIT")
            return cls(path, key, connection, device, migrations)
        except BaseException:
            connection.close()
            remove_database(path)
            raise

    @classmethod
    def open(
        cls,
        folder: Path,
        key: bytes,
        device: str,
        statements: int = MANY,
        *,
        migrations: Path | None = None,
        told: Told = migrating.nobody,
    ) -> Store:
        """The database of a vault. Raises the Problems of `open_database`, also where it is another vault's.

        `device`: the vault's id, which its device bears as well as long as it was never copied or put back;
        `statements`, `migrations`, `told`: as in `open_database`.
        """
        coming.settle(folder, FILE, key)
        return cls.at(folder / FILE, key, device, statements, migrations=migrations, told=told)

    @classmethod
    def at(
        cls,
        path: Path,
        key: bytes,
        device: str,
        statements: int = MANY,
        *,
        migrations: Path | None = None,
        told: Told = migrating.nobody,
    ) -> Store:
        """The database of a vault where it lies under another name, as a copy of it does. Raises as `open` does."""
        heard: list[str] = []

        def hear(part: str, percent: int) -> None:
            heard.append(part)
            told(part, percent)

        connection = open_database(path, key, statements=statements, migrations=migrations, told=hear)
        try:
            with problems(path):
                known = dict(connection.execute("SELECT name, value FROM meta WHERE name IN ('device', ?)", (VAULT,)))
            if known.get(VAULT, known.get("device")) != device:
                raise Problem("store.foreign", file=path.name)
            store = cls(path, key, connection, known["device"], migrations)
            store.vault, store.brought_up_to_date = device, bool(heard)
            store._fold_anew()
            return store
        except BaseException:
            connection.close()
            raise

    def _fold_anew(self) -> None:
        now = made_by()
        known = {name: self.recall(name) for name in now}
        known[_OPERATIONS] = known[_OPERATIONS] or _FIRST_OPERATIONS
        if known == now:
            return
        # A full disk must not keep anybody out: less is found or shown then, and the next opening does it again.
        with contextlib.suppress(Problem), self.transaction() as connection:
            if known[_OPERATIONS] != now[_OPERATIONS]:
                for (case_id,) in connection.execute(_NOT_UNDERSTOOD).fetchall():
                    anew.fold_anew(connection, case_id)
            if known[_FOLDING] != now[_FOLDING]:
                rows.index_anew(connection)
            connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", now.items())

    def close(self) -> None:
        """Close the file; a closed store cannot be used again."""
        self._cached = self._view = self._spellings = None
        if self._open is not None:
            self._open.close()

    def look_after_copies(self, clock: Clock) -> None:
        """Remove the copy that was kept before the format changed once it is `copies.DAYS` old."""
        copies.forget_unfinished(self.path)
        if not copies.beside(self.path):
            return
        now, since = clock.now(), self.recall(KEPT_SINCE)
        if since is None:
            self.remember(KEPT_SINCE, iso(now))
        elif now - (parse_moment(since) or now) > timedelta(days=copies.DAYS):
            copies.forget(self.path)

    def in_copies(self, work: Callable[[Connection], None], *, aside: bool) -> None:
        """Do in the copies that are kept of this database what makes something go from it; `aside`: as in `within`."""
        copies.within(self.path, self._key, work, aside=aside)

    def look_again(self) -> None:
        """Go on under the device identity that the vault has now: another connection may have taken a new one."""
        device = self.recall("device")
        if device and device != self.device:
            with problems(self.path):
                self._signer = Ed25519PrivateKey.from_private_bytes(self._secret("device_key"))
            self.device = device
            self.forget()

    def public_key(self) -> bytes:
        """The device's public key, 32 bytes."""
        return self._signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data: bytes) -> bytes:
        """The device's signature of something that is not an entry, such as a request to the server."""
        return self._signer.sign(data)

    @property
    def _connection(self) -> Connection:
        # Made anew after an error of the disk: what a connection remembers of the file may then be wrong.
        if self._open is None:
            self._open = open_database(self.path, self._key, migrations=self._migrations)
        return self._open

    # -- closed cases

    @property
    def sealed(self) -> bool:
        """Whether only cases may be opened that were begun since the vault was closed."""
        return self._seal is not None

    def seal(self) -> None:
        """Close every case: from now on only those are opened that are begun after this."""
        if self._seal is None:
            self._seal = Seal(self.recall(BEGUN))
            self.forget()
            self._view = None

    def open_all(self) -> None:
        """Open every case again."""
        self._seal = None
        self.remember(BEGUN, "[]")
        self.forget()

    def _may_open(self, case_id: str) -> None:
        if self._seal is not None and case_id != self.device:
            with self.reading() as connection:
                self._seal.check(connection, case_id)

    def openable(self, cases: Iterable[str]) -> set[str]:
        """Those of the cases that may be opened."""
        return set(cases) if self._seal is None else set(cases) & self._seal.begun

    # -- writing

    def write(self, case_id: str, changes: list[Change], author: Author, clock: Clock) -> set[str]:
        """Sign the changes as one entry and store it with its rows; returns the ids of the touched records.

        When this returns, the entry is on the disk. On a Problem nothing of it is to be counted on; only where the
        disk fails at the very last flush may it be there all the same, and writing it again does no harm.
        """
        return self.write_together([(case_id, changes)], author, clock)

    def write_together(self, written: Written, author: Author, clock: Clock) -> set[str]:
        """One action that concerns several cases: an entry for each, all of them on the disk or none."""
        now = clock.now()
        touched: set[str] = set()
        with self.transaction() as connection:
            if connection.execute("SELECT 1 FROM meta WHERE name = ?", (ENDING,)).fetchone():
                raise Problem("wipe.begun")
            if connection.execute("SELECT 1 FROM meta WHERE name = ? AND value <> ''", (MOVED,)).fetchone():
                raise Problem("move.out")
            before = self.device
            self.look_again()
            for named, changes in written if self.device == before else self._renamed(written, before):
                case_id = self.device if named in (before, self.vault) else named
                if connection.execute("SELECT 1 FROM gone WHERE case_id = ?", (case_id,)).fetchone():
                    # It left while somebody was writing: a part of it must not come to life here again.
                    raise Problem("case.gone")
                state = self.case(case_id)
                entry, signed = self._make(case_id, changes, author, now)
                records = state.apply(entry)
                self.insert(entry, signed, "unsent")
                if rows.write_rows(connection, state, records, None if case_id == self.device else entry.wall):
                    self._spellings = None
                touched |= records
            if self._seal is not None:
                self._seal.note(connection, {case_id for case_id, _ in written if case_id != self.device})
        return touched

    def _renamed(self, written: Written, before: str) -> Written:
        """What was thought out while the vault had another device, under the names that what it saw has now."""
        known = renaming.names(self._connection, before)
        if known is None:
            return written
        return [(case, [known.change(change, case, MAX_NUMBER) for change in changes]) for case, changes in written]

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The connection within one transaction, which is on the disk whole when the block ends, or not at all."""
        try:
            with problems(self.path):
                connection = self._connection
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
        except BaseException as error:
            self.forget()
            self._roll_back(isinstance(error, Problem))
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """The connection for reading, with the errors of the disk as Problems."""
        try:
            with problems(self.path):
                yield self._connection
        except Problem as problem:
            if problem.code in _ENDS_A_CONNECTION and self._open is not None and not self._open.in_transaction:
                self.forget()
                self._roll_back(disk_failed=True)
            raise

    def forget(self) -> None:
        """Read the next case from its rows again, and the words of the vault."""
        self._cached = self._spellings = None

    def _make(self, case_id: str, changes: list[Change], author: Author, now: Any) -> tuple[Entry, SignedEntry]:
        last = self._connection.execute(
            "SELECT first + count - 1, hash, hlc_ms, hlc_counter FROM entry WHERE device = ? "
            " ORDER BY first DESC LIMIT 1",
            (self.device,),
        ).fetchone()
        number, previous, stamp = (
            (last[0], last[1], Stamp(last[2], last[3])) if last else (0, notebook.NO_PREVIOUS, ZERO)
        )
        next_stamp = tick(max(stamp, self.clock()), int(now.timestamp() * 1000))
        entry = Entry(
            format=notebook.FORMAT,
            device=self.device,
            first=number + 1,
            count=len(changes),
            author=author.name,
            session=author.session,
            scope=int(self.recall(SCOPE) or 0),
            case=case_id,
            hlc=(next_stamp.milliseconds, next_stamp.counter),
            wall=iso(now),
            schema=notebook.SCHEMA,
            previous=previous,
            changes=changes,
        )
        return entry, notebook.sign(entry, self._signer)

    def insert(
        self, entry: Entry, signed: SignedEntry, state: str, number: int | None = None, received: str | None = None
    ) -> None:
        """Put an entry into the notebook, within a transaction. `number`, `received`: the server's."""
        self._connection.execute(
            _INSERT_ENTRY,
            (
                entry.device,
                entry.first,
                entry.count,
                entry.case,
                signed.hash,
                *entry.hlc,
                entry.wall,
                signed.body,
                signed.signature,
                state,
                number,
                received,
            ),
        )

    def _roll_back(self, disk_failed: bool) -> None:
        if self._open is None:
            return
        connection, broken = self._open, disk_failed
        if connection.in_transaction:
            try:
                connection.execute("ROLLBACK")
            except sqlite.Error:
                broken = True
        if broken:
            self._open = None
            connection.close()

    # -- reading

    def case(self, case_id: str) -> CaseState:
        """The state of a case; empty where the vault holds nothing of it. Read only: only `write` changes it.

        Here and wherever else a case is read, Problem lease.sealed is raised for one that is closed.
        """
        self._may_open(case_id)
        version = self._version()
        if self._cached is None or self._cached.id != case_id or version != self._seen_version:
            self._cached = self.load(case_id)
            self._seen_version = version
        return self._cached

    def view(self, case_id: str) -> CaseView:
        """The case as it is read; the same view as long as the case has not changed."""
        state = self.case(case_id)
        if self._view is None or self._view[0] is not state or self._view[1] != state.version:
            self._view = (state, state.version, CaseView(state))
        return self._view[2]

    def load(self, case_id: str) -> CaseState:
        """The state of a case from its rows, to be changed by the caller alone."""
        self._may_open(case_id)
        with self.reading() as connection:
            rows = connection.execute("SELECT id, state FROM record WHERE case_id = ?", (case_id,)).fetchall()
        return CaseState(case_id, {record_id: unpack(record_id, blob) for record_id, blob in rows})

    def _version(self) -> int:
        with self.reading() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])

    def _secret(self, name: str) -> bytes:
        return bytes(self._connection.execute("SELECT value FROM secret WHERE name = ?", (name,)).fetchone()[0])

    def entries(self, case_id: str) -> Iterator[KeptEntry]:
        """The entries of a case in the order in which they came to this vault."""
        self._may_open(case_id)
        with self.reading() as connection:
            rows = connection.execute(
                "SELECT body, signature, state, received_at, reason FROM entry WHERE case_id = ? AND state <> 'gone'"
                " ORDER BY rowid",
                (case_id,),
            ).fetchall()
        for body, signature, state, received, reason in rows:
            yield KeptEntry(notebook.read(body), SignedEntry(body, signature), state, received, reason)

    def cases(self) -> list[str]:
        """Ids of all cases."""
        with self.reading() as connection:
            found = [row[0] for row in connection.execute("SELECT case_id FROM case_line")]
        return found if self._seal is None else sorted(self.openable(found))

    def lines(
        self, summarise: Callable[[CaseView], bytes], only: Collection[str] | None = None, made_by: str = ""
    ) -> list[Line]:
        """One line a case, of all cases or of some. Stale lines are made anew by `summarise` and kept.

        `made_by` names how lines are made now; where it is another way than before, all of them are made anew.
        """
        if self._seal is not None:
            only = self.openable(self._seal.begun if only is None else only)
        if made_by != (self.recall(LINES_MADE_BY) or ""):
            with self.transaction() as connection:
                connection.execute("UPDATE case_line SET stale = 1")
                connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (LINES_MADE_BY, made_by))
        with self.reading() as connection:
            stale = {r[0] for r in connection.execute("SELECT case_id FROM case_line WHERE stale = 1")}
        fresh, unread = self._refreshed(stale if only is None else stale & set(only), summarise)
        with self.reading() as connection:
            if only is None:
                # Counted here: grouping in the database takes ten times as long for ten thousand cases.
                waiting = connection.execute("SELECT case_id FROM entry WHERE state = 'unsent'").fetchall()
                unsent = dict(Counter(case_id for (case_id,) in waiting))
                found = connection.execute("SELECT case_id, changed_at, line FROM case_line").fetchall()
            else:
                unsent, found = {}, []
                for case_id in only:
                    unsent |= dict(connection.execute(_UNSENT + " AND case_id = ? GROUP BY case_id", (case_id,)))
                    found += connection.execute(
                        "SELECT case_id, changed_at, line FROM case_line WHERE case_id = ?", (case_id,)
                    ).fetchall()
        return [
            Line(case, at, fresh.get(case, bytes(line)), unsent.get(case, 0), case in unread)
            for case, at, line in found
        ]

    def _refreshed(
        self, stale: Collection[str], summarise: Callable[[CaseView], bytes]
    ) -> tuple[dict[str, bytes], set[str]]:
        """The new lines, and which cases cannot be read: one that is damaged takes no other from the list with it."""
        fresh, unread = {}, set()
        for case_id in stale:
            try:
                fresh[case_id] = summarise(CaseView(self.load(case_id)))
            except Problem as problem:
                if problem.code != "store.damaged":
                    raise
                unread.add(case_id)
        if fresh:
            # A full disk or a folder without write access must not hide the list: the lines are made again then.
            with contextlib.suppress(Problem), self.transaction() as connection:
                connection.executemany(
                    "UPDATE case_line SET stale = 0, line = ? WHERE case_id = ?",
                    [(line, case_id) for case_id, line in fresh.items()],
                )
        return fresh, unread

    def find(self, words: list[str], limit: int) -> list[Hit]:
        """Records in which each of the folded words begins some word; at most `limit`."""
        with self.reading() as connection:
            most = limit if self._seal is None else _ALL_HITS
            found = finding.beginnings(connection, words, most)
            if len(found) < most:
                found += finding.whole_reference(connection, words, most - len(found))
        return self._opened_hits(dict.fromkeys(found))[:limit]

    def find_nearly(self, words: list[str], limit: int, without: Collection[Hit] = (), only: str = "") -> list[NearHit]:
        """Records that are found when spelling is forgiven, nearest first, but none of `without`; at most `limit`.

        `only`: under one heading.
        """
        with self.reading() as connection:
            most = limit if self._seal is None else _ALL_HITS
            found = finding.nearly(connection, self._words_under, words, most, without, only)
        return self._opened_hits(found)[:limit]

    def _opened_hits(self, hits: Iterable[AnyHit]) -> list[AnyHit]:
        return [hit for hit in hits if self._seal is None or hit.case_id in self._seal.begun]

    def _words_under(self, kind: str) -> Spellings:
        """All different words under a heading, read once until one changes."""
        version = self._version()
        if self._spellings is None or self._spellings[0] != version:
            self._spellings = (version, {})
        known = self._spellings[1]
        if kind not in known:
            known[kind] = finding.spellings(self._connection, kind)
        return known[kind]

    def records(self, case_id: str, kinds: Sequence[str]) -> list[Record]:
        """The records of some types of a case, without reading all of it, in the order in which they were made."""
        self._may_open(case_id)
        with self.reading() as connection:
            found = connection.execute(
                "SELECT id, state FROM record WHERE case_id = ? AND type IN (SELECT value FROM json_each(?))",
                (case_id, json.dumps(list(kinds))),
            ).fetchall()
        states = sorted((unpack(key, state) for key, state in found), key=lambda r: (*r.first_written(), r.id))
        return [Record(state) for state in states]

    def find_record(self, case_id: str, record_id: str) -> Record | None:
        """One record without reading its whole case."""
        self._may_open(case_id)
        with self.reading() as connection:
            row = connection.execute(
                "SELECT state FROM record WHERE case_id = ? AND id = ?", (case_id, record_id)
            ).fetchone()
        return Record(unpack(record_id, row[0])) if row else None

    def unsent(self) -> tuple[int, str | None]:
        """How many entries wait to be sent, and the device's time of the oldest of them."""
        with self.reading() as connection:
            row = connection.execute("SELECT count(*), min(made_at) FROM entry WHERE state = 'unsent'").fetchone()
        return int(row[0]), row[1]

    # -- small things kept beside the cases

    def remember(self, name: str, value: str) -> None:
        """Keep a small text (the place to return to, a choice of the screen) inside the vault."""
        with self.reading() as connection:
            connection.execute(
                "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
            )

    def recall(self, name: str) -> str | None:
        """What `remember` kept, or None."""
        with self.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    # -- proof and rebuilding

    def clock(self) -> Stamp:
        """How far entries of other devices have pulled this device's hybrid clock."""
        kept = self.recall("clock")
        return Stamp(*map(int, kept.split(":"))) if kept else ZERO

    def keys(self) -> dict[str, bytes]:
        """The public keys, 32 bytes each, of this device and of those whose entries were taken in."""
        with self.reading() as connection:
            found = connection.execute("SELECT name, value FROM meta WHERE name LIKE 'key:%'").fetchall()
        return {name[4:]: bytes.fromhex(value) for name, value in found} | {self.device: self.public_key()}

    def verify(self, newest: int | None = None) -> None:
        """Check signatures, numbers and chain of all entries, or only of this device's `newest` ones.

        Raises Problem store.rolled_back. That the last entries are missing shows only beside the server's count.
        """
        last, last_hash = 0, notebook.NO_PREVIOUS
        with self.reading() as connection:
            if newest is None:
                kept = connection.execute(proof.SELECT + " ORDER BY device, first").fetchall()
            else:
                kept = connection.execute(
                    proof.SELECT + " WHERE device = ? ORDER BY first DESC LIMIT ?",
                    (self.device, newest + 1),
                ).fetchall()[::-1]
        if newest is not None and len(kept) > newest:
            _, first, count, _, last_hash, *_ = kept.pop(0)
            last = first + count - 1
        proof.check(kept, self.keys(), self.device, last, last_hash)

    def check_pages(self) -> None:
        """Check the seal of every page. Raises Problem store.damaged."""
        with self.reading() as connection:
            whole = integrity(connection)
        if not whole:
            raise Problem("store.damaged", file=self.path.name)

    def counted(self) -> Counted:
        """How much there is of what."""
        with self.reading() as connection:

            def by(query: str) -> dict[str, int]:
                return {str(name): int(count) for name, count in connection.execute(query)}

            def one(query: str) -> int:
                return int(connection.execute(query).fetchone()[0])

            return Counted(
                entries=by("SELECT state, count(*) FROM entry GROUP BY state"),
                records=by("SELECT type, count(*) FROM record GROUP BY type"),
                cases=one("SELECT count(*) FROM case_line"),
                gone=one("SELECT count(*) FROM gone"),
                aside=one("SELECT count(*) FROM aside"),
                former=len(json.loads(self.recall(FORMER) or "[]")),
            )

    def count_entries(self) -> int:
        """How many entries there are, of this device and of others."""
        with self.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM entry").fetchone()[0])

    def copy(self, path: Path, key: bytes) -> None:
        """Copy all of it, as it stands now, into a new file under a raw key. Raises as `copy_database` does."""
        with self.reading() as connection:
            copy_database(connection, path, key)

    def rebuild(self) -> None:
        """Compute all rows anew from snapshots and entries, in one transaction: they hold nothing of their own."""
        with self.transaction() as connection:
            rows.empty(connection)
            # What bears the id of a device is the vault's own: small choices, in no list of cases.
            found = connection.execute(
                "SELECT case_id, min(device <> case_id) FROM entry WHERE state NOT IN ('gone', 'refused')"
                " GROUP BY case_id"
                " UNION SELECT case_id, 1 FROM snapshot WHERE case_id NOT IN (SELECT case_id FROM gone)"
            ).fetchall()
            for case_id, listed in found:
                state, changed_at = folded.case(connection, case_id)
                rows.write_rows(connection, state, state.records, changed_at if listed else None)
        self.forget()
