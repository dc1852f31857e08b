"""Two of three custodians open a vault; one alone learns nothing, and no part is good for anything else."""

from __future__ import annotations

import secrets
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.problems import Problem
from app.vault import custodian_key, custodians, header, slots, vault
from app.vault.custodians import Card, Part
from tests.vault.doubles import OTHER, PASSPHRASE, clock, make

NAMES = ("Maud Ferrier", "Iden Sorley", "Pia Tolland")
KEYS = [X25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3)]
CARDS = [
    Card("holdfast custodian", name, key.public_key().public_bytes_raw()) for name, key in zip(NAMES, KEYS, strict=True)
]
DEVICE = "0123456789abcdef" * 2


def code_of(action: Any) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


@pytest.fixture
def closed(vault_folder: Path) -> tuple[Path, bytes]:
    """A closed vault with custodians, and the database key behind it."""
    with make(vault_folder, cards=CARDS).unlocked as unlocked:
        return vault_folder, unlocked.database_key()


def parts_of(folder: Path, *places: int) -> tuple[str, list[Part]]:
    request, code = vault.ask_custodians(folder, clock=clock())
    return code, [custodians.answer(request, KEYS[place]) for place in places]


@pytest.mark.parametrize("places", [*combinations(range(3), 2), (2, 0)])
def test_any_two_open_it_and_are_named(closed: tuple[Path, bytes], places: tuple[int, int]) -> None:
    folder, key = closed
    code, parts = parts_of(folder, *places)
    with vault.recover_by_custodians(folder, code.lower(), parts) as unlocked:
        assert (unlocked.slot, unlocked.database_key()) == ("custodians", key)
        assert set(unlocked.opened_by) == {NAMES[place] for place in places}
        assert unlocked.custodians == list(NAMES)
    assert vault.look(folder).custodians
    assert not any(name.encode() in path.read_bytes() for path in folder.iterdir() for name in NAMES)


def test_one_alone_learns_nothing() -> None:
    """What one custodian can open fits every secret there is: for each one there is a half of the other's that makes
    it. With two halves of one pair it fits a single one."""
    key = bytearray(secrets.token_bytes(32))
    slot = custodians.wrap(key, CARDS, DEVICE)
    request, code = custodians.ask(slot, DEVICE, 7, "RCN", "2026-11-14T01:10:00Z")
    reply = custodians._reply_key(code, request.request_id)
    binding = custodians._binding(slot, DEVICE, 7, request.request_id, request.reply_key)
    halves = [custodians._half(custodians.answer(request, KEYS[n]), (0, 1), reply, binding) for n in (0, 1)]
    fitting = 0
    for secret in (custodians._xor(*halves), *(secrets.token_bytes(32) for _ in range(200))):
        others = custodians._xor(halves[0], secret)
        assert custodians._xor(halves[0], others) == secret
        fitting += slots.unwrap(slot, custodians._kek(slot, bytearray(secret), DEVICE), DEVICE) == key
    assert fitting == 1
    # Nor does one's key open what lies there for the other two.
    for pair, place in ((0, 1), (1, 2), (2, 1), (2, 2)):
        sealed = slot.halves[2 * pair + custodians.PAIRS[pair].index(place)]
        with pytest.raises(custodians.InvalidTag):
            custodians._SUITE.decrypt(sealed, KEYS[0], custodians._at(DEVICE, custodians.PAIRS[pair], place))
    # And halves of two wraps of one key have nothing in common.
    assert not set(slot.halves) & set(custodians.wrap(key, CARDS, DEVICE).halves)


def test_one_part_is_not_enough_in_any_guise(closed: tuple[Path, bytes]) -> None:
    folder, _ = closed
    code, (one, two) = parts_of(folder, 0, 1)
    posing = msgspec.structs.replace(one, place=1)

    def tried(*parts: Part) -> str:
        return code_of(lambda: vault.recover_by_custodians(folder, code, parts))

    assert tried(one) == "custodians.two_parts"
    assert tried(one, one) == "custodians.same_twice"
    assert tried(one, two, one) == "custodians.two_parts"
    assert tried(one, posing) == "custodians.part_wrong"
    assert tried(one, msgspec.structs.replace(two, sealed=one.sealed)) == "custodians.part_wrong"


