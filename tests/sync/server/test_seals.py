"""The server's own events are sealed: what a database superuser changes, deletes or back-dates among them is named."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.notebook.ids import random_id
from sync.server import administration, authority, seals
from sync.server.commands import main
from sync.server.database import ALL, Database
from sync.server.events import note_act
from sync.server.sealing import Sealing
from sync.server.statements import KNOWS, Signer
from sync.server.trial import ORGANISATION
from sync.wire import signing
from tests.sync.conftest import Trial
from tests.sync.ground import Ground, ground
from tests.sync.laptops import Force


@dataclass
class Station:
    """An organisation with nobody in it but an administrator, on a database where no server runs."""

    ground: Ground
    org: str
    owner: psycopg.Connection[Any]

    def do(self, work: Callable[..., Any], **more: Any) -> Any:
        return self.ground.run(self.org, ALL, lambda c: work(c, self.org, **more))

    def note(self, *kinds: str, **more: str) -> None:
        for kind in kinds:
            self.do(note_act, kind=kind, **more)

    def seal(self, signer: Signer | None = None) -> int:
        return int(self.do(seals.seal, signer=signer or self.ground.signer))

    def named(self, noted: tuple[int, str] | None = None, signer: Signer | None = None) -> list[str]:
        public = (signer or self.ground.signer).every_public
        return list(self.do(lambda c, org: list(seals.verify(c, org, public, noted))))

    def newest(self) -> seals.Seal:
        found = self.do(seals.newest)
        assert found is not None
        return found

    def event(self, kind: str) -> str:
        """The name of the event of a kind."""
        (row,) = self.rows("SELECT event_id FROM event WHERE org_id = %(org)s AND kind = %(kind)s", kind=kind)
        return f"event {row[0]}"

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        return self.owner.execute(query.encode(), {"org": self.org, **values}).fetchall()

    def change(self, query: str, **values: object) -> None:
        """Behind the server's back."""
        assert self.owner.execute(query.encode(), {"org": self.org, **values}).rowcount > 0

    def unsealed(self) -> int:
        sealed = "SELECT event_id FROM sealed_event"
        query = f"SELECT count(*) FROM event WHERE org_id = %(org)s AND event_id NOT IN ({sealed})"
        return int(self.rows(query)[0][0])


@pytest.fixture(scope="module")
def database() -> Iterator[Ground]:
    with ground() as made:
        yield made


@pytest.fixture
def station(database: Ground) -> Iterator[Station]:
    org = random_id()
    database.run(org, ALL, lambda c: administration.new_organisation(c, org[:8], org))
    with psycopg.connect(database.owner_info, autocommit=True) as owner:
        yield Station(database, org, owner)
    database.forget(org)


@pytest.fixture
def sealed(station: Station) -> Station:
    """Three seals: over two events, one, and three."""
    for kinds in (("assigned", "named"), ("revoked",), ("wiped", "forged", "restored")):
        station.note(*kinds, detail="D", officer="O")
        assert station.seal() == len(kinds)
    return station


# --- sealing -------------------------------------------------------------------------------------------------------


def test_what_is_new_is_sealed_once_and_each_seal_goes_on_from_the_one_before(sealed: Station):
    assert sealed.seal() == 0
    assert (sealed.unsealed(), sealed.named()) == (0, [])
    counts = "SELECT number, count(*) FROM sealed_event WHERE org_id = %(org)s GROUP BY number ORDER BY number"
    assert sealed.rows(counts) == [(1, 2), (2, 1), (3, 3)]
    roots = sealed.rows("SELECT root FROM event_seal WHERE org_id = %(org)s ORDER BY number")
    assert len(set(roots)) == 3
    assert sealed.newest().number == 3
    assert sealed.newest().root == bytes(roots[-1][0]).hex()


def test_what_was_noted_since_is_no_fault(sealed: Station):
    sealed.note("lifted")
    assert (sealed.unsealed(), sealed.named()) == (1, [])


def test_many_events_come_under_several_seals_and_all_are_under_one(station: Station, monkeypatch):
    monkeypatch.setattr(seals, "MOST", 2)
    station.note(*"abcde")
    # As an upgraded server finds them: older than any seal, and further apart than what is sealed late.
    station.change("UPDATE event SET happened_at = now() - ascii(kind) * interval '1 day' WHERE org_id = %(org)s")
    assert [station.seal() for _ in range(4)] == [2, 2, 1, 0]
    assert (station.unsealed(), station.named()) == (0, [])


def test_a_clock_that_was_put_back_leaves_nothing_out(sealed: Station):
    """The newest seal says tomorrow: what is noted at today's time is sealed all the same, and is no fault."""
    sealed.change("UPDATE event_seal SET until = now() + interval '1 day' WHERE org_id = %(org)s AND number = 3")
    sealed.note("lifted")
    assert sealed.seal() == 1
    # The signature is not of this, of course.
    assert sealed.named() == [f"event_seal 3: {DOES_NOT_FOLLOW}"]


