"""What a destroyed vault hands over: judged as a push of its device, with its receipt; believed from nobody else."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.notebook.ids import random_id
from app.rules.access import Officer
from sync.server import acts, administration, authority, deciding, enrol, verify
from sync.server.config import read
from sync.server.statements import Signer
from sync.wire import limits, messages, sealed, signing
from tests.notebook.writers import key_of
from tests.sync.conftest import Trial
from tests.sync.laptops import Force, Laptop, RefusedError


def hand_over(
    laptop: Laptop,
    box: bytes = b"",
    receipt: messages.Signed | None = None,
    order: messages.Signed | None = None,
) -> messages.WipeNoted:
    packed = signing.to_text(box) if box else ""
    wish = messages.Wiped(protocol=limits.PROTOCOL, device=laptop.device, box=packed, receipt=receipt, order=order)
    return laptop.ask("/v1/wiped", wish, messages.WipeNoted)


def boxed(laptop: Laptop, key: bytes | None = None) -> bytes:
    """What waits on a laptop, sealed."""
    sent = laptop.push_message(*laptop.writer.entries[laptop.pushed :]).entries
    own = Signer(authority.signing_key(laptop.force.config.signing_key))
    return sealed.seal(sent, laptop.device, key or signing.from_text(own.seal_key))


def receipt(
    laptop: Laptop, device: str = "", signer: str = "", order: messages.Signed | None = None
) -> messages.Signed:
    named = hashlib.sha256(bytes(order.body)).hexdigest() if order else "0" * 64
    said = {"kind": "wiped", "device": device or laptop.device, "order": named, "at": "", "entries": 1}
    body = msgspec.json.encode(said, order="sorted")
    signature = key_of(signer or laptop.device).sign(signing.receipt_bytes(body))
    return messages.Signed(body=msgspec.Raw(body), signature=signing.to_text(signature))


def revoke(force: Force, laptop: Laptop) -> None:
    force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))


def test_what_was_sealed_is_kept_apart_and_the_receipt_noted(trial: Trial, force: Force, laptop: Laptop):
    laptop.new_case()
    laptop.new_case()
    revoke(force, laptop)
    for _ in range(2):  # handed over twice it is the same
        answer = hand_over(laptop, boxed(laptop))
        assert [(one.outcome, one.reason) for one in answer.outcomes] == [("refused", "revoked")] * 2
        hand_over(laptop, receipt=receipt(laptop))
    assert force.rows("SELECT count(*) FROM quarantine WHERE org_id = %s", force.org) == [(2,)]
    (device,) = [json.loads(one) for one in trial.command("device", "--organisation", force.name).stdout.splitlines()]
    assert device["wiped_at"] is not None
    assert force.rows("SELECT count(*) FROM event WHERE org_id = %s AND kind = 'wiped'", force.org) == [(1,)]


@pytest.mark.parametrize("wrong", ["for another server", "of another device", "changed", "no box", "strange device"])
def test_what_was_not_sealed_for_this_is_not_believed(force: Force, laptop: Laptop, wrong: str):
    laptop.new_case()
    revoke(force, laptop)
    box, asks = boxed(laptop), laptop
    if wrong == "for another server":
        box = boxed(laptop, bytes(range(32)))
    elif wrong == "of another device":
        asks = force.laptop()
    elif wrong == "strange device":
        asks = Laptop(force, laptop.officer)
    else:
        box = box[:-1] + bytes([box[-1] ^ 1]) if wrong == "changed" else b"nothing"
    with pytest.raises(RefusedError, match="403 not_enrolled"):
        hand_over(asks, box)
    assert force.rows("SELECT count(*) FROM quarantine WHERE org_id = %s", force.org) == [(0,)]


@pytest.mark.parametrize("wrong", ["another's signature", "another's device", "not revoked"])
def test_a_receipt_that_is_not_the_devices_is_not_believed(force: Force, laptop: Laptop, wrong: str):
    other = force.laptop()
    if wrong != "not revoked":
        revoke(force, laptop)
    given = {
        "another's signature": receipt(laptop, signer=other.device),
        "another's device": receipt(laptop, device=other.device),
    }.get(wrong, receipt(laptop))
    with pytest.raises(RefusedError, match="403 not_enrolled"):
        hand_over(laptop, receipt=given)
    assert force.rows("SELECT wiped_at FROM device WHERE device_id = %s", laptop.device) == [(None,)]


@pytest.mark.parametrize(
    "wrong", ["another server's", "another device's", "without a key", "another organisation's", ""]
)
def test_a_device_that_was_lost_is_known_again_by_its_very_order_alone(force: Force, laptop: Laptop, wrong: str):
    laptop.new_case()
    lost = Laptop(force, laptop.officer)
    lost.new_case()
    public = signing.to_text(lost.writer.public.public_bytes_raw())
    whose = {"organisation": force.org, "officer": laptop.officer, "author": lost.author, "key": public}
    whose |= {"without a key": {"key": ""}, "another organisation's": {"organisation": "f" * 32}}.get(wrong, {})
    own = Signer(authority.signing_key(force.config.signing_key))
    signer = Signer(Ed25519PrivateKey.generate()) if wrong == "another server's" else own
    device = laptop.device if wrong == "another device's" else lost.device
    order = signer.wipe(device, "e" * 32, datetime.now(UTC), whose)
    if wrong:
        with pytest.raises(RefusedError, match="403 not_enrolled"):
            hand_over(lost, boxed(lost), order=order)
    else:
        answer = hand_over(lost, boxed(lost), order=order)
        assert [(one.outcome, one.reason) for one in answer.outcomes] == [("refused", "revoked")]
    rows = force.rows("SELECT revoked_at IS NOT NULL FROM device WHERE device_id = %s", lost.device)
    assert rows == ([] if wrong else [(True,)])
    noted = force.rows(
        "SELECT count(*) FROM event WHERE org_id = %s AND device_id = %s AND kind = 'revoked'", force.org, lost.device
    )
    assert noted == [(0 if wrong else 1,)]


def test_an_officer_who_was_lost_comes_back_out_of_service_and_is_noted(force: Force, laptop: Laptop):
    lost = Laptop(force, random_id())
    lost.new_case()
    public = signing.to_text(lost.writer.public.public_bytes_raw())
    whose = {"organisation": force.org, "officer": lost.officer, "author": lost.author, "key": public}
    signer = Signer(authority.signing_key(force.config.signing_key))
    hand_over(lost, boxed(lost), order=signer.wipe(lost.device, "e" * 32, datetime.now(UTC), whose))
    noted = "SELECT detail FROM event WHERE org_id = %s AND officer_id = %s AND kind = 'officer_added'"
    assert force.rows(noted, force.org, lost.officer) == [("retired ",)]
    assert force.do(lambda c, org: list(acts.verify(c, org))) == []


def test_tries_are_counted(force: Force, laptop: Laptop):
    revoke(force, laptop)
    codes = []
    for _ in range(limits.TRIES_PER_MINUTE + 1):
        with pytest.raises(RefusedError) as refused:
            hand_over(laptop, b"nothing")
        codes.append(refused.value.code)
    assert codes == ["not_enrolled"] * limits.TRIES_PER_MINUTE + ["too_many"]


def test_an_entry_in_a_box_that_its_device_did_not_sign_takes_no_place_in_its_chain(force: Force, laptop: Laptop):
    """Whoever seals needs no secret, so what is inside must say itself whose it is."""
    laptop.new_case()
    sent = laptop.push_message(*laptop.writer.entries).entries
    forged = [msgspec.structs.replace(sent[0], signature=signing.to_text(bytes(64)))]
    own = Signer(authority.signing_key(force.config.signing_key))
    with pytest.raises(RefusedError, match="403 not_enrolled"):
        hand_over(laptop, sealed.seal(forged, laptop.device, signing.from_text(own.seal_key)))
    assert [one.outcome for one in laptop.push().outcomes] == ["accepted"]


def test_what_lies_behind_a_gap_is_kept_apart_and_named(trial: Trial, force: Force, laptop: Laptop):
    """The vault that could fill the gap is destroyed: nobody sends it any more, and this is the only copy."""
    for _ in range(3):
        laptop.new_case()
    revoke(force, laptop)
    first, *later = laptop.push_message(*laptop.writer.entries).entries
    key = signing.from_text(Signer(authority.signing_key(force.config.signing_key)).seal_key)
    for _ in range(2):
        answer = hand_over(laptop, sealed.seal(later, laptop.device, key))
        assert [(one.outcome, one.reason) for one in answer.outcomes] == [("refused", "gap")] * 2
        assert verified(trial, force) == []
    leader = Officer(force.officer("supervisor"), "supervisor", force.unit)
    told = (laptop.device, 2, leader, "They are the only copies.")
    force.do(lambda c, org: deciding.let_count(c, org, *told, datetime.now(UTC)))
    assert force.rows("SELECT first FROM entry WHERE org_id = %s", force.org) == [(2,)]
    assert verified(trial, force) == []
    # Another copy of it still had what goes before.
    answer = hand_over(laptop, sealed.seal([first, *later], laptop.device, key))
    assert [one.outcome for one in answer.outcomes] == ["refused"] * 3
    assert force.rows("SELECT count(*) FROM quarantine WHERE org_id = %s", force.org) == [(3,)]
    assert verified(trial, force) == []


def verified(trial: Trial, force: Force) -> list[str]:
    """What is wrong with the history but that somebody still has to decide and to sign its head."""
    config = trial.folder / "server.toml"
    public = Signer(authority.signing_key(read({}, config).signing_key)).public
    found = force.do(lambda c, org: list(verify.verify(c, org, public)))
    return [line for line in found if "follow" in line or "head is not" in line]


def test_another_devices_entry_behind_a_gap_is_not_believed(force: Force, laptop: Laptop):
    laptop.new_case()
    other = force.laptop()
    other.new_case()
    other.new_case()
    revoke(force, laptop)
    sent = other.push_message(*other.writer.entries).entries[1:]
    key = signing.from_text(Signer(authority.signing_key(force.config.signing_key)).seal_key)
    with pytest.raises(RefusedError, match="403 not_enrolled"):
        hand_over(laptop, sealed.seal(sent, laptop.device, key))


def retire(force: Force, laptop: Laptop, *, retired: bool = True) -> None:
    told = (laptop.officer, "officer", force.unit)
    force.do(lambda c, org: administration.move_officer(c, org, *told, active=not retired))


def test_the_receipt_of_an_officer_who_is_in_service_again_is_noted(force: Force, laptop: Laptop):
    retire(force, laptop)
    with pytest.raises(RefusedError) as told:
        laptop.pull_page()
    order = told.value.refusal.order
    assert order is not None
    retire(force, laptop, retired=False)
    for _ in range(2):
        hand_over(laptop, receipt=receipt(laptop, order=order), order=order)
    rows = "SELECT wiped_at IS NOT NULL, revoked_at IS NOT NULL FROM device WHERE device_id = %s"
    assert force.rows(rows, laptop.device) == [(True, True)], "nobody has its key any more"


@pytest.mark.parametrize("wrong", ["another server's", "another device's", "not the one named", "none"])
def test_without_the_very_order_the_receipt_of_a_device_in_service_is_not_believed(
    force: Force, laptop: Laptop, wrong: str
):
    own = Signer(authority.signing_key(force.config.signing_key))
    strange = Signer(Ed25519PrivateKey.generate())
    now = datetime.now(UTC)
    good = own.wipe(laptop.device, "e" * 32, now)
    order = {
        "another server's": strange.wipe(laptop.device, "e" * 32, now),
        "another device's": own.wipe("b" * 32, "e" * 32, now),
        "not the one named": good,
        "none": None,
    }[wrong]
    named = own.wipe(laptop.device, "f" * 32, now) if wrong == "not the one named" else order or good
    with pytest.raises(RefusedError, match="403 not_enrolled"):
        hand_over(laptop, receipt=receipt(laptop, order=named), order=order)
    assert force.rows("SELECT wiped_at FROM device WHERE device_id = %s", laptop.device) == [(None,)]
