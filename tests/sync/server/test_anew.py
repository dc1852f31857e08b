"""Another device in the place of one whose vault was copied: only with both keys, and the old one is stopped."""

from __future__ import annotations

import pytest

from app.notebook.ids import random_id
from sync.server import administration, enrol
from sync.server.database import Connection
from sync.server.ledger import Place
from sync.wire import limits, messages, signing
from tests.notebook.writers import key_of
from tests.sync.laptops import Force, Laptop, RefusedError


def ask(laptop: Laptop, device: str, **other: str) -> messages.Identified:
    signer = key_of(other.get("signer", device))
    public = key_of(other.get("key", device)).public_key().public_bytes_raw()
    wish = messages.NewIdentity(
        protocol=limits.PROTOCOL,
        device=device,
        key=signing.to_text(public),
        proof=signing.to_text(signer.sign(signing.identity_bytes(other.get("old", laptop.device), device))),
        head=messages.Head(last=laptop.writer.number, hash=laptop.writer.previous),
    )
    return laptop.ask("/v1/identity", wish, messages.Identified)


def test_the_new_device_is_the_officers_and_holds_what_the_officer_may(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    new = Laptop(force, laptop.officer)
    assert ask(laptop, new.device).agrees
    assert ask(laptop, new.device).agrees, "asked twice it is the same"
    new.epoch = laptop.epoch
    assert [one.case for one in new.snapshots().snapshots] == [case]
    rows = force.rows("SELECT in_place_of, laptop FROM device WHERE device_id = %s", new.device)
    assert rows == [(laptop.device, laptop.laptop)]
    assert force.rows("SELECT detail FROM event WHERE org_id = %s AND kind = 'copied'", force.org) == [(new.device,)]


def test_the_old_device_is_stopped_and_still_told_what_the_server_has(force: Force, laptop: Laptop):
    case = laptop.new_case()
    laptop.push()
    ask(laptop, random_id())
    laptop.set(case, "reference", "later")
    told = laptop.push(*laptop.writer.entries)
    assert [(one.outcome, one.reason) for one in told.outcomes] == [("already", ""), ("forked", "replaced")]
    assert force.rows("SELECT count(*) FROM entry WHERE device_id = %s", laptop.device) == [(1,)]
    for question in (laptop.pull_page, laptop.snapshots, lambda: laptop.history(case)):
        with pytest.raises(RefusedError, match="409 replaced"):
            question()
    assert ask(laptop, random_id()), "another copy of it takes another one"


@pytest.mark.parametrize("wrong", ["key", "old", "own id", "another's id"])
def test_without_both_keys_there_is_no_other_device(force: Force, laptop: Laptop, wrong: str):
    new, other = random_id(), force.laptop()
    device = {"own id": laptop.device, "another's id": other.device}.get(wrong, new)
    given = {"key": {"signer": other.device}, "old": {"old": other.device}}.get(wrong, {})
    with pytest.raises(RefusedError, match="403"):
        ask(laptop, device, **given)
    assert laptop.pull_page()
    assert force.rows("SELECT count(*) FROM device WHERE device_id = %s", new) == [(0,)]


def test_a_revoked_device_gets_its_order_and_no_other_identity(force: Force, laptop: Laptop):
    force.do(lambda c, org: enrol.revoke(c, org, [laptop.device]))
    with pytest.raises(RefusedError, match="403 revoked"):
        ask(laptop, random_id())


def test_the_former_device_of_a_revoked_one_vouches_for_no_other(force: Force, laptop: Laptop):
    """Its key lies in the same vault: whoever has that would have another device at once."""
    new = random_id()
    ask(laptop, new)
    force.do(lambda c, org: enrol.revoke(c, org, [new]))
    with pytest.raises(RefusedError, match="401 not_enrolled"):
        ask(laptop, random_id())


@pytest.mark.parametrize("whole", ["", "revoked", "retired"])
def test_a_revoked_device_has_the_next_one_revoked_where_its_vaults_are_to_go(force: Force, laptop: Laptop, whole: str):
    """After a restore the next one may be unknown. It asks for itself then; only whoever has both keys comes so far."""
    other, new = random_id(), Laptop(force, laptop.officer)
    ask(laptop, other)
    force.do(lambda c, org: enrol.revoke(c, org, [other]))
    if whole == "revoked":
        assert force.do(lambda c, org: enrol.revoke(c, org, [laptop.device])) == 1
        assert force.do(lambda c, org: enrol.revoke(c, org, [laptop.device])) == 0
    elif whole == "retired":
        told = (laptop.officer, "officer", force.unit)
        force.do(lambda c, org: administration.move_officer(c, org, *told, active=False))
    with pytest.raises(RefusedError, match="403 revoked"):
        ask(laptop, new.device, signer=laptop.device)
    assert force.rows("SELECT count(*) FROM device WHERE device_id = %s", new.device) == [(0,)], "not with its own key"
    for _ in range(2):
        with pytest.raises(RefusedError, match="403 revoked" if whole else "401 not_enrolled"):
            ask(laptop, new.device)
    with pytest.raises(RefusedError) as refused:
        new.pull_page()
    assert refused.value.code == ("revoked" if whole else "not_enrolled")
    if whole:
        order = messages.statement(refused.value.refusal.order)
        assert (order["kind"], order["device"]) == ("wipe", new.device)


def test_another_copy_stays_in_service_where_one_is_revoked(force: Force, laptop: Laptop):
    one, other = random_id(), random_id()
    for new in (one, other):
        ask(laptop, new)
    force.do(lambda c, org: enrol.revoke(c, org, [one]))
    assert force.rows("SELECT revoked_at IS NULL FROM device WHERE device_id = %s", other) == [(True,)]


def test_a_replaced_device_gets_no_case_again(force: Force, laptop: Laptop):
    laptop.new_case()
    laptop.push()
    ask(laptop, random_id())
    force.do(administration.age)
    open_still = "SELECT count(*) FROM subscription WHERE device_id = %s AND until IS NULL"
    assert force.rows(open_still, laptop.device) == [(0,)]


def test_an_officer_who_moved_meanwhile_gets_nothing_of_the_unit_before(force: Force, monkeypatch):
    """Between the look without the counter and the turn at it, somebody else may have had theirs."""
    laptop, colleague = force.laptop(), force.laptop()
    other = force.do(lambda c, org: administration.new_unit(c, org, "South"))
    case = colleague.new_case()
    colleague.push()
    # It has fallen behind, so that housekeeping finds something to do.
    with force.owner() as owner:
        owner.execute("DELETE FROM subscription WHERE device_id = %s", (laptop.device,))
    waited = administration.lock

    def lock(connection: Connection, org: str) -> Place:
        monkeypatch.setattr(administration, "lock", waited)
        force.do(lambda c, o: administration.move_officer(c, o, laptop.officer, "officer", other))
        return waited(connection, org)

    monkeypatch.setattr(administration, "lock", lock)
    force.do(lambda c, org: administration.age_device(c, org, laptop.device))
    held = force.rows("SELECT case_id FROM subscription WHERE device_id = %s AND until IS NULL", laptop.device)
    assert (case,) not in held


def test_a_new_device_bears_no_cases_id(force: Force, laptop: Laptop):
    """What a device writes under its own id is looked at by nobody: it would stand in the case unjudged."""
    case = laptop.new_case()
    laptop.push()
    with pytest.raises(RefusedError, match="403 device"):
        ask(laptop, case)


def test_a_chain_that_is_another_one_is_told(force: Force, laptop: Laptop):
    laptop.new_case()
    laptop.push()
    laptop.writer.previous = "f" * 64
    assert not ask(laptop, random_id()).agrees
