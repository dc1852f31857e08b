"""Headers: damaged, cut, swapped, mixed up, weakened and forged ones end in a Problem or in the vault as made."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.problems import Problem
from app.vault import header, slots, vault
from tests.vault.doubles import OFFICER, OTHER, PASSPHRASE, clock, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str, bytes]:
    """One header's bytes, its recovery code and the database key behind it."""
    folder = tmp_path_factory.mktemp("made") / "vault"
    with (created := make(folder)).unlocked as unlocked:
        key = unlocked.database_key()
    return (folder / "vault.header").read_bytes(), created.recovery_code, key


def put(folder: Path, first: bytes | None, second: bytes | None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in (("vault.header", first), ("vault.header.previous", second)):
        (folder / name).unlink(missing_ok=True)
        if data is not None:
            (folder / name).write_bytes(data)
    return folder


def code_of(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def spelled(change: Callable[[dict[str, object]], None], data: bytes, version: int = 1) -> bytes:
    """The header with one thing changed and a right checksum, as somebody without the key would write it."""
    body = json.loads(data.split(b"\n")[1])
    change(body)
    text = (
        b"holdfast vault header %d\n" % version
        + json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        + b"\n"
    )
    return text + b"sha256 " + hashlib.sha256(text).hexdigest().encode() + b"\n"


def test_round_trip(made: tuple[bytes, str, bytes]) -> None:
    data = made[0]
    assert header.encode(header.decode(data)) == data
    assert spelled(lambda body: None, data) == data


@pytest.mark.parametrize("bad", [b"", b"\0" * 1500, b"holdfast vault header 1\n", b"SQLite format 3", b"{}", b"\n" * 9])
def test_foreign_bytes_are_no_header(tmp_path: Path, made: tuple[bytes, str, bytes], bad: bytes) -> None:
    data, code, key = made
    folder = put(tmp_path / "vault", bad, bad)
    assert code_of(lambda: vault.look(folder)) == "vault.damaged"
    assert code_of(lambda: vault.unlock(folder, PASSPHRASE, clock=clock())) == "vault.damaged"
    put(folder, bad, data)
    assert vault.look(folder).damaged
    with vault.recover(folder, code) as unlocked:
        assert (unlocked.mended, unlocked.database_key()) == (True, key)
    assert (folder / "vault.header").read_bytes() == data
    assert not vault.look(folder).damaged


def test_every_cut_and_every_flipped_bit_is_seen(made: tuple[bytes, str, bytes]) -> None:
    data = made[0]
    changed = [data[:length] for length in range(len(data))]
    changed += [
        data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :] for at in range(len(data)) for bit in range(8)
    ]
    dice = random.Random(20261114)
    for _ in range(3000):
        pieces = bytearray(data)
        for _ in range(dice.randint(1, 20)):
            pieces[dice.randrange(len(pieces))] = dice.randrange(256)
        start, length = dice.randrange(len(data)), dice.randrange(80)
        moved = pieces[:start] + pieces[start + length :]
        moved[dice.randrange(len(moved)) : 0] = pieces[start : start + length]
        changed += [bytes(pieces), bytes(moved)]
    assert len(changed) > 10_000
    accepted = 0
    for bad in changed:
        try:
            accepted += bad != data and header.decode(bad) is not None
        except header.Damaged:
            continue
    assert accepted == 0


@given(st.binary(max_size=400))
@example(b"holdfast vault header 2\n\nsha256 \n")
def test_no_bytes_end_in_anything_else(noise: bytes) -> None:
    for data in (noise, b"holdfast vault header 1\n" + noise):
        body = data + b"\n"
        for whole in (data, body + b"sha256 " + hashlib.sha256(body).hexdigest().encode() + b"\n"):
            with pytest.raises((header.Damaged, header.Newer, header.Weakened)):
                header.decode(whole)


FORGED: list[Callable[[dict[str, object]], None]] = [
    lambda body: body.update(practice_passphrase="practice"),
    lambda body: body.update(short_name="Somebody else"),
    lambda body: body.update(counter=body["counter"] + 5),
    lambda body: body.update(laptop_id="0" * 32),
    lambda body: body.update(device_id="0" * 32),
    lambda body: body.update(mac="A" * 43 + "="),
    lambda body: body.update(mac=""),
    lambda body: body.update(sealed=body["sealed"][::-1]),
    lambda body: body.update(nonce="A" * 16),
    lambda body: body["passphrase"].update(lanes=3),
    lambda body: body["passphrase"].update(passes=4),
    lambda body: body["passphrase"].update(memory_mib=65),
    lambda body: body["passphrase"].update(salt=body["recovery"]["salt"]),
    lambda body: body["passphrase"].update(nonce=body["recovery"]["nonce"]),
    lambda body: body["passphrase"].update(wrapped=body["recovery"]["wrapped"]),
    lambda body: body["passphrase"].update(device_secret="system", secret_name="x"),
    lambda body: body["recovery"].update(salt=body["passphrase"]["salt"]),
    lambda body: body["recovery"].update(nonce=body["passphrase"]["nonce"]),
    lambda body: body["recovery"].update(wrapped=body["passphrase"]["wrapped"]),
    lambda body: body.update(more=1),
    lambda body: body.pop("recovery"),
    lambda body: body["recovery"].update(kdf="none"),
    lambda body: body["passphrase"].update(kdf="argon2i"),
    lambda body: body["passphrase"].update(memory_mib="64"),
    lambda body: body["passphrase"].update(memory_mib=-1),
    lambda body: body.update(passphrase=body["recovery"], recovery=body["passphrase"]),
    lambda body: body.update(device_id="G" * 32),
    lambda body: body.update(short_name="x" * 5000),
]
REFUSED = {
    "vault.tampered",
    "vault.wrong_passphrase",
    "vault.wrong_recovery_code",
    "vault.damaged",
    "vault.weakened",
    "vault.device_secret_missing",
    "vault.mixed_up",
}


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_a_forged_header_opens_nothing(tmp_path: Path, made: tuple[bytes, str, bytes], number: int) -> None:
    data, code, key = made
    forged = spelled(FORGED[number], data)
    assert forged != data
    folder = put(tmp_path / "vault", forged, forged)
    assert code_of(lambda: vault.unlock(folder, PASSPHRASE, clock=clock())) in REFUSED
    assert code_of(lambda: vault.recover(folder, code)) in REFUSED
    # With one file left as it was, the officer gets in to exactly what was made, or is told.
    for first, second in ((forged, data), (data, forged)):
        put(folder, first, second)
        try:
            with vault.recover(folder, code) as unlocked:
                assert (unlocked.database_key(), unlocked.practice, unlocked.short_name) == (key, False, "RCN")
                assert unlocked.mended
        except Problem as problem:
            if problem.code not in REFUSED:
                raise


def test_a_forged_header_is_told_from_a_wrong_passphrase(tmp_path: Path, made: tuple[bytes, str, bytes]) -> None:
    data, code, _ = made
    forged = spelled(lambda body: body.update(practice_passphrase="practice"), data)
    folder = put(tmp_path / "vault", forged, forged)
    assert code_of(lambda: vault.unlock(folder, PASSPHRASE, clock=clock())) == "vault.tampered"
    assert code_of(lambda: vault.recover(folder, code)) == "vault.tampered"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memory_mib", 63),
        ("memory_mib", 1),
        ("memory_mib", 0),
        ("passes", 2),
        ("passes", 0),
        ("lanes", 0),
        ("memory_mib", 1 << 20),
        ("passes", 10**9),
        ("lanes", 10**6),
    ],
)
def test_floor_and_ceiling_on_reading(tmp_path: Path, made: tuple[bytes, str, bytes], field: str, value: int) -> None:
    weak = spelled(lambda body: body["passphrase"].update({field: value}), made[0])
    folder = put(tmp_path / "vault", weak, weak)
    for action in (
        lambda: vault.look(folder),
        lambda: vault.unlock(folder, PASSPHRASE, clock=clock()),
        lambda: vault.recover(folder, made[1]),
    ):
        assert code_of(action) == "vault.weakened"
    put(folder, weak, made[0])
    vault.unlock(folder, PASSPHRASE, clock=clock()).close()