def test_of_two_servers_that_seal_at_once_the_second_finds_it_done(station: Station):
    station.note("assigned", "named")
    done: list[int] = []
    second = threading.Thread(target=lambda: done.append(station.seal()))
    with station.ground._pool.connection() as first, first.transaction():
        first.execute("SELECT set_config('holdfast.org', %s, true)", (station.org,))
        assert seals.seal(first, station.org, station.ground.signer) == 2
        second.start()
        waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%%pg_advisory_xact_lock%%'"
        while not station.rows(waits):
            assert second.is_alive()
    second.join()
    assert done == [0]
    assert (station.newest().number, station.named()) == (1, [])


def test_a_seal_is_signed_with_the_key_in_force_and_looked_at_with_all_there_were(station: Station):
    old, new = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    station.note("assigned")
    station.seal(Signer(old))
    station.note("named")
    # Asked by a device that knows the old key alone: what no device looks at is signed with the new one.
    token = KNOWS.set("")
    try:
        station.seal(Signer(new, old))
    finally:
        KNOWS.reset(token)
    retired = Signer(new, retired=Signer(old).every_public)
    assert station.named(signer=retired) == []
    assert station.named(signer=Signer(new)) == ["event_seal 1: its signature is not this server's"]
    assert station.named(signer=Signer(old)) == ["event_seal 2: its signature is not this server's"]


# --- what is named -------------------------------------------------------------------------------------------------

EDITED = {
    "kind": "'named'",
    "officer_id": "'P'",
    "device_id": "'P'",
    "case_id": "'P'",
    "detail": "detail || ' '",
    "happened_at": "happened_at + interval '1 microsecond'",
}


@pytest.mark.parametrize("column", EDITED)
def test_an_event_of_which_anything_was_changed_is_named(sealed: Station, column: str):
    name = sealed.event("revoked")
    sealed.change(f"UPDATE event SET {column} = {EDITED[column]} WHERE org_id = %(org)s AND kind = 'revoked'")
    assert sealed.named() == [f"{name}: is not what was sealed"]


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "20000-01-01", "0044-03-15 BC"])
def test_a_time_that_no_program_can_hold_is_a_change_like_others(sealed: Station, moment: str):
    name = sealed.event("revoked")
    sealed.change("UPDATE event SET happened_at = %(at)s WHERE org_id = %(org)s AND kind = 'revoked'", at=moment)
    assert f"{name}: is not what was sealed" in sealed.named()


def test_an_event_at_no_time_at_all_does_not_stop_the_sealing(sealed: Station):
    sealed.note("lifted")
    sealed.change("UPDATE event SET happened_at = 'infinity' WHERE org_id = %(org)s AND kind = 'lifted'")
    assert sealed.seal() == 1
    sealed.note("held")
    assert sealed.seal() == 1
    assert sealed.named() == []


def test_an_event_that_is_gone_is_named_and_so_is_another_in_its_place(sealed: Station):
    name = sealed.event("revoked")
    sealed.change("DELETE FROM event WHERE org_id = %(org)s AND kind = 'revoked'")
    assert sealed.named() == [f"{name}: is missing"]
    other = "INSERT INTO event VALUES (%(org)s, %(event)s, now(), 'revoked', 'P', '', '', 'D')"
    sealed.change(other, event=name.removeprefix("event "))
    assert sealed.named() == [f"{name}: is not what was sealed"]


def test_an_event_with_a_time_before_is_named_and_never_sealed(sealed: Station):
    aged = "UPDATE event SET happened_at = now() - %(age)s::interval WHERE kind = 'lifted' AND org_id = %(org)s"
    sealed.note("lifted")
    sealed.change(aged, age="61 minutes")
    name = sealed.event("lifted")
    assert (sealed.named(), sealed.seal()) == ([f"{name}: was put in afterwards, with a time before"], 0)
    sealed.change(aged, age="59 minutes")
    assert (sealed.named(), sealed.seal(), sealed.named()) == ([], 1, [])


def test_a_server_that_was_led_to_seal_it_names_it_all_the_same(sealed: Station):
    """The newest seal is put back for a moment, so that what is older than it is taken for new."""
    (until,) = sealed.rows("SELECT until::text FROM event_seal WHERE org_id = %(org)s AND number = 3")[0]
    sealed.change("UPDATE event_seal SET until = '2020-01-01' WHERE org_id = %(org)s AND number = 3")
    sealed.note("lifted")
    sealed.change("UPDATE event SET happened_at = '2021-01-01' WHERE kind = 'lifted' AND org_id = %(org)s")
    assert sealed.seal() == 1
    sealed.change("UPDATE event_seal SET until = %(was)s WHERE org_id = %(org)s AND number = 3", was=until)
    assert sealed.named() == [f"{sealed.event('lifted')}: was put in afterwards, with a time before"]