def test_a_part_is_good_for_one_request_one_generation_and_one_vault(
    closed: tuple[Path, bytes], tmp_path: Path
) -> None:
    folder, _ = closed
    code, parts = parts_of(folder, 0, 1)
    other_code, others = parts_of(folder, 0, 1)

    def tried(code: str, *parts: Part, folder: Path = folder) -> str:
        return code_of(lambda: vault.recover_by_custodians(folder, code, parts))

    assert tried(other_code, *parts) == "custodians.part_wrong"
    assert tried(code, parts[0], others[1]) == "custodians.two_requests"
    renamed = msgspec.structs.replace(others[1], request_id=parts[0].request_id)
    assert tried(code, parts[0], renamed) == "custodians.part_wrong"
    make(tmp_path / "second", cards=CARDS).unlocked.close()
    assert tried(code, *parts, folder=tmp_path / "second") == "custodians.other_vault"
    device = vault.look(tmp_path / "second").device_id
    posing = [msgspec.structs.replace(part, device_id=device) for part in parts]
    assert tried(code, *posing, folder=tmp_path / "second") == "custodians.part_wrong"
    with vault.recover_by_custodians(folder, code, parts) as unlocked:
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST, anew=True)
    assert tried(code, *parts) == "custodians.changed_since"
    newer = [msgspec.structs.replace(part, counter=2) for part in parts]
    assert tried(code, *newer) == "custodians.part_wrong"
    vault.unlock(folder, OTHER, clock=clock()).close()
    assert code_of(lambda: vault.unlock(folder, PASSPHRASE, clock=clock())) == "vault.wrong_passphrase"


def test_after_it_the_slot_is_another_one_for_the_same_people(closed: tuple[Path, bytes]) -> None:
    folder, key = closed
    before = header.decode((folder / header.NAME).read_bytes()).custodians
    code, parts = parts_of(folder, 0, 2)
    with vault.recover_by_custodians(folder, code, parts) as unlocked:
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST, anew=True)
    after = header.decode((folder / header.NAME).read_bytes()).custodians
    assert (before.keys, len({*before.halves, *after.halves})) == (after.keys, 12)
    code, parts = parts_of(folder, 1, 2)
    with vault.recover_by_custodians(folder, code, parts) as unlocked:
        assert (unlocked.database_key(), unlocked.opened_by) == (key, NAMES[1:])


def test_a_vault_gets_loses_and_lacks_custodians(vault_folder: Path) -> None:
    with make(vault_folder).unlocked as unlocked:
        assert code_of(lambda: vault.ask_custodians(vault_folder, clock=clock())) == "custodians.none"
        assert (unlocked.custodians, vault.look(vault_folder).custodians) == ([], False)
        assert (vault_folder / header.NAME).read_bytes().startswith(b"holdfast vault header 1\n")
        vault.set_custodians(unlocked, CARDS)
        assert (vault_folder / header.NAME).read_bytes().startswith(b"holdfast vault header 2\n")
        code, parts = parts_of(vault_folder, 0, 1)
        vault.set_custodians(unlocked, [*CARDS[:2], Card("holdfast custodian", "New", bytes(31) + b"\x09")])
    assert code_of(lambda: vault.recover_by_custodians(vault_folder, code, parts)) == "custodians.changed_since"
    request, _ = vault.ask_custodians(vault_folder, clock=clock())
    assert code_of(lambda: custodians.answer(request, KEYS[2])) == "custodians.not_yours"
    for wrong in (CARDS[:2], [*CARDS, CARDS[0]], [CARDS[0], *CARDS[:2]]):
        assert code_of(lambda wrong=wrong: custodians.wrap(bytearray(32), wrong, DEVICE)) == "custodians.not_three"


def test_what_a_request_is_changed_into_is_seen(closed: tuple[Path, bytes]) -> None:
    """A thief's own reply key in a request changes its check number; halves of another vault do not open."""
    folder, _ = closed
    request, _ = vault.ask_custodians(folder, clock=clock())
    check = custodians.check_of(request)
    changed = [
        msgspec.structs.replace(request, reply_key=KEYS[0].public_key().public_bytes_raw()),
        msgspec.structs.replace(request, counter=9),
        msgspec.structs.replace(request, device_id=DEVICE),
        msgspec.structs.replace(request, request_id=DEVICE),
        msgspec.structs.replace(request, slot=custodians.wrap(bytearray(32), CARDS, request.device_id)),
    ]
    assert check not in {custodians.check_of(one) for one in changed}
    assert custodian_key.same_check(check.lower().replace("-", " "), check)
    assert not custodian_key.same_check("", check)
    assert code_of(lambda: custodians.answer(changed[2], KEYS[0])) == "custodians.request_wrong"