def test_a_vault_really_made_below_the_floor_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as low:
        low.setattr(slots, "FLOOR_MEMORY_MIB", 8)
        low.setattr(slots, "FLOOR_PASSES", 1)
        make(tmp_path / "vault", cost=slots.Cost(8, 1, 1)).unlocked.close()
        vault.unlock(tmp_path / "vault", PASSPHRASE, clock=clock()).close()  # without the floor it would open
    assert code_of(lambda: vault.unlock(tmp_path / "vault", PASSPHRASE, clock=clock())) == "vault.weakened"


@pytest.mark.parametrize("places", [(True, True), (True, False), (False, True)])
def test_a_newer_vault_is_left_alone(tmp_path: Path, made: tuple[bytes, str, bytes], places: tuple[bool, bool]) -> None:
    newer = spelled(lambda body: body.update(something="new"), made[0], version=header.VERSION + 1)
    folder = put(tmp_path / "vault", *(newer if place else made[0] for place in places))
    before = [path.read_bytes() for path in sorted(folder.iterdir())]
    for action in (lambda: vault.look(folder), lambda: vault.unlock(folder, PASSPHRASE, clock=clock())):
        assert code_of(action) == "vault.newer"
    (folder / "vault.lock").unlink()
    assert [path.read_bytes() for path in sorted(folder.iterdir())] == before