DOES_NOT_FOLLOW = "does not follow from its events and the seal before it"
THIRD = "SELECT signature FROM event_seal WHERE org_id = %(org)s AND number = 3"
BROKEN = {
    "a seal": ("DELETE FROM event_seal WHERE org_id = %(org)s AND number = 2", "event_seal 2: is missing"),
    "the first": ("DELETE FROM event_seal WHERE org_id = %(org)s AND number = 1", "event_seal 1: is missing"),
    "the newest": ("DELETE FROM event_seal WHERE org_id = %(org)s AND number = 3", "event_seal 3: is missing"),
    "what was under it": (
        "DELETE FROM sealed_event WHERE org_id = %(org)s AND number = 2",
        "event_seal 2: what was under it is missing",
    ),
    "a hash": (
        "UPDATE sealed_event SET hash = sha256('x') WHERE org_id = %(org)s AND number = 2",
        f"event_seal 2: {DOES_NOT_FOLLOW}",
    ),
    "which seal": (
        "UPDATE sealed_event SET number = 3 WHERE org_id = %(org)s AND number = 2",
        f"event_seal 3: {DOES_NOT_FOLLOW}",
    ),
    "a root": (
        "UPDATE event_seal SET root = sha256('x') WHERE org_id = %(org)s AND number = 2",
        f"event_seal 2: {DOES_NOT_FOLLOW}",
    ),
    "a time": (
        "UPDATE event_seal SET until = until + interval '1 microsecond' WHERE org_id = %(org)s AND number = 2",
        f"event_seal 2: {DOES_NOT_FOLLOW}",
    ),
    "a number": (
        "UPDATE event_seal SET number = 7 WHERE org_id = %(org)s AND number = 3",
        "event_seal 3: is missing",
    ),
    "a signature": (
        f"UPDATE event_seal SET signature = ({THIRD}) WHERE org_id = %(org)s AND number = 2",
        "event_seal 2: its signature is not this server's",
    ),
    "a signature that is none": (
        "UPDATE event_seal SET signature = 'x' WHERE org_id = %(org)s AND number = 2",
        "event_seal 2: its signature is not this server's",
    ),
}


def test_a_seal_that_is_gone_with_all_that_was_under_it_is_named(sealed: Station):
    gone = "(SELECT event_id FROM sealed_event WHERE org_id = %(org)s AND number = 2)"
    sealed.change(f"DELETE FROM event WHERE org_id = %(org)s AND event_id IN {gone}")
    for table in ("sealed_event", "event_seal"):
        sealed.change(f"DELETE FROM {table} WHERE org_id = %(org)s AND number = 2")
    assert sealed.named() == ["event_seal 2: is missing", f"event_seal 3: {DOES_NOT_FOLLOW}"]


@pytest.mark.parametrize("change", BROKEN)
def test_a_seal_that_is_not_the_servers_or_does_not_follow_is_named(sealed: Station, change: str):
    query, line = BROKEN[change]
    sealed.change(query)
    assert line in sealed.named()


def test_whoever_makes_all_anew_lacks_the_key(sealed: Station):
    """An event is taken out with its hash, and root and signature of the seal are made as the program makes them."""
    sealed.change("DELETE FROM event WHERE org_id = %(org)s AND kind IN ('revoked', 'wiped')")
    for table in ("sealed_event", "event_seal"):
        sealed.change(f"DELETE FROM {table} WHERE org_id = %(org)s AND number >= 2")
    other = Signer(Ed25519PrivateKey.generate())
    assert sealed.seal(other) == 2
    assert sealed.named() == ["event_seal 2: its signature is not this server's"]


# --- the end that is cut off ---------------------------------------------------------------------------------------


def test_an_end_that_was_cut_off_is_found_by_whoever_noted_a_seal(sealed: Station):
    noted = (sealed.newest().number, sealed.newest().root)
    older = sealed.rows("SELECT number, encode(root, 'hex') FROM event_seal WHERE org_id = %(org)s AND number = 2")[0]
    assert sealed.named(noted) == sealed.named(older) == []
    gone = "(SELECT event_id FROM sealed_event WHERE org_id = %(org)s AND number = 3)"
    sealed.change(f"DELETE FROM event WHERE org_id = %(org)s AND event_id IN {gone}")
    for table in ("sealed_event", "event_seal"):
        sealed.change(f"DELETE FROM {table} WHERE org_id = %(org)s AND number = 3")
    assert sealed.named() == sealed.named(older) == []
    assert sealed.named(noted) == ["event_seal 3: was noted and is not there any more"]
    sealed.note("lifted")
    sealed.seal()
    assert sealed.named(noted) == ["event_seal 3: is another one than was noted"]
    assert sealed.named(older) == []