def test_keys_that_are_nobodys_and_parts_of_another_length_are_refused(closed: tuple[Path, bytes]) -> None:
    """32 bytes need not be a key, and whoever has seen a request can seal something to it."""
    folder, _ = closed
    nobody = Card("holdfast custodian", "Nobody", bytes(32))
    assert code_of(lambda: custodians.wrap(bytearray(32), [*CARDS[:2], nobody], DEVICE)) == "custodians.not_three"
    request, code = vault.ask_custodians(folder, clock=clock())
    changed = msgspec.structs.replace(request, reply_key=bytes(32))
    assert code_of(lambda: custodians.answer(changed, KEYS[0])) == "custodians.request_wrong"
    binding = custodians._binding(request.slot, request.device_id, 1, request.request_id, request.reply_key)
    parts = [custodians.answer(request, key) for key in KEYS[:2]]
    for size in (0, 31, 65):
        other = custodians._sealed_to(request.reply_key, bytes(size), custodians._answering(binding, 0))
        posing = msgspec.structs.replace(parts[0], sealed=other)
        tried = code_of(lambda posing=posing: vault.recover_by_custodians(folder, code, [posing, parts[1]]))
        assert tried == "custodians.part_wrong"


def test_the_device_secret_is_another_one_afterwards(vault_folder: Path) -> None:
    from app.vault.device_secret import SecretsInMemory

    kept: dict[str, bytes] = {}
    store = SecretsInMemory(kept)
    with make(vault_folder, cards=CARDS, secrets=store).unlocked as unlocked:
        before = unlocked.secret_name
    code, parts = parts_of(vault_folder, 0, 1)
    with vault.recover_by_custodians(vault_folder, code, parts, secrets=store) as unlocked:
        vault.change_passphrase(unlocked, OTHER, cost=vault.FLOOR_COST, anew=True)
        assert (unlocked.device_secret, unlocked.secret_name == before) == ("system", False)
        after = unlocked.secret_name
    assert (store.get(before), store.get(after) is not None) == (None, True)
    vault.unlock(vault_folder, OTHER, secrets=store, clock=clock()).close()


def test_key_files(tmp_path: Path) -> None:
    file = tmp_path / "maud.key"
    card = custodian_key.make(file, " Maud  Ferrier ", PASSPHRASE, cost=vault.FLOOR_COST)
    assert card.name == "Maud Ferrier"
    assert file.stat().st_mode & 0o777 == 0o600
    assert code_of(lambda: custodian_key.make(file, "x", PASSPHRASE)) == "custodians.file_there"
    assert code_of(lambda: custodian_key.make(tmp_path / "n", "\0", PASSPHRASE)) == "custodians.name_missing"
    assert code_of(lambda: custodian_key.make(tmp_path / "n", "Maud", "maud")) == "vault.weak_short"
    three = tmp_path / "three"
    three.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in (card, *CARDS[1:])))
    cards = custodian_key.read_cards(three)
    assert [one.name for one in cards] == list(NAMES)
    for bad in (b"", b"{}\n" * 3, msgspec.json.encode(card) * 3, (msgspec.json.encode(card) + b"\n") * 3):
        three.write_bytes(bad)
        assert code_of(lambda: custodian_key.read_cards(three)) == "custodians.cards_wrong"
    folder = tmp_path / "vault"
    make(folder, cards=cards).unlocked.close()
    request, code = vault.ask_custodians(folder, clock=clock())
    custodian_key.write(tmp_path / "request", request)
    assert custodian_key.read_request(tmp_path / "request") == request
    wrong = code_of(lambda: custodian_key.answer(file, OTHER, request, "a note"))
    assert (wrong, (tmp_path / "maud.key.notes").exists()) == ("custodians.wrong_passphrase", False)
    parts = [custodian_key.answer(file, PASSPHRASE, request, note) for note in ("first", "second")]
    assert (tmp_path / "maud.key.notes").read_text() == "first\nsecond\n"
    vault.recover_by_custodians(folder, code, [parts[0], custodians.answer(request, KEYS[2])]).close()
    weakened = msgspec.json.decode(file.read_bytes())
    weakened["slot"]["memory_mib"] = 8
    file.write_bytes(msgspec.json.encode(weakened))
    assert code_of(lambda: custodian_key.answer(file, PASSPHRASE, request, "")) == "custodians.key_wrong"