def test_headers_of_two_vaults_are_not_mixed(tmp_path: Path, made: tuple[bytes, str, bytes]) -> None:
    with (other := make(tmp_path / "other", officer="Dana Whitlow", passphrase=OTHER)).unlocked:
        pass
    theirs = (tmp_path / "other" / "vault.header").read_bytes()
    folder = put(tmp_path / "vault", theirs, made[0])
    theirs_code = other.recovery_code
    for action in (
        lambda: vault.look(folder),
        lambda: vault.unlock(folder, PASSPHRASE, clock=clock()),
        lambda: vault.unlock(folder, OTHER, clock=clock()),
        lambda: vault.recover(folder, theirs_code),
    ):
        assert code_of(action) == "vault.mixed_up"
    # A slot of one vault in the header of the other opens with neither's secrets.
    now = clock()
    now.advance(1000)
    for slot in ("passphrase", "recovery"):
        mixed = spelled(lambda body, slot=slot: body.update({slot: json.loads(theirs.split(b"\n")[1])[slot]}), made[0])
        put(folder, mixed, mixed)
        results = []
        for passphrase, code in ((PASSPHRASE, made[1]), (OTHER, theirs_code)):
            results.append(code_of(lambda passphrase=passphrase: vault.unlock(folder, passphrase, clock=now)))
            results.append(code_of(lambda code=code: vault.recover(folder, code)))
            now.advance(1000)
        assert set(results) <= {"vault.wrong_passphrase", "vault.wrong_recovery_code", "vault.tampered"}


def test_swapped_generations_open_as_the_newer_one(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    with make(folder).unlocked as unlocked:
        old = (folder / "vault.header").read_bytes()
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST)
        new = (folder / "vault.header").read_bytes()
    for first, second in ((old, new), (new, old)):
        put(folder, first, second)
        now = clock()
        assert code_of(lambda now=now: vault.unlock(folder, PASSPHRASE, clock=now)) == "vault.wrong_passphrase"
        now.advance(1)
        with vault.unlock(folder, OTHER, clock=now) as unlocked:
            assert (unlocked.counter, unlocked.mended) == (2, True)
        assert (folder / "vault.header").read_bytes() == (folder / "vault.header.previous").read_bytes() == new