def test_the_command_tells_the_newest_seal_and_takes_one_that_was_noted(trial: Trial, force: Force):
    def command(*words: str) -> Any:
        return trial.command(words[0], "--organisation", force.name, *words[1:])

    signer = Signer(authority.signing_key(force.config.signing_key))
    force.do(lambda c, org: note_act(c, org, "assigned"))
    force.do(lambda c, org: seals.seal(c, org, signer))
    (*_, told), newest = map(json.loads, command("export-audit").stdout.splitlines()), force.do(seals.newest)
    assert (told["kind"], told["detail"], told["at"]) == ("sealed", str(newest), newest.until)
    whole = command("verify", "--seal", told["detail"])
    said = f"The newest seal of the server's own events is {told['detail']}"
    assert (whole.returncode, whole.stdout.splitlines()[1:]) == (0, [said])
    assert whole.stdout.startswith("Every entry is as it was signed")
    other = command("verify", "--seal", f"{newest.number}:{'0' * 64}")
    assert other.returncode == 1
    assert f"event_seal {newest.number}: is another one than was noted" in other.stdout.splitlines()
    assert other.stderr.startswith("The history was changed behind the server’s back")
    force.rows("UPDATE event SET detail = 'another' WHERE org_id = %s AND kind = 'assigned' RETURNING 1", force.org)
    broken = command("verify")
    assert (broken.returncode, "is not what was sealed" in broken.stdout) == (1, True)


@pytest.mark.parametrize("text", ["", "3", "3:", ":" + "0" * 64, "x:" + "0" * 64, "3:" + "0" * 63, "3:" + "G" * 64])
def test_what_is_no_seal_is_wrong_usage(text: str, capsys):
    with pytest.raises(SystemExit) as end:
        main(["verify", "--seal", text])
    assert end.value.code == 2
    assert "a seal is its number" in capsys.readouterr().err


# --- by itself -----------------------------------------------------------------------------------------------------


def soon(what: Callable[[], bool]) -> None:
    """Until it is so; fails where it never is."""
    waited = threading.Event()
    for _ in range(400):
        if what():
            return
        waited.wait(0.05)
    raise AssertionError("it never came to that")


def test_a_running_server_seals_what_it_finds(force: Force):
    """The codes of the trial were noted before it served."""
    query = "SELECT count(*) > 0 FROM event_seal AS s JOIN organisation USING (org_id) WHERE name = %s"
    soon(lambda: force.rows(query, ORGANISATION)[0][0])


def test_sealing_goes_on_and_ends_with_a_last_seal(station: Station):
    sealing = Sealing(station.ground, station.ground.signer, 0.01)
    station.note("assigned")
    sealing.start()
    soon(lambda: station.unsealed() == 0)
    station.note("named")
    soon(lambda: station.unsealed() == 0)
    sealing.close()
    station.note("revoked")
    seldom = Sealing(station.ground, station.ground.signer, 3600)
    seldom.start()
    soon(lambda: station.unsealed() == 0)
    station.note("lifted")
    seldom.close()
    assert (station.unsealed(), station.named()) == (0, [])


def test_a_database_that_is_away_is_said_once_and_ends_nothing(station: Station, caplog):
    away = Database(station.ground._conninfo, 1)
    sealing = Sealing(away, station.ground.signer)
    with caplog.at_level("ERROR", "holdfast.server"):
        sealing.once()
        sealing.once()
    assert len(caplog.records) == 1
    station.note("assigned")
    sealing._database = station.ground
    sealing.once()
    assert station.unsealed() == 0


# --- what a hash is of ---------------------------------------------------------------------------------------------

TEXTS = st.text(st.sampled_from(list('",[]\\\n \u2028aä')), max_size=4)


@given(TEXTS, TEXTS, TEXTS, st.sampled_from(["", "\n", ",", '","', '", "', "\\", " "]))
def test_no_two_events_have_one_encoding(first: str, second: str, third: str, between: str):
    """Whatever stands between two columns, also within one, tells where they end."""
    one, other = [first + between + second, third], [first, second + between + third]
    assert (signing.event_bytes(*one) == signing.event_bytes(*other)) is (one == other)


@pytest.mark.parametrize(
    "one, other",
    [
        (["a", "b\nc", "d"], ["a\nb", "c", "d"]),
        (["a", "", "b"], ["", "a", "b"]),
        (['a","b', "c", ""], ["a", "b", '","c']),
        (["a\\", "b"], ["a", "\\b"]),
        (["\u00e9"], ["e\u0301"]),
    ],
)
def test_what_moves_from_one_column_to_the_next_is_another_event(one: list[str], other: list[str]):
    assert signing.event_bytes(*one) != signing.event_bytes(*other)