def test_one_lost_file_is_written_again(tmp_path: Path, made: tuple[bytes, str, bytes]) -> None:
    data, code, key = made
    for first, second in ((None, data), (data, None)):
        folder = put(tmp_path / "vault", first, second)
        with vault.recover(folder, code) as unlocked:
            assert (unlocked.mended, unlocked.database_key()) == (True, key)
        assert (folder / "vault.header").read_bytes() == (folder / "vault.header.previous").read_bytes() == data


def test_what_a_slot_says_about_itself_is_bound_to_it() -> None:
    key, device = bytearray(b"k" * 32), "a" * 32
    slot = slots.wrap_with_passphrase(key, PASSPHRASE, slots.FLOOR_COST, device, b"s" * 32, "name")
    assert slots.open_with_passphrase(slot, PASSPHRASE, device, b"s" * 32) == key
    # The name takes no part in making the wrapping key: only the authenticated data guards it.
    renamed = msgspec.structs.replace(slot, secret_name="another")
    assert slots.open_with_passphrase(renamed, PASSPHRASE, device, b"s" * 32) is None
    assert slots.open_with_passphrase(slot, PASSPHRASE, device, b"t" * 32) is None
    assert slots.open_with_passphrase(slot, PASSPHRASE, device, None) is None
    assert slots.open_with_passphrase(slot, PASSPHRASE, "b" * 32, b"s" * 32) is None
    assert slots.open_with_passphrase(slot, OTHER, device, b"s" * 32) is None
    without = slots.wrap_with_passphrase(key, PASSPHRASE, slots.FLOOR_COST, device, None, "")
    assert slots.open_with_passphrase(without, PASSPHRASE, device, None) == key


def test_the_same_vault_twice_shares_no_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, officer=OFFICER).unlocked.close()
    one, two = (header.read(tmp_path / name).headers[0] for name in ("one", "two"))
    for field in ("device_id", "nonce", "sealed", "mac"):
        assert getattr(one, field) != getattr(two, field)
    for field in ("salt", "nonce", "wrapped"):
        assert len({getattr(slot, field) for slot in (one.passphrase, two.passphrase, one.recovery, two.recovery)}) == 4


FIELDS = [
    "counter",
    "short_name",
    "practice_passphrase",
    "device_id",
    "laptop_id",
    "mac",
    "nonce",
    "sealed",
    "passphrase.salt",
    "passphrase.nonce",
    "passphrase.wrapped",
    "passphrase.memory_mib",
    "passphrase.passes",
    "passphrase.lanes",
    "passphrase.secret_name",
    "recovery.salt",
    "recovery.nonce",
    "recovery.wrapped",
]


@settings(max_examples=400)
@given(field=st.sampled_from(FIELDS), data=st.data())
def test_no_change_of_meaning_is_accepted(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[bytes, str, bytes], field: str, data: st.DataObject
) -> None:
    """Any value in any field, with a right checksum in both files: a Problem, or the vault exactly as it was made."""
    whole, code, _ = made

    def change(body: dict[str, object]) -> None:
        inside, _, last = field.rpartition(".")
        at = body[inside] if inside else body
        if isinstance(at[last], int):
            at[last] = data.draw(st.integers(0, 2**54) | st.integers(0, 300))
        elif isinstance(at[last], str) and at[last]:
            place = data.draw(st.integers(0, len(at[last]) - 1))
            at[last] = at[last][:place] + data.draw(st.sampled_from("0a1bAZ+/=x")) + at[last][place + 1 :]
        else:
            at[last] = data.draw(st.text(st.characters(codec="utf-8"), max_size=20))

    forged = spelled(change, whole)
    folder = put(tmp_path_factory.getbasetemp() / "forged", forged, forged)
    try:
        with vault.recover(folder, code):
            accepted = True
    except Problem as problem:
        accepted = False
        if problem.code not in REFUSED:
            raise
    assert accepted is (forged == whole)
